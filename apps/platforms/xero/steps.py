"""What one thing of Syncro's is in Xero, document after document: which write comes next.

Payments cannot be changed in Xero, batches only deleted as a whole, overpayments not even deleted; so money on one
invoice is a payment, on several a batch, and what is left over an overpayment beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

from apps.platforms.base import Verb, Write
from apps.platforms.errors import Refused
from apps.platforms.records import (
    Application,
    CreditMemo,
    Customer,
    CustomerGroup,
    Payment,
    Record,
    Refund,
    RefundReceipt,
    SalesDocument,
    Status,
)
from apps.platforms.xero.translate.payments import BATCH, OVERPAYMENT, invoiced
from apps.platforms.xero.translate.values import ZERO

TAKING_BACK = frozenset({Verb.VOID, Verb.DELETE})
#: Between the name of a parent and that of its child.
JOINT = ": "
LIVE = frozenset({Status.ACTIVE, Status.INACTIVE})
IN_BATCH = (
    "It is one batch payment in Xero, which cannot be changed. In Xero: delete the batch (this takes all its payments "
    "off their invoices), then try again; it is made anew."
)
OVERPAID = (
    "Part of it is an overpayment in Xero, which no program can change or delete. In Xero: open the overpayment, remove "
    "what it is allocated to, void the bank transaction it came from, then try again."
)
REFUNDED = (
    "This refund is already paid back in Xero. In Xero: remove the refund from the credit note, change the credit note, "
    "and enter the refund again."
)

There = Mapping[int, Record]


def next_step(whole: Write, there: There) -> Write | None:
    """The write that comes next, None when all is there; see `Platform.step`. Raises Refused."""
    standing = {leg: record for leg, record in there.items() if record.status in LIVE}
    if isinstance(whole.record, Payment):
        return _payment(whole, whole.record, standing)
    if isinstance(whole.record, Customer) and whole.record.parent_id:
        return _below(whole, whole.record, standing)
    if whole.verb in TAKING_BACK and standing and isinstance(whole.record, CreditMemo | RefundReceipt):
        return _take_refund_back(whole, standing)
    if isinstance(whole.record, RefundReceipt):
        return _refund(whole, whole.record, standing)
    return whole


def _below(whole: Write, record: Customer, there: There) -> Write | None:
    """A contact whose name begins with its parent's, then its place in the group of that name."""
    contact, group = there.get(0), there.get(1)
    placed = isinstance(group, CustomerGroup) and bool(group.customer_id)
    parent = record.name.rpartition(JOINT)[0]
    if contact is None or not isinstance(contact, Customer) or replace(record, parent_id="") != contact:
        return replace(whole, last=placed or not parent)
    if placed or not parent:
        return None
    wanted = CustomerGroup(name=parent, customer_id=contact.external_id)
    if isinstance(group, CustomerGroup):
        return _change(whole, 1, group, wanted, last=True)
    return _create(whole, 1, wanted, last=False)


def _payment(whole: Write, record: Payment, there: There) -> Write | None:
    legs = {leg: found for leg, found in there.items() if isinstance(found, Payment)}
    if whole.verb in TAKING_BACK:
        return _take_payment_back(whole, legs)
    wanted = _legs(record)
    if not legs:
        return _create(whole, 0, wanted[0], last=len(wanted) == 1)
    if _fits(record, legs):
        return _allocate(whole, record, legs)
    return _remake(whole, record, wanted, legs)


def _legs(record: Payment) -> list[Payment]:
    """A payment as Xero's documents: what is on invoices, then the rest that is on none."""
    applied = tuple(invoiced(record))
    on_invoices = sum((one.amount or ZERO for one in applied), ZERO)
    rest = record.amount - on_invoices
    legs = [replace(record, amount=on_invoices, applications=applied, unapplied=ZERO)] if applied else []
    return legs + ([replace(record, amount=rest, applications=(), unapplied=rest)] if rest or not legs else [])


def _fits(record: Payment, legs: Mapping[int, Payment]) -> bool:
    """Whether what is there becomes what is wanted by using credit alone: the same money of the same day, no less of it
    on any invoice. A reference or method that changed is no reason to take a payment off its invoice.
    """
    if sum((leg.amount for leg in legs.values()), ZERO) != record.amount:
        return False
    if any(leg.date != record.date or leg.customer_id not in ("", record.customer_id) for leg in legs.values()):
        return False
    missing = _missing(record, legs)
    return all(amount >= 0 for amount in missing.values()) and sum(missing.values(), ZERO) <= _credit(legs)


def _missing(record: Payment, legs: Mapping[int, Payment]) -> dict[str, Decimal]:
    """What is wanted on each invoice less what lies there now."""
    found = {one.document_id: one.amount or ZERO for one in invoiced(record)}
    for leg in legs.values():
        for one in leg.applications:
            found[one.document_id] = found.get(one.document_id, ZERO) - (one.amount or ZERO)
    return found


def _credit(legs: Mapping[int, Payment]) -> Decimal:
    return sum((leg.unapplied or ZERO for leg in legs.values() if _is_credit(leg)), ZERO)


def _is_credit(leg: Payment) -> bool:
    return leg.external_id.startswith((OVERPAYMENT, "prepayment:"))


