"""What the company file knows at once: names, numbers, what lies on what, and what is deposited."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from apps.sandbox.quickbooks_desktop.money import ZERO, dec
from apps.sandbox.store import Document


class Index:
    """Everything is derived from the documents, and follows each change of one."""

    def __init__(self) -> None:
        self.docs: dict[tuple[str, str], Document] = {}
        self.names: dict[tuple[str, str, str], str] = {}
        self.children: dict[tuple[str, str], set[str]] = defaultdict(set)
        self.numbers: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        self.by_customer: dict[str, dict[str, None]] = defaultdict(dict)
        self.on: dict[str, dict[str, Decimal]] = defaultdict(dict)  # target -> source -> what it takes away
        self.deposited: dict[str, str] = {}  # payment -> deposit
        self.used: dict[tuple[str, str], set[str]] = defaultdict(set)  # (space, list id) -> documents that refer to it

    def add(self, space: str, doc: Document) -> None:
        """Take a document in."""
        key = doc["id"]
        self.docs[(space, key)] = doc
        if space != "txn":
            self.names[name_key(space, doc)] = key
            if doc.get("ParentRef"):
                self.children[(space, doc["ParentRef"])].add(key)
            return
        if doc.get("RefNumber"):
            self.numbers[(doc["entity"], doc["RefNumber"].lower())][key] = None
        if doc.get("customer"):
            self.by_customer[doc["customer"]][key] = None
        for target, worth in worth_of_links(doc).items():
            self.on[target][key] = worth
        for line in doc.get("deposited", ()):
            self.deposited[line] = key
        for used in uses(doc):
            self.used[used].add(key)

    def remove(self, space: str, doc: Document) -> None:
        """Forget a document."""
        key = doc["id"]
        self.docs.pop((space, key), None)
        if space != "txn":
            self.names.pop(name_key(space, doc), None)
            self.children[(space, doc.get("ParentRef", ""))].discard(key)
            return
        self.numbers[(doc["entity"], doc.get("RefNumber", "").lower())].pop(key, None)
        self.by_customer[doc.get("customer", "")].pop(key, None)
        for target in worth_of_links(doc):
            self.on[target].pop(key, None)
        for line in doc.get("deposited", ()):
            self.deposited.pop(line, None)
        for used in uses(doc):
            self.used[used].discard(key)

    def taken(self, key: str) -> Decimal:
        """What other transactions take away from this one."""
        return sum(self.on[key].values(), ZERO) if key in self.on else ZERO

    def given(self, doc: Document) -> Decimal:
        """What this transaction spends on others."""
        return sum((dec(link["amount"]) for link in doc.get("applied", ())), ZERO)

    def open(self, doc: Document) -> Decimal:
        """What is left of a transaction: to be paid, or to be used."""
        return dec(doc.get("total")) - self.given(doc) - self.taken(doc["id"])

    def balance(self, customer: str) -> Decimal:
        """What a customer owes, without its jobs."""
        docs = (self.docs[("txn", key)] for key in self.by_customer.get(customer, ()))
        return sum((self.open(doc) if doc["side"] == "debit" else -self.open(doc) for doc in docs), ZERO)


def name_key(space: str, doc: Document) -> tuple[str, str, str]:
    """What must be unique."""
    return space, doc.get("ParentRef", ""), doc["Name"].lower()


def worth_of_links(doc: Document) -> dict[str, Decimal]:
    """Target -> what a transaction takes away from it, discounts included."""
    worth: dict[str, Decimal] = {}
    for link in doc.get("applied", ()):
        worth[link["to"]] = worth.get(link["to"], ZERO) + dec(link["amount"]) + dec(link.get("discount"))
    return worth


def uses(doc: Document) -> set[tuple[str, str]]:
    """The list entries a transaction cannot be without."""
    found = {("name", doc["customer"])} if doc.get("customer") else set()
    found |= {("name", line["EntityRef"]) for line in doc.get("lines", ()) if line.get("EntityRef")}
    found |= {("item", line["ItemRef"]) for line in doc.get("lines", ()) if line.get("ItemRef")}
    found |= {("item", doc["ItemSalesTaxRef"])} if doc.get("ItemSalesTaxRef") else set()
    return found
