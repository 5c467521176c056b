"""Reading Syncro's lists: invoices by what changed, the others whole or at both ends, and all of it for sweeps.

Cursors are small JSON objects. A pull goes on at the page after the last one stored. A record that makes no sense is
left out with a sentence, and its id stays in the cursor, so that it is asked for again each time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from apps.platforms.base import Kept, Page, Roll
from apps.platforms.paging import Row, Slice
from apps.platforms.records import Record
from apps.platforms.syncro.changes import Newest, cursor_text, read, since_text, version
from apps.platforms.syncro.client import Client
from apps.platforms.syncro.ends import ends
from apps.platforms.syncro.feed import Load
from apps.platforms.syncro.translate.purchases import tells_its_lines

#: Lists of one page, whatever page is asked for.
ONE_PAGE = frozenset({"payment_method", "item_category"})
#: Lists whose rows lack lines: how a row stands is known from its revision alone.
THIN = frozenset({"invoice", "purchase_order"})
#: The order in which changed rows come last ("sort" is documented for these two lists only).
CHANGED_LAST: Mapping[str, Mapping[str, str]] = {
    "customer": {"sort": "updated_at ASC"},
    "item": {"sort": "updated_at ASC"},
}

Cursor = dict[str, Any]


def pull(client: Client, entity: str, cursor: str, *, full: bool, kept: Kept | None = None) -> Iterator[Page]:
    """What changed since `cursor`; the last page is empty and carries the cursor of the next pull."""
    start: Cursor = json.loads(cursor) if cursor else {}
    if entity == "invoice":
        if kept and not full and (not start or "step" in start):
            return Load(client, kept, start).pages()
        return InvoicePull(client, start, full=full, kept=kept).pages()
    if entity == "purchase_order":
        return _pull_orders(client, start, None if full else kept)
    if entity in ONE_PAGE:
        return iter([_one_page(client, entity)])
    return _pull_plain(client, entity, start, full=full, kept=kept)


def ids(client: Client, entity: str) -> Iterator[Sequence[str]]:
    """Every id there is, from thin lists."""
    for _, answer in _all(client, entity, 1):
        yield [str(row["id"]) for row in answer.rows]


def roll(client: Client, entity: str, first: int = 1) -> Iterator[Roll]:
    """Every id there is from page `first` on, and what the list tells of each: itself where it is whole, else how it
    stands.
    """
    for number, answer in _all(client, entity, first):
        keys, onward = [str(row["id"]) for row in answer.rows], str(number + 1)
        if entity in THIN:
            stands = {str(row["id"]): str(row.get("updated_at") or "") for row in answer.rows}
            yield Roll(ids=keys, revisions=stands, cursor=onward)
        else:
            yield Roll(ids=keys, records=read(entity, answer.rows).records, cursor=onward)


def _one_page(client: Client, entity: str) -> Page:
    done = read(entity, client.slice(entity, 1).rows)
    return Page(
        records=done.records, unreadable=tuple(done.unread.values()), cursor=cursor_text(loaded=True), last=True
    )


def _all(client: Client, entity: str, first: int) -> Iterator[tuple[int, Slice]]:
    return iter([(1, client.slice(entity, 1))]) if entity in ONE_PAGE else client.pages(entity, start=first)


def _pull_plain(client: Client, entity: str, start: Cursor, *, full: bool, kept: Kept | None) -> Iterator[Page]:
    again = read(entity, _details(client, entity, start.get("unread", ())))
    unread, found = dict(again.unread), again.records
    loaded = bool(start.get("loaded")) and not full
    pages = int(start.get("pages") or 1)
    for number, answer in _plain_pages(client, entity, start, loaded=loaded, kept=kept):
        done = read(entity, answer.rows)
        unread |= done.unread
        pages = max(pages, number if answer.rows else 1)
        onward = {**start, "unread": sorted(unread)} if loaded else {"page": number + 1, "unread": sorted(unread)}
        yield Page(records=found + done.records, cursor=cursor_text(**onward))
        found = []
    cursor = cursor_text(loaded=True, pages=pages, unread=sorted(unread))
    yield Page(records=found, cursor=cursor, unreadable=tuple(unread.values()), last=True)


def _plain_pages(
    client: Client, entity: str, start: Cursor, *, loaded: bool, kept: Kept | None
) -> Iterator[tuple[int, Slice]]:
    if not loaded:
        return client.pages(entity, start=int(start.get("page") or 1))
    query = CHANGED_LAST.get(entity)

    def news(rows: Sequence[Row]) -> bool:
        """Whether a page shows anything that is not kept as it stands; without a memory every page may."""
        records = read(entity, rows).records
        return kept is None or len(kept.holds(records)) < len(rows)

    return ends(lambda number: client.slice(entity, number, query), int(start.get("pages") or 1), news, kept is None)


def _details(client: Client, entity: str, external_ids: Sequence[str]) -> list[Row]:
    """The details of records that could not be read before; those that are gone by now are left out."""
    return [raw for key in external_ids if (raw := client.one(entity, key))]


def _pull_orders(client: Client, start: Cursor, kept: Kept | None) -> Iterator[Page]:
    """The whole list, and the detail of each purchase order that is not kept as it stands."""
    unread: dict[str, str] = {}
    first = 1 if start.get("loaded") else int(start.get("page") or 1)
    for number, answer in client.pages("purchase_order", start=first):
        thin = read("purchase_order", answer.rows).records
        held = kept.holds(thin) if kept else frozenset()
        fresh = [row for row in answer.rows if str(row["id"]) not in held]
        wholes = [row if tells_its_lines(row) else client.one("purchase_order", str(row["id"])) for row in fresh]
        done = read("purchase_order", [raw for raw in wholes if raw])
        unread |= done.unread
        onward = start if start.get("loaded") else {"page": number + 1}
        yield Page(records=done.records, cursor=cursor_text(**onward))
    yield Page(cursor=cursor_text(loaded=True), unreadable=tuple(unread.values()), last=True)


class InvoicePull:
    """One walk over the invoices changed since the cursor: thin pages, then the detail of each invoice on them.

    While a list of several pages is read, an edit can move rows to pages already read. So its thin pages are read
    once more at the end, and the details of what was not seen as it stands now are fetched then. The cursor remembers
    which versions of the overlap were read, so that a burst of invoices is not fetched again and again.
    """

    def __init__(self, client: Client, start: Cursor, *, full: bool, kept: Kept | None = None) -> None:
        self.client = client
        self.kept = None if full else kept
        self.since = "" if full else str(start.get("since") or "")
        self.first = 1 if full else int(start.get("page") or 1)
        self.began = "" if full else str(start.get("began") or "")
        self.recent: list[str] = [] if full else list(start.get("recent") or [])
        self.newest = Newest(self.recent)
        self.seen = set(self.recent)
        self.unread = dict.fromkeys(start.get("unread", ()), "")

    def pages(self) -> Iterator[Page]:
        """The pages of this walk, each with the cursor that goes on behind it."""
        number = self.first
        if self.unread:
            again = _details(self.client, "invoice", sorted(self.unread))
            self.unread.clear()
            yield Page(records=self._read(again), cursor=self._cursor(number))
        for number, answer in self._thin():
            yield self._page(self._unseen(answer.rows), number + 1)
        if number > self.first:
            for _, answer in self._thin():
                if rows := self._unseen(answer.rows):
                    yield self._page(rows, number)
        cursor = cursor_text(**self.newest.onward(self.began, self.unread))
        yield Page(cursor=cursor, unreadable=tuple(self.unread.values()), last=True)

    def _thin(self) -> Iterator[tuple[int, Slice]]:
        query = {"since_updated_at": since_text(self.since)} if self.since else {}
        return self.client.pages("invoice", query, self.first)

    def _unseen(self, rows: Sequence[Row]) -> list[Row]:
        self.began = self.began or self.client.now()
        fresh = [row for row in rows if version(row) not in self.seen]
        self.seen |= {version(row) for row in fresh}
        self.newest.add(fresh)
        held = self.kept.holds(read("invoice", fresh).records) if self.kept else frozenset()
        return [row for row in fresh if str(row["id"]) not in held]

    def _page(self, rows: Sequence[Row], onward: int) -> Page:
        details = [self.client.one("invoice", str(row["id"])) for row in rows]
        return Page(records=self._read([detail for detail in details if detail]), cursor=self._cursor(onward))

    def _read(self, details: Sequence[Row]) -> list[Record]:
        done = read("invoice", details)
        self.unread |= done.unread
        return done.records

    def _cursor(self, onward: int) -> str:
        return cursor_text(
            since=self.since, page=onward, began=self.began, recent=self.newest.versions(), unread=sorted(self.unread)
        )
