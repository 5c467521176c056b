"""Money that moves without a sale: expenses, bank deposits and journal entries."""

from __future__ import annotations

from decimal import Decimal

from apps.sandbox.quickbooks_online.index import ref
from apps.sandbox.quickbooks_online.money import ZERO, dec, num
from apps.sandbox.quickbooks_online.references import Change, check_references, look_up, required
from apps.sandbox.quickbooks_online.refusals import Refusal
from apps.sandbox.quickbooks_online.sales import check_product, line_before, number_lines, start_transaction
from apps.sandbox.store import Document

PAYMENT_TYPES = {"Cash": ("Bank",), "Check": ("Bank",), "CreditCard": ("Credit Card",)}
EXPENSE_LINES = ("AccountBasedExpenseLineDetail", "ItemBasedExpenseLineDetail")
PAYEES = ("Customer", "Vendor")


def finish_purchase(change: Change, new: Document) -> Document:
    """An expense, check or card charge."""
    required(change.sent if change.old else new, "PaymentType")
    required(new, "PaymentType", "AccountRef", "Line")
    if new["PaymentType"] not in PAYMENT_TYPES:
        raise Refusal("2170", f"PaymentType: {new['PaymentType']}", "PaymentType")
    check_references(change, new, change.old)
    account = change.company.raw("Account", ref(new, "AccountRef")) or {}
    if account["AccountType"] not in PAYMENT_TYPES[new["PaymentType"]]:
        raise Refusal("6430", f"{account['AccountType']} with PaymentType {new['PaymentType']}", "AccountRef")
    if new.get("Credit") and new["PaymentType"] != "CreditCard":
        raise Refusal("6000", "Only a credit card expense can be a credit", "Credit")
    payee = new.get("EntityRef") or {}
    if payee and payee.get("type", "Vendor") not in PAYEES:
        raise Refusal("2170", f"EntityRef type: {payee.get('type')}", "EntityRef")
    if payee:
        look_up(change, payee.get("type", "Vendor"), payee["value"], "Names")
    start_transaction(change, new)
    new["Line"] = [expense_line(change, new, line) for line in number_lines(change, new["Line"])]
    total = sum((dec(line["Amount"]) for line in new["Line"]), ZERO)
    if total < 0:
        raise Refusal("6000", "Transaction amount must be 0 or greater.")
    new.setdefault("PrintStatus", "NotSet")
    new["TotalAmt"] = num(total)
    return new


def expense_line(change: Change, new: Document, line: Document) -> Document:
    """A line books to an account or to an item, never both; receivables need their customer."""
    required(line, "Amount", "DetailType")
    kind = line["DetailType"]
    if kind not in EXPENSE_LINES or sum(name in line for name in EXPENSE_LINES) != 1:
        raise Refusal("6440", "Either an account or an item per line", "Line")
    detail = dict(line.get(kind) or {})
    required(detail, "AccountRef" if kind == EXPENSE_LINES[0] else "ItemRef")
    check_references(change, detail, line_before(change, line, kind))
    account = change.company.raw("Account", ref(detail, "AccountRef")) or {}
    payee = new.get("EntityRef") or {}
    if account.get("AccountType") == "Accounts Receivable" and payee.get("type") != "Customer":
        raise Refusal("6000", "When you use Accounts Receivable, you must choose a customer in the Name field.")
    if kind == EXPENSE_LINES[1]:
        check_product(line, detail, new)
    detail.setdefault("BillableStatus", "Billable" if ref(detail, "CustomerRef") else "NotBillable")
    return {**line, "Amount": num(dec(line["Amount"])), kind: detail}


def finish_deposit(change: Change, new: Document) -> Document:
    """A bank deposit: payments out of undeposited funds, and other lines."""
    required(new, "DepositToAccountRef", "Line")
    check_references(change, new, change.old)
    start_transaction(change, new)
    own = str(new.get("Id", ""))
    new["Line"] = [deposit_line(change, line, own) for line in number_lines(change, new["Line"])]
    new["TotalAmt"] = num(sum((dec(line["Amount"]) for line in new["Line"]), ZERO))
    return new


def deposit_line(change: Change, line: Document, own: str) -> Document:
    """Either a payment that is not deposited yet, with its full amount, or an account."""
    required(line, "Amount")
    links = line.get("LinkedTxn")
    if not links:
        required(line.get("DepositLineDetail") or {}, "AccountRef")
        check_references(change, line["DepositLineDetail"])
        return {**line, "DetailType": "DepositLineDetail", "Amount": num(dec(line["Amount"]))}
    kind, key = links[0].get("TxnType", ""), str(links[0].get("TxnId", ""))
    target = change.company.seen(kind, key) if kind in ("Payment", "SalesReceipt") else None
    if target is None:
        raise Refusal("620", f"{kind} {key}", "LinkedTxn")
    if change.company.index.deposited.get((kind, key), own) != own:
        raise Refusal("6000", "The transaction is already in a deposit", "LinkedTxn")
    if dec(line["Amount"]) != dec(target["TotalAmt"]):
        raise Refusal("6000", "The amount of a deposited transaction cannot be changed", "Amount")
    if ref(target, "DepositToAccountRef") != change.company.profile["undeposited_funds"]:
        raise Refusal("6000", "The transaction is not in Undeposited Funds", "LinkedTxn")
    return {"Amount": line["Amount"], "LinkedTxn": [{"TxnId": key, "TxnType": kind, "TxnLineId": "0"}]}


def finish_journal(change: Change, new: Document) -> Document:
    """Balanced, at least two lines, receivables with their customer."""
    required(new, "Line")
    start_transaction(change, new)
    if len(new["Line"]) < 2:
        raise Refusal("6000", "At least two lines", "Line")
    new["Line"] = [journal_line(change, line) for line in number_lines(change, new["Line"])]
    sides = {"Debit": ZERO, "Credit": Decimal(0)}
    for line in new["Line"]:
        sides[line["JournalEntryLineDetail"]["PostingType"]] += dec(line["Amount"])
    if sides["Debit"] != sides["Credit"]:
        raise Refusal("6000", "Debits and credits must be equal", "Line")
    new.setdefault("Adjustment", False)
    new["TotalAmt"] = 0.0
    return new


def journal_line(change: Change, line: Document) -> Document:
    """One side of a journal entry."""
    required(line, "Amount")
    detail = line.get("JournalEntryLineDetail") or {}
    required(detail, "PostingType", "AccountRef")
    check_references(change, detail)
    account = change.company.raw("Account", ref(detail, "AccountRef")) or {}
    party = {"Accounts Receivable": "Customer", "Accounts Payable": "Vendor"}.get(account["AccountType"])
    entity = detail.get("Entity") or {}
    if party and (entity.get("Type") != party or not ref(entity, "EntityRef")):
        raise Refusal("6000", f"When you use {account['AccountType']}, you must choose a {party.lower()}.", "Entity")
    if entity.get("Type") in PAYEES:
        look_up(change, entity["Type"], ref(entity, "EntityRef"), "Names")
    return {**line, "DetailType": "JournalEntryLineDetail", "Amount": num(dec(line["Amount"]))}
