"""What must be found or summed without reading every document: names, numbers, applications, balances."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from apps.sandbox.quickbooks_online.money import ZERO, dec
from apps.sandbox.store import Document

if TYPE_CHECKING:
    from apps.sandbox.quickbooks_online.company import Company

PEOPLE = ("Customer", "Vendor")
SALES = ("Invoice", "CreditMemo", "SalesReceipt", "RefundReceipt")
# The words of a payment's line -> the entity behind it.
LINK_TYPES = {"Invoice": "Invoice", "CreditMemo": "CreditMemo", "JournalEntry": "JournalEntry", "Expense": "Purchase"}
Key = tuple[str, str]


def applications(payment: Document) -> Iterator[tuple[Key, Decimal]]:
    """What a payment is put on: ((entity, id), amount) per line."""
    for line in payment.get("Line", []):
        link = line["LinkedTxn"][0]
        yield (LINK_TYPES[link["TxnType"]], link["TxnId"]), dec(line["Amount"])


def ref(doc: Document, name: str) -> str:
    """The id a reference points to, or an empty string."""
    return str((doc.get(name) or {}).get("value", ""))


class Index:
    """Kept in step by Company.put and Company.remove; rebuilt from the documents at start."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.names: dict[tuple[str, str], str] = {}
        self.numbers: dict[tuple[str, str], set[str]] = defaultdict(set)
        self.links: dict[Key, dict[str, Decimal]] = defaultdict(dict)
        self.deposited: dict[Key, str] = {}
        self.children: dict[str, set[str]] = defaultdict(set)
        self.billed: dict[str, int] = defaultdict(int)
        self.balances: dict[str, Decimal] = defaultdict(lambda: ZERO)

    def add(self, entity: str, doc: Document) -> None:
        """A document is there now."""
        self._names(entity, doc, present=True)
        self._moves(entity, doc, 1)
        if entity == "Payment":
            for key, amount in applications(doc):
                self.links[key][doc["Id"]] = self.links[key].get(doc["Id"], ZERO) + amount
        for key in deposited(entity, doc):
            self.deposited[key] = doc["Id"]

    def drop(self, entity: str, doc: Document) -> None:
        """A document is gone, or about to be replaced."""
        self._names(entity, doc, present=False)
        self._moves(entity, doc, -1)
        if entity == "Payment":
            for key, _ in applications(doc):
                self.links[key].pop(doc["Id"], None)
        for key in deposited(entity, doc):
            self.deposited.pop(key, None)

    def _names(self, entity: str, doc: Document, present: bool) -> None:
        key = name_key(entity, doc)
        if key and present:
            self.names[key] = f"{entity}:{doc['Id']}"
        elif key:
            self.names.pop(key, None)
        if entity in SALES:
            self.billed[ref(doc, "CustomerRef")] += 1 if present else -1
            number = self.numbers[(entity, str(doc.get("DocNumber", "")).casefold())]
            number.add(doc["Id"]) if present else number.discard(doc["Id"])
        if entity == "Customer" and ref(doc, "ParentRef"):
            family = self.children[ref(doc, "ParentRef")]
            family.add(doc["Id"]) if present else family.discard(doc["Id"])

    def _moves(self, entity: str, doc: Document, sign: int) -> None:
        for customer, amount in receivable_moves(self.company, entity, doc):
            self.balances[customer] += sign * amount

    def applied(self, entity: str, key: str, but: str = "") -> Decimal:
        """How much of a document is taken by payments, one of them left out."""
        return sum((amount for payment, amount in self.links[(entity, key)].items() if payment != but), ZERO)

    def balance(self, customer: str, with_jobs: bool = False) -> Decimal:
        """What a customer owes, in home currency; with all sub-customers when asked."""
        total = self.balances[customer]
        if with_jobs:
            total += sum((self.balance(child, True) for child in self.children.get(customer, ())), ZERO)
        return total


def name_key(entity: str, doc: Document) -> tuple[str, str] | None:
    """The name space and the name: customers and vendors share one, items count within their parent."""
    if entity in PEOPLE:
        return "people", str(doc["DisplayName"]).casefold()
    if "Name" not in doc or entity in ("TaxCode", "TaxRate"):
        return None
    return f"{entity}/{ref(doc, 'ParentRef')}", str(doc["Name"]).casefold()


def deposited(entity: str, doc: Document) -> Iterator[Key]:
    """The documents a deposit holds."""
    for line in doc.get("Line", []) if entity == "Deposit" else ():
        for link in line.get("LinkedTxn", []):
            yield link["TxnType"], link["TxnId"]


def receivable_lines(company: Company, entity: str, doc: Document) -> Iterator[tuple[str, Decimal]]:
    """Lines of journal entries, expenses and deposits that book to Accounts Receivable: (customer, debit)."""
    for line in doc.get("Line", []):
        detail = line.get(line.get("DetailType", "")) or {}
        account = company.raw("Account", ref(detail, "AccountRef")) or {}
        if account.get("AccountType") != "Accounts Receivable":
            continue
        amount = dec(line.get("Amount"))
        if entity == "JournalEntry":
            debit = amount if detail["PostingType"] == "Debit" else -amount
            yield ref(detail.get("Entity") or {}, "EntityRef"), debit
        elif entity == "Purchase":
            yield ref(detail, "CustomerRef") or ref(doc, "EntityRef"), -amount if doc.get("Credit") else amount
        else:
            yield ref(detail, "Entity"), -amount


def debit_of(company: Company, key: Key, customer: str) -> Decimal:
    """What a document adds to a customer's receivable; negative for credits."""
    entity, doc = key[0], company.raw(*key) or {}
    if entity in ("Invoice", "CreditMemo"):
        return dec(doc.get("TotalAmt")) * (1 if entity == "Invoice" else -1)
    lines = receivable_lines(company, entity, doc)
    return sum((amount for owner, amount in lines if owner == customer), ZERO)


def receivable_moves(company: Company, entity: str, doc: Document) -> Iterator[tuple[str, Decimal]]:
    """How a document changes customers' balances: (customer, amount)."""
    customer = ref(doc, "CustomerRef")
    if entity in ("Invoice", "CreditMemo"):
        yield customer, dec(doc["TotalAmt"]) * (1 if entity == "Invoice" else -1)
    elif entity in ("JournalEntry", "Purchase", "Deposit"):
        yield from receivable_lines(company, entity, doc)
    elif entity == "Payment":
        yield customer, -dec(doc["UnappliedAmt"])
        for key, amount in applications(doc):
            target = company.raw(*key) or {}
            owner = ref(target, "CustomerRef") or customer
            yield owner, -amount if debit_of(company, key, owner) >= 0 else amount
