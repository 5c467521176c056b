"""What must be found or summed without reading every document: names, numbers, what is put on what."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from apps.sandbox.store import Document
from apps.sandbox.xero.money import ZERO, dec

Key = tuple[str, str]
ON_CONTACTS = ("Invoice", "CreditNote", "Overpayment", "Prepayment")


def name_key(name: str) -> str:
    """Names that count as the same: case, accents and extra spaces do not matter."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))
    return " ".join(plain.casefold().split())


def words_of(entity: str, doc: Document) -> Iterator[Key]:
    """(space, word) pairs a document is found by."""
    if entity == "Contact":
        yield f"name {doc['ContactStatus']}", name_key(doc["Name"])
        yield "contact number", str(doc.get("ContactNumber", "")).casefold()
    elif entity == "Invoice":
        yield doc["Type"], str(doc.get("InvoiceNumber", "")).casefold()
    elif entity == "CreditNote":
        yield doc["Type"], str(doc.get("CreditNoteNumber", "")).casefold()
    elif entity in ("Item", "Account"):
        yield entity, str(doc.get("Code", "")).casefold()


class Index:
    """Kept in step by Organisation.put and Organisation.remove; rebuilt from the documents at start."""

    def __init__(self) -> None:
        self.words: dict[Key, dict[str, None]] = defaultdict(dict)
        self.payments: dict[Key, dict[str, Decimal]] = defaultdict(dict)
        self.allocated_to: dict[str, dict[str, Decimal]] = defaultdict(dict)
        self.allocated_from: dict[Key, dict[str, Decimal]] = defaultdict(dict)
        self.documents: dict[str, dict[Key, None]] = defaultdict(dict)
        self.groups: dict[str, dict[str, None]] = defaultdict(dict)

    def add(self, entity: str, key: str, doc: Document) -> None:
        """A document is there now."""
        for word in words_of(entity, doc):
            self.words[word][key] = None
        if entity in ON_CONTACTS:
            self.documents[doc["ContactID"]][entity, key] = None
        if entity == "Payment" and doc["Status"] == "AUTHORISED":
            self.payments[doc["Target"], doc["TargetID"]][key] = dec(doc["Amount"])
        if entity == "Allocation":
            self.allocated_to[doc["InvoiceID"]][key] = dec(doc["Amount"])
            self.allocated_from[doc["Source"], doc["SourceID"]][key] = dec(doc["Amount"])
        for contact in doc["ContactIDs"] if entity == "ContactGroup" else ():
            self.groups[contact][key] = None

    def drop(self, entity: str, key: str, doc: Document) -> None:
        """A document is gone, or about to be replaced."""
        for word in words_of(entity, doc):
            self.words[word].pop(key, None)
        if entity in ON_CONTACTS:
            self.documents[doc["ContactID"]].pop((entity, key), None)
        if entity == "Payment":
            self.payments[doc["Target"], doc["TargetID"]].pop(key, None)
        if entity == "Allocation":
            self.allocated_to[doc["InvoiceID"]].pop(key, None)
            self.allocated_from[doc["Source"], doc["SourceID"]].pop(key, None)
        for contact in doc["ContactIDs"] if entity == "ContactGroup" else ():
            self.groups[contact].pop(key, None)

    def found(self, space: str, word: str) -> list[str]:
        """Ids of the documents with a word in a space, oldest first; nothing for an empty word."""
        folded = name_key(word) if space.startswith("name ") else word.casefold()
        return list(self.words.get((space, folded), ())) if folded else []

    def paid(self, entity: str, key: str) -> Decimal:
        """What live payments come to on a document."""
        return sum(self.payments.get((entity, key), {}).values(), ZERO)

    def used(self, entity: str, key: str) -> Decimal:
        """What is allocated: to an invoice, or from a credit."""
        found = self.allocated_to.get(key, {}) if entity == "Invoice" else self.allocated_from.get((entity, key), {})
        return sum(found.values(), ZERO)

    def touched(self, entity: str, key: str) -> bool:
        """Whether anything is paid on a document or allocated to or from it."""
        other = self.allocated_to.get(key) if entity == "Invoice" else self.allocated_from.get((entity, key))
        return bool(self.payments.get((entity, key)) or other)
