"""Answers of QuickBooks Desktop to records and records to its requests, as pure functions; tables say which belongs to what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast

from apps.platforms.base import Verb, Write
from apps.platforms.errors import Refused
from apps.platforms.quickbooks_desktop.translate import customers, invoices, items, movements, payments, reference
from apps.platforms.quickbooks_desktop.translate.values import Body, Raw, bare, kind_of, text
from apps.platforms.records import Customer, Facts, Item, Record

#: What a void or delete calls a document. Payments cannot be voided in QuickBooks, only deleted.
TYPES = {"invoice": "Invoice", "payment": "ReceivePayment", "credit_memo": "CreditMemo", "refund": "ARRefundCreditCard"}
NEVER_VOIDED = frozenset({"payment"})


@dataclass(frozen=True, slots=True)
class Beside:
    """What must be known beside a document to read it: A/R accounts, kinds and rates of tax items by their ListID."""

    receivable: frozenset[str] = frozenset()
    tax_items: Mapping[str, str] = field(default_factory=dict)
    rates: Mapping[str, Decimal] = field(default_factory=dict)


NOTHING_BESIDE = Beside()

Reader = Callable[[Raw, Facts, Beside], Record]

#: Entities whose records are one element each.
READERS: Mapping[tuple[str, str], Reader] = {
    ("account", "AccountRet"): lambda raw, facts, beside: reference.read_account(raw),
    ("payment_method", "PaymentMethodRet"): lambda raw, facts, beside: reference.read_payment_method(raw),
    ("tax_code", "ItemSalesTaxRet"): lambda raw, facts, beside: reference.read_tax_item(raw),
    ("tax_code", "ItemSalesTaxGroupRet"): lambda raw, facts, beside: reference.read_tax_group(raw, beside.rates),
    ("tax_code", "SalesTaxCodeRet"): lambda raw, facts, beside: reference.read_tax_code(raw, beside.rates),
    ("customer", "CustomerRet"): lambda raw, facts, beside: customers.read_customer(raw),
    ("invoice", "InvoiceRet"): lambda raw, facts, beside: invoices.read_invoice(raw, facts, beside.tax_items),
    ("credit_memo", "CreditMemoRet"): lambda raw, facts, beside: invoices.read_credit_memo(
        raw, facts, beside.tax_items
    ),
    ("payment", "ReceivePaymentRet"): lambda raw, facts, beside: payments.read_payment(raw, facts),
    ("refund", "ARRefundCreditCardRet"): lambda raw, facts, beside: payments.read_refund(raw, facts),
}


@dataclass(frozen=True, slots=True)
class Request:
    """What a write becomes: the name of the request and its body."""

    name: str
    body: Body


def read_rows(entity: str, element: str, raw: Raw, facts: Facts, beside: Beside) -> list[Record]:
    """The records of one element of an answer; none for an element that is no such entity."""
    kind = element.removesuffix("Ret")
    if entity == "receivable_movement":
        return list(movements.read_movements(kind, raw, beside.receivable))
    if entity == "item":
        return [items.read_item(kind, raw, facts)] if kind in items.KINDS else []
    reader = READERS.get((entity, element))
    return [reader(raw, facts, beside)] if reader else []


def request_of(write: Write, facts: Facts) -> Request:
    """The request of a write. Raises Refused when it cannot be expressed."""
    if write.verb in (Verb.VOID, Verb.DELETE):
        return _taking_back(write)
    body = _content(write, facts)
    name = _name(write)
    if write.verb is Verb.UPDATE:
        key = "TxnID" if write.entity in TYPES else "ListID"
        body = {key: bare(write.external_id), "EditSequence": write.revision, **body}
    return Request(f"{name}Rq", {name: body})


def spoken(body: Body) -> Body:
    """A body without its empty texts: in a new document they say nothing, in a change they clear a field."""
    found: Body = {}
    for name, value in body.items():
        kept = spoken(value) if isinstance(value, dict) else value
        listed = [spoken(each) for each in value] if isinstance(value, list) else kept
        found |= {} if listed in ("", {}) else {name: listed}
    return found


def full_id(entity: str, write: Write, raw_id: str) -> str:
    """Our id of a document QuickBooks names by its own id alone."""
    kind = kind_of(write.external_id) or _prefix(entity, write)
    return f"{kind}:{raw_id}" if kind else raw_id


def tax_items_of(write: Write) -> Beside:
    """The tax items a document of ours names itself: enough to read it back."""
    record = cast("Any", write.record)
    named = [line.item_id for line in getattr(record, "lines", ())] + [getattr(record, "tax_code_id", "")]
    found = {bare(each): kind_of(each) for each in named if kind_of(each).startswith("ItemSalesTax")}
    return Beside(tax_items=found)


def recovered_id(raw: Raw) -> str:
    """The id a recovered reply names, "" without one."""
    return text(raw, "TxnID") or text(raw, "ListID")


def _prefix(entity: str, write: Write) -> str:
    if entity == "item":
        return items.added_as(cast("Item", write.record))
    return payments.REFUND if entity == "refund" else ""


def _taking_back(write: Write) -> Request:
    kind = TYPES.get(write.entity)
    if kind is None:
        raise Refused("Entries of lists are made inactive in QuickBooks Desktop, never deleted.")
    verb = "Del" if write.verb is Verb.DELETE or write.entity in NEVER_VOIDED else "Void"
    return Request(f"Txn{verb}Rq", {f"Txn{verb}Type": kind, "TxnID": bare(write.external_id)})


def _name(write: Write) -> str:
    suffix = "Add" if write.verb is Verb.CREATE else "Mod"
    if write.entity == "customer":
        return f"Customer{suffix}"
    if write.entity == "item":
        new = write.verb is Verb.CREATE
        return (items.added_as(cast("Item", write.record)) if new else items.changed_as(write.external_id)) + suffix
    return f"{TYPES[write.entity]}{suffix}"


def _content(write: Write, facts: Facts) -> Body:
    record, base = cast("Any", write.record), cast("Any", write.base)
    mark = write.marker or write.record.marker or (write.base.marker if write.base else "")
    if write.verb is Verb.CREATE:
        adder = ADDERS.get(write.entity)
        if adder is None:
            raise Refused("QuickBooks Desktop cannot be given this from outside.")
        return spoken(adder(record, facts, mark))
    if isinstance(record, Customer):
        return customers.mod_customer(record, facts, base)
    if isinstance(record, Item):
        return items.mod_item(record, facts, items.changed_as(write.external_id), base)
    modifier = MODIFIERS.get(write.entity)
    if modifier is None:
        raise Refused("A document of this type is changed in QuickBooks Desktop itself.")
    return modifier(record, facts, mark, base)


ADDERS: Mapping[str, Callable[..., Body]] = {
    "customer": customers.add_customer,
    "item": items.add_item,
    "invoice": invoices.add_invoice,
    "payment": payments.add_payment,
    "credit_memo": invoices.add_credit_memo,
    "refund": payments.add_refund,
}
MODIFIERS: Mapping[str, Callable[..., Body]] = {"invoice": invoices.mod_invoice, "payment": payments.mod_payment}
