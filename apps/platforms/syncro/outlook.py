"""What reading a whole account takes, from the first page of each list: nothing is read for it that tells less."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from apps.platforms.errors import PermissionMissing
from apps.platforms.forecast import Stretch
from apps.platforms.syncro.client import FEED, Client
from apps.platforms.syncro.feed import OF_INVOICES
from apps.platforms.syncro.health import lacks
from apps.platforms.syncro.lists import ONE_PAGE
from apps.platforms.syncro.translate.purchases import tells_its_lines

NO_FEED = "The token has no “Global Admin”, so each invoice is a request of its own."


def forecast(client: Client, entities: Sequence[str]) -> Iterator[Stretch]:
    """A Stretch for each entity, with one request for its list and, for invoices, one for the feed of all lines.

    Records are at most so many: the last page may be short. Lists without meta do not tell their length (API basics:
    Pagination). Raises NeedsReconnect, TryLater.
    """
    for entity in entities:
        try:
            yield _invoices(client) if entity == "invoice" else _list(client, entity)
        except PermissionMissing:
            yield Stretch(entity=entity, records=0, requests=1, remark=lacks(entity))


def _list(client: Client, entity: str) -> Stretch:
    first = client.slice(entity, 1)
    if entity in ONE_PAGE:
        return Stretch(entity=entity, records=len(first.rows), requests=1)
    if first.total_pages is None:  # it ends with an empty page
        stretch = Stretch(
            entity=entity, records=len(first.rows), requests=2 if first.rows else 1, more=bool(first.rows)
        )
    else:
        records = first.total_pages * len(first.rows)
        stretch = Stretch(entity=entity, records=records, requests=max(first.total_pages, 1))
    if entity == "purchase_order" and not all(map(tells_its_lines, first.rows)):
        return replace(stretch, requests=stretch.requests + stretch.records)
    return stretch


def _invoices(client: Client) -> Stretch:
    """Thin pages; then the feed, or each invoice and the pages once more; and what changed meanwhile."""
    thin = _list(client, "invoice")
    feed = _feed_pages(client)
    if feed is not None:
        return Stretch(entity="invoice", records=thin.records, requests=thin.requests + feed + 1, more=thin.more)
    requests = thin.requests * 2 + thin.records + 1
    return Stretch(entity="invoice", records=thin.records, requests=requests, more=thin.more, remark=NO_FEED)


def _feed_pages(client: Client) -> int | None:
    """How long the feed is; None where the token may not read it or it does not tell."""
    try:
        return client.slice(FEED, 1, OF_INVOICES).total_pages
    except PermissionMissing:
        return None
