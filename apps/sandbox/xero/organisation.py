"""One organisation: its documents in the store, stamps, events and the index kept beside them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from apps.sandbox.store import Document, Store
from apps.sandbox.xero.index import Index
from apps.sandbox.xero.money import ZERO, dec, num

# Entity -> the property that identifies it.
IDS = {
    "Account": "AccountID", "TaxRate": "TaxType", "Item": "ItemID", "Contact": "ContactID", "Invoice": "InvoiceID",
    "ContactGroup": "ContactGroupID", "CreditNote": "CreditNoteID", "Payment": "PaymentID",
    "BatchPayment": "BatchPaymentID", "BankTransaction": "BankTransactionID", "Overpayment": "OverpaymentID",
    "Prepayment": "PrepaymentID", "Allocation": "AllocationID", "TrackingCategory": "TrackingCategoryID",
    "Currency": "Code",
}  # fmt: skip
CREDITS = ("CreditNote", "Overpayment", "Prepayment")
EVENTS = {"Contact": "CONTACT", "Invoice": "INVOICE", "CreditNote": "CREDITNOTE", "Overpayment": "OVERPAYMENT",
          "Prepayment": "PREPAYMENT"}  # fmt: skip
Undo = tuple[str, str, Document | None]


class Organisation:
    """The documents of one tenant. Read with `raw` and `all`, and never change what they return: `put` a copy."""

    def __init__(self, store: Store, tenant: str, settings: dict[str, Any], clock: Callable[[], float]) -> None:
        self.store, self.tenant, self.settings, self.clock = store, tenant, settings, clock
        self.journal: list[Undo] | None = None
        self.by_app = False  # whether the running write comes through the API
        self.index = Index()
        for entity, name in IDS.items():
            for doc in self.all(entity):
                self.index.add(entity, doc[name], doc)

    @property
    def profile(self) -> Document:
        """Name, country, home_currency, tax_percent, utc_offset, lock dates."""
        return self.store.get("organisation", self.tenant) or {}

    def today(self) -> str:
        """The organisation's calendar date."""
        at = datetime.fromtimestamp(self.clock(), UTC) + timedelta(hours=self.profile["utc_offset"])
        return at.date().isoformat()

    def kind(self, entity: str) -> str:
        """The name of an entity's collection in the store."""
        return f"{self.tenant}/{entity}"

    def all(self, entity: str) -> Iterator[Document]:
        """Every document, oldest first."""
        return self.store.all(self.kind(entity))

    def raw(self, entity: str, key: str | None) -> Document | None:
        """A document as stored."""
        return self.store.get(self.kind(entity), key) if key else None

    def sure(self, entity: str, key: str) -> Document:
        """A document that is known to be there."""
        doc = self.raw(entity, key)
        if doc is None:
            raise LookupError(f"no {entity} {key}")
        return doc

    def new_id(self) -> str:
        """A GUID."""
        return str(uuid.uuid4())

    def account(self, system: str) -> Document:
        """A system account, such as DEBTORS."""
        return next(doc for doc in self.all("Account") if doc.get("SystemAccount") == system)

    def put(self, entity: str, doc: Document, bump: bool = True, event: bool = True) -> Document:
        """Keep a new or changed document; `bump` moves UpdatedDateUTC, `event` tells the webhook."""
        name = IDS[entity]
        doc = {key: value for key, value in doc.items() if value is not None}
        key = str(doc.setdefault(name, str(uuid.uuid4())))
        old = self.raw(entity, key)
        if old is None:
            doc["_app"] = self.by_app
        if old is None or bump:
            doc["UpdatedDateUTC"] = int(self.clock() * 1000)
        self._keep(entity, key, doc)
        if event:
            self._emit(entity, key, doc, "UPDATE" if old else "CREATE")
        return doc

    def remove(self, entity: str, key: str) -> None:
        """Forget a document."""
        self._keep(entity, key, None)

    def _keep(self, entity: str, key: str, doc: Document | None) -> None:
        old = self.raw(entity, key)
        if self.journal is not None:
            self.journal.append((entity, key, old))
        if old is not None:
            self.index.drop(entity, key, old)
        if doc is None:
            self.store.remove(self.kind(entity), key)
        else:
            self.store.put(self.kind(entity), key, doc)
            self.index.add(entity, key, doc)

    def roll_back(self, mark: int = 0) -> None:
        """Undo every write since a mark in the journal, events too."""
        journal, self.journal = self.journal or [], None
        for entity, key, old in reversed(journal[mark:]):
            if entity == "outbox":
                self.store.remove("outbox", key)
            else:
                self._keep(entity, key, old)
        self.journal = journal[:mark]

    def _emit(self, entity: str, key: str, doc: Document, operation: str) -> None:
        category = EVENTS.get(entity)
        wanted = category in self.settings["webhook_categories"]
        if category is None or not wanted or not self.store.get("webhook", "url"):
            return
        number = self.store.next_id("event")
        event = {"number": number, "tenant": self.tenant, "entity": entity, "category": category, "id": key}
        event |= {"type": operation, "at": self.clock()}
        if category not in ("CONTACT", "INVOICE"):
            event["data"] = {"Type": doc["Type"], "Status": doc["Status"]}
        self.store.put("outbox", number, event)
        if self.journal is not None:
            self.journal.append(("outbox", str(number), None))

    def settle(self, entity: str, key: str) -> Document:
        """Bring paid, credited, open and status of a document in line with what is put on it."""
        doc = {**self.sure(entity, key), **self.standing(entity, self.sure(entity, key))}
        if doc["Status"] != "PAID":
            doc.pop("FullyPaidOnDate", None)
        return self.put(entity, doc, event=bool(self.settings["payment_fires_invoice_event"]))

    def standing(self, entity: str, doc: Document) -> Document:
        """Open amounts and status as they follow from payments and allocations."""
        key = str(doc.get(IDS[entity], ""))
        paid, used, total = self.index.paid(entity, key), self.index.used(entity, key), dec(doc["Total"])
        rest = total - paid - used
        out: Document = {"Status": doc["Status"]}
        if entity == "Invoice":
            out |= {"AmountPaid": num(paid), "AmountCredited": num(used), "AmountDue": num(rest)}
        else:
            out["RemainingCredit"] = num(rest)
        if doc["Status"] in ("AUTHORISED", "PAID"):
            done = rest == ZERO and (total != ZERO or self.settings["zero_invoice"] == "paid")
            out["Status"] = "PAID" if done else "AUTHORISED"
            if done:
                out["FullyPaidOnDate"] = self._last_date(entity, doc)
        elif entity == "Invoice" and doc["Status"] in ("VOIDED", "DELETED"):
            out["AmountDue"] = 0.0
        else:
            out |= {"RemainingCredit": 0.0} if doc["Status"] in ("VOIDED", "DELETED") else {}
        return out

    def _last_date(self, entity: str, doc: Document) -> str:
        key = str(doc.get(IDS[entity], ""))
        dates = [self.sure("Payment", each)["Date"] for each in self.index.payments.get((entity, key), ())]
        index = self.index
        used = index.allocated_to.get(key, {}) if entity == "Invoice" else index.allocated_from.get((entity, key), {})
        dates += [self.sure("Allocation", each)["Date"] for each in used]
        return max([*dates, doc["Date"]])
