"""Raw Xero objects to records and back, as pure functions in pairs; a table says which belongs to what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from apps.platforms.base import Verb, Write
from apps.platforms.records import Facts, Record
from apps.platforms.xero.translate import customers, invoices, items, payments, reference
from apps.platforms.xero.translate.values import Body, Raw


@dataclass(frozen=True, slots=True)
class Source:
    """One list of Xero that holds records of an entity.

    `root` names the list in an answer and `key` the id of its rows; `list` and `one` are the library's methods; `ours`
    says which rows are records. `paged`: it comes in pages; `since`: it can be asked for changes; `more`: what else is
    asked; `by_ids`: several can be asked for by id.
    """

    root: str
    key: str
    list: str
    one: str = ""
    read: Callable[[Raw], Any] | None = None
    ours: Callable[[Raw], bool] = bool
    prefix: str = ""
    paged: bool = True
    since: bool = True
    by_ids: bool = False
    more: Mapping[str, Any] | None = None

    @property
    def exact(self) -> Mapping[str, Any]:
        """What a read of one row says: as many decimals as the list gives."""
        return {name: value for name, value in (self.more or {}).items() if name == "unitdp"}


_FOUR: Mapping[str, Any] = {"unitdp": 4}
_PAYMENTS = Source("Payments", "PaymentID", "get_payments", "get_payment", payments.read_payment, payments.is_received)
BATCHES = Source(
    "BatchPayments", "BatchPaymentID", "get_batch_payments", "get_batch_payment", prefix=payments.BATCH, paged=False,
    ours=lambda raw: str(raw.get("Type") or "") == "RECBATCH",
)  # fmt: skip

SOURCES: Mapping[str, tuple[Source, ...]] = {
    "account": (Source("Accounts", "AccountID", "get_accounts", "get_account", reference.read_account, paged=False),),
    "tax_code": (Source("TaxRates", "TaxType", "get_tax_rates", "", reference.read_tax_rate, reference.is_for_sales,
                        paged=False, since=False),),
    "item": (Source("Items", "ItemID", "get_items", "get_item", items.read_item, paged=False, more=_FOUR),),
    "customer": (Source("Contacts", "ContactID", "get_contacts", "get_contact", customers.read_customer, by_ids=True,
                        more={"include_archived": "true"}),),
    "invoice": (Source("Invoices", "InvoiceID", "get_invoices", "get_invoice", invoices.read_invoice, invoices.is_sale,
                       by_ids=True, more={**_FOUR, "where": f'Type=="{invoices.INVOICE}"'}),),
    "credit_memo": (Source("CreditNotes", "CreditNoteID", "get_credit_notes", "get_credit_note",
                           invoices.read_credit_memo, invoices.is_credit, more=_FOUR),),
    "payment": (
        _PAYMENTS,
        BATCHES,
        Source("Overpayments", "OverpaymentID", "get_overpayments", "get_overpayment",
               lambda raw: payments.read_credit("overpayment", raw), payments.is_credit, "overpayment:"),
        Source("Prepayments", "PrepaymentID", "get_prepayments", "get_prepayment",
               lambda raw: payments.read_credit("prepayment", raw), payments.is_credit, "prepayment:"),
    ),
    "refund": (Source("Payments", "PaymentID", "get_payments", "get_payment", payments.read_refund,
                      payments.is_paid_back),),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kind:
    """How an entity that is one document each is written: the list in the body, its id, and the library's methods."""

    root: str
    key: str
    create: str
    update: str
    write: Callable[..., Body]


KINDS: Mapping[str, Kind] = {
    "customer": Kind(
        "Contacts", "ContactID", "create_contacts", "update_or_create_contacts", customers.write_customer
    ),
    "item": Kind("Items", "ItemID", "create_items", "update_or_create_items", items.write_item),
    "invoice": Kind("Invoices", "InvoiceID", "create_invoices", "update_or_create_invoices", invoices.write_invoice),
    "credit_memo": Kind(
        "CreditNotes", "CreditNoteID", "create_credit_notes", "update_or_create_credit_notes",
        invoices.write_credit_memo,
    ),
}  # fmt: skip
#: Entries of lists: they are changed field by field, and what is left out stays.
LISTED = frozenset({"customer", "item"})


def body_of(write: Write, facts: Facts) -> Body:
    """The object to send for a write of one of KINDS. Raises Refused when it cannot be expressed."""
    kind = KINDS[write.entity]
    base = write.base
    if write.verb in (Verb.VOID, Verb.DELETE):
        return {kind.key: write.external_id, **invoices.take_back(base.raw if base else {})}
    if write.verb is Verb.CREATE:
        return kind.write(write.record, facts, write.marker or write.record.marker, None)
    marker = write.marker or write.record.marker or (base.marker if base else "")
    return {kind.key: write.external_id, **kind.write(write.record, facts, marker, base or write.record)}


def holds(write: Write, now: Record, facts: Facts) -> bool:
    """Whether what an update wanted is what is there: writing the one over the other would say nothing new."""
    kind = KINDS[write.entity]
    if write.entity in LISTED:
        return not kind.write(write.record, facts, "", now)
    marker = write.marker or write.record.marker
    wanted, there = (kind.write(record, facts, marker, None) for record in (write.record, now))
    return all(there.get(name) == value for name, value in wanted.items())
