"""Sales invoices and credit notes: sent without tax in the lines, the tax beside each.

https://developer.xero.com/documentation/api/accounting/invoices
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from apps.platforms.errors import LockedByPayment, Refused
from apps.platforms.markers import with_marker, without_marker
from apps.platforms.records import CreditMemo, Facts, Invoice, SalesDocument
from apps.platforms.xero.translate import names
from apps.platforms.xero.translate.lines import read_lines, write_lines
from apps.platforms.xero.translate.values import (
    Body,
    Raw,
    day,
    document_day,
    document_status,
    envelope,
    is_draft,
    marker_of,
    marker_url,
    maybe,
    number,
    part,
    parts,
    text,
)

INVOICE, CREDIT = "ACCREC", "ACCRECCREDIT"
#: What may lie on an invoice, and how the records of it are named.
PAID_BY = (("Payments", "PaymentID", ""), ("Overpayments", "OverpaymentID", "overpayment:"),
           ("Prepayments", "PrepaymentID", "prepayment:"))  # fmt: skip
PAID = "Payments or credits are applied to it in Xero, so its amounts cannot be changed; take them off first."
AUTOMATIC = "Xero works out the sales tax of this invoice itself and lets no program change it; change it in Xero."


def is_sale(raw: Raw) -> bool:
    """Whether it is a sales invoice: bills come in the same list."""
    return text(raw, "Type") == INVOICE


def is_credit(raw: Raw) -> bool:
    """Whether it is a credit note for a customer."""
    return text(raw, "Type") == CREDIT


def read_invoice(raw: Raw) -> Invoice:
    """A sales invoice; amounts in its currency, lines net of tax. A draft reads as voided: it is not owed yet."""
    reference = text(raw, "Reference")
    return Invoice(
        **_read(raw, "InvoiceID", "InvoiceNumber"),
        balance=maybe(raw, "AmountDue"),
        due_date=day(raw, "DueDate"),
        po_number=without_marker(reference),
        payment_ids=tuple(_payments(raw)),
    )


def read_credit_memo(raw: Raw) -> CreditMemo:
    """A credit note; `balance` is the credit still open. Its allocations stay in the payload."""
    return CreditMemo(**_read(raw, "CreditNoteID", "CreditNoteNumber"), balance=maybe(raw, "RemainingCredit"))


def write_invoice(record: Invoice, facts: Facts, marker: str = "", base: Invoice | None = None) -> Body:
    """The body of a create, or with `base` of an update, which never names the number. Raises Refused."""
    due = {"DueDate": (record.due_date or record.date).isoformat()}
    named: Body = {"Reference": names.text("Reference", record.po_number)} if record.po_number or base else {}
    link: Body = {"Url": marker_url(marker)} if marker else {}
    if base is not None and base.raw.get("SalesTaxCalculationTypeCode") == "AUTO":
        raise Refused(AUTOMATIC)
    if base is not None and base.balance is not None and base.balance != base.total:
        return {**_allowed(record, base), **due, **named, **link}
    head: Body = {} if base else {"Type": INVOICE, "Status": "AUTHORISED"}
    head |= _numbered("InvoiceNumber", record) if base is None else {}
    return {**head, **_write(record, facts, base), **due, **named, **link}


def write_credit_memo(record: CreditMemo, facts: Facts, marker: str = "", base: CreditMemo | None = None) -> Body:
    """The body of a credit note, amounts positive; its marker stands in the reference, as it has no link. Raises Refused."""
    reference: Body = {"Reference": with_marker("", marker, names.LENGTHS["Reference"])} if marker else {}
    if base is not None and base.balance is not None and base.balance != base.total:
        raise LockedByPayment(PAID)
    head: Body = {} if base else {"Type": CREDIT, "Status": "AUTHORISED"}
    head |= _numbered("CreditNoteNumber", record) if base is None else {}
    return {**head, **_write(record, facts, base), **reference}


def take_back(raw: Raw) -> Body:
    """What ends a document: one never approved is deleted, any other voided; Xero refuses while anything is applied."""
    return {"Status": "DELETED" if is_draft(raw) else "VOIDED"}


def same_amounts(one: SalesDocument, other: SalesDocument) -> bool:
    """Whether two documents say the same of every amount, so that no line has to be touched."""
    return (one.date, one.tax, one.total, [line.amount for line in one.lines]) == (
        other.date,
        other.tax,
        other.total,
        [line.amount for line in other.lines],
    )


def _allowed(record: Invoice, base: Invoice) -> Body:
    """What Xero lets us change on a document with money on it: nothing that is an amount."""
    if not same_amounts(record, base):
        raise LockedByPayment(PAID)
    moved = record.customer_id != base.customer_id
    return {"Contact": {"ContactID": record.customer_id}} if moved else {}


def _numbered(name: str, record: SalesDocument) -> Body:
    return {name: names.document_number(record.number)} if record.number else {}


def _read(raw: Raw, id_name: str, number_name: str) -> dict[str, Any]:
    lines = read_lines(raw)
    codes = {line.tax_code_id for line in lines if line.tax_code_id}
    return {
        **envelope(raw, id_name),
        "status": document_status(raw),
        "marker": marker_of(text(raw, "Url"), text(raw, "Reference")),
        "number": text(raw, number_name),
        "customer_id": text(part(raw, "Contact"), "ContactID"),
        "date": document_day(raw),
        "lines": lines,
        "subtotal": number(raw, "SubTotal"),
        "tax": number(raw, "TotalTax"),
        "total": number(raw, "Total"),
        "tax_code_id": codes.pop() if len(codes) == 1 else "",
        "currency": text(raw, "CurrencyCode"),
    }


def _payments(raw: Raw) -> Iterator[str]:
    for name, key, prefix in PAID_BY:
        for row in parts(raw, name):
            batch = text(row, "BatchPaymentID")
            yield f"batch:{batch}" if batch else f"{prefix}{text(row, key)}"


def _write(record: SalesDocument, facts: Facts, base: SalesDocument | None) -> Body:
    currency: Body = {"CurrencyCode": record.currency} if record.currency not in ("", facts.currency) else {}
    return {
        "Contact": {"ContactID": record.customer_id},
        "Date": record.date.isoformat(),
        "LineAmountTypes": "Exclusive",
        "LineItems": write_lines(record, facts, base),
        **currency,
    }
