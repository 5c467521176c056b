"""Refunds, checks, journal entries, deposits and charges."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from apps.sandbox.quickbooks_desktop.links import TOO_LITTLE_CREDIT, credit, positive
from apps.sandbox.quickbooks_desktop.money import ZERO, amount, dec, plain, price
from apps.sandbox.quickbooks_desktop.references import Change, check_closed, references
from apps.sandbox.quickbooks_desktop.refusals import Refusal
from apps.sandbox.quickbooks_desktop.sales import default_price, item_text
from apps.sandbox.store import Document

SENT_LINES = ("RefundAppliedToTxnAdd", "ApplyCheckToTxnAdd", "ExpenseLineAdd", "ItemLineAdd", "DepositLineAdd",
              "JournalDebitLine", "JournalCreditLine")  # fmt: skip
NOT_KEPT = ("ExchangeRate", "CreditCardTxnInfo", *SENT_LINES)
JOURNAL_SIDES = {"JournalDebitLine": "debit", "JournalCreditLine": "credit"}


def _begun(change: Change) -> tuple[Document, Document]:
    """What was sent, and the new transaction without its lines."""
    sent = references(change, change.sent)
    new = {name: value for name, value in sent.items() if name not in NOT_KEPT and value != ""}
    new.setdefault("TxnDate", change.company.today.isoformat())
    check_closed(change, new["TxnDate"])
    return sent, new


def add_refund(change: Change) -> Document:
    """Money back to a card or in cash, out of credit memos and unused payments."""
    sent, new = _begun(change)
    accounts = change.company.profile["accounts"]
    new.setdefault("ARAccountRef", accounts["receivable"])
    new.setdefault("RefundFromAccountRef", accounts["undeposited"])
    wishes = [(each["TxnID"], each["RefundAmount"]) for each in sent.get("RefundAppliedToTxnAdd", ())]
    if not wishes:
        raise Refusal(3150, "RefundAppliedToTxnAdd")
    new |= {"customer": new["CustomerRef"], "side": "debit"}
    new["applied"] = _credits(change, wishes, new, "RefundAmount")
    new["total"] = amount(change.company.index.given(new))
    return _put(change, new)


def _credits(change: Change, wishes: list[tuple[str, Any]], new: Document, field: str) -> list[Document]:
    """The credits money is paid out of: of this very customer and the same A/R account."""
    links = []
    for key, wanted in wishes:
        source = credit(change, key, {new["customer"]})
        free = change.company.index.open(source)
        value = positive(field, wanted or amount(free))
        if source.get("ARAccountRef") != new["ARAccountRef"]:
            raise Refusal(3120, key, "The credit belongs to another accounts receivable account.")
        if value > free or key in (link["to"] for link in links):
            raise Refusal(3210, field, amount(value), TOO_LITTLE_CREDIT)
        links.append({"to": key, "amount": amount(value)})
    return links


def _put(change: Change, new: Document) -> Document:
    doc = change.company.put(change.entity, new)
    for link in doc.get("applied", ()):
        change.company.touch(link["to"])
    return doc


def add_check(change: Change) -> Document:
    """A check; paid out of credits when it is applied to them, with one line on the A/R account."""
    sent, new = _begun(change)
    lines = [*sent.get("ExpenseLineAdd", ()), *sent.get("ItemLineAdd", ())]
    new["lines"] = [_numbered(number, line) for number, line in enumerate(lines, 1)]
    new["Amount"] = amount(sum((dec(line.get("Amount")) for line in lines), ZERO))
    if dec(new["Amount"]) <= 0:
        raise Refusal(3210, "Amount", new["Amount"], "A check must be for more than nothing.")
    owed = [line for line in new["lines"] if _receivable(change, line)]
    wishes = [(each["TxnID"], each.get("Amount")) for each in sent.get("ApplyCheckToTxnAdd", ())]
    if owed:
        customer = owed[0].get("CustomerRef") or new.get("PayeeEntityRef", "")
        if change.company.entity_of("name", customer) != "Customer":
            raise Refusal(3150, "CustomerRef")
        new |= {
            "customer": customer,
            "ARAccountRef": owed[0]["AccountRef"],
            "side": "debit",
            "total": owed[0]["Amount"],
        }
    if wishes:
        _pay_out(change, new, owed, wishes)
    return _put(change, new)


def _pay_out(change: Change, new: Document, owed: list[Document], wishes: list[tuple[str, Any]]) -> None:
    if len(owed) != 1 or new["customer"] != new.get("PayeeEntityRef"):
        raise Refusal(3210, "ExpenseLineAdd", "", "One line on accounts receivable for the payee is needed.")
    new["applied"] = _credits(change, wishes, new, "ApplyCheckToTxnAdd amount")
    if change.company.index.given(new) != dec(new["total"]):
        raise Refusal(3210, "ExpenseLineAdd Amount", new["total"], "The amount is not what the check is applied to.")


def _numbered(number: int, line: Document) -> Document:
    kept = {name: value for name, value in line.items() if value != ""}
    return {**kept, "TxnLineID": f"{number:X}", "Amount": amount(dec(line.get("Amount")))}


def _receivable(change: Change, line: Document) -> bool:
    account = change.company.doc("Account", line.get("AccountRef", "")) or {}
    return account.get("AccountType") == "AccountsReceivable"


def add_journal(change: Change) -> Document:
    """A balanced journal entry; a line on A/R moves what its customer owes."""
    sent, new = _begun(change)
    lines, sides = [], {"debit": ZERO, "credit": ZERO}
    for name, side in JOURNAL_SIDES.items():
        for line in sent.get(name, ()):
            lines.append({**_numbered(len(lines), line), "side": side})
            sides[side] += dec(line["Amount"])
    if sides["debit"] != sides["credit"] or not lines:
        raise Refusal(3210, "Amount", amount(sides["debit"]), "Transaction is not in balance.")
    new["lines"] = lines
    for line in lines:
        if _receivable(change, line) and "customer" not in new:
            if change.company.entity_of("name", line.get("EntityRef", "")) != "Customer":
                raise Refusal(3150, "EntityRef")
            new |= {"customer": line["EntityRef"], "ARAccountRef": line["AccountRef"], "side": line["side"]}
            new["total"] = line["Amount"]
    return change.company.put(change.entity, new)


def add_deposit(change: Change) -> Document:
    """Payments go from Undeposited Funds to the bank."""
    sent, new = _begun(change)
    held, lines = change.company.profile["accounts"]["undeposited"], []
    for number, line in enumerate(sent.get("DepositLineAdd", ()), 1):
        payment = change.company.doc("txn", line["PaymentTxnID"])
        if payment is None or payment["entity"] != "ReceivePayment" or payment["DepositToAccountRef"] != held:
            raise Refusal(3120, line["PaymentTxnID"], "It is not a payment in undeposited funds.")
        if payment["id"] in change.company.index.deposited:
            raise Refusal(3120, payment["id"], "It has been deposited already.")
        facts = {name: payment[name] for name in ("PaymentMethodRef", "Memo") if name in payment}
        lines.append({**facts, "TxnType": "ReceivePayment", "TxnID": payment["id"], "TxnLineID": f"{number:X}",
                      "EntityRef": payment["customer"], "AccountRef": held, "Amount": payment["total"]})  # fmt: skip
    new |= {"lines": lines, "deposited": [line["TxnID"] for line in lines]}
    new["DepositTotal"] = amount(sum((dec(line["Amount"]) for line in lines), ZERO))
    return change.company.put(change.entity, new)


def add_charge(change: Change) -> Document:
    """A statement charge: owed without an invoice."""
    _, new = _begun(change)
    item = change.company.doc("item", new.get("ItemRef", "")) or {}
    quantity = dec(new.get("Quantity", "1"))
    rate = dec(new["Rate"]) if new.get("Rate") else default_price(item)
    value = dec(new["Amount"]) if new.get("Amount") else quantity * rate
    new |= {"customer": new["CustomerRef"], "side": "debit", "total": amount(value), "Amount": amount(value)}
    new |= {"Quantity": plain(quantity), "Rate": price(value / (quantity or Decimal(1)))}
    new.setdefault("ARAccountRef", change.company.profile["accounts"]["receivable"])
    new.setdefault("Desc", item_text(item))
    return change.company.put(change.entity, {name: each for name, each in new.items() if each != ""})
