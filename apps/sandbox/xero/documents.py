"""Invoices, bills and credit notes: numbers, the status machine, and what may change once money is on them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from apps.sandbox.store import Document
from apps.sandbox.xero.change import Change, check_currency, check_locks, check_sum, find_contact
from apps.sandbox.xero.lines import Kind, totals, write_lines
from apps.sandbox.xero.money import ZERO, dec, num
from apps.sandbox.xero.organisation import IDS
from apps.sandbox.xero.refusals import Invalid, Missing

MOVES = {
    "": ("DRAFT", "SUBMITTED", "AUTHORISED"),
    "DRAFT": ("DRAFT", "SUBMITTED", "AUTHORISED", "DELETED"),
    "SUBMITTED": ("SUBMITTED", "AUTHORISED", "DRAFT", "DELETED"),
    "AUTHORISED": ("AUTHORISED", "VOIDED"),
    "PAID": ("PAID", "AUTHORISED", "VOIDED"),
    "VOIDED": (),
    "DELETED": (),
}
NUMBER = {"Invoice": "InvoiceNumber", "CreditNote": "CreditNoteNumber"}
NOT_UNIQUE = {"Invoice": "Invoice # must be unique.", "CreditNote": "Credit note number must be unique."}
FIRST_NUMBER = {"Invoice": "INV-{:04}", "CreditNote": "CN-{:04}"}
SALES = ("ACCREC", "ACCRECCREDIT")
NOT_VALID = "{} not of valid status for modification"
HAS_PAYMENT = "This document cannot be edited as it has a payment or credit note allocated to it."
HAS_PAYMENT_VOID = "The status {} cannot be applied to the {} because it has payments or credit notes allocated to it."
NEEDS_LINE = "To update fields on a paid invoice line item, you must supply a LineItemID"
# What may still change on a sale that money was put on, in the head and on its lines.
FREE = {"Reference", "DueDate", "InvoiceNumber", "CreditNoteNumber", "BrandingThemeID", "ContactID", "Url",
        "SentToContact", "ExpectedPaymentDate", "PlannedPaymentDate"}  # fmt: skip
FREE_ON_LINE = {"Description", "AccountCode", "AccountID", "Tracking"}
# Changes of these alone do not move UpdatedDateUTC of a document that is partly paid.
SILENT = {"DueDate", "SentToContact"}
PLAIN = ("Reference", "DueDate", "BrandingThemeID", "Url", "SentToContact", "ExpectedPaymentDate",
         "PlannedPaymentDate", "CurrencyRate")  # fmt: skip


def write_document(change: Change) -> Document:
    """Create or update one invoice, bill or credit note."""
    old = matched(change)
    new = fill(change, old) if old is None or change.sent.get("Status") not in ("DELETED", "VOIDED") else dict(old)
    status = next_status(change, old)
    if status in ("VOIDED", "DELETED") and old:
        check_locks(change, old["Date"])
        new["Status"] = status
        doc = {**new, **change.org.standing(change.entity, new)}
        return change.org.put(change.entity, doc)
    new["Status"] = status
    check_locks(change, (old or new)["Date"], new["Date"])
    check_number(change, new, old)
    if old and change.org.index.touched(change.entity, old[IDS[change.entity]]) and not change.ui:
        check_edit(change, old, new)
    return keep(change, old, new)


def matched(change: Change) -> Document | None:
    """The stored document a request is about: by id, else (POST only) by number."""
    org, entity = change.org, change.entity
    key = change.key or change.sent.get(IDS[entity])
    if key and not change.create:
        found = org.raw(entity, key)
        if found is None:
            raise Missing if change.key else Invalid(f"{entity} with id {key} could not be found")
        return found
    if key:
        raise Invalid(f"{IDS[entity]} cannot be specified when creating a document")
    if change.create or not change.sent.get("Type"):
        return None
    same = living(change, org.index.found(change.sent["Type"], str(change.sent.get(NUMBER[entity], ""))))
    return org.raw(entity, same[0]) if same else None


def living(change: Change, keys: Iterable[str]) -> list[str]:
    """The ids that keep their number taken."""
    dead = ("VOIDED", "DELETED") if change.setting("number_reuse") == "free" else ()
    return [key for key in keys if change.org.sure(change.entity, key)["Status"] not in dead]


def fill(change: Change, old: Document | None) -> Document:
    """Head and lines as they will be kept, without numbers and status."""
    sent, org = change.sent, change.org
    new: Document = (
        dict(old) if old else {"Type": sent.get("Type"), "Date": org.today(), "LineAmountTypes": "Exclusive"}
    )
    if new["Type"] is None:
        raise Invalid("Type is required")
    if old and sent.get("Type", old["Type"]) != old["Type"]:
        raise Invalid("The Type field is not valid for an update.")
    new |= {name: sent[name] for name in (*PLAIN, "Date", "LineAmountTypes") if name in sent}
    if new["Type"] not in SALES:
        new.pop("Reference", None)
    new["CurrencyCode"] = check_currency(change, sent.get("CurrencyCode") or new.get("CurrencyCode"))
    if old is None or "Contact" in sent:
        new["ContactID"] = find_contact(change, sent.get("Contact"))
    if old is None or "LineItems" in sent or "LineAmountTypes" in sent or approves(change, old):
        new["LineItems"] = new_lines(change, old, new)
        new |= totals(new["LineItems"], new["LineAmountTypes"])
    check_sum(new)
    return new


def approves(change: Change, old: Document) -> bool:
    """Whether a draft becomes more than that: its lines have to be complete now."""
    return old["Status"] == "DRAFT" and change.sent.get("Status") in ("SUBMITTED", "AUTHORISED")


def new_lines(change: Change, old: Document | None, new: Document) -> list[Document]:
    """The full set of lines."""
    sent, before = change.sent.get("LineItems"), (old or {}).get("LineItems", [])
    approved = change.sent.get("Status", (old or {}).get("Status", "DRAFT")) in ("AUTHORISED", "SUBMITTED", "PAID")
    if sent is None and old:
        sent = [{"LineItemID": line["LineItemID"]} for line in before]
    if not sent:
        raise Invalid("One or more line items must be specified")
    paid = old and change.org.index.touched(change.entity, old[IDS[change.entity]])
    if paid and not change.ui and any("LineItemID" not in line for line in sent):
        raise Invalid(NEEDS_LINE if new["Type"] == "ACCREC" else HAS_PAYMENT)
    change.old_mode = str((old or {}).get("LineAmountTypes", ""))
    kind = Kind(sale=new["Type"] in SALES, discount=new["Type"] == "ACCREC", approved=approved)
    return write_lines(change, sent, before, kind, new["LineAmountTypes"])


def next_status(change: Change, old: Document | None) -> str:
    """The status after the write; Invalid where there is no such step."""
    before = old["Status"] if old else ""
    wanted = str(change.sent.get("Status") or before or "DRAFT")
    words = "Invoice" if change.entity == "Invoice" else "Credit note"
    if not MOVES[before] or wanted not in MOVES[before]:
        raise Invalid(NOT_VALID.format(words))
    if wanted == "VOIDED" and old and change.org.index.touched(change.entity, old[IDS[change.entity]]):
        raise Invalid(HAS_PAYMENT_VOID.format(wanted, words.lower()))
    if wanted == "VOIDED" and before == "PAID" and not change.ui and change.setting("void_zero_invoice") == "refuse":
        raise Invalid(NOT_VALID.format(words))
    due = change.sent.get("DueDate") or (old or {}).get("DueDate")
    if wanted in ("AUTHORISED", "PAID") and change.entity == "Invoice" and not due:
        raise Invalid("DueDate cannot be empty")
    return "AUTHORISED" if wanted == "PAID" else wanted


def check_number(change: Change, new: Document, old: Document | None) -> None:
    """Numbers of sales are unique and made up when missing; numbers of bills are whatever they are."""
    name, sale = NUMBER[change.entity], new["Type"] in SALES
    number = str(change.sent.get(name) or (old or {}).get(name, ""))
    if not number and sale:
        number = next_number(change, new["Type"])
    if not number.isascii() or not number.isprintable():
        raise Invalid(f"{name} must be printable ASCII characters")
    own = new.get(IDS[change.entity])
    others = [key for key in living(change, change.org.index.found(new["Type"], number)) if key != own]
    if sale and others:
        raise Invalid(NOT_UNIQUE[change.entity])
    new[name] = number


def next_number(change: Change, kind: str) -> str:
    """The next number of the vendor's own series that is free."""
    while True:
        count = change.org.store.next_id(f"{change.org.tenant}/{kind}")
        number = FIRST_NUMBER[change.entity].format(count)
        if not change.org.index.found(kind, number):
            return number


