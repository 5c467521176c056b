"""Looking before sending again: is what a write wanted already there?

Each document carries a key of ours where Xero lets people search: a number, a link, a reference, the text of a line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import cast

from apps.platforms.base import ABSENT, CANNOT_TELL, Answer, Found, Verb, Write
from apps.platforms.records import CreditMemo, Customer, Facts, Invoice, Item, Payment, Record, Refund, Status
from apps.platforms.xero.client import Client, page_of
from apps.platforms.xero.limits import PAGE
from apps.platforms.xero.pulling import Puller, without_balance
from apps.platforms.xero.translate import BATCHES, KINDS, SOURCES, Source, holds
from apps.platforms.xero.translate.customers import contact_name
from apps.platforms.xero.translate.items import item_code
from apps.platforms.xero.translate.names import contact_number, document_number
from apps.platforms.xero.translate.payments import invoiced
from apps.platforms.xero.translate.values import Raw, text

#: Staff may have moved the date of a document since; we look a month around it.
AROUND = timedelta(days=31)
GONE = frozenset({Status.DELETED, Status.VOIDED})


class Finder:
    """Asks one organisation."""

    def __init__(self, client: Client, puller: Puller) -> None:
        self.client = client
        self.puller = puller

    def find(self, entity: str, write: Write, facts: Facts) -> Found | Answer:
        """Found, or ABSENT when every page was read. Raises TryLater when it could not ask."""
        if write.verb is not Verb.CREATE:
            return self._changed(entity, write, facts)
        if isinstance(write.record, Customer):
            return self._contact(write.record, write.marker)
        if isinstance(write.record, Item):
            return self._item(write.record)
        if not write.marker:
            return CANNOT_TELL
        if isinstance(write.record, Payment):
            return self._payment(write.record, write.marker)
        if isinstance(write.record, Refund):
            return self._marked(self._payments_around(write.record.date), "refund", write.marker)
        return self._document(write, cast("Invoice | CreditMemo", write.record))

    def _contact(self, record: Customer, marker: str) -> Found | Answer:
        """By our key, also among archived ones; else an active one of that name that carries no other key of ours."""
        key, name = contact_number(marker), contact_name(record)
        (source,) = SOURCES["customer"]
        if key and (raw := self.client.one("get_contact_by_contact_number", source.root, key)) is not None:
            return Found(without_balance(self.puller.read(source, [raw])[0]))
        same = [raw for raw in self._named(name) if _folded(text(raw, "Name")) == _folded(name)]
        free = [raw for raw in same if not text(raw, "ContactNumber").startswith("tieout")]
        live = [found for found in self.puller.read(source, free) if found.status is Status.ACTIVE]
        return Found(without_balance(live[0])) if live else ABSENT

    def _named(self, name: str) -> list[Raw]:
        """Contacts of a name. How a quotation mark is written in a filter is not documented: such names are searched."""
        if '"' in name or "\\" in name:
            longest = max(name.replace("\\", '"').split('"'), key=len).strip()
            return list(self._rows("customer", search_term=longest))
        return list(self._rows("customer", where=f'Name=="{name}"'))

    def _item(self, record: Item) -> Found | Answer:
        code = item_code(record)
        (source,) = SOURCES["item"]
        raw = self.client.one(source.one, source.root, code, **source.exact)
        if raw is None or _folded(text(raw, "Code")) != _folded(code):
            return ABSENT
        return Found(self.puller.read(source, [raw])[0])

    def _document(self, write: Write, record: Invoice | CreditMemo) -> Found | Answer:
        """An invoice by its number, a credit note among the customer's: only one with our marker is ours."""
        number = document_number(record.number)
        if isinstance(record, Invoice) and number and "," not in number:
            rows = self._rows("invoice", invoice_numbers=[number])
            return self._marked(rows, "invoice", write.marker)
        rows = self._rows(record.entity, where=f'Contact.ContactID==guid("{record.customer_id}")')
        return self._marked(rows, record.entity, write.marker)

    def _payment(self, record: Payment, marker: str) -> Found | Answer:
        applied = invoiced(record)
        if not applied:
            where = f'Contact.ContactID==guid("{record.customer_id}")'
            rows = self._rows("payment", _source("Overpayments"), where=where)
            return self._marked(rows, "payment", marker, _source("Overpayments"))
        if len(applied) == 1:
            where = f'Invoice.InvoiceID==guid("{applied[0].document_id}")'
            return self._marked(self._rows("payment", where=where), "payment", marker)
        return self._batch(record, marker)

    def _batch(self, record: Payment, marker: str) -> Found | Answer:
        """By marker; where a batch keeps no reference (outside New Zealand it may not), equal shares cannot be told."""
        where = f"Date>={_date(record.date - AROUND)} AND Date<={_date(record.date + AROUND)}"
        rows, _ = self.client.rows(BATCHES.list, BATCHES.root, where=where)
        live = [found for found in self.puller.read(BATCHES, rows) if found.status not in GONE]
        if ours := [found for found in live if found.marker == marker]:
            return Found(ours[0])
        parts = {one.document_id: one.amount for one in invoiced(record)}
        bare = (found for found in live if isinstance(found, Payment) and not found.marker)
        alike = any({one.document_id: one.amount for one in found.applications} == parts for found in bare)
        return CANNOT_TELL if alike else ABSENT

    def _payments_around(self, day: date) -> Iterator[Raw]:
        where = f"Date>={_date(day - AROUND)} AND Date<={_date(day + AROUND)}"
        return self._rows("refund", where=where)

    def _marked(self, rows: Iterator[Raw], entity: str, marker: str, source: Source | None = None) -> Found | Answer:
        """The first made of those with our marker that still stand: people copy documents, marker and all."""
        read = self.puller.read(source or SOURCES[entity][0], rows)
        ours = [record for record in read if record.marker == marker and record.status not in GONE]
        return Found(min(ours, key=_age)) if ours else ABSENT

    def _rows(self, entity: str, source: Source | None = None, **asked: object) -> Iterator[Raw]:
        """Every row a filter lets through. Pages by number: the filtered lists are short and hardly move meanwhile."""
        source = source or SOURCES[entity][0]
        more = {name: value for name, value in (source.more or {}).items() if name != "where"}
        page = 1
        while True:
            rows, _ = self.client.rows(source.list, source.root, **{**more, **page_of(page=page), **asked})
            yield from rows
            if len(rows) < PAGE:
                return
            page += 1

    def _changed(self, entity: str, write: Write, facts: Facts) -> Found | Answer:
        now = self.puller.get(entity, [write.external_id])[write.external_id]
        if write.verb in (Verb.VOID, Verb.DELETE):
            if now is None:
                return Found(replace(write.base or write.record, external_id=write.external_id, status=Status.DELETED))
            return Found(now) if now.status in GONE else ABSENT
        if now is None or now.revision == write.revision:
            return ABSENT
        return Found(now) if _held(write, now, facts) else ABSENT


def _held(write: Write, now: Record, facts: Facts) -> bool:
    if write.entity in KINDS:
        return holds(write, now, facts)
    if not isinstance(now, Payment) or not isinstance(write.record, Payment):
        return False
    there = {one.document_id: one.amount for one in now.applications}
    return all(there.get(one.document_id) == one.amount for one in write.record.applications)


def _source(root: str) -> Source:
    return next(each for each in SOURCES["payment"] if each.root == root)


def _date(day: date) -> str:
    return f"DateTime({day:%Y,%m,%d})"


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _age(record: Record) -> tuple[int, str]:
    return int(record.revision or 0), record.external_id
