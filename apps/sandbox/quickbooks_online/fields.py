"""Which properties exist, what they may hold and which the vendor computes; the check of a body against that."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from apps.sandbox.quickbooks_online.refusals import Refusal
from apps.sandbox.store import Document


def words(text: str) -> frozenset[str]:
    """The names in a line of names."""
    return frozenset(text.split())


COMMON = "Id SyncToken MetaData domain sparse status CustomField AttachableRef "
TXN = (
    COMMON
    + "DocNumber TxnDate DepartmentRef CurrencyRef ExchangeRate PrivateNote LinkedTxn Line TxnTaxDetail TxnSource "
)
SALE = TXN + (
    "CustomerRef CustomerMemo BillAddr ShipAddr FreeFormAddress ShipFromAddr ClassRef ShipMethodRef ShipDate "
    "TrackingNum GlobalTaxCalculation TotalAmt HomeTotalAmt ApplyTaxAfterDiscount PrintStatus EmailStatus BillEmail "
    "BillEmailCc BillEmailBcc DeliveryInfo Balance HomeBalance RecurDataRef ProjectRef TaxExemptionRef "
)
PERSON = COMMON + (
    "Title GivenName MiddleName FamilyName Suffix DisplayName CompanyName PrintOnCheckName Active PrimaryPhone Notes "
    "AlternatePhone Mobile Fax PrimaryEmailAddr WebAddr BillAddr Balance CurrencyRef ClientEntityId "
    "DefaultTaxCodeRef HomeBalance "
)
NAMED = COMMON + "Name Active FullyQualifiedName ParentRef "
ADDRESS = (
    "Id Line1 Line2 Line3 Line4 Line5 City Country CountrySubDivisionCode PostalCode PostalCodeSuffix CountryCode "
    "Lat Long Tag Note"
)
REF = "value name type"
DETAIL = "ItemRef ClassRef UnitPrice Qty TaxCodeRef "
EXPENSE = "CustomerRef ClassRef TaxCodeRef TaxAmount TaxInclusiveAmt BillableStatus MarkupInfo "

KNOWN: dict[str, frozenset[str]] = {
    name: words(text)
    for name, text in {
        "Customer": PERSON + "FullyQualifiedName ShipAddr Job BillWithParent ParentRef Level BalanceWithJobs Taxable "
        "TaxExemptionReasonId ResaleNum SalesTermRef PaymentMethodRef PreferredDeliveryMethod IsProject "
        "OpenBalanceDate ARAccountRef CustomerTypeRef PrimaryTaxIdentifier SecondaryTaxIdentifier",
        "Vendor": PERSON + "TermRef AcctNum Vendor1099 TaxIdentifier APAccountRef BillRate CostRate",
        "Item": NAMED
        + "Description Type SubItem Level UnitPrice PurchaseDesc PurchaseCost IncomeAccountRef Taxable Sku "
        "ExpenseAccountRef AssetAccountRef TrackQtyOnHand QtyOnHand InvStartDate SalesTaxCodeRef PurchaseTaxCodeRef "
        "PrefVendorRef ClassRef SalesTaxIncluded PurchaseTaxIncluded ReorderPoint",
        "Account": NAMED + "SubAccount Description Classification AccountType AccountSubType AcctNum CurrentBalance "
        "CurrentBalanceWithSubAccounts CurrencyRef TaxCodeRef",
        "Class": NAMED + "SubClass",
        "Department": NAMED + "SubDepartment Address",
        "Term": COMMON + "Name Active Type DueDays DiscountDays DiscountPercent DayOfMonthDue DueNextMonthDays",
        "PaymentMethod": COMMON + "Name Active Type",
        "Invoice": SALE + "SalesTermRef DueDate AllowIPNPayment AllowOnlinePayment AllowOnlineCreditCardPayment "
        "AllowOnlineACHPayment InvoiceLink Deposit DepositToAccountRef",
        "CreditMemo": SALE + "RemainingCredit SalesTermRef PaymentMethodRef InvoiceRef",
        "SalesReceipt": SALE + "PaymentMethodRef PaymentRefNum PaymentType CreditCardPayment DepositToAccountRef",
        "RefundReceipt": SALE + "PaymentMethodRef PaymentRefNum PaymentType CreditCardPayment DepositToAccountRef",
        "Payment": TXN
        + "CustomerRef ARAccountRef DepositToAccountRef PaymentMethodRef PaymentRefNum CreditCardPayment "
        "TotalAmt UnappliedAmt ProcessPayment ProjectRef TransactionLocationType",
        "Purchase": TXN + "AccountRef PaymentType PaymentMethodRef PaymentRefNum EntityRef Credit RemitToAddr TotalAmt "
        "PrintStatus GlobalTaxCalculation PurchaseEx",
        "Deposit": TXN + "DepositToAccountRef CashBack TotalAmt HomeTotalAmt GlobalTaxCalculation",
        "JournalEntry": TXN + "Adjustment TotalAmt HomeTotalAmt GlobalTaxCalculation",
        "Line": "Id LineNum Description Amount DetailType LinkedTxn SalesItemLineDetail DiscountLineDetail "
        "SubTotalLineDetail DescriptionLineDetail AccountBasedExpenseLineDetail ItemBasedExpenseLineDetail "
        "JournalEntryLineDetail DepositLineDetail CustomField",
        "SalesItemLineDetail": DETAIL + "ServiceDate TaxInclusiveAmt ItemAccountRef DiscountRate DiscountAmt "
        "TaxClassificationRef",
        "DiscountLineDetail": "PercentBased DiscountPercent DiscountAccountRef ClassRef TaxCodeRef DiscountRef",
        "SubTotalLineDetail": "ItemRef",
        "DescriptionLineDetail": "ServiceDate TaxCodeRef",
        "AccountBasedExpenseLineDetail": EXPENSE + "AccountRef",
        "ItemBasedExpenseLineDetail": EXPENSE + DETAIL,
        "JournalEntryLineDetail": "PostingType AccountRef Entity ClassRef DepartmentRef TaxCodeRef TaxApplicableOn "
        "TaxAmount BillableStatus",
        "DepositLineDetail": "Entity ClassRef AccountRef PaymentMethodRef CheckNum TxnType TaxCodeRef",
        "LinkedTxn": "TxnId TxnType TxnLineId",
        "TxnTaxDetail": "TxnTaxCodeRef TotalTax TaxLine",
        "TaxLine": "Id Amount DetailType TaxLineDetail",
        "TaxLineDetail": "TaxRateRef PercentBased TaxPercent NetAmountTaxable TaxInclusiveAmount",
        "BillAddr": ADDRESS,
        "ShipAddr": ADDRESS,
        "PrimaryPhone": "FreeFormNumber Id DeviceType Default Tag",
        "PrimaryEmailAddr": "Address Id Default Tag",
        "BillEmail": "Address Id Default Tag",
        "WebAddr": "URI Id Default Tag",
        "CustomerMemo": REF,
    }.items()
}

# Computed by the vendor: silently ignored when sent.
READ_ONLY = words(
    "MetaData domain sparse status FullyQualifiedName Level Balance BalanceWithJobs HomeBalance HomeTotalAmt "
    "IsProject RemainingCredit UnappliedAmt Classification CurrentBalance CurrentBalanceWithSubAccounts LinkedTxn "
    "InvoiceLink"
)
NUMBERS = words(
    "Amount TotalAmt Qty UnitPrice TotalTax TaxPercent NetAmountTaxable DiscountPercent DiscountRate DiscountAmt "
    "ExchangeRate PurchaseCost QtyOnHand DueDays DayOfMonthDue DueNextMonthDays DiscountDays TaxInclusiveAmt "
    "TaxAmount LineNum Deposit Level Balance BalanceWithJobs UnappliedAmt RemainingCredit HomeTotalAmt "
    "HomeBalance ReorderPoint BillRate CostRate TaxInclusiveAmount"
)
BOOLEANS = words(
    "sparse Active Job BillWithParent Taxable IsProject Vendor1099 SubItem TrackQtyOnHand SubAccount SubClass "
    "SubDepartment FreeFormAddress ApplyTaxAfterDiscount AllowIPNPayment AllowOnlinePayment "
    "AllowOnlineCreditCardPayment AllowOnlineACHPayment ProcessPayment Credit Adjustment PercentBased "
    "SalesTaxIncluded PurchaseTaxIncluded"
)
DATES = words("TxnDate DueDate ShipDate InvStartDate ServiceDate OpenBalanceDate")
ENUMS = {
    "GlobalTaxCalculation": ("TaxExcluded", "TaxInclusive", "NotApplicable"),
    "PreferredDeliveryMethod": ("Print", "Email", "None"),
    "EmailStatus": ("NotSet", "NeedToSend", "EmailSent"),
    "PrintStatus": ("NotSet", "NeedToPrint", "PrintComplete"),
    "BillableStatus": ("Billable", "NotBillable", "HasBeenBilled"),
    "PostingType": ("Debit", "Credit"),
}
LENGTHS = {
    "DocNumber": 21, "PrivateNote": 4000, "Description": 4000, "DisplayName": 500, "CompanyName": 100, "GivenName": 100,
    "MiddleName": 100, "FamilyName": 100, "Title": 16, "Suffix": 16, "PrintOnCheckName": 110, "Notes": 2000,
    "ResaleNum": 16, "FreeFormNumber": 30, "URI": 1000, "Address": 100, "Name": 100, "Sku": 100, "PurchaseDesc": 1000,
    "City": 255, "Country": 255, "CountrySubDivisionCode": 255, "PostalCode": 30, "PaymentRefNum": 21, "Line1": 500,
    "Line2": 500, "Line3": 500, "Line4": 500, "Line5": 500, "AcctNum": 100,
}  # fmt: skip
LENGTHS_OF = {
    ("Term", "Name"): 31, ("PaymentMethod", "Name"): 31, ("RefundReceipt", "PaymentRefNum"): 100,
    ("Vendor", "PrintOnCheckName"): 100, ("Vendor", "FreeFormNumber"): 20, ("Account", "AcctNum"): 7,
}  # fmt: skip
NO_CONTROL = words("DisplayName Title GivenName MiddleName FamilyName Suffix PrintOnCheckName")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class Checker:
    """Checks a body, and makes what the settings tolerate into what is kept."""

    def __init__(self, entity: str, american: bool, settings: dict[str, Any]) -> None:
        self.entity, self.american, self.settings = entity, american, settings

    def body(self, body: Document) -> Document:
        """The body as it may be kept; Refusal when something is wrong."""
        return self._object(self.entity, body)

    def _object(self, name: str, value: Document) -> Document:
        known = KNOWN.get(name)
        for key in value if known is not None else ():
            if known is not None and key not in known:
                raise Refusal("2010", f"Property Name:{key} specified is unsupported or invalid ({name})", key)
        return {key: self._value(key, item) for key, item in value.items()}

    def _value(self, key: str, value: Any) -> Any:
        if value is None:
            return None
        if key in NUMBERS:
            return self._number(key, value)
        if key in BOOLEANS and not isinstance(value, bool):
            raise Refusal("2010", f"Property Name:{key} must be a boolean", key)
        if isinstance(value, list):
            return [self._object(key, item) if isinstance(item, dict) else item for item in value]
        if isinstance(value, dict):
            return self._reference(key, value) if key.endswith("Ref") else self._object(key, value)
        return self._text(key, value) if isinstance(value, str) else self._other(key, value)

    def _other(self, key: str, value: Any) -> Any:
        if key in BOOLEANS or (key not in LENGTHS and key not in DATES and not key.endswith(("Ref", "Id", "Num"))):
            return value
        raise Refusal("2010", f"Property Name:{key} has a value of the wrong type", key)

    def _number(self, key: str, value: Any) -> Any:
        if isinstance(value, str) and self.settings["tolerant_numbers"] and value:
            return float(value)
        if value == "" or isinstance(value, bool) or not isinstance(value, int | float):
            raise Refusal("2010", f"Property Name:{key} must be a number", key)
        return value

    def _reference(self, key: str, value: Document) -> Document:
        if not isinstance(value.get("value"), str) or set(value) - {"value", "name", "type"}:
            raise Refusal("2010", f"Property Name:{key} must be a reference", key)
        return {name: text for name, text in value.items() if name != "name"}

    def _text(self, key: str, value: str) -> str:
        if key.endswith("Ref") or key in ("Line", "LinkedTxn", "TxnTaxDetail"):
            raise Refusal("2010", f"Property Name:{key} must be an object", key)
        limit = LENGTHS_OF.get((self.entity, key), LENGTHS.get(key))
        if limit and len(value) > limit:
            raise Refusal("2050", f"Min:0 Max:{limit} supplied:{len(value)}", key)
        if key in ENUMS and value and value not in ENUMS[key]:
            raise Refusal("2170", f"{key}: {value}", key)
        if key in DATES and value:
            check_date(key, value)
        if key == "Address" and value and not EMAIL.fullmatch(value):
            raise Refusal("2210", value, key)
        if key in NO_CONTROL or (key == "Name" and self.entity in ("Item", "Account")):
            check_name(key, value, quotes=key == "Name")
        return self._letters(key, value)

    def _letters(self, key: str, value: str) -> str:
        if not self.american:
            return value
        kept = value.encode("latin-1", "replace").decode("latin-1")
        if kept != value and self.settings["non_latin1"] == "refuse":
            raise Refusal("6000", f"{key} holds characters that are not supported", key)
        return kept


def check_date(key: str, value: str) -> None:
    """A calendar date, YYYY-MM-DD."""
    try:
        if len(value) != 10:
            raise ValueError(value)
        date.fromisoformat(value)
    except ValueError as error:
        raise Refusal("2010", f"Property Name:{key} is not a date: {value}", key) from error


def check_name(key: str, value: str, quotes: bool) -> None:
    """No colon, tab or new line; items and accounts no double quote either."""
    if any(letter in value for letter in ":\t\n\r" + ('"' if quotes else "")):
        raise Refusal("6000", f"{key} holds a colon, a tab, a new line or a quote", key)
