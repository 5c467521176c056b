"""Reading Syncro's lists: invoices by what changed, the others whole or at both ends, ids for sweeps.

Cursors are small JSON objects. A pull goes on at the page after the last one stored. A record that makes no sense is
left out with a sentence, and its id stays in the cursor, so that it is asked for again each time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from apps.platforms.base import Page
from apps.platforms.errors import Unreadable
from apps.platforms.paging import Row, Slice, numbered_pages
from apps.platforms.records import Record
from apps.platforms.syncro.client import Client
from apps.platforms.syncro.translate import READERS

#: since_updated_at looks back so far behind the newest change seen: changes come to light out of order.
OVERLAP = timedelta(minutes=10)
#: So many versions inside the overlap are remembered in a cursor.
REMEMBERED = 2000
#: A list of so few pages is read whole each time; of a longer one only the first page and so many last ones,
#: as new rows may stand at either end. Sweeps find the rest.
WHOLE, LAST = 8, 3
#: The order in which changed rows come last ("sort" is documented for these two lists only).
CHANGED_LAST: Mapping[str, Mapping[str, str]] = {
    "customer": {"sort": "updated_at ASC"},
    "item": {"sort": "updated_at ASC"},
}

Cursor = dict[str, Any]


@dataclass(slots=True)
class Reading:
    """Rows as records; `unread` are sentences about those that make no sense, by id."""

    records: list[Record] = field(default_factory=list)
    unread: dict[str, str] = field(default_factory=dict)


def read(entity: str, rows: Sequence[Row]) -> Reading:
    """Each row by itself: one that cannot be read costs no other."""
    done = Reading()
    for row in rows:
        try:
            done.records.append(READERS[entity](row))
        except Unreadable as error:
            name = f"{entity} {row.get('number') or row.get('id')}"
            done.unread[str(row.get("id"))] = (
                f"Syncro's {name} was left out: {error.message}. Correct it in Syncro; it is read again by itself."
            )
    return done


def pull(client: Client, entity: str, cursor: str, *, full: bool) -> Iterator[Page]:
    """What changed since `cursor`; the last page is empty and carries the cursor of the next pull."""
    start: Cursor = json.loads(cursor) if cursor else {}
    if entity == "invoice":
        return InvoicePull(client, start, full=full).pages()
    if entity == "payment_method":
        methods = read(entity, client.slice(entity, 1).rows).records
        return iter([Page(records=methods, cursor=_text(loaded=True), last=True)])
    return _pull_plain(client, entity, start, full=full)


def ids(client: Client, entity: str) -> Iterator[Sequence[str]]:
    """Every id there is, from thin lists."""
    pages = [(1, client.slice(entity, 1))] if entity == "payment_method" else client.pages(entity)
    for _, answer in pages:
        yield [str(row["id"]) for row in answer.rows]


def both_ends(client: Client, entity: str, query: Mapping[str, str] | None = None) -> Iterator[Slice]:
    """The whole list when it is short or does not tell its length, else its first page and its last ones."""
    first = client.slice(entity, 1, query)
    if first.total_pages is None or first.total_pages <= WHOLE:
        pages = numbered_pages(lambda number: first if number == 1 else client.slice(entity, number, query))
        yield from (answer for _, answer in pages)
        return
    yield first
    for number in range(first.total_pages - LAST + 1, first.total_pages + 1):
        yield client.slice(entity, number, query)


def _pull_plain(client: Client, entity: str, start: Cursor, *, full: bool) -> Iterator[Page]:
    again = read(entity, _details(client, entity, start.get("unread", ())))
    unread, found = dict(again.unread), again.records
    loaded = bool(start.get("loaded")) and not full
    for number, answer in _plain_pages(client, entity, start, loaded=loaded):
        done = read(entity, answer.rows)
        unread |= done.unread
        onward = {**start, "unread": sorted(unread)} if loaded else {"page": number + 1, "unread": sorted(unread)}
        yield Page(records=found + done.records, cursor=_text(**onward))
        found = []
    yield Page(
        records=found, cursor=_text(loaded=True, unread=sorted(unread)), unreadable=tuple(unread.values()), last=True
    )


def _plain_pages(client: Client, entity: str, start: Cursor, *, loaded: bool) -> Iterator[tuple[int, Slice]]:
    if loaded:
        return enumerate(both_ends(client, entity, CHANGED_LAST.get(entity)), 1)
    return client.pages(entity, start=int(start.get("page", 1)))


def _details(client: Client, entity: str, external_ids: Sequence[str]) -> list[Row]:
    """The details of records that could not be read before; those that are gone by now are left out."""
    return [raw for key in external_ids if (raw := client.one(entity, key))]


class InvoicePull:
    """One walk over the invoices changed since the cursor: thin pages, then the detail of each invoice on them.

    While a list of several pages is read, an edit can move rows to pages already read. So its thin pages are read
    once more at the end, and the details of what was not seen as it stands now are fetched then. The cursor remembers
    which versions of the overlap were read, so that a burst of invoices is not fetched again and again.
    """

    def __init__(self, client: Client, start: Cursor, *, full: bool) -> None:
        before = str(start.get("since") or "")
        self.client = client
        self.since = "" if full else before
        self.first = int(start.get("page") or 1) if self.since == before else 1
        self.high = str(start.get("high") or before)
        self.recent: list[str] = [] if full else list(start.get("recent") or [])
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
        recent = sorted(version for version in self.seen if self._overlaps(version))[:REMEMBERED]
        cursor = _text(since=self.high, page=1, high=self.high, recent=recent, unread=sorted(self.unread))
        yield Page(cursor=cursor, unreadable=tuple(self.unread.values()), last=True)

    def _thin(self) -> Iterator[tuple[int, Slice]]:
        query = {"since_updated_at": _earlier(self.since)} if self.since else {}
        return self.client.pages("invoice", query, self.first)

    def _unseen(self, rows: Sequence[Row]) -> list[Row]:
        fresh = [row for row in rows if _version(row) not in self.seen]
        self.seen |= {_version(row) for row in fresh}
        return fresh

    def _page(self, rows: Sequence[Row], onward: int) -> Page:
        self.high = max([self.high, *(str(row.get("updated_at") or "") for row in rows)], key=_moment)
        details = [self.client.one("invoice", str(row["id"])) for row in rows]
        return Page(records=self._read([detail for detail in details if detail]), cursor=self._cursor(onward))

    def _read(self, details: Sequence[Row]) -> list[Record]:
        done = read("invoice", details)
        self.unread |= done.unread
        return done.records

    def _cursor(self, onward: int) -> str:
        return _text(since=self.since, page=onward, high=self.high, recent=self.recent, unread=sorted(self.unread))

    def _overlaps(self, version: str) -> bool:
        return bool(self.high) and _moment(version.partition(" ")[2]) >= _moment(self.high) - OVERLAP


def _version(row: Row) -> str:
    return f"{row['id']} {row.get('updated_at') or ''}"


def _moment(instant: str) -> datetime:
    return datetime.fromisoformat(instant) if instant else datetime.min.replace(tzinfo=UTC)


def _earlier(instant: str) -> str:
    moment = datetime.fromisoformat(instant).astimezone(UTC) - OVERLAP
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _text(**cursor: Any) -> str:
    return json.dumps({name: value for name, value in cursor.items() if value != []}, sort_keys=True)
