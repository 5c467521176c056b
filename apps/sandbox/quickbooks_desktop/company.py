"""The company file: its documents in the store, numbering, stamps and the index kept beside them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from apps.sandbox.quickbooks_desktop.index import Index
from apps.sandbox.quickbooks_desktop.refusals import Refusal
from apps.sandbox.store import Document, Store

NAMES = ("Customer", "Vendor", "Employee", "OtherName")
SOLD_ITEMS = ("ItemService", "ItemNonInventory", "ItemOtherCharge", "ItemInventory", "ItemDiscount")
TAX_ITEMS = ("ItemSalesTax", "ItemSalesTaxGroup")
ITEMS = (*SOLD_ITEMS, *TAX_ITEMS)
LISTS = (*NAMES, *ITEMS, "Account", "Class", "SalesTaxCode", "PaymentMethod", "StandardTerms")
TRANSACTIONS = (
    "Invoice", "CreditMemo", "ReceivePayment", "ARRefundCreditCard", "Check", "JournalEntry", "Deposit", "Charge",
)  # fmt: skip
ENTITIES = (*LISTS, *TRANSACTIONS)
# Names are one name space, and so are items; ListIDs are counted per space, so that other lists share them.
SPACES = dict.fromkeys(NAMES, "name") | dict.fromkeys(ITEMS, "item") | dict.fromkeys(TRANSACTIONS, "txn")
FIRST_LIST_ID, FIRST_TXN_ID, FIRST_TXN_NUMBER = 0x80000001, 0x1A01, 1001
SET_UP = {"kind": "company", "key": "file"}


def space_of(entity: str) -> str:
    """What an id of this entity is unique in."""
    return SPACES.get(entity, entity)


class Company:
    """One company file. Read with `doc`, `raw` and `all`, and never change what they return: `put` a copy."""

    def __init__(self, store: Store, settings: dict[str, Any], clock: Callable[[], float]) -> None:
        self.store, self.settings, self.clock = store, settings, clock
        self.index = Index()
        self._undo: list[tuple[str, str, Document | None]] = []
        for entity in ENTITIES:
            for doc in self.all(entity):
                self.index.add(space_of(entity), doc)

    @property
    def profile(self) -> Document:
        """name, file, edition, tax_percent, closing_date, classes, sales_tax, stamps (OwnerID -> FileID)."""
        return self.store.get(**SET_UP) or {}

    def set_profile(self, **values: Any) -> None:
        """Change facts of the company."""
        self.store.put(SET_UP["kind"], SET_UP["key"], {**self.profile, **values})

    @property
    def edition(self) -> str:
        """QBD or QBCA."""
        return "QBCA" if self.profile.get("country") == "CA" else "QBD"

    @property
    def zone(self) -> timezone:
        """The time zone of the machine QuickBooks runs on."""
        sign, hours, minutes = re.fullmatch(r"([+-])(\d\d):(\d\d)", self.settings["time_zone"]).groups()  # type: ignore[union-attr]
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        return timezone(-offset if sign == "-" else offset)

    def stamp(self, at: float) -> str:
        """A time as QuickBooks writes it: local, with its offset."""
        return datetime.fromtimestamp(int(at), self.zone).isoformat()

    def moment(self, text: str, *, end: bool = False) -> float:
        """When a DATETIMETYPE is; without an offset it is local time, without a time the whole day."""
        match = re.fullmatch(r"(\d+)-(\d+)-(\d+)(?:T(\d+)(?::(\d+)(?::(\d+)(?:([+-]\d+):(\d+))?)?)?)?", text)
        if match is None:
            raise ValueError(text)
        year, month, day, hour, minute, second, ahead, more = match.groups()
        zone = self.zone
        if ahead is not None:
            zone = timezone(timedelta(hours=int(ahead), minutes=int(more) * (-1 if ahead.startswith("-") else 1)))
        try:
            at = datetime(
                int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), tzinfo=zone
            )
        except ValueError as error:
            raise Refusal(3210, "date", text, "invalid date") from error
        return at.timestamp() + (86_399 if end and hour is None else 0)

    @property
    def today(self) -> date:
        """The day on this machine."""
        return datetime.fromtimestamp(self.clock(), UTC).astimezone(self.zone).date()

    def all(self, entity: str) -> Iterator[Document]:
        """Every document of an entity, oldest first."""
        return self.store.all(entity)

    def raw(self, entity: str, key: str) -> Document | None:
        """One document, or None."""
        return self.store.get(entity, key)

    def entity_of(self, space: str, key: str) -> str:
        """What an id is the id of, or an empty string."""
        doc = self.index.docs.get((space, key))
        return str(doc["entity"]) if doc else ""

    def doc(self, space: str, key: str) -> Document | None:
        """One document by the name space of its id."""
        return self.index.docs.get((space, key))

    def put(self, entity: str, doc: Document) -> Document:
        """Keep a new version of a document: id, stamps and EditSequence are set here."""
        now, space = int(self.clock()), space_of(entity)
        new = {**doc, "entity": entity}
        if "id" not in new:
            new |= {"id": self._new_id(space, now), "created": now}
            if space == "txn":
                new["TxnNumber"] = str(self.store.next_id("txn number", FIRST_TXN_NUMBER))
        new["EditSequence"] = str(max(now, int(new.get("EditSequence", 0)) + 1))
        new["modified"] = max(now, new.get("modified", 0))
        return self.keep(new)

    def keep(self, doc: Document) -> Document:
        """Keep a document as it is."""
        space, key = space_of(doc["entity"]), doc["id"]
        old = self.index.docs.get((space, key))
        self._undo.append((doc["entity"], key, old))
        if old is not None:
            self.index.remove(space, old)
        self._remember(doc)
        return doc

    def begin(self) -> None:
        """From here on a rollback takes everything back."""
        self._undo.clear()

    def rollback(self) -> None:
        """A message that is refused leaves nothing behind."""
        for entity, key, old in reversed(self._undo):
            self._forget(entity, key)
            if old is not None:
                self._remember(old)
        self._undo.clear()

    def _forget(self, entity: str, key: str) -> None:
        doc = self.store.get(entity, key)
        if doc is not None:
            self.store.remove(entity, key)
            self.index.remove(space_of(entity), doc)

    def _remember(self, doc: Document) -> None:
        self.store.put(doc["entity"], doc["id"], doc)
        self.index.add(space_of(doc["entity"]), doc)

    def _new_id(self, space: str, now: int) -> str:
        if space == "txn":
            return f"{self.store.next_id('txn', FIRST_TXN_ID):X}-{now}"
        return f"{self.store.next_id(f'list {space}', FIRST_LIST_ID):X}-{now}"

    def touch(self, key: str) -> None:
        """A transaction changes because another one was put on it or taken off it."""
        doc = self.doc("txn", key)
        if doc is not None and self.settings["payment_touches_invoice"]:
            self.put(doc["entity"], doc)

    def remove(self, doc: Document) -> None:
        """Delete for good; the deleted queries remember it."""
        space = space_of(doc["entity"])
        name = self.full_name(space, doc["id"]) if space != "txn" else doc.get("RefNumber", "")
        self._undo.append((doc["entity"], doc["id"], doc))
        self._forget(doc["entity"], doc["id"])
        number = self.store.next_id("deleted")
        gone = {"entity": doc["entity"], "id": doc["id"], "created": doc["created"], "deleted": int(self.clock())}
        self.store.put("deleted", number, {**gone, "name": name, "space": space})

    def full_name(self, space: str, key: str) -> str:
        """Parent:Child."""
        names: list[str] = []
        while key:
            doc = self.doc(space, key)
            if doc is None:
                break
            names.append(doc["Name"])
            key = doc.get("ParentRef", "")
        return ":".join(reversed(names))

    def by_name(self, space: str, full_name: str) -> Document | None:
        """The entry with this FullName, whatever the case."""
        parent = ""
        for part in full_name.split(":"):
            parent = self.index.names.get((space, parent, part.lower()), "")
            if not parent:
                return None
        return self.doc(space, parent)

    def level(self, space: str, key: str) -> int:
        """How many parents an entry has."""
        return self.full_name(space, key).count(":")

    def family(self, customer: str) -> set[str]:
        """A customer and all its jobs."""
        found, waiting = set(), [customer]
        while waiting:
            key = waiting.pop()
            found.add(key)
            waiting += self.index.children.get(("name", key), ())
        return found
