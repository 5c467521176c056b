"""From Xero's lists to pages of records."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import cast

from apps.platforms.base import Page
from apps.platforms.errors import Unreadable
from apps.platforms.records import Customer, Payment, Record, Status
from apps.platforms.xero.client import Client, page_of
from apps.platforms.xero.reading import Cursor, scan
from apps.platforms.xero.translate import BATCHES, SOURCES, Source
from apps.platforms.xero.translate.payments import is_credit, read_batch
from apps.platforms.xero.translate.values import Raw, maybe, part, parts, text

#: Ids in one query: a longer address is answered with 404.
AT_ONCE = 40
#: More records than this are found in the whole list rather than asked for one by one.
ONE_BY_ONE = 10


class Puller:
    """Reads one organisation; remembers whose invoice is whose, which batches do not tell."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._contacts: dict[str, str] = {}
        self._credited: frozenset[str] | None = None

    def pull(self, entity: str, cursor: str, *, full: bool = False) -> Iterator[Page]:
        """What changed, list after list; everything on a first load and with `full`.

        Records that made no sense are asked for again by id, as long as they make none.
        """
        place = Cursor() if full else Cursor.read(cursor)
        sources = SOURCES[entity]
        roots = [source.root for source in sources]
        first = roots.index(place.at) if place.at in roots else 0
        if place.unread:
            page, place = self._again(sources, place)
            yield page
        for source, after in zip(sources[first:], [*roots[first + 1 :], ""], strict=True):
            place = yield from self._listed(source, place, after)

    def _again(self, sources: Sequence[Source], place: Cursor) -> tuple[Page, Cursor]:
        records: list[Record] = []
        unread: dict[str, str] = {}
        for source in sources:
            keys = [key for root, _, key in (each.partition("/") for each in place.unread) if root == source.root]
            for rows in self._asked(source, [source.prefix + key for key in keys]):
                found, failed = self.records(source, [row for row in rows if text(row, source.key) in keys])
                records += found
                unread |= failed
        place = replace(place, unread=tuple(sorted(unread)))
        return Page(records=records, unreadable=tuple(unread.values()), cursor=str(place)), place

    def _listed(self, source: Source, place: Cursor, after: str) -> Generator[Page, None, Cursor]:
        """The pages of one list; gives the cursor after them. `after` is the list that comes next, "" after the last."""
        for piece in scan(self.client, source, place.before(source.root)):
            records, failed = self.records(source, piece.rows)
            read = {f"{source.root}/{text(row, source.key)}" for row in piece.rows} - set(failed)
            unread = tuple(sorted((set(place.unread) | set(failed)) - read))
            place = replace(place.moved(source.root, piece.known, after if piece.last else source.root), unread=unread)
            last = piece.last and not after
            yield Page(records=records, unreadable=tuple(failed.values()), cursor=str(place), last=last)
        return place

    def ids(self, entity: str) -> Iterator[Sequence[str]]:
        """Every id there is now, deleted ones left out. Raises when a row's id cannot be told."""
        for source in SOURCES[entity]:
            for piece in scan(self.client, source, None):
                records, unreadable = self.records(source, piece.rows)
                if unreadable:
                    raise Unreadable(next(iter(unreadable.values())))
                yield [record.external_id for record in records if record.status is not Status.DELETED]

    def get(self, entity: str, ids: Sequence[str]) -> dict[str, Record | None]:
        """The records of these ids; None where Xero itself has none, also where it was deleted."""
        found: dict[str, Record | None] = dict.fromkeys(ids)
        for source in SOURCES[entity]:
            wanted = [key for key in ids if _belongs(source, key, SOURCES[entity])]
            records = [record for rows in self._asked(source, wanted) for record in self.read(source, rows)]
            records = self._balanced(records)
            live = [record for record in records if record.status is not Status.DELETED]
            found |= {record.external_id: record for record in live if record.external_id in found}
        return found

    def records(self, source: Source, rows: Sequence[Raw]) -> tuple[list[Record], dict[str, str]]:
        """The records of raw rows, and by list and id a sentence about each that makes no sense."""
        records: list[Record] = []
        failed: dict[str, str] = {}
        if source is BATCHES:
            self._learn(_invoices_of(rows))
        for row in rows:
            try:
                records += self._balanced(self.read(source, [row]))
            except Unreadable as error:
                key = text(row, source.key)
                failed[f"{source.root}/{key}"] = f"{source.root} {key or 'without an id'}: {error.message}"
        return records, failed

    def read(self, source: Source, rows: Iterable[Raw]) -> list[Record]:
        """The records of raw rows. Raises Unreadable."""
        rows = list(rows)
        if source.root == "Payments":  # members of batches are no records, but tell whose invoices they are on
            self._contacts |= dict(_contacts_told(rows))
        ours = [row for row in rows if source.ours(row)]
        if source is BATCHES:
            return self._batches(ours)
        reader = cast("Callable[[Raw], Record]", source.read)
        return [self._with_customer(reader(row)) for row in ours]

    def _balanced(self, records: Sequence[Record]) -> list[Record]:
        """What Xero calls outstanding counts invoices; whether open credits are taken off is not documented for every
        kind. So it is told of contacts without any: there it can only be the receivable.
        """
        told = [record for record in records if isinstance(record, Customer) and record.balance is not None]
        unclear = self._in_credit() if told else frozenset()
        return [without_balance(each) if each.external_id in unclear else each for each in records]

    def _in_credit(self) -> frozenset[str]:
        """The contacts that have credit left, asked for once."""
        if self._credited is None:
            found = set()
            for source in (*SOURCES["credit_memo"], *(each for each in SOURCES["payment"] if each.ours is is_credit)):
                standing = replace(source, more={**(source.more or {}), "where": 'Status=="AUTHORISED"'})
                rows = (row for piece in scan(self.client, standing, None) for row in piece.rows)
                found |= {text(part(row, "Contact"), "ContactID") for row in rows if maybe(row, "RemainingCredit")}
            self._credited = frozenset(found)
        return self._credited

    def _batches(self, rows: Sequence[Raw]) -> list[Record]:
        self._learn(_invoices_of(rows))
        return [record for row in rows for record in read_batch(row, self._contacts)]

    def _with_customer(self, record: Record) -> Record:
        """Payments tell the contact of their invoice; where one does not, it is looked up."""
        if not isinstance(record, Payment) or not record.applications:
            return record
        invoice = record.applications[0].document_id
        if record.customer_id:
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
            rows = (self.client.one(source.one, source.root, key, **source.exact) for key in keys)
            yield [row for row in rows if row is not None]

    def _by_ids(self, source: Source, keys: Sequence[str]) -> Iterator[list[Raw]]:
        more = {name: value for name, value in (source.more or {}).items() if name != "where"}
        for first in range(0, len(keys), AT_ONCE):
            given = {**more, **page_of(), "i_ds": list(keys[first : first + AT_ONCE])}
            yield self.client.rows(source.list, source.root, **given)[0]


def without_balance(record: Record) -> Record:
    """A contact of which we do not know what its balance counts; any other record as it is."""
    return replace(record, balance=None) if isinstance(record, Customer) else record


def _invoices_of(batches: Iterable[Raw]) -> set[str]:
    return {text(part(each, "Invoice"), "InvoiceID") for row in batches for each in parts(row, "Payments")}


def _contacts_told(payments: Iterable[Raw]) -> Iterator[tuple[str, str]]:
    for row in payments:
        invoice = part(row, "Invoice")
        contact = text(part(invoice, "Contact"), "ContactID")
        if contact:
            yield text(invoice, "InvoiceID"), contact


def _belongs(source: Source, key: str, sources: Sequence[Source]) -> bool:
    """Whether an id names a row of this list: by its prefix, bare ones the list without."""
    if source.prefix:
        return key.startswith(source.prefix)
    return not any(other.prefix and key.startswith(other.prefix) for other in sources)
