"""Invoices, credit memos, sales receipts and refund receipts: lines, numbers, due dates, totals."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from apps.sandbox.quickbooks_online.index import SALES, ref
from apps.sandbox.quickbooks_online.money import ZERO, cents, dec, num
from apps.sandbox.quickbooks_online.references import Change, check_references, kept, look_up, required
from apps.sandbox.quickbooks_online.refusals import Refusal
from apps.sandbox.quickbooks_online.tax import set_tax
from apps.sandbox.store import Document

LINE_TYPES = ("SalesItemLineDetail", "DescriptionOnly", "DiscountLineDetail", "SubTotalLineDetail")
TAKEN = "You must specify a different number. This number has already been used."
NEEDS = {"Invoice": ("CustomerRef",), "CreditMemo": ("CustomerRef",), "SalesReceipt": ("CustomerRef",)}


def finish_sale(change: Change, new: Document) -> Document:
    """A sales document as it will be kept, with everything the vendor computes."""
    required(new, "Line", *NEEDS.get(change.entity, ("DepositToAccountRef",)))
    check_references(change, new, change.old)
    same_customer(change, new)
    start_transaction(change, new)
    drop_untracked(change, new)
    if change.entity == "Invoice":
        set_due_date(change, new)
    set_doc_number(change, new)
    lines = number_lines(change, new["Line"])
    new["Line"] = [sales_line(change, new, line) for line in lines if line.get("DetailType") != "SubTotalLineDetail"]
    subtotal = sum((dec(line.get("Amount")) for line in new["Line"] if is_sale(line)), ZERO)
    discount = set_discount(new["Line"], subtotal)
    tax = set_tax(change, new, subtotal, discount)
    new["Line"].append({"Amount": num(subtotal), "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}})
    total = subtotal - discount + tax
    if total < 0:
        raise Refusal("6000", "Transaction amount must be 0 or greater.")
    new["TotalAmt"] = num(total)
    for name in ("PrintStatus", "EmailStatus"):
        new.setdefault(name, "NotSet")
    return new


def start_transaction(change: Change, new: Document) -> None:
    """Date and currency every transaction has."""
    new["TxnDate"] = new.get("TxnDate") or (change.old or {}).get("TxnDate") or change.company.today()
    home = change.company.profile["home_currency"]
    if ref(new, "CurrencyRef") not in ("", home) and not change.company.preference(
        "CurrencyPrefs", "MultiCurrencyEnabled"
    ):
        raise Refusal("6000", "Multicurrency is not enabled", "CurrencyRef")
    new["CurrencyRef"] = {"value": ref(new, "CurrencyRef") or home}


def same_customer(change: Change, new: Document) -> None:
    """A document with payments keeps its customer."""
    old = change.old
    if old and not kept(new, old, "CustomerRef") and change.company.index.links[(change.entity, old["Id"])]:
        raise Refusal("6000", "The customer of a transaction with linked payments cannot be changed", "CustomerRef")


def drop_untracked(change: Change, new: Document) -> None:
    """Locations and classes are dropped without a word when the company does not track them."""
    company = change.company
    if not company.preference("AccountingInfoPrefs", "TrackDepartments"):
        new.pop("DepartmentRef", None)
    if not company.preference("AccountingInfoPrefs", "ClassTrackingPerTxn"):
        new.pop("ClassRef", None)


def set_due_date(change: Change, new: Document) -> None:
    """As sent, else by the terms, else the date of the invoice."""
    if new.get("DueDate") and ("DueDate" in change.sent or "TxnDate" not in change.sent):
        return
    term = change.company.raw("Term", ref(new, "SalesTermRef")) or {}
    days = timedelta(days=int(term.get("DueDays", 0)))
    new["DueDate"] = (date.fromisoformat(new["TxnDate"]) + days).isoformat()


def set_doc_number(change: Change, new: Document) -> None:
    """Custom numbers are checked for doubles; otherwise the company numbers what has none."""
    company = change.company
    number = str(new.get("DocNumber") or "")
    if company.preference("SalesFormsPrefs", "CustomTxnNumbers"):
        before = str((change.old or {}).get("DocNumber") or "")
        if number and number != before and "allowduplicatedocnum" not in change.include and not change.ui:
            check_number(change, number, str(new.get("Id", "")))
    elif not number:
        new["DocNumber"] = str(company.store.next_id(f"{company.realm}/DocNumber", 1001))


def check_number(change: Change, number: str, own: str) -> None:
    """6140 when the number is taken and the user wants to be warned."""
    if not change.setting("warn_duplicate_docnum"):
        return
    for entity in SALES if change.setting("docnumber_family") == "sales" else (change.entity,):
        if change.company.index.numbers[(entity, number.casefold())] - ({own} if entity == change.entity else set()):
            raise Refusal("6140", f"{TAKEN} DocNumber={number} is assigned")


def number_lines(change: Change, lines: Any) -> list[Document]:
    """Line ids: those that exist are kept, all others are new."""
    if not isinstance(lines, list) or not all(isinstance(line, dict) for line in lines):
        raise Refusal("2010", "Property Name:Line must be an array", "Line")
    old = {line["Id"] for line in (change.old or {}).get("Line", []) if "Id" in line}
    last = max((int(key) for key in old), default=0)
    out = []
    for position, sent in enumerate(lines, 1):
        line = {key: value for key, value in sent.items() if value is not None} | {"LineNum": position}
        if line.get("Id") not in old:
            last += 1
            line["Id"] = str(last)
        out.append(line)
    return out


def is_sale(line: Document) -> bool:
    """A line that sells something."""
    return bool(line["DetailType"] == "SalesItemLineDetail")


def sales_line(change: Change, new: Document, line: Document) -> Document:
    """One line checked; a line without an item becomes plain documentation."""
    kind = line.get("DetailType")
    if kind not in LINE_TYPES:
        required(line, "DetailType")
        raise Refusal("2170", f"DetailType: {kind}", "DetailType")
    if kind == "DescriptionOnly":
        line.pop("Amount", None)
        return {**line, "DescriptionLineDetail": line.get("DescriptionLineDetail") or {}}
    detail = dict(line.get(kind) or {})
    if kind == "DiscountLineDetail":
        check_references(change, detail)
        return {**line, kind: detail}
    required(line, "Amount")
    if not ref(detail, "ItemRef"):
        line = {key: value for key, value in line.items() if key not in (kind, "Amount")}
        return {**line, "DetailType": "DescriptionOnly", "DescriptionLineDetail": {}}
    check_references(change, detail, line_before(change, line, kind))
    if not change.company.preference("AccountingInfoPrefs", "ClassTrackingPerTxnLine"):
        detail.pop("ClassRef", None)
    check_product(line, detail, new)
    set_tax_code(change, new, detail)
    return {**line, "Amount": num(dec(line["Amount"])), kind: detail}


def line_before(change: Change, line: Document, kind: str) -> Document:
    """The detail that stood at this line before."""
    lines = (change.old or {}).get("Line", [])
    return next((before.get(kind) or {} for before in lines if before.get("Id") == line["Id"]), {})


def check_product(line: Document, detail: Document, new: Document) -> None:
    """6070 when amount and quantity times price differ; a missing price is computed."""
    amount, quantity = cents(dec(line["Amount"])), dec(detail.get("Qty", 1))
    if "UnitPrice" not in detail:
        if "Qty" in detail and quantity:
            detail["UnitPrice"] = float(round(amount / quantity, 7))
        return
    if new.get("GlobalTaxCalculation") == "TaxInclusive":
        return
    if cents(dec(detail["UnitPrice"]) * quantity) != amount:
        raise Refusal("6070", f"Amount {amount}, UnitPrice {detail['UnitPrice']}, Qty {quantity}", "Line.Amount")


def set_tax_code(change: Change, new: Document, detail: Document) -> None:
    """TAX or NON in the US, a real code elsewhere."""
    code = ref(detail, "TaxCodeRef")
    if change.company.american:
        if not code:
            item = change.company.raw("Item", ref(detail, "ItemRef")) or {}
            owner = change.company.raw("Customer", ref(new, "CustomerRef")) or {}
            code = "TAX" if item.get("Taxable") and owner.get("Taxable", True) else "NON"
        if code not in ("TAX", "NON"):
            raise Refusal("6100", f"Line tax code {code}: only TAX or NON", "TaxCodeRef")
    elif new.get("GlobalTaxCalculation") != "NotApplicable":
        if not code:
            raise Refusal("6000", "Make sure all your transactions have a tax rate before you save.", "TaxCodeRef")
        if code in ("TAX", "NON"):
            raise Refusal("6100", f"Line tax code {code}", "TaxCodeRef")
        look_up(change, "TaxCode", code)
    if code:
        detail["TaxCodeRef"] = {"value": code}


def set_discount(lines: list[Document], subtotal: Decimal) -> Decimal:
    """The discount of the document: one line, the last, positive."""
    found = [line for line in lines if line["DetailType"] == "DiscountLineDetail"]
    if not found:
        return ZERO
    if len(found) > 1 or found[0] is not lines[-1]:
        raise Refusal("6000", "Only one discount line, as the last line, is supported", "DiscountLineDetail")
    line, detail = found[0], found[0]["DiscountLineDetail"]
    if detail.get("PercentBased"):
        required(detail, "DiscountPercent")
        line["Amount"] = num(subtotal * dec(detail["DiscountPercent"]) / 100)
    required(line, "Amount")
    if dec(line["Amount"]) < 0:
        raise Refusal("6000", "The amount of a discount must be positive", "DiscountLineDetail")
    line["Amount"] = num(dec(line["Amount"]))
    return dec(line["Amount"])