def changed(old: Document, new: Document, leave: Iterable[str] = ()) -> set[str]:
    """The properties that differ."""
    names = (old.keys() | new.keys()) - {"LineItems", "UpdatedDateUTC", "_app", *leave}
    return {name for name in names if old.get(name) != new.get(name)}


def changed_lines(old: Document, new: Document) -> set[str]:
    """The properties of lines that differ; "" when lines came or went."""
    before = {line["LineItemID"]: line for line in old["LineItems"]}
    after = {line["LineItemID"]: line for line in new["LineItems"]}
    if list(before) != list(after):
        return {""}
    return {name for key in before for name in changed(before[key], after[key])}


def check_edit(change: Change, old: Document, new: Document) -> None:
    """Once money is on it a bill stands still, and a sale keeps its amounts."""
    head = changed(old, new, ("Status", *change.org.standing(change.entity, old)))
    lines = changed_lines(old, new)
    by_credit = change.org.index.used(change.entity, old[IDS[change.entity]]) > ZERO
    if old["Type"] not in SALES and (head or lines):
        raise Invalid(HAS_PAYMENT)
    if head - FREE or lines - FREE_ON_LINE or ("ContactID" in head and by_credit):
        raise Invalid(HAS_PAYMENT)


def keep(change: Change, old: Document | None, new: Document) -> Document:
    """Store it; approved documents make their contact a customer or supplier."""
    org, entity = change.org, change.entity
    if new.get("SentToContact") and new["Status"] not in ("AUTHORISED", "PAID"):
        change.warnings.append("Only AUTHORISED invoices may have SentToContact updated.")
        new["SentToContact"] = False
    new |= org.standing(entity, new)
    open_name = "AmountDue" if entity == "Invoice" else "RemainingCredit"
    if dec(new.get(open_name)) < ZERO:
        raise Invalid(HAS_PAYMENT)
    doc = org.put(entity, new, bump=old is None or moves_stamp(change, old, new))
    mark_contact(change, doc)
    return doc


def moves_stamp(change: Change, old: Document, new: Document) -> bool:
    """Whether the vendor notices: some edits leave UpdatedDateUTC where it was."""
    head, lines = changed(old, new), changed_lines(old, new)
    if lines and lines <= {"AccountCode", "AccountID"} and not head and not change.setting("line_account_bumps"):
        return False
    part_paid = change.org.index.touched(change.entity, old[IDS[change.entity]])
    return not (part_paid and head and head <= SILENT and not lines)


def mark_contact(change: Change, doc: Document) -> None:
    """The first sale makes a customer, the first bill a supplier; UpdatedDateUTC of the contact stays."""
    flag = "IsCustomer" if doc["Type"].startswith("ACCREC") else "IsSupplier"
    contact: dict[str, Any] = change.org.sure("Contact", doc["ContactID"])
    if not contact[flag]:
        change.org.put("Contact", {**contact, flag: True}, bump=False, event=False)


def credited(doc: Document) -> Document:
    """An over- or prepayment as it starts: nothing used yet."""
    return {**doc, "Status": "AUTHORISED", "RemainingCredit": num(dec(doc["Total"]))}
