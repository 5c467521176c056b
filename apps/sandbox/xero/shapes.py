"""Which properties there are, what each may hold, and the check of what a client sent against that."""

from __future__ import annotations

import re
from typing import Any

from apps.sandbox.store import Document
from apps.sandbox.xero.dates import read_date
from apps.sandbox.xero.refusals import unreadable

GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
AMOUNT_TYPES = "Exclusive|Inclusive|NoTax"
STATUS = "DRAFT|SUBMITTED|DELETED|AUTHORISED|PAID|VOIDED"
ERRORS = "HasErrors:x HasValidationErrors:x ValidationErrors:x Warnings:x StatusAttributeString:x "
STAMPS = "UpdatedDateUTC:x UpdatedDateUTCString:x HasAttachments:x "
TOTALS = "SubTotal:x TotalTax:x Total:x TotalDiscount:x "
LINES = f"LineItems:[LineItem] LineAmountTypes:{AMOUNT_TYPES} "
MONEY = "CurrencyCode:s3 CurrencyRate:n "
DATED = "Date:d DateString:x DueDate:d DueDateString:x "
CREDIT = "RemainingCredit:x Allocations:x Payments:x AppliedAmount:x ID:x "

# s, s50: text and its longest; d: date; n: number; b: true or false; g: GUID; A|B: one of these words;
# {Shape}, [Shape]: nested; x: computed by the vendor, ignored.
SHAPES: dict[str, dict[str, str]] = {
    name: dict(pair.split(":", 1) for pair in text.split())
    for name, text in {
        "Contact": ERRORS + STAMPS + "ContactID:g ContactNumber:s50 AccountNumber:s50 Name:s255 FirstName:s255 "
        "ContactStatus:ACTIVE|ARCHIVED|GDPRREQUEST LastName:s255 CompanyNumber:s50 EmailAddress:s255 "
        "ContactPersons:[ContactPerson] BankAccountDetails:s TaxNumber:s50 AccountsReceivableTaxType:s "
        "AccountsPayableTaxType:s Addresses:[Address] Phones:[Phone] IsSupplier:x IsCustomer:x DefaultCurrency:s3 "
        "SalesDefaultAccountCode:s PurchasesDefaultAccountCode:s PaymentTerms:{PaymentTerm} MergedToContactID:x "
        "ContactGroups:x Website:x Balances:x BatchPayments:x Discount:x BrandingTheme:x",
        "ContactPerson": "FirstName:s255 LastName:s255 EmailAddress:s255 IncludeInEmails:b",
        "Address": "AddressType:POBOX|STREET AddressLine1:s500 AddressLine2:s500 AddressLine3:s500 "
        "AddressLine4:s500 City:s255 Region:s255 PostalCode:s50 Country:s50 AttentionTo:s255",
        "Phone": "PhoneType:DEFAULT|DDI|MOBILE|FAX|OFFICE PhoneNumber:s50 PhoneAreaCode:s10 PhoneCountryCode:s20",
        "PaymentTerm": "Bills:{Bill} Sales:{Bill}",
        "Bill": "Day:n Type:DAYSAFTERBILLDATE|DAYSAFTERBILLMONTH|OFCURRENTMONTH|OFFOLLOWINGMONTH",
        "ContactGroup": "ContactGroupID:g Name:s255 Status:ACTIVE|DELETED Contacts:[Contact] HasValidationErrors:x",
        "LineItem": "LineItemID:g Description:s4000 Quantity:n UnitAmount:n ItemCode:s30 AccountCode:s10 AccountID:g "
        "TaxType:s TaxAmount:n LineAmount:n Tracking:[Tracking] DiscountRate:n DiscountAmount:n Item:x "
        "ValidationErrors:x",
        "Tracking": "TrackingCategoryID:g TrackingOptionID:g Name:s100 Option:s100",
        "Invoice": ERRORS + STAMPS + TOTALS + LINES + MONEY + DATED + f"Type:ACCREC|ACCPAY Status:{STATUS} "
        "Contact:{Contact} InvoiceID:g InvoiceNumber:s255 Reference:s255 BrandingThemeID:g Url:s SentToContact:b "
        "ExpectedPaymentDate:d PlannedPaymentDate:d Payments:x CreditNotes:x Prepayments:x Overpayments:x AmountDue:x "
        "AmountPaid:x AmountCredited:x FullyPaidOnDate:x IsDiscounted:x RepeatingInvoiceID:x",
        "CreditNote": ERRORS + STAMPS + TOTALS + LINES + MONEY + DATED + CREDIT + f"Status:{STATUS} "
        "Type:ACCRECCREDIT|ACCPAYCREDIT Contact:{Contact} CreditNoteID:g CreditNoteNumber:s255 Reference:s255 "
        "SentToContact:x FullyPaidOnDate:x BrandingThemeID:g",
        "Payment": ERRORS + STAMPS + "Invoice:{InvoiceRef} CreditNote:{CreditNoteRef} Overpayment:{OverpaymentRef} "
        "Prepayment:{PrepaymentRef} InvoiceNumber:s255 CreditNoteNumber:s255 Account:{AccountRef} Date:d "
        "CurrencyRate:n Amount:n Reference:s IsReconciled:b Status:AUTHORISED|DELETED PaymentID:g BankAmount:x "
        "PaymentType:x BatchPaymentID:x BatchPayment:x HasAccount:x Details:s18 Code:s12 Particulars:s12 "
        "BankAccountNumber:s",
        "BatchPayment": "Account:{AccountRef} Reference:s255 Particulars:s12 Code:s12 Details:s Narrative:s18 Date:d "
        "BatchPaymentID:g Payments:[Payment] Status:AUTHORISED|DELETED DateString:x Amount:x Type:x TotalAmount:x "
        "IsReconciled:x " + ERRORS + STAMPS,
        "BankTransaction": ERRORS + STAMPS + TOTALS + LINES + MONEY + DATED + "Contact:{Contact} BankTransactionID:g "
        "Type:RECEIVE|RECEIVE-OVERPAYMENT|RECEIVE-PREPAYMENT|SPEND|SPEND-OVERPAYMENT|SPEND-PREPAYMENT "
        "BankAccount:{AccountRef} IsReconciled:b Reference:s255 Url:s Status:AUTHORISED|DELETED|VOIDED "
        "PrepaymentID:x OverpaymentID:x",
        "Allocation": "AllocationID:x Invoice:{InvoiceRef} Amount:n Date:d IsDeleted:x Overpayment:x Prepayment:x "
        "CreditNote:x " + ERRORS,
        "InvoiceRef": "InvoiceID:g InvoiceNumber:s255 Type:x LineItems:x Contact:x",
        "CreditNoteRef": "CreditNoteID:g CreditNoteNumber:s255 Type:x",
        "OverpaymentRef": "OverpaymentID:g",
        "PrepaymentRef": "PrepaymentID:g",
        "AccountRef": "AccountID:g Code:s10 Name:x Type:x",
        "Item": ERRORS + STAMPS + "Code:s30 InventoryAssetAccountCode:s10 Name:s50 IsSold:b IsPurchased:b "
        "Description:s4000 PurchaseDescription:s4000 PurchaseDetails:{Purchase} SalesDetails:{Purchase} ItemID:g "
        "IsTrackedAsInventory:x TotalCostPool:x QuantityOnHand:x",
        "Purchase": "UnitPrice:n AccountCode:s10 COGSAccountCode:s10 TaxType:s",
        "TaxRate": "Name:s50 TaxType:s TaxComponents:[TaxComponent] Status:ACTIVE|DELETED|ARCHIVED|PENDING "
        "ReportTaxType:s CanApplyToAssets:x CanApplyToEquity:x CanApplyToExpenses:x CanApplyToLiabilities:x "
        "CanApplyToRevenue:x DisplayTaxRate:x EffectiveRate:x",
        "TaxComponent": "Name:s Rate:n IsCompound:b IsNonRecoverable:b",
        "TrackingCategory": "TrackingCategoryID:g Name:s100 Status:ACTIVE|ARCHIVED|DELETED Options:[TrackingOption]",
        "TrackingOption": "TrackingOptionID:g Name:s100 Status:ACTIVE|ARCHIVED|DELETED TrackingCategoryID:x",
        "Currency": "Code:s3 Description:x",
        "Account": "AccountID:g Code:s10 Name:s150 Type:s Status:ACTIVE|ARCHIVED BankAccountNumber:s Description:s4000 "
        "BankAccountType:s CurrencyCode:s3 TaxType:s EnablePaymentsToAccount:b ShowInExpenseClaims:b Class:x "
        "SystemAccount:x",
    }.items()
}


