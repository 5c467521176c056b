"""Money received and paid back: payments, batches, overpayments and prepayments, and refunds of credit.

What was received is one record each: a payment by its bare id, a batch as `batch:ID`, money on no invoice as
`overpayment:ID` or `prepayment:ID`. https://developer.xero.com/documentation/api/accounting/payments
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from apps.platforms.errors import Refused
from apps.platforms.markers import with_marker, without_marker
from apps.platforms.records import Application, Payment, Refund
from apps.platforms.xero.translate import names
from apps.platforms.xero.translate.reference import account_of, to_account
from apps.platforms.xero.translate.values import (
    ZERO,
    Body,
    Raw,
    document_day,
    document_status,
    envelope,
    flag,
    marker_of,
    number,
    part,
    parts,
    required,
    text,
)

RECEIVED = "ACCRECPAYMENT"
#: Payments that pay credit back, and the credit they use up: its entity, the prefix of its id, its id's name.
PAID_BACK: Mapping[str, tuple[str, str, str]] = {
    "ARCREDITPAYMENT": ("credit_memo", "", "CreditNote"),
    "AROVERPAYMENTPAYMENT": ("payment", "overpayment:", "Overpayment"),
    "ARPREPAYMENTPAYMENT": ("payment", "prepayment:", "Prepayment"),
}
#: Documents that are money on no invoice yet, and the types of them that were received.
CREDITS: Mapping[str, str] = {"overpayment": "OverpaymentID", "prepayment": "PrepaymentID"}
TYPES = frozenset({"RECEIVE-OVERPAYMENT", "AROVERPAYMENT", "RECEIVE-PREPAYMENT", "ARPREPAYMENT"})
BATCH, OVERPAYMENT = "batch:", "overpayment:"
NO_ACCOUNT = "It needs the account the money goes to; choose one for its payment method."


def is_received(raw: Raw) -> bool:
    """Whether it is money from a customer on an invoice, and no part of a batch."""
    return text(raw, "PaymentType") == RECEIVED and not batch_of(raw)


def is_paid_back(raw: Raw) -> bool:
    """Whether it pays a customer's credit back."""
    return text(raw, "PaymentType") in PAID_BACK


def is_credit(raw: Raw) -> bool:
    """Whether an overpayment, prepayment or bank transaction is money from a customer on no invoice."""
    return text(raw, "Type") in TYPES


def batch_of(raw: Raw) -> str:
    """The batch a payment is a member of, "" for none."""
    return text(raw, "BatchPaymentID") or text(part(raw, "BatchPayment"), "BatchPaymentID")


def read_payment(raw: Raw) -> Payment:
    """A payment on one invoice; `deposited` when it is reconciled with the bank."""
    invoice = part(raw, "Invoice")
    amount = number(raw, "Amount")
    applied = Application(document_id=text(invoice, "InvoiceID"), amount=amount)
    return Payment(
        **envelope(raw, "PaymentID"),
        **_common(raw, text(raw, "Reference")),
        customer_id=text(part(invoice, "Contact"), "ContactID"),
        amount=amount,
        applications=(applied,),
        unapplied=ZERO,
        deposited=flag(raw, "IsReconciled"),
        deposit_account_id=account_of(raw),
        currency=text(invoice, "CurrencyCode"),
    )


def read_refund(raw: Raw) -> Refund:
    """Credit paid back. What it used up stands under Invoice in what Xero sends, so its type decides, not its place."""
    entity, prefix, name = PAID_BACK[text(raw, "PaymentType")]
    target = part(raw, name) or part(raw, "Invoice")
    key = text(target, f"{name}ID") or text(target, "InvoiceID")
    common = _common(raw, text(raw, "Reference"))
    amount = number(raw, "Amount")
    return Refund(
        **envelope(raw, "PaymentID"),
        **common,
        customer_id=text(part(target, "Contact"), "ContactID"),
        amount=amount,
        account_id=account_of(raw),
        applications=(Application(document_id=f"{prefix}{key}", amount=amount, document_entity=entity),),
        currency=text(target, "CurrencyCode"),
    )


