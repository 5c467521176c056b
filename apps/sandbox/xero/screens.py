"""The vendor's own screens: what a bookkeeper does there, free of the rules of the API."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from typing import Any

from apps.sandbox.store import Document
from apps.sandbox.xero.banking import write_transaction
from apps.sandbox.xero.change import Change
from apps.sandbox.xero.credits import allocate, remove_allocation
from apps.sandbox.xero.money import ZERO, cents, dec, num
from apps.sandbox.xero.organisation import CREDITS, IDS, Organisation
from apps.sandbox.xero.payments import put_payment, remove_payment, write_batch, write_payment
from apps.sandbox.xero.refusals import Invalid, Missing
from apps.sandbox.xero.render import render
from apps.sandbox.xero.shapes import Reader
from apps.sandbox.xero.writing import WRITERS

Amounts = dict[str, Any]
# How the verbs spell the ids of documents that are not plain payments.
PREFIXES = {"batch": "BatchPayment", "overpayment": "Overpayment", "prepayment": "Prepayment"}
FIXED_STATUS = {"Contact": ("ContactStatus", "ARCHIVED"), "ContactGroup": ("Status", "DELETED"),
                "Account": ("Status", "ARCHIVED"), "TaxRate": ("Status", "ARCHIVED")}  # fmt: skip


def by_hand(change: Change, writer: Callable[[Change], Document]) -> Document:
    """A write of the screens; ValueError in the vendor's words."""
    try:
        return writer(change)
    except Invalid as refusal:
        raise ValueError(" ".join(refusal.messages)) from refusal
    except Missing as refusal:
        raise LookupError(f"no {change.entity} {change.key}") from refusal


def split_id(org: Organisation, key: str, bare: str = "Payment") -> tuple[str, Document]:
    """The entity and document behind an id, which may say its kind before a colon."""
    prefix, _, rest = key.rpartition(":")
    entity = PREFIXES.get(prefix, bare)
    return entity, org.sure(entity, rest)


