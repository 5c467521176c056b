"""Invoices and credit memos. qbXML 13.0: InvoiceAdd, InvoiceMod, InvoiceRet, CreditMemoAdd, CreditMemoRet."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from apps.platforms.errors import Refused
from apps.platforms.markers import read_marker, with_marker, without_marker
from apps.platforms.quickbooks_desktop.translate import names
from apps.platforms.quickbooks_desktop.translate.lines import add_lines, mod_lines, read_lines
from apps.platforms.quickbooks_desktop.translate.values import (
    ZERO,
    Body,
    Raw,
    bare,
    canadian,
    currency,
    day,
    document_status,
    envelope,
    flag,
    maybe,
    maybe_day,
    number,
    ref,
    rows,
    text,
    to_ref,
)
from apps.platforms.records import CreditMemo, Facts, Invoice, SalesDocument, Status

#: No tax items known.
NONE: Mapping[str, str] = {}
#: The longest memo (qbXML 13.0).
MEMO = 4095
#: The longest number of a document (RefNumber of InvoiceAdd and CreditMemoAdd).
NUMBER = 11


def read_invoice(raw: Raw, facts: Facts, tax_items: Mapping[str, str] = NONE) -> Invoice:
    """An InvoiceRet; it has no total of its own: that is Subtotal + SalesTaxTotal. Amounts in its currency.

    `tax_items`: kinds of the tax items by ListID; their lines are tax.
    """
    return Invoice(
        **_read(raw, facts, tax_items),
        balance=maybe(raw, "BalanceRemaining"),
        due_date=maybe_day(raw, "DueDate"),
        po_number=text(raw, "PONumber"),
    )


def read_credit_memo(raw: Raw, facts: Facts, tax_items: Mapping[str, str] = NONE) -> CreditMemo:
    """A CreditMemoRet; `balance` is the credit still open."""
    return CreditMemo(**_read(raw, facts, tax_items), balance=maybe(raw, "CreditRemaining"))


def add_invoice(record: Invoice, facts: Facts, marker: str = "") -> Body:
    """The InvoiceAdd: amounts of lines are sent, the tax QuickBooks works out itself. Raises Refused, BadReference."""
    body = _header(record, facts, marker) | _invoice_fields(record, clear=False)
    return body | _sent_by_us() | _external(marker) | {"InvoiceLineAdd": add_lines(record, facts)}


def mod_invoice(record: Invoice, facts: Facts, marker: str = "", base: Invoice | None = None) -> Body:
    """The InvoiceMod: the whole header and all lines, for lines that are not listed are deleted. Raises Refused."""
    body = _header(record, facts, marker) | _invoice_fields(record, clear=True)
    body |= {"Memo": ""} if base and base.memo and "Memo" not in body else {}
    return body | {"InvoiceLineMod": mod_lines(record, facts, base)}


def add_credit_memo(record: CreditMemo, facts: Facts, marker: str = "") -> Body:
    """The CreditMemoAdd; amounts positive, at least one line. Raises Refused, BadReference."""
    if not record.lines:
        raise Refused("A credit memo needs at least one line in QuickBooks Desktop.")
    body = _header(record, facts, marker) | _sent_by_us() | _external(marker)
    return body | {"CreditMemoLineAdd": add_lines(record, facts)}


def memo_with(memo: str, marker: str) -> str:
    """A memo of at most 4095 characters that always keeps its marker."""
    return with_marker(names.lines(memo), marker, MEMO)


def memo_of(raw: Raw) -> str:
    """The memo people wrote: without our marker."""
    return without_marker(text(raw, "Memo"))


def check_currency(record_currency: str, facts: Facts) -> None:
    """Refused for another currency than the file's: a document takes that of its customer, we cannot choose it."""
    if record_currency and facts.currency and record_currency != facts.currency:
        raise Refused(f"It is in {record_currency}, and the company file is kept in {facts.currency}.")


def _header(record: SalesDocument, facts: Facts, marker: str) -> Body:
    check_currency(record.currency, facts)
    body: Body = {"CustomerRef": to_ref(record.customer_id), "TxnDate": record.date}
    body |= {"ClassRef": to_ref(record.location_id)} if record.location_id else {}
    reference = names.one_line(record.number)[:NUMBER].rstrip()
    body |= {"RefNumber": reference} if reference else {}
    memo = memo_with(record.memo, marker)
    return body | ({"Memo": memo} if memo else {}) | _tax_item(record, facts)


def _tax_item(record: SalesDocument, facts: Facts) -> Body:
    """The one tax item of a document; left out, the customer's would be used silently. Canada has it on lines."""
    if not facts.uses_tax:
        if record.tax:
            raise Refused("It has tax, and sales tax is switched off in QuickBooks Desktop.")
        return {}
    item = bare(record.tax_code_id) or facts.defaults.get("tax_item", "")
    return {"ItemSalesTaxRef": to_ref(item)} if item and not canadian(facts) else {}


def _invoice_fields(record: Invoice, *, clear: bool) -> Body:
    body: Body = {"DueDate": record.due_date} if record.due_date else {}
    number = names.one_line(record.po_number)
    return body | ({"PONumber": number} if number or clear else {})


def _sent_by_us() -> Body:
    """Nothing we send prints or mails anything by itself."""
    return {"IsToBePrinted": False, "IsToBeEmailed": False}


def _external(marker: str) -> Body:
    return {"ExternalGUID": names.guid(marker)} if marker else {}


def _read(raw: Raw, facts: Facts, tax_items: Mapping[str, str]) -> dict[str, Any]:
    lines, taxed = read_lines(raw, facts, tax_items)
    tax = number(raw, "SalesTaxTotal") + taxed
    subtotal = _subtotal(raw, taxed, sum((line.amount for line in lines), ZERO))
    item = ref(raw, "ItemSalesTaxRef")
    return {
        **envelope(raw),
        "status": _status(raw, subtotal + tax),
        "marker": read_marker(text(raw, "Memo")),
        "number": text(raw, "RefNumber"),
        "customer_id": ref(raw, "CustomerRef"),
        "date": day(raw),
        "lines": lines,
        "subtotal": subtotal,
        "tax": tax,
        "total": subtotal + tax,
        "tax_code_id": f"{tax_items[item]}:{item}" if item in tax_items else "",
        "memo": memo_of(raw),
        "currency": currency(raw),
        "location_id": ref(raw, "ClassRef"),
        "payment_ids": tuple(
            text(link, "TxnID") for link in rows(raw, "LinkedTxn") if text(link, "TxnType") == "ReceivePayment"
        ),
    }


def _status(raw: Raw, total: Decimal) -> Status:
    """A pending document is not booked: until it is final it counts as little as a voided one."""
    return Status.VOIDED if flag(raw, "IsPending", default=False) else document_status(raw, total)


def _subtotal(raw: Raw, taxed: Decimal, lines: Decimal) -> Decimal:
    """Subtotal without the tax that stands on lines; the sum of the lines where QuickBooks tells none."""
    told = maybe(raw, "Subtotal")
    return lines if told is None else told - taxed
