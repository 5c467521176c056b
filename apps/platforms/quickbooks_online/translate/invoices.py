"""Invoices, credit memos and refund receipts: sent with the tax already worked out, compared net.

https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/invoice
"""

from __future__ import annotations

from typing import Any

from apps.platforms.base import day_of
from apps.platforms.errors import Refused
from apps.platforms.markers import read_marker, with_marker, without_marker
from apps.platforms.quickbooks_online.translate import names
from apps.platforms.quickbooks_online.translate.lines import read_lines, write_lines
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
    without_number_line,
)
from apps.platforms.records import CreditMemo, Facts, Invoice, RefundReceipt, SalesDocument

#: What our number is called in the note where QuickBooks numbers by itself.
NUMBER_LINES = {
    "invoice": "Syncro invoice",
    "credit_memo": "Syncro credit memo",
    "refund_receipt": "Syncro refund receipt",
}


def read_invoice(raw: Raw) -> Invoice:
    """An Invoice; amounts in its currency, lines net of tax."""
    due = raw.get("DueDate")
    return Invoice(**_read(raw), balance=maybe(raw, "Balance"), due_date=day_of(str(due)) if due else None)


def read_credit_memo(raw: Raw) -> CreditMemo:
    """A CreditMemo; `balance` is the credit still open."""
    left = maybe(raw, "RemainingCredit")
    return CreditMemo(**_read(raw), balance=maybe(raw, "Balance") if left is None else left)


def read_refund_receipt(raw: Raw) -> RefundReceipt:
    """A RefundReceipt; `account_id` is the account the money left."""
    return RefundReceipt(
        **_read(raw),
        method_id=ref(raw, "PaymentMethodRef"),
        account_id=ref(raw, "DepositToAccountRef"),
        reference=str(raw.get("PaymentRefNum") or ""),
    )


def write_invoice(record: Invoice, facts: Facts, marker: str = "", base: Invoice | None = None) -> Body:
    """The whole body of a create or a sparse update: totals are not sent, tax is. Raises Refused."""
    body = _write(record, facts, marker, base)
    return body | ({"DueDate": record.due_date.isoformat()} if record.due_date else {})


def write_credit_memo(record: CreditMemo, facts: Facts, marker: str = "", base: CreditMemo | None = None) -> Body:
    """The body of a CreditMemo; amounts positive. Raises Refused."""
    return _write(record, facts, marker, base)


def write_refund_receipt(
    record: RefundReceipt, facts: Facts, marker: str = "", base: RefundReceipt | None = None
) -> Body:
    """The body of a RefundReceipt; it needs the account the money leaves, else Refused."""
    if not record.account_id:
        raise Refused("A refund needs the account the money is paid from; choose one for its payment method.")
    reference = names.text("PaymentRefNum", record.reference, american(facts), "RefundReceipt")
    body = _write(record, facts, marker, base) | {"DepositToAccountRef": to_ref(record.account_id)}
    body |= {"PaymentMethodRef": to_ref(record.method_id)} if record.method_id else {}
    return body | ({"PaymentRefNum": reference} if reference else {})


def note_with(memo: str, marker: str, facts: Facts, first: str = "") -> str:
    """A PrivateNote of at most 4000 characters that always keeps its marker, and the line `first` before the memo."""
    limit = names.LENGTHS["PrivateNote"]
    text = names.text("PrivateNote", "\n".join(part for part in (first, memo) if part), american(facts))
    return with_marker(text, marker, limit) if marker else text


def memo_of(raw: Raw) -> str:
    """The note people wrote: without our marker and our number."""
    return without_number_line(without_marker(str(raw.get("PrivateNote") or "")))


def currency_ref(currency: str, facts: Facts) -> Body:
    """CurrencyRef for documents in another than the home currency. Refused where the company has only one."""
    if currency in ("", facts.currency):
        return {}
    if facts.raw and not (facts.raw.get("CurrencyPrefs") or {}).get("MultiCurrencyEnabled"):
        raise Refused(f"It is in {currency}, and the company keeps its books in {facts.currency} only.")
    return {"CurrencyRef": to_ref(currency)}


def _read(raw: Raw) -> dict[str, Any]:
    lines = read_lines(raw)
    tax = raw.get("TxnTaxDetail") or {}
    linked = raw.get("LinkedTxn") or []
    return {
        **envelope(raw),
        "status": document_status(raw),
        "marker": read_marker(str(raw.get("PrivateNote") or "")),
        "number": str(raw.get("DocNumber") or ""),
        "customer_id": ref(raw, "CustomerRef"),
        "date": day(raw),
        "lines": lines,
        "subtotal": sum((line.amount for line in lines), ZERO),
        "tax": number(tax, "TotalTax"),
        "total": number(raw, "TotalAmt"),
        "tax_code_id": ref(tax, "TxnTaxCodeRef"),
        "memo": memo_of(raw),
        "currency": ref(raw, "CurrencyRef"),
        "location_id": ref(raw, "DepartmentRef"),
        "payment_ids": tuple(str(link.get("TxnId")) for link in linked if link.get("TxnType") == "Payment"),
    }


def _write(record: SalesDocument, facts: Facts, marker: str, base: SalesDocument | None) -> Body:
    kept = frozenset(line.line_id for line in base.lines if line.line_id) if base else frozenset()
    numbered = facts.keeps_numbers or not record.number
    note = note_with(record.memo, marker, facts, "" if numbered else f"{NUMBER_LINES[record.entity]} {record.number}")
    body: Body = {
        "CustomerRef": to_ref(record.customer_id),
        "TxnDate": record.date.isoformat(),
        "Line": write_lines(record.lines, facts, record.tax_code_id, kept),
        **_tax(record, facts),
        **currency_ref(record.currency, facts),
    }
    number = names.text("DocNumber", record.number, american(facts)) if facts.keeps_numbers else ""
    body |= {"DocNumber": number} if number else {}
    body |= {"PrivateNote": note} if note or base else {}
    return body | ({"DepartmentRef": to_ref(record.location_id)} if record.location_id else {})


def _tax(record: SalesDocument, facts: Facts) -> Body:
    """US: the amount, which automatic tax honours and spreads itself. Elsewhere the codes on the lines decide."""
    if not facts.uses_tax:
        if record.tax:
            raise Refused("It has tax, and sales tax is switched off in QuickBooks Online.")
        return {}
    if not american(facts):
        return {"GlobalTaxCalculation": "TaxExcluded"}
    code = {"TxnTaxCodeRef": to_ref(record.tax_code_id)} if record.tax_code_id and not facts.automatic_tax else {}
    return {"TxnTaxDetail": {**code, "TotalTax": record.tax}}
