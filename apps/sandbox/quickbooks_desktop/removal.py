"""Voiding and deleting, and what stands in the way."""

from __future__ import annotations

from collections.abc import Callable

from apps.sandbox.quickbooks_desktop.company import LISTS, TRANSACTIONS, Company, space_of
from apps.sandbox.quickbooks_desktop.links import take_off
from apps.sandbox.quickbooks_desktop.references import LIST_ID, Change, check_closed
from apps.sandbox.quickbooks_desktop.refusals import Refusal
from apps.sandbox.store import Document

LINKED = "Other transactions are linked to it."
DEPOSITED = "This payment has been deposited."
IN_USE = "This list element has a balance or is used in at least one transaction, or other entries refer to it."
VOIDED = "VOID: "
ZEROED = ("Amount", "Rate", "Quantity")


def void(change: Change, key: str) -> Document:
    """The transaction stays with nothing in it; its memo says so."""
    old = change.old = _standing(change, key)
    check_closed(change, old["TxnDate"])
    _release(change, old, "void_with_payment", 3185)
    new = {**(change.company.doc("txn", key) or old), "total": "0.00", "applied": []}
    memo = old.get("Memo", "")
    new["Memo"] = memo if memo.startswith(VOIDED) else VOIDED + memo
    new["lines"] = [_zeroed(line) for line in old.get("lines", ())]
    new |= {name: "0.00" for name in ("Subtotal", "SalesTaxTotal", "DepositTotal", *ZEROED[:1]) if name in old}
    if "deposited" in old:
        new |= {"deposited": [], "lines": []}
    doc = change.company.put(change.entity, new)
    for link in old.get("applied", ()):
        change.company.touch(link["to"])
    return doc


def _zeroed(line: Document) -> Document:
    return {**line, **{name: "0.00" if name == "Amount" else "0" for name in ZEROED if name in line}}


def delete_transaction(change: Change, key: str) -> Document:
    """Gone for good; what it lay on is open again."""
    old = change.old = _standing(change, key)
    check_closed(change, old["TxnDate"])
    if key in change.company.index.deposited:
        if not change.ui:
            raise Refusal(3160, key, DEPOSITED)
        _out_of_deposit(change.company, key)
    _release(change, old, "delete_with_payment", 3160)
    old = change.company.doc("txn", key) or old
    change.company.remove(old)
    for link in old.get("applied", ()):
        change.company.touch(link["to"])
    return old


def _standing(change: Change, key: str) -> Document:
    old = change.company.raw(change.entity, key) if change.entity in TRANSACTIONS else None
    if old is None:
        if not LIST_ID.fullmatch(key):
            raise Refusal(3000, key, "TxnID")
        raise Refusal(3120, key, "It has been deleted, or never existed.")
    return old


def _release(change: Change, old: Document, setting: str, code: int) -> None:
    """What lies on it must be taken off first; the vendor's screens do it by themselves."""
    spent = old["entity"] == "CreditMemo" and old.get("applied")
    if not change.company.index.on.get(old["id"]) and not spent:
        return
    if not change.ui and change.setting(setting) == "refuse":
        raise Refusal(code, old["id"], LINKED)
    _refunds_stay(change, old, code)
    take_off(change.company, old["id"])


def _refunds_stay(change: Change, old: Document, code: int) -> None:
    """A credit that was paid out cannot go while the refund stands."""
    for source in change.company.index.on[old["id"]]:
        other = change.company.doc("txn", source) or {}
        if other.get("side") == "debit":
            raise Refusal(code, old["id"], "It has been refunded.")


def _out_of_deposit(company: Company, key: str) -> None:
    deposit = company.doc("txn", company.index.deposited[key]) or {}
    lines = [line for line in deposit["lines"] if line["TxnID"] != key]
    company.put("Deposit", {**deposit, "lines": lines, "deposited": [line["TxnID"] for line in lines]})


def delete_entry(change: Change, key: str) -> Document:
    """A list entry goes when nothing uses it."""
    old = change.company.raw(change.entity, key) if change.entity in LISTS else None
    if old is None:
        raise Refusal(3120, key, "It has been deleted, or never existed.")
    space, index = space_of(change.entity), change.company.index
    if index.used.get((space, key)) or index.children.get((space, key)) or _in_lists(change.company, key):
        raise Refusal(3160, key, IN_USE)
    name = change.company.full_name(space, key)
    change.company.remove(old)
    return {**old, "name": name}


def _in_lists(company: Company, key: str) -> bool:
    return key in company.profile["accounts"].values() or key in company.profile["defaults"].values()


REMOVALS: dict[str, Callable[[Change, str], Document]] = {
    "TxnVoid": void,
    "TxnDel": delete_transaction,
    "ListDel": delete_entry,
}
