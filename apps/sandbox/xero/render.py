"""A document as the API shows it: the vendor's dates, and what follows from other documents."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial

from apps.sandbox.store import Document
from apps.sandbox.xero.contacts import ADDRESSES, PHONES
from apps.sandbox.xero.dates import shown_date, shown_stamp, stamp_text
from apps.sandbox.xero.money import ZERO, dec, num, places
from apps.sandbox.xero.organisation import IDS, Organisation

INTERNAL = ("_app", "Target", "TargetID", "AccountID", "ContactIDs", "PaymentIDs", "SourceID", "Source")
DATES = ("Date", "DueDate", "FullyPaidOnDate", "ExpectedPaymentDate", "PlannedPaymentDate")
WITH_STRING = ("Date", "DueDate")
NO_PRICE = ("UnitAmount", "UnitPrice")
# A credit -> its type as the embedded "Invoice" of a refund says it.
REFUND_TYPES = {"RECEIVE-OVERPAYMENT": "AROVERPAYMENT", "SPEND-OVERPAYMENT": "APOVERPAYMENT",
                "RECEIVE-PREPAYMENT": "ARPREPAYMENT", "SPEND-PREPAYMENT": "APPREPAYMENT"}  # fmt: skip
CREDIT_LISTS = {"CreditNote": "CreditNotes", "Overpayment": "Overpayments", "Prepayment": "Prepayments"}
DROPPED_FROM_SUMMARY = {
    "Invoice": ("Payments", "LineItems", "HasAttachments"),
    "Contact": ("Addresses", "Balances", "ContactGroups", "ContactPersons", "IsCustomer", "IsSupplier"),
}


def render(org: Organisation, entity: str, doc: Document, full: bool = True, digits: int = 2) -> Document:
    """One document; not `full` is how lists without paging show it."""
    view = plain(doc)
    shape = SHOWN.get(entity)
    return shape(org, doc, view, full, digits) if shape else view


def summary(entity: str, view: Document) -> Document:
    """What summaryOnly leaves."""
    return {name: value for name, value in view.items() if name not in DROPPED_FROM_SUMMARY.get(entity, ())}


def plain(doc: Document) -> Document:
    """A copy with dates and stamps as the vendor writes them, without what only this pocket knows."""
    view = {name: value for name, value in doc.items() if name not in INTERNAL and value is not None}
    for name in DATES:
        if name in view:
            view[name] = shown_date(doc[name])
            if name in WITH_STRING:
                view[f"{name}String"] = f"{doc[name]}T00:00:00"
    if "UpdatedDateUTC" in view:
        view["UpdatedDateUTC"] = shown_stamp(doc["UpdatedDateUTC"])
    return view


def contact_view(org: Organisation, doc: Document, view: Document, full: bool, digits: int) -> Document:
    """Always two addresses and four phones; groups, persons and balances only in full."""
    held = {each["AddressType"]: each for each in doc.get("Addresses", [])}
    view["Addresses"] = [{"AddressType": kind, **held.get(kind, {})} for kind in ADDRESSES]
    numbers = {each["PhoneType"]: each for each in doc.get("Phones", [])}
    empty = {"PhoneNumber": "", "PhoneAreaCode": "", "PhoneCountryCode": ""}
    view["Phones"] = [{"PhoneType": kind, **empty, **numbers.get(kind, {})} for kind in PHONES]
    groups = [org.sure("ContactGroup", key) for key in org.index.groups.get(doc["ContactID"], ())]
    live = [each for each in groups if each["Status"] == "ACTIVE"]
    names = ("ContactGroupID", "Name", "Status")
    view["ContactGroups"] = [{name: each[name] for name in names} for each in live] if full else []
    view["ContactPersons"] = doc.get("ContactPersons", []) if full else []
    view |= {"HasAttachments": False, "HasValidationErrors": False}
    if full and any(sums := balances(org, doc["ContactID"])):
        view["Balances"] = {"AccountsReceivable": {"Outstanding": num(sums[0]), "Overdue": num(sums[1])},
                            "AccountsPayable": {"Outstanding": num(sums[2]), "Overdue": num(sums[3])}}  # fmt: skip
    return view


def balances(org: Organisation, contact: str) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """Receivable, overdue receivable, payable and overdue payable of a contact."""
    sums, today = [ZERO, ZERO, ZERO, ZERO], org.today()
    for entity, key in org.index.documents.get(contact, ()):
        doc = org.sure(entity, key)
        if doc["Status"] != "AUTHORISED" or (entity != "Invoice" and org.settings["balances"] == "invoices"):
            continue
        side = 0 if doc["Type"].startswith(("ACCREC", "RECEIVE", "AR")) else 2
        sums[side] += dec(doc["AmountDue"]) if entity == "Invoice" else -dec(doc["RemainingCredit"])
        if entity == "Invoice" and doc.get("DueDate", today) < today:
            sums[side + 1] += dec(doc["AmountDue"])
    return sums[0], sums[1], sums[2], sums[3]


def short_contact(org: Organisation, key: str, full: bool) -> Document:
    """The contact of a document."""
    doc = org.sure("Contact", key)
    if full:
        return render(org, "Contact", doc, full=False)
    lists: Document = {"Addresses": [], "Phones": [], "ContactGroups": [], "ContactPersons": []}
    return {"ContactID": key, "Name": doc["Name"], **lists, "HasValidationErrors": False}


def line_view(org: Organisation, line: Document, digits: int) -> Document:
    """A line, its price as precise as was asked for."""
    view = dict(line)
    if "UnitAmount" in view:
        view["UnitAmount"] = float(places(dec(view["UnitAmount"]), digits))
    item = org.raw("Item", next(iter(org.index.found("Item", str(line.get("ItemCode", "")))), None))
    if item:
        view["Item"] = {name: item[name] for name in ("ItemID", "Name", "Code")}
    return view


def document_view(entity: str, org: Organisation, doc: Document, view: Document, full: bool, digits: int) -> Document:
    """What invoices, credit notes, over- and prepayments and bank transactions have in common."""
    view["Contact"] = short_contact(org, view.pop("ContactID"), full)
    view["LineItems"] = [line_view(org, line, digits) for line in doc["LineItems"]] if full else []
    view |= {"HasAttachments": False, "CurrencyRate": 1.0}
    if "UpdatedDateUTC" in doc and entity != "BankTransaction":
        view["UpdatedDateUTCString"] = stamp_text(doc["UpdatedDateUTC"])
    return view


def invoice_view(org: Organisation, doc: Document, view: Document, full: bool, digits: int) -> Document:
    """An invoice with its payments and the credits on it."""
    view = document_view("Invoice", org, doc, view, full, digits)
    view["Payments"] = [paid(org, key) for key in org.index.payments.get(("Invoice", doc["InvoiceID"]), ())]
    view |= {name: [] for name in CREDIT_LISTS.values()}
    for key in org.index.allocated_to.get(doc["InvoiceID"], ()):
        allocation = org.sure("Allocation", key)
        view[CREDIT_LISTS[allocation["Source"]]].append(applied_credit(org, allocation))
    discounted = any(line.get("DiscountRate") or line.get("DiscountAmount") for line in doc["LineItems"])
    view |= {"HasErrors": False, "IsDiscounted": discounted, "SentToContact": bool(doc.get("SentToContact"))}
    return {"Reference": "", **view} if doc["Type"] == "ACCREC" else view


def paid(org: Organisation, key: str) -> Document:
    """A payment inside the document it is for."""
    doc = org.sure("Payment", key)
    view = {"PaymentID": key, "Date": shown_date(doc["Date"]), "Amount": doc["Amount"], "CurrencyRate": 1.0,
            "Reference": doc["Reference"], "HasAccount": False, "HasValidationErrors": False}  # fmt: skip
    return {**view, "BatchPaymentID": doc["BatchPaymentID"]} if doc.get("BatchPaymentID") else view


def applied_credit(org: Organisation, allocation: Document) -> Document:
    """A credit inside the invoice it is on."""
    entity, key = allocation["Source"], allocation["SourceID"]
    doc = org.sure(entity, key)
    view = {IDS[entity]: key, "ID": key, "AppliedAmount": allocation["Amount"], "Date": shown_date(allocation["Date"]),
            "DateString": f"{allocation['Date']}T00:00:00", "Total": doc["Total"], "LineItems": [],
            "HasErrors": False, "CurrencyRate": 1.0}  # fmt: skip
    return {**view, "CreditNoteNumber": doc["CreditNoteNumber"]} if entity == "CreditNote" else view


def credit_view(entity: str, org: Organisation, doc: Document, view: Document, full: bool, digits: int) -> Document:
    """A credit note, overpayment or prepayment with where it went."""
    key = doc[IDS[entity]]
    view = document_view(entity, org, doc, view, full, digits)
    used = org.index.allocated_from.get((entity, key), ())
    view["Allocations"] = [allocation_view(org, org.sure("Allocation", each)) for each in used]
    view["Payments"] = [paid(org, each) for each in org.index.payments.get((entity, key), ())]
    view |= {"ID": key, "AppliedAmount": num(org.index.used(entity, key))}
    if entity == "CreditNote":
        view |= {"HasErrors": False, "SentToContact": False}
    return view


def allocation_view(org: Organisation, doc: Document, deleted: bool = False) -> Document:
    """One allocation."""
    invoice = org.sure("Invoice", doc["InvoiceID"])
    shown = {"InvoiceID": doc["InvoiceID"], "InvoiceNumber": invoice["InvoiceNumber"], "Type": invoice["Type"]}
    lists: Document = {name: [] for name in ("Payments", "CreditNotes", "Prepayments", "Overpayments", "LineItems")}
    return {"AllocationID": doc["AllocationID"], "Amount": doc["Amount"], "Date": shown_date(doc["Date"]),
            "Invoice": {**shown, **lists, "HasErrors": False}, "IsDeleted": deleted}  # fmt: skip


def account_ref(org: Organisation, key: str) -> Document:
    """An account inside another document."""
    doc = org.sure("Account", key)
    return {name: doc[name] for name in ("AccountID", "Code", "Name") if name in doc}


def bank_view(org: Organisation, doc: Document, view: Document, full: bool, digits: int) -> Document:
    """A bank transaction."""
    view = document_view("BankTransaction", org, doc, view, full, digits)
    return {**view, "BankAccount": account_ref(org, doc["AccountID"])}


def payment_view(org: Organisation, doc: Document, view: Document, full: bool, digits: int) -> Document:
    """A payment with its account and what it is for."""
    entity, target = doc["Target"], org.sure(doc["Target"], doc["TargetID"])
    view["Account"] = account_ref(org, doc["AccountID"])
    view |= {"BankAmount": doc["Amount"], "CurrencyRate": 1.0, "HasAccount": True, "HasValidationErrors": False}
    view["UpdatedDateUTCString"] = stamp_text(doc["UpdatedDateUTC"])
    if doc.get("BatchPaymentID"):
        view["BatchPayment"] = batch_head(org, org.sure("BatchPayment", doc["BatchPaymentID"]))
    lists: Document = {name: [] for name in ("Payments", "CreditNotes", "Prepayments", "Overpayments", "LineItems")}
    shown = {"Type": REFUND_TYPES.get(target["Type"], target["Type"]), "InvoiceID": doc["TargetID"], **lists,
             "Contact": short_contact(org, target["ContactID"], full=False), "CurrencyCode": target["CurrencyCode"],
             "HasErrors": False, "IsDiscounted": False}  # fmt: skip
    number = target.get("InvoiceNumber") or target.get("CreditNoteNumber")
    if number:
        shown["InvoiceNumber"] = number
    if entity == "Invoice" or org.settings["refund_target"] == "Invoice":
        return {**view, "Invoice": shown}
    own = {IDS[entity]: doc["TargetID"], "Contact": shown["Contact"], "LineItems": []}
    return {**view, entity: {**own, "CreditNoteNumber": number} if number else own}


def batch_head(org: Organisation, doc: Document) -> Document:
    """A batch payment without its members."""
    view = plain(doc)
    return {**view, "Account": account_ref(org, doc["AccountID"])}


def batch_view(org: Organisation, doc: Document, view: Document, full: bool, digits: int) -> Document:
    """A batch payment with its members."""
    members = []
    for key in doc["PaymentIDs"]:
        each = org.sure("Payment", key)
        invoice = {"InvoiceID": each["TargetID"], "LineItems": [], "HasErrors": False}
        members.append({"PaymentID": key, "Amount": each["Amount"], "Invoice": invoice, "HasValidationErrors": False})
    return {**batch_head(org, doc), "Payments": members}


def item_view(org: Organisation, doc: Document, view: Document, full: bool, digits: int) -> Document:
    """An item, prices as precise as was asked for."""
    for side in ("SalesDetails", "PurchaseDetails"):
        if "UnitPrice" in view.get(side, {}):
            view[side] = {**view[side], "UnitPrice": float(places(dec(view[side]["UnitPrice"]), digits))}
    return {**view, "IsTrackedAsInventory": "InventoryAssetAccountCode" in doc}


def account_view(org: Organisation, doc: Document, view: Document, full: bool, digits: int) -> Document:
    """An account."""
    return {**view, "AccountID": doc["AccountID"], "HasAttachments": False, "AddToWatchlist": False}


def group_view(org: Organisation, doc: Document, view: Document, full: bool, digits: int) -> Document:
    """A contact group; its members only when it is read alone."""
    members = ({"ContactID": key, "Name": org.sure("Contact", key)["Name"]} for key in doc["ContactIDs"])
    view.pop("UpdatedDateUTC", None)
    return {**view, "Contacts": list(members) if full else []}


def without_stamp(org: Organisation, doc: Document, view: Document, full: bool, digits: int) -> Document:
    """Short lists tell no UpdatedDateUTC."""
    view.pop("UpdatedDateUTC", None)
    return view


def organisation_view(org: Organisation) -> Document:
    """The organisation itself."""
    profile = org.profile
    view = {
        "OrganisationID": org.tenant, "Name": profile["name"], "LegalName": profile["name"], "PaysTax": True,
        "Version": "US" if profile["country"] == "US" else "GLOBAL", "OrganisationType": "COMPANY",
        "BaseCurrency": profile["home_currency"], "CountryCode": profile["country"], "IsDemoCompany": False,
        "OrganisationStatus": "ACTIVE", "FinancialYearEndDay": 31, "FinancialYearEndMonth": 12,
        "DefaultSalesTax": "Tax Exclusive", "DefaultPurchasesTax": "Tax Exclusive",
        "CreatedDateUTC": shown_stamp(profile["created"]), "Timezone": profile["timezone"], "ShortCode": "!pocket",
        "OrganisationEntityType": "COMPANY", "Class": "PREMIUM", "Edition": "BUSINESS", "Addresses": [], "Phones": [],
        "ExternalLinks": [], "PaymentTerms": {},
    }  # fmt: skip
    locks = {name: shown_date(profile[name]) for name in ("PeriodLockDate", "EndOfYearLockDate") if profile.get(name)}
    return {**view, **locks}


def tokens(view: Document) -> Iterator[str]:
    """The texts of a document that a search looks at."""
    for name in ("Name", "FirstName", "LastName", "ContactNumber", "CompanyNumber", "EmailAddress", "InvoiceNumber",
                 "Reference"):  # fmt: skip
        yield str(view.get(name, "")).casefold()


Shown = Callable[[Organisation, Document, Document, bool, int], Document]
SHOWN: dict[str, Shown] = {
    "Contact": contact_view,
    "Invoice": invoice_view,
    **{entity: partial(credit_view, entity) for entity in CREDIT_LISTS},
    "BankTransaction": bank_view,
    "Payment": payment_view,
    "BatchPayment": batch_view,
    "Item": item_view,
    "Account": account_view,
    "ContactGroup": group_view,
    **dict.fromkeys(("TaxRate", "TrackingCategory", "Currency"), without_stamp),
}
