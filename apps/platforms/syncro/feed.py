"""The first load of invoices: thin pages and the feed of all lines instead of a detail request for each invoice.

The feed is for Global Admins, and its pages are unstable while the account changes: lines come twice or not at all. So
both lists are put aside first, piece by piece, and then joined; an invoice whose lines do not come to its subtotal, or
whose lines have a gap, is read in detail. What changed in the meantime is read in detail at the end. Balance and
payments stay open: no list tells them, and the caller reads them off the payments or asks for the detail.
Vendor's page: Invoices, Line items.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from apps.platforms.base import Aside, Kept, Page
from apps.platforms.errors import PermissionMissing
from apps.platforms.paging import Row, Slice
from apps.platforms.syncro.changes import Newest, cursor_text, earlier, read, since_text
from apps.platforms.syncro.client import FEED, Client, Raw
from apps.platforms.syncro.translate.invoices import sums_to
from apps.platforms.syncro.translate.values import dollars, text, without_secrets

#: What a piece is called that is not a line.
HEAD = "head"
#: Estimates have lines in the same feed.
OF_INVOICES = {"invoice_id_not_null": "true"}
#: So many invoices are joined at once; as many as a thin page has where each costs a request of its own.
JOINED, DETAILED = 100, 25

HEADS, LINES, JOIN, AGAIN, TAIL = "heads", "lines", "join", "again", "tail"


class Load:
    """One first load. Its steps: heads, lines, join, again (without the feed: the heads once more), tail.

    Each page is stored with the cursor behind it, so that a load that was killed goes on at the next page.
    """

    def __init__(self, client: Client, kept: Kept, start: Mapping[str, Any]) -> None:
        self.client = client
        self.kept = kept
        self.step = str(start.get("step") or HEADS)
        self.page = int(start.get("page") or 1)
        self.after = str(start.get("after") or "")
        self.fed = bool(start.get("fed", True))
        self.began = str(start.get("began") or "")
        self.newest = Newest(start.get("recent", ()))
        self.unread = dict.fromkeys(start.get("unread", ()), "")

    def pages(self) -> Iterator[Page]:
        """All pages from where it stands; the last one carries the cursor of ordinary pulls."""
        if self.step == HEADS:
            yield from self._heads()
        if self.step == LINES:
            yield from self._lines()
        if self.step == JOIN:
            yield from self._join()
        if self.step == AGAIN:
            yield from self._changed({})
            yield self._next(TAIL)
        if self.step == TAIL:
            yield from self._tail()

    def _tail(self) -> Iterator[Page]:
        """What was changed while the load went on: no overlap, as nothing before it began was left out."""
        since = earlier(self.newest.high, self.began)
        query = {"since_updated_at": since_text(since)} if since else {}
        yield from self._changed(query)
        cursor = cursor_text(**self.newest.onward(self.began, self.unread))
        yield Page(cursor=cursor, unreadable=tuple(self.unread.values()), last=True)

    def _heads(self) -> Iterator[Page]:
        for number, answer in self.client.pages("invoice", start=self.page):
            self.began = self.began or self.client.now()
            self.newest.add(answer.rows)
            pieces = [Aside(parent=str(row["id"]), key=HEAD, raw=without_secrets(row)) for row in answer.rows]
            self.page = number + 1
            yield Page(aside=pieces, cursor=self._cursor())
        yield self._next(LINES)

    def _lines(self) -> Iterator[Page]:
        try:
            for number, answer in feed(self.client, self.page):
                self.page = number + 1
                pieces = [
                    Aside(parent=str(row["invoice_id"]), key=str(row["id"]), raw=without_secrets(row))
                    for row in answer.rows
                    if row.get("invoice_id")
                ]
                yield Page(aside=pieces, cursor=self._cursor())
        except PermissionMissing:
            self.fed = False
        yield self._next(JOIN)

    def _join(self) -> Iterator[Page]:
        most = JOINED if self.fed else DETAILED
        while parents := self.kept.waiting("invoice", most, self.after):
            wholes = Join(self.client, self.kept, parents).wholes()
            done = read("invoice", wholes)
            self.unread |= done.unread
            self.after = parents[-1]
            yield Page(records=done.records, taken=parents, cursor=self._cursor())
        yield self._next(TAIL if self.fed else AGAIN)

    def _changed(self, query: Mapping[str, str]) -> Iterator[Page]:
        """The details of what a thin list shows otherwise than it is kept."""
        for number, answer in self.client.pages("invoice", query, self.page):
            heads = read("invoice", answer.rows)
            held = self.kept.holds(heads.records) | set(self.unread)
            keys = [str(row["id"]) for row in answer.rows if str(row["id"]) not in held]
            done = read("invoice", [raw for key in keys if (raw := self.client.one("invoice", key))])
            self.unread |= done.unread
            self.page = number + 1
            if keys:
                yield Page(records=done.records, cursor=self._cursor())

    def _next(self, step: str) -> Page:
        self.step, self.page, self.after = step, 1, ""
        return Page(cursor=self._cursor())

    def _cursor(self) -> str:
        return cursor_text(
            step=self.step, page=self.page, after=self.after, fed=self.fed, began=self.began, recent=self.newest.versions(),
            unread=sorted(self.unread),
        )  # fmt: skip


class Join:
    """Some invoices out of their pieces, each as its detail would tell it; what does not fit is read in detail."""

    def __init__(self, client: Client, kept: Kept, parents: Sequence[str]) -> None:
        self.client = client
        self.parents = parents
        self.pieces = kept.aside("invoice", parents)
        heads = [pieces[HEAD] for pieces in self.pieces.values() if HEAD in pieces]
        self.customers = kept.payloads("customer", [text(head.get("customer_id")) for head in heads])
        lines = [line for pieces in self.pieces.values() for key, line in pieces.items() if key != HEAD]
        self.products = kept.payloads("item", sorted({text(line.get("product_id")) for line in lines} - {""}))

    def wholes(self) -> list[Raw]:
        """The payloads; those that are gone by now are left out."""
        found = (self._joined(key) or self.client.one("invoice", key) for key in self.parents)
        return [raw for raw in found if raw]

    def _joined(self, key: str) -> Raw | None:
        pieces = dict(self.pieces.get(key, {}))
        head = pieces.pop(HEAD, None)
        customer = self.customers.get(text(head.get("customer_id"))) if head else None
        lines = [self._with_category(line) for line in pieces.values()]
        if head is None or customer is None or not fits(head, lines):
            return None
        who = {name: customer.get(name) for name in ("id", "business_then_name", "tax_rate_id")}
        return {**head, "line_items": lines, "customer": who}

    def _with_category(self, line: Row) -> Raw:
        """The vendor's example of the feed has no category, and that of a detail has: it is the product's."""
        product = self.products.get(text(line.get("product_id")), {})
        return {"product_category": product.get("product_category"), **line}


def fits(head: Row, lines: Sequence[Row]) -> bool:
    """Whether these are all lines of the invoice: they come to its subtotal, and no position is missing.

    An invoice without any line is never believed: the feed may have left them out.
    """
    return bool(lines) and not _gaps(lines) and sums_to(lines, dollars(head.get("subtotal")))


def _gaps(lines: Sequence[Row]) -> bool:
    """Whether a position is missing, where positions number the lines at all."""
    places = {int(line["position"]) for line in lines if str(line.get("position") or "").isdecimal()}
    return len(places) == len(lines) and (min(places) > 1 or max(places) - min(places) >= len(places))


def feed(client: Client, start: int) -> Iterator[tuple[int, Slice]]:
    """The pages of the feed from `start`. It ends early, without a complaint, where pages go in circles or miss: what
    it did not tell is found out by what does not fit.
    """
    seen: set[str] = set()
    number = start
    while True:
        answer = client.slice(FEED, number, OF_INVOICES)
        first = str(answer.rows[0].get("id")) if answer.rows else ""
        if not first or first in seen or answer.page not in (None, number):
            return
        yield number, answer
        if answer.total_pages is not None and number >= answer.total_pages:
            return
        seen.add(first)
        number += 1