def read_batch(raw: Raw, contacts: Mapping[str, str]) -> list[Payment]:
    """A batch, one record per customer in it; `contacts`: the contact of each invoice, which a batch does not tell.

    A batch of one customer is `batch:ID`; a deposit over several is `batch:ID:CONTACT` each.
    """
    shares: dict[str, list[Application]] = {}
    for member in parts(raw, "Payments"):
        invoice = text(part(member, "Invoice"), "InvoiceID")
        applied = Application(document_id=invoice, amount=number(member, "Amount"))
        shares.setdefault(contacts.get(invoice, ""), []).append(applied)
    several = len(shares) > 1
    return [_share(raw, contact, tuple(applied), several=several) for contact, applied in shares.items()]


def read_credit(kind: str, raw: Raw) -> Payment:
    """An overpayment or prepayment received (`kind`); its applications are its allocations to invoices.

    A bank transaction that made one reads as the same record: Xero tells the bank account there only, so it is left out.
    """
    amount = number(raw, "Total")
    fields = envelope(raw, CREDITS[kind])
    described = [text(line, "Description") for line in parts(raw, "LineItems")]
    marker = marker_of(*described, text(raw, "Reference"))
    told = next((line for line in described if marker_of(line)), text(raw, "Reference"))
    return Payment(
        **{**fields, "external_id": f"{kind}:{fields['external_id']}"},
        **{**_common(raw, told), "marker": marker},
        customer_id=text(part(raw, "Contact"), "ContactID"),
        amount=amount,
        applications=tuple(_allocations(raw)),
        unapplied=number(raw, "RemainingCredit", amount),
        currency=text(raw, "CurrencyCode"),
    )


def write_payment(record: Payment, marker: str) -> Body:
    """The body of a payment on one invoice. Raises Refused."""
    (applied,) = invoiced(record)
    return {
        "Invoice": {"InvoiceID": applied.document_id},
        "Account": _account(record.deposit_account_id),
        "Date": record.date.isoformat(),
        "Amount": applied.amount,
        "Reference": with_marker(names.text("Reference", record.reference), marker, names.LENGTHS["Reference"]),
    }


def write_batch(record: Payment, marker: str) -> Body:
    """The body of a batch: one receipt over several invoices. Raises Refused."""
    reference = with_marker(names.text("Reference", record.reference), marker, names.LENGTHS["Reference"])
    details = names.text("Details", record.reference)
    return {
        "Account": _account(record.deposit_account_id),
        "Date": record.date.isoformat(),
        "Reference": reference,
        **({"Details": details} if details else {}),
        "Payments": [{"Invoice": {"InvoiceID": one.document_id}, "Amount": one.amount} for one in invoiced(record)],
    }


def write_overpayment(record: Payment, marker: str) -> Body:
    """The body of the bank transaction that receives money on no invoice; the marker in its one line. Raises Refused."""
    limit = names.LENGTHS["Reference"]
    described = with_marker(names.text("Reference", record.reference), marker, limit) or "Payment"
    return {
        "Type": "RECEIVE-OVERPAYMENT",
        "Contact": {"ContactID": record.customer_id},
        "BankAccount": _account(record.deposit_account_id),
        "Date": record.date.isoformat(),
        "LineAmountTypes": "NoTax",
        "LineItems": [{"Description": described, "Quantity": 1, "UnitAmount": record.amount}],
    }


