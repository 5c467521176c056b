"""Payments and refunds: money on documents. qbXML 13.0: ReceivePaymentAdd, ReceivePaymentMod, ARRefundCreditCardAdd."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from apps.platforms.errors import Refused
from apps.platforms.markers import read_marker
from apps.platforms.quickbooks_desktop.translate import names
from apps.platforms.quickbooks_desktop.translate.invoices import NUMBER, check_currency, memo_of, memo_with
from apps.platforms.quickbooks_desktop.translate.values import (
    ZERO,
    Body,
    Raw,
    bare,
    changed,
    currency,
    day,
    document_status,
    envelope,
    maybe,
    ref,
    rows,
    text,
    to_ref,
)
from apps.platforms.records import Application, Facts, Payment, Refund

#: What money may lie on; anything else is a part of another document, named "Type:id:1".
DOCUMENTS = {"Invoice": "invoice", "CreditMemo": "credit_memo", "ReceivePayment": "payment"}
#: What may give credit to an invoice.
CREDITS = frozenset({"credit_memo", "payment"})
#: The longest reference of a payment.
REFERENCE = 20
REFUND = "ARRefundCreditCard"


def read_payment(raw: Raw, facts: Facts) -> Payment:
    """A ReceivePaymentRet with its applications; whether it was deposited, QuickBooks does not say."""
    amount = maybe(raw, "TotalAmount")
    return Payment(
        **envelope(raw),
        status=document_status(raw, amount),
        marker=read_marker(text(raw, "Memo")),
        customer_id=ref(raw, "CustomerRef"),
        date=day(raw),
        amount=amount or ZERO,
        method=ref(raw, "PaymentMethodRef"),
        reference=text(raw, "RefNumber"),
        applications=tuple(_applications(raw)),
        unapplied=maybe(raw, "UnusedPayment"),
        deposit_account_id=ref(raw, "DepositToAccountRef"),
        memo=memo_of(raw),
        currency=currency(raw),
    )


def read_refund(raw: Raw, facts: Facts) -> Refund:
    """An ARRefundCreditCardRet: any refund out of credit, also in cash; `amount` is positive."""
    amount = maybe(raw, "TotalAmount")
    return Refund(
        **envelope(raw, REFUND),
        status=document_status(raw, amount),
        marker=read_marker(text(raw, "Memo")),
        customer_id=ref(raw, "CustomerRef"),
        date=day(raw),
        amount=amount or ZERO,
        method=ref(raw, "PaymentMethodRef"),
        account_id=ref(raw, "RefundFromAccountRef"),
        reference=text(raw, "RefNumber"),
        applications=tuple(_application(row, maybe(row, "RefundAmount")) for row in rows(raw, "RefundAppliedToTxnRet")),
        memo=memo_of(raw),
        currency=currency(raw),
    )


def add_payment(record: Payment, facts: Facts, marker: str = "") -> Body:
    """The ReceivePaymentAdd: applied as it says, the rest left to the customer. Raises Refused, also for negative ones."""
    _check(record, facts)
    if not record.amount:
        raise Refused(
            "A credit used on an invoice makes no document in QuickBooks Desktop; apply it to the invoice there."
        )
    body = _header(record, marker) | ({"ExternalGUID": names.guid(marker)} if marker else {})
    applied = _applied(record)
    return body | ({"AppliedToTxnAdd": applied} if applied else {"IsAutoApply": False})


def mod_payment(record: Payment, facts: Facts, marker: str = "", base: Payment | None = None) -> Body:
    """The ReceivePaymentMod: what differs, and where money lies all of it anew. Raises Refused.

    QuickBooks keeps every application when none is listed, so the last one cannot be taken off.
    """
    _check(record, facts)
    body = changed(_header(record, marker), _header(base, marker or base.marker) if base else None)
    wanted = _applied(record)
    if base and not wanted and base.applications:
        raise Refused("QuickBooks Desktop does not let a payment be taken off its last invoice from outside; "
                      "untick the invoice in the payment there.")  # fmt: skip
    moved = base is None or wanted != _applied(base)
    return body | ({"AppliedToTxnMod": wanted} if wanted and moved else {})


def add_refund(record: Refund, facts: Facts, marker: str = "") -> Body:
    """The ARRefundCreditCardAdd; its amount is the sum of the credits it uses up, so these must cover it. Raises Refused."""
    check_currency(record.currency, facts)
    parts = [part for part in record.applications if part.amount]
    covered = sum((part.amount or ZERO for part in parts), ZERO)
    if record.amount <= 0 or covered != record.amount:
        raise Refused(
            f"A refund of {record.amount} needs credits of the same amount in QuickBooks Desktop, not {covered}."
        )
    body: Body = {"CustomerRef": to_ref(record.customer_id), "TxnDate": record.date}
    body |= {"RefundFromAccountRef": to_ref(record.account_id)} if record.account_id else {}
    body |= {"PaymentMethodRef": to_ref(record.method)} if record.method else {}
    reference = names.one_line(record.reference)[:NUMBER].rstrip()
    body |= {"RefNumber": reference} if reference else {}
    memo = memo_with(record.memo, marker)
    body |= {"Memo": memo, "ExternalGUID": names.guid(marker)} if marker else {"Memo": memo} if memo else {}
    used = [{"TxnID": bare(part.document_id), "RefundAmount": part.amount} for part in parts]
    return body | {"RefundAppliedToTxnAdd": used}


def _header(record: Payment, marker: str) -> Body:
    reference = names.one_line(record.reference)[:REFERENCE].rstrip()
    memo = memo_with(record.memo, marker)
    body: Body = {"CustomerRef": to_ref(record.customer_id), "TxnDate": record.date, "TotalAmount": record.amount}
    body |= {"RefNumber": reference} if reference else {}
    body |= {"PaymentMethodRef": to_ref(record.method)} if record.method else {}
    body |= {"Memo": memo} if memo else {}
    return body | ({"DepositToAccountRef": to_ref(record.deposit_account_id)} if record.deposit_account_id else {})


def _applied(record: Payment) -> list[Body]:
    """A body per document; credits go on the first documents, money on the rest."""
    parts = [part for part in record.applications if part.amount]
    left = {bare(part.document_id): part.amount or ZERO for part in parts if part.document_entity in CREDITS}
    return [_on(part, left) for part in parts if part.document_entity not in CREDITS]


def _on(part: Application, left: dict[str, Decimal]) -> Body:
    """The part of one document; takes what it uses from the credits that are `left`."""
    owed, used = part.amount or ZERO, []
    for key, credit in left.items():
        share = min(owed, credit)
        if share > 0:
            used.append({"CreditTxnID": key, "AppliedAmount": share})
            left[key], owed = credit - share, owed - share
    body: Body = {"TxnID": bare(part.document_id)}
    body |= {"PaymentAmount": owed} if owed else {}
    return body | ({"SetCredit": used} if used else {})


def _check(record: Payment, facts: Facts) -> None:
    check_currency(record.currency, facts)
    if any(part.amount is None for part in record.applications):
        raise Refused("It is not known how much of this payment belongs on each document.")
    if record.amount < 0 or any((part.amount or ZERO) < 0 for part in record.applications):
        raise Refused("QuickBooks Desktop takes no negative payments; money paid back is a refund there.")
    credit = sum((part.amount or ZERO for part in record.applications if part.document_entity in CREDITS), ZERO)
    applied = sum((part.amount or ZERO for part in record.applications if part.document_entity not in CREDITS), ZERO)
    if applied > record.amount + credit:
        raise Refused(f"{applied} would be applied of a payment of {record.amount}.")


def _applications(raw: Raw) -> Iterator[Application]:
    for row in rows(raw, "AppliedToTxnRet"):
        # A discount given with the payment settles the invoice too, but is no part of the money.
        yield _application(row, maybe(row, "Amount"))


def _application(row: Raw, amount: Decimal | None) -> Application:
    kind, key = text(row, "TxnType"), text(row, "TxnID")
    if kind in DOCUMENTS:
        return Application(document_id=key, amount=amount, document_entity=DOCUMENTS[kind])
    return Application(document_id=f"{kind}:{key}:1", amount=amount, document_entity="receivable_movement")
