"""Bank transactions: money received and spent, and the over- and prepayments that are born from them."""

from __future__ import annotations

from apps.sandbox.store import Document
from apps.sandbox.xero.change import Change, check_currency, check_locks, find_account, find_contact
from apps.sandbox.xero.documents import credited
from apps.sandbox.xero.lines import Kind, totals, write_lines
from apps.sandbox.xero.money import ZERO, cents, dec, num, places
from apps.sandbox.xero.refusals import Invalid, Missing

PLAIN = ("RECEIVE", "SPEND")
NOT_UPDATABLE = "The Type field is not valid for an update. This must be either 'SPEND', 'RECEIVE'"


def write_transaction(change: Change) -> Document:
    """Make a bank transaction; only RECEIVE and SPEND can be changed or deleted."""
    old, sent = matched(change), change.sent
    if old and (old["Type"] not in PLAIN or sent.get("Type", old["Type"]) not in PLAIN) and not change.ui:
        raise Invalid(NOT_UPDATABLE)
    if old and sent.get("Status") == "DELETED":
        check_locks(change, old["Date"])
        return change.org.put("BankTransaction", {**old, "Status": "DELETED"})
    new = fill(change, old)
    check_locks(change, (old or new)["Date"], new["Date"])
    if new["Type"] in PLAIN:
        return change.org.put("BankTransaction", new)
    return with_credit(change, new)


def matched(change: Change) -> Document | None:
    """The stored transaction a request is about."""
    key = change.key or ("" if change.create else change.sent.get("BankTransactionID"))
    found = change.org.raw("BankTransaction", key)
    if key and found is None:
        raise Missing if change.key else Invalid(f"The bank transaction {key} could not be found")
    if found and found["Status"] != "AUTHORISED":
        raise Invalid("Bank transaction not of valid status for modification")
    return found


def fill(change: Change, old: Document | None) -> Document:
    """Head and lines as they will be kept."""
    sent, org = change.sent, change.org
    new: Document = dict(old) if old else {"Date": org.today(), "LineAmountTypes": "Inclusive", "Status": "AUTHORISED"}
    new |= {name: sent[name] for name in ("Type", "Date", "LineAmountTypes", "Reference", "Url") if name in sent}
    new["IsReconciled"] = bool(sent.get("IsReconciled", new.get("IsReconciled")))
    if "Type" not in new:
        raise Invalid("Type is required")
    if sent.get("Status", "AUTHORISED") != "AUTHORISED":
        raise Invalid("Bank transaction not of valid status for modification")
    if old is None or "BankAccount" in sent:
        bank = find_account(change, sent.get("BankAccount"))
        if bank is None or bank["Type"] != "BANK":
            raise Invalid("A bank account must be specified")
        new["AccountID"] = bank["AccountID"]
    if old is None or "Contact" in sent:
        new["ContactID"] = find_contact(change, sent.get("Contact"))
    new["CurrencyCode"] = check_currency(change, sent.get("CurrencyCode") or new.get("CurrencyCode"))
    check_reference(change, new)
    if old is None or "LineItems" in sent:
        new["LineItems"] = lines_of(change, new, sent.get("LineItems") or [], old)
        new |= totals(new["LineItems"], new["LineAmountTypes"])
    if dec(new["Total"]) <= ZERO:
        raise Invalid("The total of a bank transaction must be positive")
    return new


def check_reference(change: Change, new: Document) -> None:
    """A reference stands on RECEIVE and SPEND only."""
    if new["Type"] in PLAIN or "Reference" not in new:
        return
    if change.setting("overpayment_reference") == "refuse" and not change.ui:
        raise Invalid("Reference is only supported on SPEND and RECEIVE bank transactions")
    if not change.ui:
        del new["Reference"]


def lines_of(change: Change, new: Document, sent: list[Document], old: Document | None) -> list[Document]:
    """The lines; an overpayment has exactly one, on the receivables or payables."""
    if not sent:
        raise Invalid("One or more line items must be specified")
    if new["Type"].endswith("OVERPAYMENT"):
        return [overpaid_line(change, new, sent)]
    sale = new["Type"].startswith("RECEIVE")
    kind = Kind(sale=sale, item=new["Type"] in PLAIN, computed_tax=True)
    lines = write_lines(change, sent, (old or {}).get("LineItems", []), kind, new["LineAmountTypes"])
    if any(dec(line.get("Quantity")) <= ZERO or not line.get("UnitAmount") for line in lines):
        raise Invalid("Quantity must be positive and UnitAmount not zero on every line")
    return lines


def overpaid_line(change: Change, new: Document, sent: list[Document]) -> Document:
    """The one line of an overpayment."""
    control = change.org.account("DEBTORS" if new["Type"].startswith("RECEIVE") else "CREDITORS")
    line = sent[0]
    if len(sent) != 1 or new["LineAmountTypes"] != "NoTax":
        raise Invalid("An overpayment has exactly one line item and LineAmountTypes NoTax")
    if line.get("AccountCode", control["Code"]) != control["Code"] or line.get("ItemCode"):
        raise Invalid(f"Account code '{line.get('AccountCode')}' is not a valid code for this document")
    if not line.get("Description"):
        raise Invalid("Description must be at least 1 character")
    quantity = dec(line.get("Quantity", 1))
    unit = places(dec(line.get("UnitAmount", line.get("LineAmount"))), change.digits)
    return {
        "LineItemID": change.org.new_id(), "Description": line["Description"], "TaxType": "NONE",
        "AccountCode": control["Code"], "AccountID": control["AccountID"], "Quantity": float(quantity),
        "UnitAmount": float(unit), "LineAmount": num(cents(quantity * unit)), "TaxAmount": 0.0, "Tracking": [],
    }  # fmt: skip


def with_credit(change: Change, new: Document) -> Document:
    """An over- or prepayment comes with its bank transaction."""
    entity = "Overpayment" if new["Type"].endswith("OVERPAYMENT") else "Prepayment"
    names = ("Type", "ContactID", "Date", "LineAmountTypes", "LineItems", "SubTotal", "TotalTax", "Total",
             "CurrencyCode", "Reference")  # fmt: skip
    credit = credited({name: new[name] for name in names if name in new})
    if change.ui and credit["Type"] == "RECEIVE-OVERPAYMENT":
        credit["Type"] = change.setting("ui_overpayment_type")
    key = change.org.put(entity, credit)[f"{entity}ID"]
    return change.org.put("BankTransaction", {**new, f"{entity}ID": key})
