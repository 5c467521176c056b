"""Received payments: what they are put on, and moving them."""

from __future__ import annotations

from decimal import Decimal

from apps.sandbox.quickbooks_desktop.links import NOT_POSITIVE, apply_credits, due, positive, target
from apps.sandbox.quickbooks_desktop.money import ZERO, amount, dec
from apps.sandbox.quickbooks_desktop.references import Change, check_closed, references, standing
from apps.sandbox.quickbooks_desktop.refusals import Refusal
from apps.sandbox.store import Document

NOT_KEPT = ("TxnID", "EditSequence", "IsAutoApply", "AppliedToTxnAdd", "AppliedToTxnMod", "ExchangeRate",
            "CreditCardTxnInfo", "TotalAmount")  # fmt: skip
FIELD = "AppliedToTxnAdd payment amount"
LOCKED_BY_DEPOSIT = ("TotalAmount", "DepositToAccountRef", "PaymentMethodRef", "CustomerRef", "ARAccountRef")


def add_payment(change: Change) -> Document:
    """A new payment; nothing is created when only existing credits are put on invoices."""
    sent = references(change, change.sent)
    new = {name: value for name, value in sent.items() if name not in NOT_KEPT and value != ""}
    _defaults(change, new)
    check_closed(change, new["TxnDate"])
    family = change.company.family(new["customer"])
    wishes = sent.get("AppliedToTxnAdd", [])
    links = _links(change, wishes, family, new["ARAccountRef"])
    spent = sum((dec(link["amount"]) for link in links), ZERO)
    total = dec(sent["TotalAmount"]) if sent.get("TotalAmount") else spent
    _check_total(total, spent)
    if wishes and not total:
        return _credits_only(change, wishes, family)
    positive("TotalAmount", amount(total))
    if not wishes and sent.get("IsAutoApply") in ("true", "1"):
        links = auto_apply(change, family, new["ARAccountRef"], total)
    doc = change.company.put(change.entity, {**new, "total": amount(total), "applied": links, "side": "credit"})
    _touch(change, links)
    _set_credits(change, wishes, family)
    return change.company.doc("txn", doc["id"]) or doc


def mod_payment(change: Change) -> Document:
    """A changed payment: any AppliedToTxnMod replaces all applications."""
    old = change.old = standing(change, "TxnID")
    sent = references(change, change.sent)
    _check_deposited(change, old, sent)
    fields = {name: value for name, value in sent.items() if name not in NOT_KEPT}
    new = {name: value for name, value in {**old, **fields}.items() if value != ""}
    _defaults(change, new)
    check_closed(change, new["TxnDate"], old["TxnDate"])
    family = change.company.family(new["customer"])
    wishes = sent.get("AppliedToTxnMod", [])
    if not wishes and new["ARAccountRef"] != old["ARAccountRef"]:
        raise Refusal(3150, "AppliedToTxnMod")
    _check_family(change, new, family)
    new["applied"] = (
        _moved(change, new, wishes, family) if wishes or (change.ui and "AppliedToTxnMod" in sent) else old["applied"]
    )
    new["total"] = amount(dec(sent["TotalAmount"])) if sent.get("TotalAmount") else old["total"]
    spent = change.company.index.given(new)
    _check_total(dec(new["total"]), spent + change.company.index.taken(old["id"]))
    doc = change.company.put(change.entity, new)
    if new["applied"] != old["applied"]:
        _touch(
            change, [*old["applied"], *(link for link in new["applied"] if link["to"] not in _targets(old["applied"]))]
        )
    _set_credits(change, wishes, family)
    return change.company.doc("txn", doc["id"]) or doc


def _defaults(change: Change, new: Document) -> None:
    new["customer"] = new["CustomerRef"]
    new.setdefault("TxnDate", change.company.today.isoformat())
    new.setdefault("ARAccountRef", change.company.profile["accounts"]["receivable"])
    new.setdefault("DepositToAccountRef", change.company.profile["accounts"]["undeposited"])


def _check_total(total: Decimal, spent: Decimal) -> None:
    if total < 0:
        raise Refusal(3210, "TotalAmount", amount(total), NOT_POSITIVE)
    if spent > total:
        raise Refusal(3210, FIELD, amount(spent), "The applied amounts are more than the payment.")


