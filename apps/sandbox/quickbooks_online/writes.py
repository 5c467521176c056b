"""One write, whoever does it: create, update, void or delete, with the locks that stand in the way."""

from __future__ import annotations

from collections.abc import Callable

from apps.sandbox.quickbooks_online.company import NAME_LISTS, TRANSACTIONS
from apps.sandbox.quickbooks_online.expenses import finish_deposit, finish_journal, finish_purchase
from apps.sandbox.quickbooks_online.fields import READ_ONLY, Checker
from apps.sandbox.quickbooks_online.index import SALES, deposited
from apps.sandbox.quickbooks_online.money import dec
from apps.sandbox.quickbooks_online.names import finish_name
from apps.sandbox.quickbooks_online.payments import apply_credits, finish_payment, touch_documents, unapply
from apps.sandbox.quickbooks_online.references import Change
from apps.sandbox.quickbooks_online.refusals import Refusal
from apps.sandbox.quickbooks_online.render import render
from apps.sandbox.quickbooks_online.sales import finish_sale
from apps.sandbox.store import Document

FINISH: dict[str, Callable[[Change, Document], Document]] = {
    **dict.fromkeys(NAME_LISTS, finish_name),
    **dict.fromkeys(SALES, finish_sale),
    "Payment": finish_payment,
    "Purchase": finish_purchase,
    "Deposit": finish_deposit,
    "JournalEntry": finish_journal,
}
# What a full update keeps although it was not sent.
SYSTEM = ("Id", "SyncToken", "MetaData", "domain", "sparse", "Active", "CurrencyRef", "CreditCardPayment")
VOIDABLE = ("Invoice", "Payment", "SalesReceipt")
VOIDABLE_IN_DOUBT = ("CreditMemo", "RefundReceipt")
GONE = "Another user has deleted this transaction, or it never existed"


def write(change: Change, operation: str = "") -> Document:
    """Carry out one write and answer the document as the API shows it; Refusal when the vendor refuses."""
    if change.entity not in FINISH:
        raise Refusal("500", f"Operation on {change.entity} is not supported.")
    if operation == "delete":
        return delete(change)
    if operation == "void":
        return void(change)
    if operation not in ("", "create", "update"):
        raise Refusal("500", f"Operation {operation} is not supported.")
    checker = Checker(change.entity, change.company.american, change.company.settings)
    change.sent = {key: value for key, value in checker.body(change.sent).items() if key not in READ_ONLY}
    return update(change) if change.sent.get("Id") or operation == "update" else create(change)


def create(change: Change) -> Document:
    """A new document."""
    company = change.company
    sent = {key: value for key, value in change.sent.items() if key not in ("Id", "SyncToken") and value != ""}
    new = FINISH[change.entity](change, {key: value for key, value in sent.items() if value is not None})
    check_closed(change, new)
    doc = company.put(change.entity, new)
    after_write(change, None, doc)
    if change.entity == "Invoice" and company.preference("SalesFormsPrefs", "AutoApplyCredit"):
        apply_credits(company, doc)
    return shown(change, doc["Id"])


def update(change: Change) -> Document:
    """A sparse update, or a full one that clears what is not sent."""
    body = change.sent
    old = change.old = standing(change)
    base = dict(old) if change_is_sparse(change) else {key: old[key] for key in SYSTEM if key in old}
    new = {**base, **{key: value for key, value in body.items() if key != "SyncToken"}}
    new = {key: value for key, value in new.items() if value is not None and value != ""}
    check_locks(change, "6110")
    new = FINISH[change.entity](change, new)
    shrink(change, new)
    check_closed(change, old, new)
    doc = change.company.put(change.entity, new)
    after_write(change, old, doc)
    return shown(change, doc["Id"])


def change_is_sparse(change: Change) -> bool:
    """Whether only what was sent is to change."""
    return change.ui or bool(change.sparse)


def standing(change: Change) -> Document:
    """The stored document a write is about: 610 when it is gone, 5010 when the token is old."""
    body = change.sent
    key = body.get("Id")
    if not key:
        raise Refusal("2020", "Required parameter Id is missing in the request", "Id")
    old = change.company.seen(change.entity, str(key))
    if old is None:
        raise Refusal("610", GONE)
    if change.ui:
        return old
    if body.get("SyncToken") in (None, ""):
        raise Refusal("2020", "Required parameter SyncToken is missing in the request", "SyncToken")
    if body["SyncToken"] != old["SyncToken"]:
        raise Refusal("5010", "You and Bookkeeper were working on this at the same time. Bookkeeper finished first.")
    return old


