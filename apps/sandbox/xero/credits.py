"""Allocations: credit notes, overpayments and prepayments put on invoices, and taken off again."""

from __future__ import annotations

from apps.sandbox.store import Document
from apps.sandbox.xero.change import Change, check_locks
from apps.sandbox.xero.money import ZERO, cents, dec, num
from apps.sandbox.xero.organisation import IDS, Organisation
from apps.sandbox.xero.payments import find_target
from apps.sandbox.xero.refusals import Invalid, Missing

WORDS = {"CreditNote": "Credit note", "Overpayment": "Overpayment", "Prepayment": "Prepayment"}
TOO_MUCH = "{} cannot be allocated as amount is greater than amount outstanding"
PAID_OFF = "The invoice you are trying to allocate to has already been paid off"


def allocate(change: Change) -> Document:
    """Put a part of a credit on an invoice; `change.key` is the credit."""
    org, sent = change.org, change.sent
    source = org.sure(change.entity, change.key)
    _, invoice = find_target(change, {"Invoice": sent.get("Invoice") or {}})
    amount = cents(dec(sent.get("Amount")))
    if not sent.get("Date") and change.setting("allocation_date") == "required" and not change.ui:
        raise Invalid("Date must be specified")
    later = max(source["Date"], invoice["Date"])
    date = later if change.entity != "CreditNote" else sent.get("Date") or later
    if amount <= ZERO:
        raise Invalid("Allocation amounts must be positive amounts")
    check_pair(change, source, invoice)
    if amount > dec(source["RemainingCredit"]) or amount > dec(invoice["AmountDue"]):
        raise Invalid(TOO_MUCH.format(WORDS[change.entity]))
    check_locks(change, date)
    doc = {"Source": change.entity, "SourceID": change.key, "InvoiceID": invoice["InvoiceID"]}
    kept = org.put("Allocation", {**doc, "Amount": num(amount), "Date": date})
    org.settle("Invoice", invoice["InvoiceID"])
    org.settle(change.entity, change.key)
    return kept


def check_pair(change: Change, source: Document, invoice: Document) -> None:
    """Both approved, of one side of the ledger and one contact, and the invoice open."""
    if source["Status"] not in ("AUTHORISED", "PAID") or invoice["Status"] not in ("AUTHORISED", "PAID"):
        raise Invalid("Allocations can only be made between Authorised documents")
    sale = source["Type"].startswith(("ACCREC", "RECEIVE", "AR"))
    if sale != (invoice["Type"] == "ACCREC"):
        raise Invalid("The credit cannot be allocated to a document of this type")
    if source["ContactID"] != invoice["ContactID"] and change.setting("allocate_other_contact") == "refuse":
        raise Invalid("The credit belongs to another contact than the invoice")
    if dec(invoice["AmountDue"]) == ZERO:
        raise Invalid(PAID_OFF)


def unallocate(change: Change, allocation: str) -> Document:
    """Take one allocation off again; Missing when the credit has no such allocation."""
    doc = change.org.raw("Allocation", allocation)
    if doc is None or (doc["Source"], doc["SourceID"]) != (change.entity, change.key):
        raise Missing
    check_locks(change, doc["Date"])
    remove_allocation(change.org, doc)
    return doc


def remove_allocation(org: Organisation, doc: Document) -> None:
    """Both documents are open again."""
    org.remove("Allocation", doc[IDS["Allocation"]])
    org.settle("Invoice", doc["InvoiceID"])
    org.settle(doc["Source"], doc["SourceID"])