class Reader:
    """Reads what a client sent for one element; texts that are too long become messages about that element."""

    def __init__(self, refuse_unknown: bool) -> None:
        self.refuse_unknown = refuse_unknown
        self.messages: list[str] = []

    def read(self, shape: str, value: Any) -> Document:
        """The properties that count; a null counts as not sent. BadRequest for what cannot be read at all."""
        if not isinstance(value, dict):
            raise unreadable(f"Invalid Json data, {shape} must be an object")
        kinds, out = SHAPES[shape], {}
        for name, held in value.items():
            kind = kinds.get(name, "")
            if not kind and self.refuse_unknown:
                raise unreadable(f"Invalid Json data, {shape} has no property {name!r}")
            if kind not in ("", "x") and held is not None:
                out[name] = self._value(name, kind, held)
        return out

    def _value(self, name: str, kind: str, held: Any) -> Any:
        if kind[0] == "{":
            return self.read(kind[1:-1], held)
        if kind[0] == "[":
            if not isinstance(held, list):
                raise unreadable(f"Invalid Json data, {name} must be an array")
            return [self.read(kind[1:-1], each) for each in held]
        if kind == "b" and isinstance(held, bool):
            return held
        if kind == "n" and isinstance(held, int | float) and not isinstance(held, bool):
            return held
        if kind in ("b", "n") or not isinstance(held, str):
            raise unreadable(f"Invalid Json data, {held!r} is not a valid value for {name}")
        return self._text(name, kind, held)

    def _text(self, name: str, kind: str, held: str) -> str:
        if kind == "d":
            try:
                return read_date(held)
            except ValueError as error:
                raise unreadable(f"Invalid Json data, the string '{held}' is not a valid AllXsd value.") from error
        if kind == "g":
            if not GUID.fullmatch(held):
                raise unreadable(f"Invalid Json data, '{held}' is not a GUID ({name})")
            return held.lower()
        if kind[0] == "s":
            longest = int(kind[1:] or 10_000)
            if len(held) > longest:
                self.messages.append(f"The length of {name} cannot exceed {longest} characters")
            return held
        if held not in kind.split("|"):
            raise unreadable(f"Invalid Json data, '{held}' is not a valid value for {name}")
        return held
