"""One company file: its documents in the store, numbering, stamps and the indexes kept beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from apps.sandbox.quickbooks_online.index import Index
from apps.sandbox.store import Document, Store

PACIFIC = timezone(timedelta(hours=-8))
NAME_LISTS = ("Customer", "Vendor", "Item", "Account", "Class", "Department", "Term", "PaymentMethod")
TAX_LISTS = ("TaxCode", "TaxRate")
TRANSACTIONS = (
    "Invoice", "Payment", "CreditMemo", "RefundReceipt", "SalesReceipt", "Purchase", "Deposit", "JournalEntry",
)  # fmt: skip
SINGLE = ("CompanyInfo", "Preferences")
ENTITIES = (*NAME_LISTS, *TAX_LISTS, *TRANSACTIONS, *SINGLE)
BY_URL = {entity.lower(): entity for entity in ENTITIES}
# Customers and vendors are numbered together, and so are all transactions.
SEQUENCES = {"Customer": "name", "Vendor": "name"} | dict.fromkeys(TRANSACTIONS, "txn")


class Company:
    """The documents of one realm. Read with `raw` and `all`, and never change what they return: `put` a copy."""

    def __init__(self, store: Store, realm: str, settings: dict[str, Any], clock: Callable[[], float]) -> None:
        self.store, self.realm, self.settings, self.clock = store, realm, settings, clock
        self.born: set[tuple[str, str]] = set()  # created by the running batch, which does not see them
        self.in_batch = False
        self.index = Index(self)
        for entity in ENTITIES:
            for doc in self.all(entity):
                self.index.add(entity, doc)

    @property
    def profile(self) -> Document:
        """Country, ast, tax_percent, home_currency, name."""
        return self.store.get("company", self.realm) or {}

    @property
    def american(self) -> bool:
        """Whether US rules hold: TAX/NON lines, ISO-8859-1."""
        return bool(self.profile["country"] == "US")

    def stamp(self, at: float | None = None) -> str:
        """A time as the vendor writes it: Pacific offset, whole seconds."""
        return datetime.fromtimestamp(int(self.clock() if at is None else at), PACIFIC).isoformat()

    def time(self) -> str:
        """The `time` of an envelope."""
        return datetime.fromtimestamp(self.clock(), UTC).astimezone(PACIFIC).isoformat(timespec="milliseconds")

    def today(self) -> str:
        """The company's calendar date."""
        return self.stamp()[:10]

    def kind(self, entity: str) -> str:
        """The name of an entity's collection in the store."""
        return f"{self.realm}/{entity}"

    def all(self, entity: str) -> Iterator[Document]:
        """Every document that is not deleted, oldest first."""
        return self.store.all(self.kind(entity))

    def raw(self, entity: str, key: str) -> Document | None:
        """A document as stored, without computed fields."""
        return self.store.get(self.kind(entity), key)

    def seen(self, entity: str, key: str) -> Document | None:
        """Like `raw`, but blind for what the running batch created."""
        return None if (entity, key) in self.born else self.raw(entity, key)

    def preference(self, group: str, name: str) -> Any:
        """One preference, or None."""
        return ((self.raw("Preferences", "1") or {}).get(group) or {}).get(name)

    def new_id(self, entity: str) -> str:
        """The next id of an entity; never given twice."""
        return str(self.store.next_id(f"{self.realm}/{SEQUENCES.get(entity, entity)}"))

    def put(self, entity: str, doc: Document, operation: str = "Update") -> Document:
        """Keep a new or changed document: stamps and SyncToken are set here."""
        old = self.raw(entity, doc.get("Id", ""))
        if old is None:
            doc = {"domain": "QBO", "sparse": False, **doc, "Id": doc.get("Id") or self.new_id(entity)}
            doc |= {"SyncToken": "0", "MetaData": {"CreateTime": self.stamp(), "LastUpdatedTime": self.stamp()}}
            operation = "Create"
            if self.in_batch:
                self.born.add((entity, doc["Id"]))
        else:
            self.index.drop(entity, old)
            doc["SyncToken"] = str(int(old["SyncToken"]) + 1)
            doc["MetaData"] = {**old["MetaData"], "LastUpdatedTime": self.stamp()}
        doc = {key: value for key, value in doc.items() if value is not None and value != ""}
        self.store.put(self.kind(entity), doc["Id"], doc)
        self.index.add(entity, doc)
        self.emit(entity, doc["Id"], operation)
        return doc

    def touch(self, entity: str, key: str) -> None:
        """Something about a document changed elsewhere: next SyncToken, new stamp."""
        doc = self.raw(entity, key)
        if doc is not None:
            self.put(entity, dict(doc))

    def remove(self, entity: str, doc: Document) -> None:
        """Delete for good; only change data capture still tells."""
        self.index.drop(entity, doc)
        self.store.remove(self.kind(entity), doc["Id"])
        stub = {"entity": entity, "Id": doc["Id"], "at": self.stamp()}
        self.store.put(self.kind("deleted"), f"{entity}:{doc['Id']}", stub)
        self.emit(entity, doc["Id"], "Delete")

    def emit(self, entity: str, key: str, operation: str) -> None:
        """Note an event for the webhook, when one is configured."""
        if entity in TAX_LISTS or entity == "CompanyInfo" or not self.store.get("webhook", "url"):
            return
        number = self.store.next_id("event")
        event = {"realm": self.realm, "entity": entity, "id": key, "operation": operation, "at": self.clock()}
        self.store.put("outbox", number, {"number": number, **event})
