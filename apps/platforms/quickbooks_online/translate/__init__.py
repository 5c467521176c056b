"""Raw QuickBooks objects to records and back, as pure functions in pairs; a table says which belongs to what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from apps.platforms.base import Verb, Write
from apps.platforms.quickbooks_online.translate import customers, invoices, items, payments, reference
from apps.platforms.quickbooks_online.translate.values import Body, Raw
from apps.platforms.records import Facts, Record


@dataclass(frozen=True, slots=True)
class Kind:
    """One entity: QuickBooks' `name`, how it is read and written. `listed` ones are never deleted, only inactive."""

    name: str
    read: Callable[[Raw], Any] | None = None
    write: Callable[..., Body] | None = None
    listed: bool = False


#: Entities that are one QuickBooks object each; tax codes need their rates beside them.
KINDS: dict[str, Kind] = {
    "account": Kind("Account", reference.read_account, listed=True),
    "tax_code": Kind("TaxCode", listed=True),
    "payment_method": Kind("PaymentMethod", reference.read_payment_method, listed=True),
    "item": Kind("Item", items.read_item, items.write_item, listed=True),
    "customer": Kind("Customer", customers.read_customer, customers.write_customer, listed=True),
    "invoice": Kind("Invoice", invoices.read_invoice, invoices.write_invoice),
    "payment": Kind("Payment", payments.read_payment, payments.write_payment),
    "credit_memo": Kind("CreditMemo", invoices.read_credit_memo, invoices.write_credit_memo),
    "refund_receipt": Kind("RefundReceipt", invoices.read_refund_receipt, invoices.write_refund_receipt),
}

#: What a void needs besides Id and SyncToken.
VOID_BODY: dict[str, Body] = {"payment": {"sparse": True}}
#: Parts of a body that name a revision rather than content.
_NAMING = frozenset({"Id", "SyncToken", "sparse"})


def read(entity: str, raw: Raw) -> Record:
    """The record of a raw object."""
    reader = KINDS[entity].read
    if reader is None:
        raise KeyError(f"{entity} cannot be read alone")
    record: Record = reader(raw)
    return record


def body_of(write: Write, facts: Facts) -> Body:
    """The object to send for a write; updates are always sparse. Raises Refused when it cannot be expressed."""
    named: Body = {"Id": write.external_id, "SyncToken": write.revision}
    if write.verb is Verb.VOID:
        return named | VOID_BODY.get(write.entity, {})
    if write.verb is Verb.DELETE:
        return named
    content = _content(write.entity, write.record, facts, write.marker, write.base)
    return content if write.verb is Verb.CREATE else named | {"sparse": True} | content


def holds(write: Write, now: Record, facts: Facts) -> bool:
    """Whether what an update wanted is what is there: writing the one over the other would say nothing new."""
    if KINDS[write.entity].listed:
        return not _content(write.entity, write.record, facts, "", now)
    wanted = _plain(_content(write.entity, write.record, facts, write.marker, None), facts)
    there = _plain(_content(write.entity, now, facts, write.marker, None), facts)
    return all(there.get(name) == value for name, value in wanted.items())


def _content(entity: str, record: Record, facts: Facts, marker: str, base: Record | None) -> Body:
    writer = KINDS[entity].write
    if writer is None:
        raise KeyError(f"{entity} cannot be written")
    if KINDS[entity].listed:
        return writer(record, facts, base)
    return writer(record, facts, marker or record.marker or (base.marker if base else ""), base)


def _plain(body: Body, facts: Facts) -> Body:
    """A body without what QuickBooks may have chosen itself: ids of lines, its own numbers."""
    own = _NAMING | (frozenset() if facts.keeps_numbers else {"DocNumber", "PrivateNote"})
    return {name: value for name, value in body.items() if name not in own}