def shown(change: Change, key: str) -> Document:
    """The document after the write."""
    return render(change.company, change.entity, change.company.raw(change.entity, key) or {})


def check_closed(change: Change, *versions: Document) -> None:
    """Nothing dated on or before the closing date can be written through the API, by old or new date."""
    closed = change.company.preference("AccountingInfoPrefs", "BookCloseDate")
    if change.ui or not closed or change.entity not in TRANSACTIONS:
        return
    if any(version["TxnDate"] <= closed for version in versions):
        password = change.company.profile.get("close_password")
        raise Refusal("6210" if password else "6200", f"The books are closed up to {closed}")


def check_locks(change: Change, merchant_code: str) -> None:
    """Deposited transactions and those of the merchant account stand still."""
    old = change.old or {}
    if (change.entity, old["Id"]) in change.company.index.deposited:
        raise Refusal("6540", "The transaction is in a deposit: change the deposit first")
    if change.entity == "Payment" and old.get("CreditCardPayment"):
        raise Refusal(merchant_code, "The payment was made through a merchant account")


def shrink(change: Change, new: Document) -> None:
    """A document cannot become smaller than what is applied to it; in the screens the payments are taken off."""
    taken = change.company.index.applied(change.entity, new["Id"])
    if change.entity == "Payment" or not taken or dec(new["TotalAmt"]) >= taken:
        return
    if not change.ui:
        raise Refusal("6000", "The amount is less than the payments applied to it")
    unapply(change.company, (change.entity, new["Id"]))


def after_write(change: Change, old: Document | None, new: Document | None) -> None:
    """What else changes with a payment or a deposit."""
    if change.entity == "Payment":
        touch_documents(change.company, old, new)
    held = set(deposited(change.entity, old or {})) ^ set(deposited(change.entity, new or {}))
    for entity, key in sorted(held):
        change.company.touch(entity, key)


def delete(change: Change) -> Document:
    """Delete a transaction for good; names are never deleted."""
    if change.entity not in TRANSACTIONS:
        raise Refusal("500", f"Operation delete on {change.entity} is not supported.")
    old = change.old = standing(change)
    check_locks(change, "6120")
    check_closed(change, old)
    release(change, old, "delete_with_payment")
    change.company.remove(change.entity, change.company.raw(change.entity, old["Id"]) or old)
    after_write(change, old, None)
    return {"domain": "QBO", "status": "Deleted", "Id": old["Id"]}


def release(change: Change, old: Document, setting: str) -> None:
    """Payments must be taken off first; the vendor's screens do it by themselves."""
    key = (change.entity, old["Id"])
    if not change.company.index.links[key]:
        return
    if not change.ui and change.setting(setting) == "refuse":
        raise Refusal("6000", "The transaction has linked transactions: unlink them first")
    unapply(change.company, key)


def void(change: Change) -> Document:
    """Void: everything becomes zero, the number and the date stay."""
    allowed = change.entity in VOIDABLE or (
        change.entity in VOIDABLE_IN_DOUBT and (change.ui or change.setting("void_credit_memo"))
    )
    if not allowed:
        raise Refusal("500", f"Operation void on {change.entity} is not supported.")
    old = change.old = standing(change)
    check_locks(change, "6450")
    check_closed(change, old)
    release(change, old, "void_with_payment")
    new = {**old, "TotalAmt": 0.0, "PrivateNote": voided_note(old)}
    if change.entity == "Payment":
        new |= {"UnappliedAmt": 0.0, "Line": []}
    else:
        new["Line"] = [zero_line(line) for line in old["Line"]]
        new["TxnTaxDetail"] = {"TotalTax": 0.0}
    doc = change.company.put(change.entity, new, "Void")
    after_write(change, old, doc)
    return shown(change, doc["Id"])


def voided_note(old: Document) -> str:
    """The memo says so first."""
    note = old.get("PrivateNote", "")
    return f"Voided - {note}" if note else "Voided"


def zero_line(line: Document) -> Document:
    """A line without amount, quantity and price."""
    kind = line["DetailType"]
    detail = {key: value for key, value in (line.get(kind) or {}).items() if key != "UnitPrice"}
    if "Qty" in detail:
        detail["Qty"] = 0
    zeroed = {**line, "Amount": 0.0} if "Amount" in line else dict(line)
    return zeroed | ({kind: detail} if kind in line else {})
