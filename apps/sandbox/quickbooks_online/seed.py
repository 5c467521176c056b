"""What a new company file starts with."""

from __future__ import annotations

from typing import Any

from apps.sandbox.quickbooks_online.company import Company
from apps.sandbox.store import Document

# Each with its type and its sub-type.
ACCOUNTS = (
    ("Accounts Receivable (A/R)", "Accounts Receivable", "AccountsReceivable"),
    ("Accounts Payable (A/P)", "Accounts Payable", "AccountsPayable"),
    ("Undeposited Funds", "Other Current Asset", "UndepositedFunds"),
    ("Checking", "Bank", "Checking"),
    ("Savings", "Bank", "Savings"),
    ("Credit Card", "Credit Card", "CreditCard"),
    ("Sales of Product Income", "Income", "SalesOfProductIncome"),
    ("Services", "Income", "ServiceFeeIncome"),
    ("Discounts given", "Income", "DiscountsRefundsGiven"),
    ("Cost of Goods Sold", "Cost of Goods Sold", "SuppliesMaterialsCogs"),
    ("Inventory Asset", "Other Current Asset", "Inventory"),
    ("Customer deposits liability", "Other Current Liability", "OtherCurrentLiabilities"),
    ("Sales Tax Payable", "Other Current Liability", "SalesTaxPayable"),
    ("Office Expenses", "Expense", "OfficeGeneralAdministrativeExpenses"),
    ("Bank Charges", "Expense", "BankCharges"),
    ("Bad Debts", "Expense", "BadDebts"),
    ("Opening Balance Equity", "Equity", "OpeningBalanceEquity"),
)
METHODS = (("Cash", "NON_CREDIT_CARD"), ("Check", "NON_CREDIT_CARD"), ("Credit Card", "CREDIT_CARD"),
           ("ACH", "NON_CREDIT_CARD"), ("Other", "NON_CREDIT_CARD"))  # fmt: skip
TERMS = (("Due on receipt", 0), ("Net 15", 15), ("Net 30", 30), ("Net 60", 60))
# (TaxCode id, Name, TaxRate ids)
CODES = (("2", "State", ("2",)), ("3", "County", ("3",)), ("4", "State and County", ("2", "3")))
RATES = (("1", "Automated Sales Tax", None), ("2", "State", "6.25"), ("3", "County", "1.5"), ("4", "Zero", "0"))
AST_CODE = "5"


def seed(company: Company) -> None:
    """Accounts, methods, terms, tax, items, CompanyInfo and Preferences."""
    accounts = {name: company.put("Account", account(name, kind, sub))["Id"] for name, kind, sub in ACCOUNTS}
    company.profile["undeposited_funds"] = accounts["Undeposited Funds"]
    company.profile["ast_code"] = AST_CODE
    company.store.put("company", company.realm, company.profile)
    for name, kind in METHODS:
        company.put("PaymentMethod", {"Name": name, "Type": kind, "Active": True})
    for name, days in TERMS:
        company.put("Term", {"Name": name, "Type": "STANDARD", "DueDays": days, "Active": True})
    seed_tax(company)
    for name in ("Services", "Hours"):
        income = {"value": accounts["Services"]}
        item = {"Name": name, "Type": "Service", "IncomeAccountRef": income, "Taxable": False, "Active": True}
        company.put("Item", {**item, "UnitPrice": 0})
    company.put("CompanyInfo", pocket_company_facts(company))
    company.put("Preferences", {"Id": "1", **preferences(company.profile)})


def account(name: str, kind: str, sub: str) -> Document:
    """One account of the chart."""
    from apps.sandbox.quickbooks_online.names import CLASSIFICATION

    return {"Name": name, "AccountType": kind, "AccountSubType": sub, "SubAccount": False, "Active": True,
            "Classification": CLASSIFICATION[kind]}  # fmt: skip


def seed_tax(company: Company) -> None:
    """TAX and NON in the US, codes with one and with two rates everywhere."""
    profile = company.profile
    for key, name, percent in RATES:
        rate = float(percent or profile["tax_percent"])
        company.put("TaxRate", {"Id": key, "Name": name, "RateValue": rate, "Active": True, "DisplayType": "ReadOnly"})
    if profile["country"] == "US":
        for key in ("TAX", "NON"):
            company.put("TaxCode", tax_code(key, key, (), key == "TAX"))
    for key, name, rates in CODES:
        company.put("TaxCode", tax_code(key, name, rates))
    if profile["country"] != "US":
        company.put("TaxCode", tax_code("6", "Zero-rated", ("4",)))
    elif profile["ast"]:
        company.put("TaxCode", {**tax_code(AST_CODE, "Automated Sales Tax", ("1",)),
                                "TaxCodeConfigType": "SYSTEM_GENERATED"})  # fmt: skip


def tax_code(key: str, name: str, rates: tuple[str, ...], taxable: bool = True) -> Document:
    """A tax code over its rates."""
    details = [{"TaxRateRef": {"value": rate}, "TaxTypeApplicable": "TaxOnAmount", "TaxOrder": 0} for rate in rates]
    code: dict[str, Any] = {"Id": key, "Name": name, "Description": name, "Active": True, "Taxable": taxable}
    code["TaxGroup"] = len(rates) > 1
    return {**code, "SalesTaxRateList": {"TaxRateDetail": details}} if rates else code


def pocket_company_facts(company: Company) -> Document:
    """Who the company is."""
    profile = company.profile
    status = {"Name": "SubscriptionStatus", "Value": "SUBSCRIBED"}
    return {"Id": "1", "CompanyName": profile["name"], "LegalName": profile["name"], "Country": profile["country"],
            "CompanyStartDate": "2020-01-01", "SupportedLanguages": "en", "NameValue": [status]}  # fmt: skip


def preferences(profile: Document) -> Document:
    """The switches; absent keys mean what they mean at the vendor."""
    tax: Document = {"UsingSalesTax": True}
    if profile["country"] == "US" and profile["ast"]:
        tax["PartnerTaxEnabled"] = True
    elif profile["country"] == "US":
        tax["TaxGroupCodeRef"] = {"value": "4"}
    return {
        "AccountingInfoPrefs": {"ClassTrackingPerTxn": False, "ClassTrackingPerTxnLine": True,
                                "TrackDepartments": True},
        "SalesFormsPrefs": {"CustomTxnNumbers": profile["custom_numbers"], "AutoApplyCredit": False,
                            "AllowDiscount": True, "AllowDeposit": False, "AllowShipping": False},
        "ProductAndServicesPrefs": {"QuantityOnHand": True, "ForPurchase": True},
        "TaxPrefs": tax,
        "CurrencyPrefs": {"MultiCurrencyEnabled": False, "HomeCurrency": {"value": profile["home_currency"]}},
        "OtherPrefs": {"NameValue": [{"Name": "SalesFormsPrefs.DefaultCustomerMessage", "Value": ""}]},
    }  # fmt: skip
