"""What QuickBooks tells of itself, of the company and of its preferences."""

from __future__ import annotations

from typing import Any

from apps.sandbox.quickbooks_desktop.company import Company
from apps.sandbox.quickbooks_desktop.query import cut

Body = dict[str, Any]

VERSIONS = ("1.0", "1.1", "2.0", "2.1", "3.0", "4.0", "4.1", "5.0", "6.0", "7.0", "8.0", "9.0", "10.0", "11.0", "12.0",
            "13.0", "14.0", "15.0", "16.0")  # fmt: skip
PRODUCT = "QuickBooks Enterprise Solutions 24.0"
FILE_ID = "FileID"
TEXT_TYPE = "STR255TYPE"


def number(version: str) -> tuple[int, ...]:
    """A version to compare with."""
    return tuple(int(part) for part in version.split("."))


def host(company: Company, body: Body) -> Body:
    """The product and the qbXML it speaks."""
    newest = number(company.settings["qbxml_version"])
    return {
        "ProductName": PRODUCT,
        "MajorVersion": "34",
        "MinorVersion": "0",
        "Country": company.profile.get("country", "US"),
        "SupportedQBXMLVersion": [each for each in VERSIONS if number(each) <= newest],
        "IsAutomaticLogin": "false",
        "QBFileMode": "SingleUser",
    }


def about(company: Company, body: Body) -> Body:
    """The company; private data of an application only when its OwnerID is named."""
    name = company.profile["name"]
    content: Body = {"IsSampleCompany": "false", "CompanyName": name, "LegalCompanyName": name}
    content |= {"FirstMonthFiscalYear": "January", "FirstMonthIncomeTaxYear": "January", "TaxForm": "OtherOrNone"}
    stamps = company.profile.get("stamps", {})
    rows: list[Body] = []
    for owner in body.get("OwnerID", ()):
        stamp = next((value for key, value in stamps.items() if key.lower() == owner.lower()), None)
        if stamp:
            rows += [
                {
                    "OwnerID": owner,
                    "DataExtName": "AppLock",
                    "DataExtType": TEXT_TYPE,
                    "DataExtValue": "LOCKED:POCKET:1",
                },
                {"OwnerID": owner, "DataExtName": FILE_ID, "DataExtType": TEXT_TYPE, "DataExtValue": stamp},
            ]
    return content | ({"DataExtRet": rows} if rows else {})


def preferences(company: Company, body: Body) -> Body:
    """The switches of the company."""
    profile = company.profile
    return {
        "AccountingPreferences": {
            "IsUsingAccountNumbers": "false", "IsRequiringAccounts": "true", "IsUsingClassTracking": _flag(profile.get("classes")),
            "IsUsingAuditTrail": "true", "IsAssigningJournalEntryNumbers": "true",
            **({"ClosingDate": profile["closing_date"]} if profile.get("closing_date") else {}),
        },
        "FinanceChargePreferences": {
            "GracePeriod": "0", "IsAssessingForOverdueCharges": "false", "CalculateChargesFrom": "DueDate",
            "IsMarkedToBePrinted": "false",
        },
        "JobsAndEstimatesPreferences": {
            "IsUsingEstimates": "true", "IsUsingProgressInvoicing": "false", "IsPrintingItemsWithZeroAmounts": "false",
        },
        "MultiCurrencyPreferences": {"IsMultiCurrencyOn": "false"},
        "PurchasesAndVendorsPreferences": {
            "IsUsingInventory": _flag(profile.get("inventory")), "DaysBillsAreDue": "10", "IsAutomaticallyUsingDiscounts": "false",
        },
        "ReportsPreferences": {"AgingReportBasis": "AgeFromDueDate", "SummaryReportBasis": "Accrual"},
        "SalesAndCustomersPreferences": {
            "IsTrackingReimbursedExpensesAsIncome": "false",
            "IsAutoApplyingPayments": "true", "PriceLevels": {"IsUsingPriceLevels": "false"},
        },
        **_tax(company),
        "CurrentAppAccessRights": {"IsAutomaticLoginAllowed": "true", "IsPersonalDataAccessAllowed": "false"},
    }  # fmt: skip


def _flag(value: Any) -> str:
    return "true" if value else "false"


def _tax(company: Company) -> Body:
    """Absent when the company charges no sales tax."""
    if not company.profile.get("sales_tax", True):
        return {}
    defaults = company.profile["defaults"]
    fields = {"DefaultItemSalesTaxRef": ("item", "ItemSalesTaxRef"),
              "DefaultTaxableSalesTaxCodeRef": ("SalesTaxCode", "SalesTaxCodeRef"),
              "DefaultNonTaxableSalesTaxCodeRef": ("SalesTaxCode", "NonTaxable")}  # fmt: skip
    refs = {name: {"ListID": defaults[key], "FullName": company.full_name(space, defaults[key])}
            for name, (space, key) in fields.items()}  # fmt: skip
    return {"SalesTaxPreferences": {**refs, "PaySalesTax": "Monthly", "IsUsingCustomerTaxCode": "true"}}


SINGLE = {"HostQueryRq": ("HostRet", host), "CompanyQueryRq": ("CompanyRet", about),
          "PreferencesQueryRq": ("PreferencesRet", preferences)}  # fmt: skip


def single(company: Company, name: str, body: Body) -> tuple[str, Body]:
    """The answer to one of the queries without a filter."""
    tag, make = SINGLE[name]
    return tag, cut(make(company, body), body.get("IncludeRetElement", ()))
