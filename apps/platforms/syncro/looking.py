"""Looking for what a write wanted: Syncro has no idempotency key and no undo, so this comes before every create."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from apps.platforms.base import ABSENT, CANNOT_TELL, Answer, Found, Verb, Write
from apps.platforms.errors import AlreadyThere, BadReference, Gone, NotCovered, PlatformError
from apps.platforms.markers import read_marker
from apps.platforms.paging import Row
from apps.platforms.records import Customer, Invoice, Payment, Record
from apps.platforms.syncro.client import Client, Raw
from apps.platforms.syncro.ends import LAST
from apps.platforms.syncro.paying import Till
from apps.platforms.syncro.translate import READERS
from apps.platforms.syncro.translate.lines import changes
from apps.platforms.syncro.translate.payments import parts_of
from apps.platforms.syncro.translate.values import amount, text

#: A list of payments up to so many pages is read whole to prove that something is not there.
PROOF = 40
#: So many pages of one search for a customer are compared; more hits than that prove nothing.
SEARCHED = 3


def find(client: Client, till: Till, entity: str, write: Write) -> Found | Answer:
    """Whether the thing is there. Raises NotCovered, BadReference or Withheld when it is not and could not be made either."""
    if isinstance(write.record, Payment):
        return _find_payment(client, till, write, write.record)
    if write.verb is Verb.UPDATE:
        return _find_update(client, entity, write)
    if isinstance(write.record, Customer):
        return _find_customer(client, write, write.record)
    return CANNOT_TELL


def _find_payment(client: Client, till: Till, write: Write, record: Payment) -> Found | Answer:
    answer = PaymentLook(client, write, record).find()
    if isinstance(answer, Found):
        return Found(answer.record, till.conclude(write.marker))
    if answer is ABSENT:
        till.clear(record)
    return answer


class PaymentLook:
    """The look for one payment: on its invoices, by search, and for unapplied money in the list."""

    def __init__(self, client: Client, write: Write, record: Payment) -> None:
        self.client = client
        self.marker = write.marker
        self.record = record

    def find(self) -> Found | Answer:
        """By marker only: staff may change everything else, and two payments may be equal."""
        if not self.marker:
            return CANNOT_TELL
        invoices = {key: self._invoice(key) for key in parts_of(self.record)}
        rows = [row for invoice in invoices.values() for row in invoice.get("payments") or []]
        found = self._ours(rows) or self._ours(self._searched(self.marker))
        if found:
            return Found(found)
        return self._room(invoices) if invoices else self._absent_from_list()

    def _invoice(self, key: str) -> Raw:
        invoice = self.client.one("invoice", key)
        if invoice is None:
            raise BadReference(f"Syncro no longer has the invoice {key} that this payment is for.", external_id=key)
        return invoice

    def _ours(self, rows: list[Row]) -> Record | None:
        for row in rows:
            if read_marker(row.get("ref_num")) == self.marker and row.get("success") is not False:
                whole = self.client.one("payment", str(row["id"]))
                return READERS["payment"](whole) if whole else None
        return None

    def _searched(self, words: str) -> list[Row]:
        return list(self.client.slice("payment", 1, {"query": words}).rows)

    def _room(self, invoices: dict[str, Raw]) -> Answer:
        """ABSENT when each part is covered by what is open, at this moment."""
        for key, part in parts_of(self.record).items():
            left = amount(invoices[key].get("balance_due"))
            if left is None:
                return CANNOT_TELL
            if left < part:
                raise NotCovered(_too_little(invoices[key], left, part), external_id=key)
        return ABSENT

    def _absent_from_list(self) -> Found | Answer:
        """No invoice to ask: the whole list if it is not too long, else a search that was seen to find such marks."""
        first = self.client.slice("payment", 1)
        if first.total_pages is None or first.total_pages <= PROOF:
            return self._in(row for _, answer in self.client.pages("payment") for row in answer.rows)
        ends = [*first.rows]
        for number in range(first.total_pages - LAST + 1, first.total_pages + 1):
            ends += self.client.slice("payment", number).rows
        answer = self._in(iter(ends))
        return answer if isinstance(answer, Found) or self._search_works(ends) else CANNOT_TELL

    def _in(self, rows: Iterator[Row]) -> Found | Answer:
        found = self._ours(list(rows))
        return Found(found) if found else ABSENT

    def _search_works(self, rows: list[Row]) -> bool:
        """What "query" searches is not documented: it counts only after it found another payment by its marker."""
        known = next((row for row in rows if read_marker(row.get("ref_num"))), None)
        if known is None:
            return False
        return any(row["id"] == known["id"] for row in self._searched(read_marker(known["ref_num"])))


def _too_little(invoice: Raw, left: Decimal, part: Decimal) -> str:
    return (
        f"Invoice {text(invoice.get('number'))} has {left:.2f} open in Syncro, "
        f"and this payment would apply {part:.2f} to it."
    )


def _find_update(client: Client, entity: str, write: Write) -> Found | Answer:
    raw = client.one(entity, write.external_id)
    if raw is None:
        raise Gone(external_id=write.external_id)
    record = READERS[entity](raw)
    if isinstance(record, Invoice) and isinstance(write.record, Invoice):
        return ABSENT if changes(write.record, record) else Found(record)
    return Found(record) if record.agreed() == write.record.agreed() else ABSENT


def named(client: Client, error: AlreadyThere, email: str, own: str) -> AlreadyThere:
    """Who has an e-mail address that is taken, as far as that can be asked (Customers: primary email is unique)."""
    if not email or "email" not in error.message.casefold():
        return error
    try:
        rows = client.slice("customer", 1, {"email": email}).rows
    except PlatformError:
        return error
    found = [READERS["customer"](row) for row in rows if text(row.get("email")).casefold() == email.casefold()]
    others = [each for each in found if isinstance(each, Customer) and each.external_id != own]
    if not others:
        return error
    words = (
        f"The e-mail address {email} already belongs to Syncro's customer {others[0].name} ({others[0].external_id})."
    )
    return AlreadyThere(words, code=error.code, external_id=others[0].external_id)


def _find_customer(client: Client, write: Write, wanted: Customer) -> Found | Answer:
    hits: dict[str, Customer] = {}
    for name, value in _questions(wanted):
        for number, answer in client.pages("customer", {name: value}):
            if number > SEARCHED:
                return CANNOT_TELL
            found = [READERS["customer"](row) for row in answer.rows]
            hits |= {record.external_id: record for record in found if isinstance(record, Customer)}
    marked = [record for record in hits.values() if write.marker and record.marker == write.marker]
    equal = marked or [record for record in hits.values() if _identity(record) == _identity(wanted)]
    if len(equal) > 1:
        return CANNOT_TELL
    return Found(equal[0]) if equal else ABSENT


def _questions(wanted: Customer) -> Iterator[tuple[str, str]]:
    if wanted.email:
        yield "email", wanted.email
    if wanted.company_name or not wanted.last_name:
        yield "business_name", wanted.company_name or wanted.name
    if wanted.last_name:
        yield "lastname", wanted.last_name


def _identity(record: Customer) -> tuple[str, ...]:
    """What two customers must share exactly to be one: a name alone is not enough of a person."""
    values = (record.name, record.email, record.phone, record.address.line1)
    return tuple(value.strip().casefold() for value in values)