def write_allocations(record: Payment, base: Payment) -> list[Body]:
    """The new uses of a credit: what is wanted on each invoice less what is there. Raises Refused when some is taken off."""
    there = {one.document_id: one.amount or ZERO for one in base.applications}
    wanted = {one.document_id: one.amount or ZERO for one in record.applications}
    more = {key: amount - there.get(key, ZERO) for key, amount in wanted.items() if amount != there.get(key, ZERO)}
    if set(there) - set(wanted) or any(amount < 0 for amount in more.values()):
        raise Refused("Credit already used on an invoice in Xero has to be taken off there by hand.")
    return [
        {"Invoice": {"InvoiceID": key}, "Amount": amount, "Date": record.date.isoformat()}
        for key, amount in more.items()
    ]


def write_refund(record: Refund, marker: str) -> Body:
    """The body of a payment that pays a credit note, overpayment or prepayment back. Raises Refused."""
    if len(record.applications) != 1:
        raise Refused("Xero pays back one credit at a time; say which one it is.")
    (used,) = record.applications
    kind, _, key = used.document_id.rpartition(":")
    name = {"overpayment": "Overpayment", "prepayment": "Prepayment"}.get(kind, "CreditNote")
    if (used.document_entity == "payment") != (name != "CreditNote"):
        raise Refused("Only credit can be paid back in Xero; a payment on an invoice has to be taken off it first.")
    return {
        name: {f"{name}ID": key},
        "Account": _account(record.account_id),
        "Date": record.date.isoformat(),
        "Amount": record.amount,
        "Reference": with_marker(names.text("Reference", record.reference), marker, names.LENGTHS["Reference"]),
    }


def invoiced(record: Payment) -> list[Application]:
    """The parts of a payment that are on invoices. Raises Refused for what is no money on an invoice, or unknown."""
    found = [one for one in record.applications if one.amount != ZERO]
    if any(one.amount is None for one in found):
        raise Refused("It is not known how much of this payment belongs on each invoice.")
    if record.amount < 0 or any((one.amount or ZERO) < 0 for one in found):
        raise Refused("Xero takes no negative payments; money paid back is a refund there.")
    if any(one.document_entity != "invoice" for one in found):
        raise Refused("A credit is put on an invoice in Xero by allocating it there, not with a payment.")
    applied = sum((one.amount or ZERO for one in found), ZERO)
    if applied > record.amount:
        raise Refused(f"{applied} would be applied of a payment of {record.amount}.")
    return found


def _account(account_id: str) -> Body:
    if not account_id:
        raise Refused(NO_ACCOUNT)
    return to_account(account_id)


def _common(raw: Raw, reference: str) -> dict[str, Any]:
    return {
        "status": document_status(raw),
        "marker": marker_of(reference),
        "date": document_day(raw),
        "reference": without_marker(reference),
    }


def _share(raw: Raw, contact: str, applied: tuple[Application, ...], *, several: bool) -> Payment:
    fields = envelope(raw, "BatchPaymentID")
    key = f"{BATCH}{fields['external_id']}"
    texts = [text(raw, name) for name in ("Reference", "Narrative", "Details", "Particulars")]
    told = next((value for value in texts if marker_of(value)), next(filter(None, texts), ""))
    return Payment(
        **{**fields, "external_id": f"{key}:{contact}" if several else key},
        **_common(raw, told),
        customer_id=contact,
        amount=sum((one.amount or ZERO for one in applied), ZERO),
        applications=applied,
        unapplied=ZERO,
        deposited=flag(raw, "IsReconciled"),
        deposit_account_id=account_of(raw),
        currency=text(part(raw, "Account"), "CurrencyCode"),
    )


def _allocations(raw: Raw) -> Iterator[Application]:
    """What of a credit lies on invoices, an amount per invoice: Xero keeps one row for each time it was used."""
    sums: dict[str, Any] = {}
    for row in parts(raw, "Allocations"):
        if not flag(row, "IsDeleted"):
            key = required(part(row, "Invoice"), "InvoiceID")
            sums[key] = sums.get(key, ZERO) + number(row, "Amount")
    for key, amount in sums.items():
        yield Application(document_id=key, amount=amount)
