"""Invoices and credit memos: their lines, what they come to, and changing them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from apps.sandbox.quickbooks_desktop.links import apply_credits, take_off
from apps.sandbox.quickbooks_desktop.money import ZERO, amount, cents, dec, plain, price
from apps.sandbox.quickbooks_desktop.references import Change, check_closed, references, standing
from apps.sandbox.quickbooks_desktop.refusals import Refusal
from apps.sandbox.quickbooks_desktop.tax import add_tax, taxable
from apps.sandbox.store import Document

SIDE = {"Invoice": "debit", "CreditMemo": "credit"}
NOT_KEPT = ("TxnID", "EditSequence", "SetCredit", "LinkToTxnID", "DataExt", "ExchangeRate")
KEPT_WHEN_EMPTY = ("CustomerRef", "ARAccountRef", "ItemSalesTaxRef")
NEW_LINE = "-1"
FIRST_LINE = 2
LINE_VALUES = ("Quantity", "Rate", "RatePercent", "Amount")


def add_sale(change: Change) -> Document:
    """A new invoice or credit memo."""
    sent = references(change, change.sent)
    lines = _lines(change, sent, f"{change.entity}LineAdd")
    new = {name: value for name, value in sent.items() if value != "" and not _is_line(change, name)}
    new = {name: value for name, value in new.items() if name not in NOT_KEPT}
    _defaults(change, new)
    new["lines"] = [_numbered(number, _line(change, new, {}, line)) for number, line in enumerate(lines, FIRST_LINE)]
    _percents(new["lines"])
    _finish(change, new)
    doc = change.company.put(change.entity, {**new, "side": SIDE[change.entity]})
    if sent.get("SetCredit"):
        apply_credits(change, doc, sent["SetCredit"], {new["customer"]})
    return change.company.doc("txn", doc["id"]) or doc


def mod_sale(change: Change) -> Document:
    """A changed invoice: lines not named any more are deleted, as soon as one is named."""
    old = change.old = standing(change, "TxnID")
    sent = references(change, change.sent)
    _check_customer(change, old, sent)
    lines = _lines(change, sent, f"{change.entity}LineMod")
    fields = {name: value for name, value in sent.items() if name not in NOT_KEPT and not _is_line(change, name)}
    new = {**old, **{name: value for name, value in fields.items() if value != "" or name not in KEPT_WHEN_EMPTY}}
    new = {name: value for name, value in new.items() if value != ""}
    _defaults(change, new)
    if lines:
        new["lines"] = _merged(change, old, new, lines)
        _percents(new["lines"])
    _finish(change, new)
    _check_taken(change, new)
    doc = change.company.put(change.entity, new)
    if sent.get("SetCredit"):
        apply_credits(change, doc, sent["SetCredit"], {new["customer"]})
    return change.company.doc("txn", doc["id"]) or doc


def _is_line(change: Change, name: str) -> bool:
    return name.startswith((f"{change.entity}Line", "DiscountLine", "SalesTaxLine", "ShippingLine"))


def _lines(change: Change, sent: Document, name: str) -> list[Document]:
    if sent.get(name.replace("Line", "LineGroup")):
        raise Refusal(3250, "item groups")
    return list(sent.get(name, ()))


def _defaults(change: Change, new: Document) -> None:
    company = change.company
    new["customer"] = new["CustomerRef"]
    customer = company.doc("name", new["customer"]) or {}
    new.setdefault("TxnDate", company.today.isoformat())
    new.setdefault("ARAccountRef", company.profile["accounts"]["receivable"])
    new.setdefault("IsPending", "false")
    new.setdefault("IsToBePrinted", "false")
    if "TermsRef" not in new and change.old is None and customer.get("TermsRef"):
        new["TermsRef"] = customer["TermsRef"]
    if not new.get("DueDate"):
        terms = company.doc("StandardTerms", new.get("TermsRef", "")) or {}
        days = int(terms.get("StdDueDays", 0))
        new["DueDate"] = (date.fromisoformat(new["TxnDate"]) + timedelta(days=days)).isoformat()
    if company.edition == "QBD" and company.profile.get("sales_tax", True):
        defaults = company.profile["defaults"]
        new.setdefault("ItemSalesTaxRef", customer.get("ItemSalesTaxRef") or defaults["ItemSalesTaxRef"])
        new.setdefault("CustomerSalesTaxCodeRef", customer.get("SalesTaxCodeRef") or defaults["SalesTaxCodeRef"])


def _numbered(number: int, line: Document) -> Document:
    return {**line, "TxnLineID": f"{number:X}"}


def _merged(change: Change, old: Document, new: Document, sent: list[Document]) -> list[Document]:
    """The lines after a Mod: kept ones in their order, new ones with TxnLineID -1."""
    known = {line["TxnLineID"]: line for line in old["lines"]}
    order = [line["TxnLineID"] for line in sent if line["TxnLineID"] != NEW_LINE]
    strange = [key for key in order if key not in known]
    if strange:
        raise Refusal(3120, strange[0], "The line is not in the transaction.")
    if order != [key for key in known if key in order]:
        raise Refusal(3290, order[0])
    number = max((int(key, 16) for key in known), default=FIRST_LINE - 1)
    lines = []
    for line in sent:
        if line["TxnLineID"] == NEW_LINE:
            number += 1
            lines.append(_numbered(number, _line(change, new, {}, line)))
        else:
            lines.append(_line(change, new, known[line["TxnLineID"]], line))
    return lines


def _line(change: Change, doc: Document, old: Document, sent: Document) -> Document:
    """One line after the write; Amount wins over Rate, and an item alone is sold once at its price."""
    line = {**old, **{name: value for name, value in sent.items() if value != ""}}
    line = {name: value for name, value in line.items() if sent.get(name) != "" or name in (*LINE_VALUES, "ItemRef")}
    changed = [name for name in LINE_VALUES if sent.get(name)]
    if "ItemRef" not in line:
        if changed:
            raise Refusal(3150, "ItemRef")
        return line
    item = change.company.doc("item", line["ItemRef"]) or {}
    line.setdefault("Desc", item_text(item))
    if not line["Desc"]:
        del line["Desc"]
    _tax_code(change, doc, line, item)
    if doc.get("ClassRef") and change.company.profile.get("classes"):
        line.setdefault("ClassRef", doc["ClassRef"])
    if old and not changed and ("ItemRef" not in sent or sent["ItemRef"] == old.get("ItemRef")):
        return line
    return _valued(line, {name: sent[name] for name in changed}, item)


def _tax_code(change: Change, doc: Document, line: Document, item: Document) -> None:
    company, defaults = change.company, change.company.profile["defaults"]
    if not company.profile.get("sales_tax", True):
        line["SalesTaxCodeRef"] = defaults["NonTaxable"]
        return
    exempt = company.edition == "QBD" and not taxable(company, doc["CustomerSalesTaxCodeRef"])
    standard = defaults["NonTaxable"] if exempt else item.get("SalesTaxCodeRef", defaults["SalesTaxCodeRef"])
    line.setdefault("SalesTaxCodeRef", standard)


def _valued(line: Document, sent: Document, item: Document) -> Document:
    """Quantity, rate and amount of an item line."""
    if "RatePercent" in sent:
        return {**line, "percent": "due"}
    if not sent:
        line = {**line, "Quantity": "1"}
    quantity = dec(line["Quantity"]) if line.get("Quantity") else None
    times = Decimal(1) if quantity is None else quantity
    if "Amount" in sent:
        total = dec(sent["Amount"])
        rate = total / times if times else ZERO
    else:
        rate = dec(sent["Rate"]) if "Rate" in sent else dec(line["Rate"]) if "Rate" in line else default_price(item)
        total = rate * times
    line = {name: value for name, value in line.items() if name != "RatePercent"}
    line |= {"Amount": amount(total), "Rate": price(rate)}
    return line if quantity is None else {**line, "Quantity": plain(quantity)}


def _percents(lines: list[Document]) -> None:
    """A percentage is of the line above."""
    for number, line in enumerate(lines):
        if line.pop("percent", ""):
            above = dec(lines[number - 1].get("Amount")) if number else ZERO
            line.pop("Rate", None)
            line["Amount"] = amount(cents(above * dec(line["RatePercent"]) / 100))


def default_price(item: Document) -> Decimal:
    """The sales price of an item; a discount item takes away."""
    side = item.get("SalesAndPurchase") or item.get("SalesOrPurchase") or item
    value = dec(side.get("SalesPrice") or side.get("Price") or side.get("DiscountRate"))
    return -value if item.get("entity") == "ItemDiscount" else value


def item_text(item: Document) -> str:
    """What an item says on a sales form."""
    side = item.get("SalesAndPurchase") or item.get("SalesOrPurchase") or item
    return str(side.get("SalesDesc") or side.get("Desc") or "")


def _finish(change: Change, new: Document) -> None:
    check_closed(change, new["TxnDate"], (change.old or {}).get("TxnDate", ""))
    add_tax(change.company, new)
    if dec(new["total"]) < 0:
        raise Refusal(3210, "total", new["total"], "The total of a transaction cannot be negative.")


def _check_customer(change: Change, old: Document, sent: Document) -> None:
    linked = change.company.index.taken(old["id"]) or change.company.index.given(old)
    if sent.get("CustomerRef", old["customer"]) != old["customer"] and linked and not change.ui:
        raise Refusal(3170, change.entity, "You cannot change the customer of a transaction that is linked to others.")


def _check_taken(change: Change, new: Document) -> None:
    """A document is not made smaller than what lies on it; in the screens the payments are taken off."""
    if change.company.index.open(new) >= 0:
        return
    if not change.ui:
        raise Refusal(3210, "Amount", new["total"], "The total is less than the payments applied to it.")
    take_off(change.company, new["id"])