def _check_deposited(change: Change, old: Document, sent: Document) -> None:
    if old["id"] not in change.company.index.deposited:
        return
    now = {**old, "TotalAmount": old["total"]}
    if any(sent.get(name, now.get(name)) != now.get(name) for name in LOCKED_BY_DEPOSIT):
        raise Refusal(3170, change.entity, "This payment has been deposited. Delete it from the deposit first.")


def _check_family(change: Change, new: Document, family: set[str]) -> None:
    """The kept applications must still belong to the customer."""
    if change.sent.get("AppliedToTxnMod"):
        return
    docs = (change.company.doc("txn", link["to"]) or {} for link in new.get("applied", ()))
    if any(doc.get("customer") not in family for doc in docs):
        raise Refusal(3170, change.entity, "The payment is applied to transactions of another customer.")


def _targets(links: list[Document]) -> set[str]:
    return {link["to"] for link in links}


def _touch(change: Change, links: list[Document]) -> None:
    for key in dict.fromkeys(link["to"] for link in links):
        change.company.touch(key)


def _links(change: Change, wishes: list[Document], family: set[str], account: str, own: str = "") -> list[Document]:
    """The applications of a payment; `own` is its id when it lies on some of them already."""
    named = [wish["TxnID"] for wish in wishes]
    twice = [key for key in named if named.count(key) > 1]
    if twice:
        raise Refusal(3210, "TxnID", twice[0], "A transaction is named twice.")
    return [link for wish in wishes if (link := _link(change, wish, family, account, own))]


def _link(change: Change, wish: Document, family: set[str], account: str, own: str) -> Document | None:
    if not any(wish.get(name) for name in ("PaymentAmount", "SetCredit", "DiscountAmount")):
        raise Refusal(3150, "PaymentAmount")
    mine = change.company.index.on[wish["TxnID"]].get(own, ZERO) if own else ZERO
    doc = change.company.doc("txn", wish["TxnID"]) if mine else target(change, wish["TxnID"], family, account)
    if doc is None or doc["customer"] not in family:
        raise Refusal(3120, wish["TxnID"], "The transaction is not one of this customer that can be paid.")
    paid, discount = dec(wish.get("PaymentAmount")), dec(wish.get("DiscountAmount"))
    if own and change.setting("zero_application") == "unapply" and wish.get("PaymentAmount") and not paid:
        return None
    if wish.get("PaymentAmount"):
        positive(FIELD, wish["PaymentAmount"])
    credits = sum((dec(each["AppliedAmount"]) for each in wish.get("SetCredit", ())), ZERO)
    due(change, doc, paid + discount + credits, FIELD, own)
    if not paid and not discount:
        return None
    link = {"to": doc["id"], "amount": amount(paid)}
    if discount:
        link |= {"discount": amount(discount), "DiscountAccountRef": wish.get("DiscountAccountRef", "")}
    return link


def _moved(change: Change, new: Document, wishes: list[Document], family: set[str]) -> list[Document]:
    return _links(change, wishes, family, new["ARAccountRef"], new["id"])


def _set_credits(change: Change, wishes: list[Document], family: set[str]) -> None:
    for wish in wishes:
        if wish.get("SetCredit"):
            doc = change.company.doc("txn", wish["TxnID"])
            apply_credits(change, doc or {}, wish["SetCredit"], family)


def _credits_only(change: Change, wishes: list[Document], family: set[str]) -> Document:
    """Existing credits are used; there is no payment, and no TxnID comes back."""
    _set_credits(change, wishes, family)
    return {}


def auto_apply(change: Change, family: set[str], account: str, total: Decimal) -> list[Document]:
    """First a transaction of exactly this amount, then the oldest."""
    index = change.company.index
    docs = [index.docs[("txn", key)] for member in family for key in index.by_customer.get(member, ())]
    unpaid = [
        doc for doc in docs if doc["side"] == "debit" and doc.get("ARAccountRef") == account and index.open(doc) > 0
    ]
    unpaid.sort(key=lambda doc: (index.open(doc) != total, doc["TxnDate"], int(doc["TxnNumber"])))
    links, rest = [], total
    for doc in unpaid:
        if rest > 0:
            part = min(rest, index.open(doc))
            links.append({"to": doc["id"], "amount": amount(part)})
            rest -= part
    return links
