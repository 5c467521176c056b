"""What is put on what: payments and credits on invoices, refunds on credits."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from apps.sandbox.quickbooks_desktop.company import Company
from apps.sandbox.quickbooks_desktop.money import ZERO, amount, dec
from apps.sandbox.quickbooks_desktop.references import Change
from apps.sandbox.quickbooks_desktop.refusals import Refusal
from apps.sandbox.store import Document

TOO_MUCH = "You cannot pay more than the amount due."
TOO_LITTLE_CREDIT = "You cannot apply more than the remaining credit."
NOT_POSITIVE = "The amount must be greater than zero."


def target(change: Change, key: str, family: set[str], account: str) -> Document:
    """What a payment may be put on: an unpaid debit of the family on the same A/R account; 3120 otherwise."""
    doc = change.company.doc("txn", key)
    if doc is None or doc.get("side") != "debit" or doc["customer"] not in family:
        raise Refusal(3120, key, "The transaction is not one of this customer that can be paid.")
    if doc.get("ARAccountRef") != account:
        raise Refusal(3120, key, "The transaction belongs to another accounts receivable account.")
    if change.company.index.open(doc) <= 0:
        raise Refusal(3120, key, "The transaction is paid already.")
    return doc


def credit(change: Change, key: str, family: set[str]) -> Document:
    """A credit memo or payment of the family that still has something left; 3120 otherwise."""
    doc = change.company.doc("txn", key)
    if doc is None or doc.get("side") != "credit" or doc["customer"] not in family:
        raise Refusal(3120, key, "The transaction is not a credit of this customer.")
    if change.company.index.open(doc) <= 0:
        raise Refusal(3120, key, "The credit is used up already.")
    return doc


def positive(field: str, text: Any) -> Decimal:
    """An amount above zero; 3210 otherwise."""
    value = dec(text)
    if value <= 0:
        raise Refusal(3210, field, str(text), NOT_POSITIVE)
    return value


def due(change: Change, doc: Document, wanted: Decimal, field: str, without: str = "") -> None:
    """3210 when more is wanted than is open; what `without` has put on it does not count."""
    free = change.company.index.open(doc) + change.company.index.on[doc["id"]].get(without, ZERO)
    if wanted > free:
        raise Refusal(3210, field, amount(wanted), TOO_MUCH)


def apply_credits(change: Change, doc: Document, credits: list[Document], family: set[str]) -> None:
    """Put existing credits on a document."""
    for each in credits:
        value = positive("SetCredit AppliedAmount", each["AppliedAmount"])
        source = credit(change, each["CreditTxnID"], family)
        if value > change.company.index.open(source):
            raise Refusal(3210, "SetCredit AppliedAmount", amount(value), TOO_LITTLE_CREDIT)
        due(change, doc, value, "SetCredit AppliedAmount")
        put_on(change.company, source, doc["id"], value)


def put_on(company: Company, source: Document, key: str, value: Decimal) -> None:
    """Let a credit lie on one more document, or more of it on the same."""
    links = [dict(link) for link in source.get("applied", ())]
    same = next((link for link in links if link["to"] == key), None)
    if same is None:
        links.append({"to": key, "amount": amount(value)})
    else:
        same["amount"] = amount(dec(same["amount"]) + value)
    company.put(source["entity"], {**source, "applied": links})
    company.touch(key)


def take_off(company: Company, key: str) -> None:
    """Nothing lies on this document any more, and it lies on nothing."""
    for source in list(company.index.on[key]):
        other = company.doc("txn", source)
        if other is not None:
            company.put(other["entity"], {**other, "applied": [link for link in other["applied"] if link["to"] != key]})
    doc = company.doc("txn", key)
    if doc is not None and doc.get("applied"):
        links = doc["applied"]
        company.put(doc["entity"], {**doc, "applied": []})
        for link in links:
            company.touch(link["to"])