class Screens:
    """One organisation, opened in a browser."""

    def __init__(self, org: Organisation) -> None:
        self.org = org
        org.by_app = False

    def write(self, entity: str, body: Document, key: str = "") -> Document:
        """Create a document, or change the one with this id."""
        if entity not in WRITERS:
            raise LookupError(f"{entity} is not written by hand: use pay, refund or allocate")
        read = Reader(refuse_unknown=True).read(entity, deepcopy(body))
        if entity in ("Invoice", "CreditNote") and not key:
            read.setdefault("Status", "AUTHORISED")
            read.setdefault("DueDate", read.get("Date") or self.org.today())
        change = Change(self.org, entity, read, create=not key, ui=True, digits=4, key=key)
        doc = by_hand(change, WRITERS[entity])
        return render(self.org, entity, self.org.sure(entity, doc[IDS[entity]]), digits=4)

    def remove(self, entity: str, key: str) -> None:
        """Take off what is put on a document, then void or delete it; names are archived."""
        if ":" in key or entity == "Payment":
            entity, doc = split_id(self.org, key)
            key = doc[IDS[entity]]
        doc = self.org.sure(entity, key)
        if entity in FIXED_STATUS:
            self.archive(entity, key)
        elif entity == "Payment":
            self._remove_payment(doc)
        elif entity == "BatchPayment":
            self._remove_batch(doc)
        elif entity == "Item":
            self.org.remove("Item", key)
        else:
            self._clear(entity, key)
            self._bury(entity, key)

    def _remove_payment(self, doc: Document) -> None:
        if doc.get("BatchPaymentID"):
            self._remove_batch(self.org.sure("BatchPayment", doc["BatchPaymentID"]))
        else:
            remove_payment(self.org, doc)

    def _remove_batch(self, doc: Document) -> None:
        for key in doc["PaymentIDs"]:
            remove_payment(self.org, self.org.sure("Payment", key))
        self.org.put("BatchPayment", {**doc, "Status": "DELETED"})

    def _clear(self, entity: str, key: str) -> None:
        """No payment and no allocation is left on a document."""
        index = self.org.index
        used = index.allocated_to.get(key, {}) if entity == "Invoice" else index.allocated_from.get((entity, key), {})
        for each in list(used):
            remove_allocation(self.org, self.org.sure("Allocation", each))
        for each in list(index.payments.get((entity, key), {})):
            payment = self.org.sure("Payment", each)
            if payment["Status"] == "AUTHORISED":
                self._remove_payment(payment)

    def _bury(self, entity: str, key: str) -> None:
        doc = self.org.sure(entity, key)
        draft = doc["Status"] in ("DRAFT", "SUBMITTED") or entity == "BankTransaction"
        new = {**doc, "Status": "DELETED" if draft else "VOIDED"}
        self.org.put(entity, {**new, **(self.org.standing(entity, new) if entity != "BankTransaction" else {})})
        for each in list(self.org.all("BankTransaction")) if entity in CREDITS else ():
            if each.get(f"{entity}ID") == key:
                self.org.put("BankTransaction", {**each, "Status": "VOIDED"})

    def archive(self, entity: str, key: str) -> None:
        """No longer offered anywhere."""
        name, status = FIXED_STATUS[entity]
        self.org.put(entity, {**self.org.sure(entity, key), name: status})

    def merge(self, loser: str, winner: str) -> None:
        """The loser's documents become the winner's; the vendor does not call that a change of the documents."""
        old = self.org.sure("Contact", loser)
        self.org.sure("Contact", winner)
        for entity, key in list(self.org.index.documents.get(loser, ())):
            self.org.put(entity, {**self.org.sure(entity, key), "ContactID": winner})
        for doc in list(self.org.all("BankTransaction")):
            if doc["ContactID"] == loser:
                self.org.put("BankTransaction", {**doc, "ContactID": winner})
        self.org.put("Contact", {**old, "ContactStatus": "ARCHIVED", "MergedToContactID": winner})

    def _account(self, name: str) -> Document:
        for doc in self.org.all("Account"):
            if name in (doc["AccountID"], doc.get("Code"), doc["Name"]):
                return doc
        return next(doc for doc in self.org.all("Account") if doc["Type"] == "BANK")

    def pay(self, contact: str, amount: str, apply: Amounts, date: str | None, ref: str, account: str) -> str:
        """Money comes in; what exceeds the invoices becomes an overpayment by itself."""
        bank, day = self._account(account)["AccountID"], date or self.org.today()
        parts = {key: min(cents(dec(part)), dec(self.org.sure("Invoice", key)["AmountDue"]))
                 for key, part in apply.items()}  # fmt: skip
        parts = {key: part for key, part in parts.items() if part > ZERO}
        rest = cents(dec(amount)) - sum(parts.values(), ZERO)
        if rest < ZERO:
            raise ValueError("the parts come to more than the payment")
        shared: Document = {"Account": {"AccountID": bank}, "Date": day, "Reference": ref}
        members = [{"Invoice": {"InvoiceID": key}, "Amount": num(part)} for key, part in parts.items()]
        made = ""
        if len(members) == 1:
            made = by_hand(self._change("Payment", {**shared, **members[0]}), write_payment)["PaymentID"]
        elif members:
            batch = by_hand(self._change("BatchPayment", {**shared, "Payments": members}), write_batch)
            made = f"batch:{batch['BatchPaymentID']}"
        over = self._overpay(contact, rest, shared) if rest > ZERO else ""
        return made or over

    def _change(self, entity: str, sent: Document, key: str = "") -> Change:
        return Change(self.org, entity, sent, create=True, ui=True, key=key)

    def _overpay(self, contact: str, rest: Decimal, shared: Document) -> str:
        line = {"Description": shared["Reference"] or "Overpayment", "Quantity": 1, "UnitAmount": num(rest)}
        body = {"Type": "RECEIVE-OVERPAYMENT", "Contact": {"ContactID": contact}, "BankAccount": shared["Account"]}
        body |= {"Date": shared["Date"], "Reference": shared["Reference"], "LineAmountTypes": "NoTax"}
        made = by_hand(self._change("BankTransaction", {**body, "LineItems": [line]}), write_transaction)
        return f"overpayment:{made['OverpaymentID']}"

    def move(self, key: str, apply: Amounts) -> str:
        """Remove and redo."""
        entity, doc = split_id(self.org, key)
        if entity in CREDITS:
            self._clear(entity, doc[IDS[entity]])
            for invoice, amount in apply.items():
                self.allocate(key, invoice, str(amount), doc["Date"])
            return key
        if doc.get("BatchPaymentID") and entity == "Payment":
            entity, doc = "BatchPayment", self.org.sure("BatchPayment", doc["BatchPaymentID"])
        total = doc["TotalAmount" if entity == "BatchPayment" else "Amount"]
        one = self.org.sure("Payment", doc["PaymentIDs"][0]) if entity == "BatchPayment" else doc
        contact = self.org.sure(one["Target"], one["TargetID"])["ContactID"]
        self.remove(entity, doc[IDS[entity]])
        return self.pay(contact, str(total), apply, doc["Date"], doc.get("Reference", ""), doc["AccountID"])

    def allocate(self, credit: str, invoice: str, amount: str, date: str | None) -> str:
        """Put a credit on an invoice."""
        entity, doc = split_id(self.org, credit, "CreditNote")
        sent = {"Invoice": {"InvoiceID": invoice}, "Amount": float(amount), "Date": date}
        change = self._change(entity, {name: value for name, value in sent.items() if value}, doc[IDS[entity]])
        return str(by_hand(change, allocate)["AllocationID"])

    def refund(self, credit: str, amount: str, date: str | None, ref: str) -> str:
        """Pay money back out of a credit."""
        entity, doc = split_id(self.org, credit, "CreditNote")
        if cents(dec(amount)) > dec(doc["RemainingCredit"]):
            raise ValueError("the credit has less than that left")
        bank = self._account("Checking")["AccountID"]
        body = {"AccountID": bank, "Date": date or self.org.today(), "Reference": ref, "IsReconciled": False}
        return str(put_payment(self.org, entity, doc, {**body, "Amount": num(dec(amount))})["PaymentID"])

    def reconcile(self, key: str) -> None:
        """Matched with a line of the bank."""
        entity, doc = split_id(self.org, key)
        if entity in CREDITS:
            return
        for each in doc.get("PaymentIDs", ()):
            self.org.put("Payment", {**self.org.sure("Payment", each), "IsReconciled": True})
        self.org.put(entity, {**doc, "IsReconciled": True})

    def paid_by(self, invoice: str) -> list[Document]:
        """Live payments and allocated money on an invoice."""
        index, rows = self.org.index, []
        for key, amount in index.payments.get(("Invoice", invoice), {}).items():
            batch = self.org.sure("Payment", key).get("BatchPaymentID")
            rows.append({"id": f"batch:{batch}" if batch else key, "amount": num(amount)})
        for key, amount in index.allocated_to.get(invoice, {}).items():
            allocation = self.org.sure("Allocation", key)
            if allocation["Source"] != "CreditNote":
                name = f"{allocation['Source'].lower()}:{allocation['SourceID']}"
                rows.append({"id": name, "amount": num(amount)})
        return rows

    def booked(self, number: str) -> Document:
        """The one live invoice with a number."""
        keys = self.org.index.found("ACCREC", number)
        live = [doc for key in keys if (doc := self.org.sure("Invoice", key))["Status"] not in ("VOIDED", "DELETED")]
        if len(live) != 1:
            raise LookupError(f"{len(live)} invoices with number {number}")
        doc = live[0]
        return {"id": doc["InvoiceID"], "customer_id": doc["ContactID"], "number": doc["InvoiceNumber"],
                "total": doc["Total"], "open": doc["AmountDue"], "date": doc["Date"]}  # fmt: skip

    def balance(self, contact: str) -> float:
        """What a contact owes, less its credits."""
        self.org.sure("Contact", contact)
        owed = ZERO
        for entity, key in self.org.index.documents.get(contact, ()):
            doc = self.org.sure(entity, key)
            if doc["Status"] == "AUTHORISED" and doc["Type"].startswith(("ACCREC", "RECEIVE", "AR")):
                owed += dec(doc["AmountDue"]) if entity == "Invoice" else -dec(doc["RemainingCredit"])
        return num(owed)

    def open_invoices(self, contact: str) -> list[str]:
        """Approved invoices with something due."""
        keys = [key for entity, key in self.org.index.documents.get(contact, ()) if entity == "Invoice"]
        live = (self.org.sure("Invoice", key) for key in keys)
        return [doc["InvoiceID"] for doc in live if doc["Type"] == "ACCREC" and doc["Status"] == "AUTHORISED"]
