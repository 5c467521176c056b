"""From Xero's lists to pages of records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import cast

from apps.platforms.base import Page
from apps.platforms.errors import Unreadable
from apps.platforms.records import Payment, Record, Status
from apps.platforms.xero.client import Client, page_of
from apps.platforms.xero.reading import Cursor, scan
from apps.platforms.xero.translate import BATCHES, SOURCES, Source
from apps.platforms.xero.translate.payments import read_batch
from apps.platforms.xero.translate.values import Raw, part, parts, text

#: Ids in one query: a longer address is answered with 404.
AT_ONCE = 40
#: More records than this are found in the whole list rather than asked for one by one.
ONE_BY_ONE = 10


class Puller:
    """Reads one organisation; remembers whose invoice is whose, which batches do not tell."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._contacts: dict[str, str] = {}

    def pull(self, entity: str, cursor: str, *, full: bool = False) -> Iterator[Page]:
        """What changed, list after list; everything on a first load and with `full`."""
        place = Cursor() if full else Cursor.read(cursor)
        sources = SOURCES[entity]
        roots = [source.root for source in sources]
        for number, source in enumerate(sources):
            if place.at in roots and roots.index(place.at) > number:
                continue
            for piece in scan(self.client, source, place.before(source.root)):
                following = roots[number + 1] if piece.last and number + 1 < len(roots) else ""
                at = following or ("" if piece.last else source.root)
                reached = place.moved(source.root, piece.known, at)
                records, unreadable = self.records(source, piece.rows)
                last = piece.last and not following
                if unreadable:  # asked for again: the list is not known any further than before
                    reached = place.moved(source.root, None, at)
                yield Page(records=records, unreadable=unreadable, cursor=str(reached), last=last)
                place = reached

    def ids(self, entity: str) -> Iterator[Sequence[str]]:
        """Every id there is now, deleted ones left out. Raises when a row's id cannot be told."""
        for source in SOURCES[entity]:
            for piece in scan(self.client, source, None):
                records, unreadable = self.records(source, piece.rows)
                if unreadable:
                    raise Unreadable(unreadable[0])
                yield [record.external_id for record in records if record.status is not Status.DELETED]

    def get(self, entity: str, ids: Sequence[str]) -> dict[str, Record | None]:
        """The records of these ids; None where Xero itself has none."""
        found: dict[str, Record | None] = dict.fromkeys(ids)
        for source in SOURCES[entity]:
            wanted = [key for key in ids if _belongs(source, key, SOURCES[entity])]
            records = [record for rows in self._asked(source, wanted) for record in self.read(source, rows)]
            found |= {record.external_id: record for record in records if record.external_id in found}
        return found

    def records(self, source: Source, rows: Sequence[Raw]) -> tuple[list[Record], list[str]]:
        """The records of raw rows, and a sentence about each that makes no sense; rows that are not ours are left out."""
        records: list[Record] = []
        unreadable: list[str] = []
        for row in rows:
            try:
                records += self.read(source, [row])
            except Unreadable as error:
                key = text(row, source.key) or "without an id"
                unreadable.append(f"{source.root} {key}: {error.message}")
        return records, unreadable

    def read(self, source: Source, rows: Iterable[Raw]) -> list[Record]:
        """The records of raw rows. Raises Unreadable."""
        ours = [row for row in rows if source.ours(row)]
        if source is BATCHES:
            return self._batches(ours)
        reader = cast("Callable[[Raw], Record]", source.read)
        return [self._with_customer(reader(row)) for row in ours]

    def _batches(self, rows: Sequence[Raw]) -> list[Record]:
        self._learn({text(part(each, "Invoice"), "InvoiceID") for row in rows for each in parts(row, "Payments")})
        return [record for row in rows for record in read_batch(row, self._contacts)]

    def _with_customer(self, record: Record) -> Record:
        """Payments tell the contact of their invoice; where one does not, it is looked up."""
        if not isinstance(record, Payment) or not record.applications:
            return record
        invoice = record.applications[0].document_id
        if record.customer_id:
            self._contacts.setdefault(invoice, record.customer_id)
            return record
        self._learn({invoice})
        return replace(record, customer_id=self._contacts.get(invoice, ""))

    def _learn(self, invoices: Iterable[str]) -> None:
        unknown = sorted(key for key in invoices if key and key not in self._contacts)
        for first in range(0, len(unknown), AT_ONCE):
            given = {**page_of(), "i_ds": unknown[first : first + AT_ONCE]}
            rows, _ = self.client.rows("get_invoices", "Invoices", **given)
            self._contacts |= {text(row, "InvoiceID"): text(part(row, "Contact"), "ContactID") for row in rows}

    def _asked(self, source: Source, ids: Sequence[str]) -> Iterator[list[Raw]]:
        keys = sorted({key.removeprefix(source.prefix).partition(":")[0] for key in ids})
        if not keys:
            return
        if source.by_ids:
            yield from self._by_ids(source, keys)
        elif not source.one or (len(keys) > ONE_BY_ONE):
            yield from (piece.rows for piece in scan(self.client, source, None))
        else:
            rows = (self.client.one(source.one, source.root, key) for key in keys)
            yield [row for row in rows if row is not None]

    def _by_ids(self, source: Source, keys: Sequence[str]) -> Iterator[list[Raw]]:
        more = {name: value for name, value in (source.more or {}).items() if name != "where"}
        for first in range(0, len(keys), AT_ONCE):
            given = {**more, **page_of(), "i_ds": list(keys[first : first + AT_ONCE])}
            yield self.client.rows(source.list, source.root, **given)[0]


def _belongs(source: Source, key: str, sources: Sequence[Source]) -> bool:
    """Whether an id names a row of this list: by its prefix, bare ones the list without."""
    if source.prefix:
        return key.startswith(source.prefix)
    return not any(other.prefix and key.startswith(other.prefix) for other in sources)