def _allocate(whole: Write, record: Payment, legs: Mapping[int, Payment]) -> Write | None:
    """Use the credit of an overpayment on the invoices that still want some; None when none does."""
    missing = {key: amount for key, amount in _missing(record, legs).items() if amount}
    if not missing:
        return None
    place, credit = next((leg, found) for leg, found in sorted(legs.items()) if _is_credit(found) and found.unapplied)
    uses = {one.document_id: one.amount or ZERO for one in credit.applications}
    left = credit.unapplied or ZERO
    for key, amount in missing.items():
        used = min(amount, left)
        uses[key] = uses.get(key, ZERO) + used
        left -= used
    used_by = tuple(Application(document_id=key, amount=amount) for key, amount in uses.items() if amount)
    changed = replace(credit, applications=used_by, unapplied=left)
    last = sum(missing.values(), ZERO) <= (credit.unapplied or ZERO)
    return _change(whole, place, credit, changed, last=last)


def _remake(whole: Write, record: Payment, wanted: list[Payment], legs: Mapping[int, Payment]) -> Write | None:
    """Delete the payment that is not as wanted, and make what is missing. Raises Refused where nothing can be deleted."""
    credits_there = [leg for leg in legs.values() if _is_credit(leg)]
    rest = next((one for one in wanted if not one.applications), None)
    if any(not _stays(credit, rest) for credit in credits_there) or len(credits_there) > 1:
        raise Refused(OVERPAID)
    money = next(((place, leg) for place, leg in sorted(legs.items()) if not _is_credit(leg)), None)
    first = wanted[0] if wanted[0].applications else None
    if money is not None and (first is None or not _same(money[1], first)):
        if money[1].external_id.startswith(BATCH):
            raise Refused(IN_BATCH)
        return _delete(whole, money[0], money[1], last=first is None and bool(credits_there))
    if money is None and first is not None:
        return _create(whole, _free(legs), first, last=rest is None or bool(credits_there))
    if rest is not None and not credits_there:
        return _create(whole, _free(legs), rest, last=True)
    raise Refused(OVERPAID)


def _free(legs: Mapping[int, Payment]) -> int:
    return min({0, 1} - set(legs))


def _stays(credit: Payment, rest: Payment | None) -> bool:
    return rest is not None and credit.amount == rest.amount and credit.date == rest.date and not credit.applications


def _same(leg: Payment, wanted: Payment) -> bool:
    return (leg.amount, leg.date, _parts(leg)) == (wanted.amount, wanted.date, _parts(wanted))


def _parts(record: Payment) -> dict[str, Decimal | None]:
    return {one.document_id: one.amount for one in record.applications}


def _take_payment_back(whole: Write, legs: Mapping[int, Payment]) -> Write | None:
    """Delete every document of a payment; nothing at all while one of them cannot be."""
    if any(_is_credit(leg) for leg in legs.values()):
        raise Refused(OVERPAID)
    return _first_deleted(whole, legs)


def _refund(whole: Write, record: RefundReceipt, there: There) -> Write | None:
    """A refund is a credit note and the payment that pays it back."""
    memo, paid = there.get(0), there.get(1)
    if whole.verb in TAKING_BACK:
        return _take_refund_back(whole, there)
    wanted = _memo(record)
    if memo is None:
        return _create(whole, 0, wanted, last=False)
    if isinstance(memo, CreditMemo) and paid is None and memo.balance == memo.total and not _alike(memo, wanted):
        return _change(whole, 0, memo, wanted, last=False)
    if paid is None:
        return _create(whole, 1, _paid_back(record, memo), last=True)
    if not isinstance(memo, CreditMemo) or not _alike(memo, wanted) or getattr(paid, "amount", None) != record.total:
        raise Refused(REFUNDED)
    return None


def _take_refund_back(whole: Write, there: There) -> Write | None:
    """The money first: a credit note is not voided while it is paid back."""
    place = max(there, key=lambda leg: (isinstance(there[leg], Refund), leg), default=None)
    return None if place is None else _delete(whole, place, there[place], last=len(there) == 1)


def _memo(record: RefundReceipt) -> CreditMemo:
    shared: dict[str, Any] = {each.name: getattr(record, each.name) for each in fields(SalesDocument)}
    return CreditMemo(**{**shared, "balance": None, "raw": {}})


def _alike(memo: CreditMemo, wanted: CreditMemo) -> bool:
    return (memo.date, memo.tax, memo.total, memo.customer_id) == (
        wanted.date,
        wanted.tax,
        wanted.total,
        wanted.customer_id,
    )


def _paid_back(record: RefundReceipt, memo: Record) -> Refund:
    used = Application(document_id=memo.external_id, amount=record.total, document_entity="credit_memo")
    return Refund(
        customer_id=record.customer_id,
        date=record.date,
        amount=record.total,
        method=record.method_id,
        account_id=record.account_id,
        reference=record.reference,
        applications=(used,),
        currency=record.currency,
    )


def _first_deleted(whole: Write, legs: Mapping[int, Payment]) -> Write | None:
    if not legs:
        return None
    place = max(legs)
    return _delete(whole, place, legs[place], last=len(legs) == 1)


def _create(whole: Write, leg: int, record: Record, *, last: bool) -> Write:
    new = replace(record, external_id="", revision="", raw={})
    return replace(
        whole,
        verb=Verb.CREATE,
        entity=new.entity,
        record=new,
        external_id="",
        revision="",
        base=None,
        leg=leg,
        last=last,
    )


def _change(whole: Write, leg: int, base: Record, record: Record, *, last: bool) -> Write:
    return replace(
        whole, verb=Verb.UPDATE, entity=base.entity, record=record, external_id=base.external_id,
        revision=base.revision, base=base, leg=leg, last=last,
    )  # fmt: skip


def _delete(whole: Write, leg: int, base: Record, *, last: bool) -> Write:
    verb = Verb.VOID if base.entity == "credit_memo" else Verb.DELETE
    return replace(
        whole, verb=verb, entity=base.entity, record=base, external_id=base.external_id, revision=base.revision,
        base=base, leg=leg, last=last,
    )  # fmt: skip
