"""Payments: what was received, and on which documents it lies.

https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/payment
"""

from __future__ import annotations

from collections.abc import Iterator

from apps.platforms.errors import Refused
from apps.platforms.markers import read_marker
from apps.platforms.quickbooks_online.translate import names
from apps.platforms.quickbooks_online.translate.invoices import currency_ref, memo_of, note_with
from apps.platforms.quickbooks_online.translate.values import (
    ZERO,
    Body,
    Raw,
    american,
    day,
    document_status,
    envelope,
    maybe,
    number,
    ref,
    to_ref,
)
from apps.platforms.records import Application, Facts, Payment

#: What a payment may lie on, besides invoices and credit memos: parts of other documents, named "Type:id".
DOCUMENTS = {"Invoice": "invoice", "CreditMemo": "credit_memo"}
MOVEMENTS = {"JournalEntry": "JournalEntry", "Expense": "Purchase", "Check": "Purchase", "CreditCardCredit": "Purchase"}
TYPES = {"invoice": "Invoice", "credit_memo": "CreditMemo"}
MOVEMENT_TYPES = {"JournalEntry": "JournalEntry", "Purchase": "Expense"}


def read_payment(raw: Raw) -> Payment:
    """A Payment with its applications; `locked`: QuickBooks Payments processed it, `deposited`: it is banked."""
    return Payment(
        **envelope(raw),
        status=document_status(raw),
        marker=read_marker(str(raw.get("PrivateNote") or "")),
        customer_id=ref(raw, "CustomerRef"),
        date=day(raw),
        amount=number(raw, "TotalAmt"),
        method=ref(raw, "PaymentMethodRef"),
        reference=str(raw.get("PaymentRefNum") or ""),
        applications=tuple(_applications(raw)),
        unapplied=maybe(raw, "UnappliedAmt"),
        deposited=any(link.get("TxnType") == "Deposit" for link in raw.get("LinkedTxn") or []),
        locked=_processed_by_intuit(raw),
        deposit_account_id=ref(raw, "DepositToAccountRef"),
        memo=memo_of(raw),
        currency=ref(raw, "CurrencyRef"),
    )


def write_payment(record: Payment, facts: Facts, marker: str = "", base: Payment | None = None) -> Body:
    """The body of a create or sparse update: always customer, total and all lines. Raises Refused.

    An empty list of lines takes the payment off every document. Never a field that could charge a card.
    """
    _check_covered(record)
    reference = names.text("PaymentRefNum", record.reference, american(facts), "Payment")
    note = note_with(record.memo, marker, facts)
    body: Body = {
        "CustomerRef": to_ref(record.customer_id),
        "TotalAmt": record.amount,
        "TxnDate": record.date.isoformat(),
        "Line": [_to_line(part) for part in record.applications if part.amount != ZERO],
        **currency_ref(record.currency, facts),
    }
    body |= {"PaymentRefNum": reference} if reference or (base and base.reference) else {}
    body |= {"PaymentMethodRef": to_ref(record.method)} if record.method else {}
    body |= {"DepositToAccountRef": to_ref(record.deposit_account_id)} if record.deposit_account_id else {}
    return body | ({"PrivateNote": note} if note or base else {})


def _applications(raw: Raw) -> Iterator[Application]:
    for line in raw.get("Line") or []:
        links = [link for link in line.get("LinkedTxn") or [] if link.get("TxnType") != "Deposit"]
        for link in links:
            # Several links on one line share its amount, and nothing says how.
            yield _application(link, line if len(links) == 1 else {})


def _application(link: Raw, line: Raw) -> Application:
    kind, key = str(link.get("TxnType")), str(link.get("TxnId"))
    if kind in DOCUMENTS:
        return Application(document_id=key, amount=maybe(line, "Amount"), document_entity=DOCUMENTS[kind])
    name = f"{MOVEMENTS.get(kind, kind)}:{key}"
    return Application(document_id=name, amount=maybe(line, "Amount"), document_entity="receivable_movement")


def _to_line(part: Application) -> Body:
    kind, key = TYPES.get(part.document_entity, ""), part.document_id
    if not kind:
        name, _, rest = part.document_id.partition(":")
        kind, key = MOVEMENT_TYPES.get(name, name), rest.partition(":")[0]
    return {"Amount": part.amount, "LinkedTxn": [{"TxnId": key, "TxnType": kind}]}


def _check_covered(record: Payment) -> None:
    if any(part.amount is None for part in record.applications):
        raise Refused("It is not known how much of this payment belongs on each document.")
    if record.amount < 0 or any((part.amount or ZERO) < 0 for part in record.applications):
        raise Refused("QuickBooks Online takes no negative payments; money paid back is a refund there.")
    credit = sum((part.amount or ZERO for part in record.applications if part.document_entity != "invoice"), ZERO)
    applied = sum((part.amount or ZERO for part in record.applications if part.document_entity == "invoice"), ZERO)
    if applied > record.amount + credit:
        raise Refused(f"{applied} would be applied of a payment of {record.amount}.")


def _processed_by_intuit(raw: Raw) -> bool:
    card = raw.get("CreditCardPayment") or {}
    charge, answer = card.get("CreditChargeInfo") or {}, card.get("CreditChargeResponse") or {}
    signals = (raw.get("ProcessPayment"), charge.get("ProcessPayment"), answer.get("CCTransId"), answer.get("Status"))
    return any(signals) or raw.get("TxnSource") == "IntuitPayment"
