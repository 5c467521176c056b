"""What a new company file comes with."""

from __future__ import annotations

from typing import Any

from apps.sandbox.quickbooks_desktop.company import Company
from apps.sandbox.quickbooks_desktop.money import dec, plain

ACCOUNTS: tuple[tuple[str, str, str], ...] = (
    ("checking", "Checking", "Bank"),
    ("receivable", "Accounts Receivable", "AccountsReceivable"),
    ("undeposited", "Undeposited Funds", "OtherCurrentAsset"),
    ("payable", "Accounts Payable", "AccountsPayable"),
    ("tax", "Sales Tax Payable", "OtherCurrentLiability"),
    ("deposits", "Customer deposits liability", "OtherCurrentLiability"),
    ("equity", "Opening Balance Equity", "Equity"),
    ("sales", "Sales of Product Income", "Income"),
    ("services", "Services Income", "Income"),
    ("goods", "Cost of Goods Sold", "CostOfGoodsSold"),
    ("inventory", "Inventory Asset", "OtherCurrentAsset"),
    ("discounts", "Discounts Given", "Expense"),
)
SPECIAL = {"Accounts Receivable": "AccountsReceivable", "Undeposited Funds": "UndepositedFunds",
           "Accounts Payable": "AccountsPayable", "Sales Tax Payable": "SalesTaxPayable",
           "Opening Balance Equity": "OpeningBalanceEquity", "Cost of Goods Sold": "CostOfGoodsSold",
           "Inventory Asset": "InventoryAssets"}  # fmt: skip
METHODS = (("Cash", "Cash"), ("Check", "Check"), ("Credit Card", "OtherCreditCard"), ("Visa", "Visa"))
TERMS = (("Due on receipt", "0"), ("Net 15", "15"), ("Net 30", "30"))
TAX_AGENCY = "State Tax Agency"
DEFAULT_TAX = "Sales Tax"
NO_TAX = "Out of State"


def seed(company: Company, tax_percent: str) -> None:
    """Accounts, tax codes and items, payment methods, terms and a service item."""
    put = _maker(company)
    accounts = {key: put("Account", Name=name, AccountType=kind, **_special(name)) for key, name, kind in ACCOUNTS}
    for name, kind in METHODS:
        put("PaymentMethod", Name=name, PaymentMethodType=kind)
    for name, days in TERMS:
        put("StandardTerms", Name=name, StdDueDays=days)
    vendor = put("Vendor", Name=TAX_AGENCY)
    tax, none = (
        put("ItemSalesTax", Name=name, ItemDesc=name, TaxRate=plain(dec(rate)), TaxVendorRef=vendor)
        for name, rate in ((DEFAULT_TAX, tax_percent), (NO_TAX, "0"))
    )
    codes = _codes(company, put, tax, none)
    company.set_profile(accounts=accounts, defaults={**codes, "ItemSalesTaxRef": tax})
    one_sided = {"Desc": "Services", "Price": "0.00", "AccountRef": accounts["services"]}
    put(
        "ItemService",
        Name="Services",
        Sublevel="0",
        SalesTaxCodeRef=codes["SalesTaxCodeRef"],
        SalesOrPurchase=one_sided,
    )


def _maker(company: Company) -> Any:
    def put(entity: str, **fields: Any) -> str:
        return str(company.put(entity, {"IsActive": "true", **fields})["id"])

    return put


def _special(name: str) -> dict[str, str]:
    return {"SpecialAccountType": SPECIAL[name]} if name in SPECIAL else {}


def _codes(company: Company, put: Any, tax: str, none: str) -> dict[str, str]:
    """Tax and Non; in Canada the codes carry the tax items."""
    if company.edition == "QBCA":
        taxed = put("SalesTaxCode", Name="H", IsTaxable="true", Desc="HST", ItemSalesTaxRef=tax)
        free = put("SalesTaxCode", Name="E", IsTaxable="false", Desc="Exempt", ItemSalesTaxRef=none)
    else:
        taxed = put("SalesTaxCode", Name="Tax", IsTaxable="true", Desc="Taxable Sales")
        free = put("SalesTaxCode", Name="Non", IsTaxable="false", Desc="Non-Taxable Sales")
    return {"SalesTaxCodeRef": taxed, "NonTaxable": free}
