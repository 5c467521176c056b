"""What a new organisation starts with."""

from __future__ import annotations

from typing import Any

from apps.sandbox.xero.items import APPLIES, CLASSES
from apps.sandbox.xero.organisation import Organisation

# Code, name, type, tax type, system account; an account without a code is found by its id only.
ACCOUNTS = (
    ("090", "Checking", "BANK", "NONE", ""),
    ("", "Savings", "BANK", "NONE", ""),
    ("200", "Sales of Product Income", "REVENUE", "OUTPUT", ""),
    ("210", "Services", "REVENUE", "OUTPUT", ""),
    ("260", "Other Revenue", "REVENUE", "NONE", ""),
    ("270", "Discounts given", "REVENUE", "NONE", ""),
    ("310", "Cost of Goods Sold", "DIRECTCOSTS", "INPUT", ""),
    ("404", "Bank Charges", "EXPENSE", "NONE", ""),
    ("453", "Office Expenses", "EXPENSE", "INPUT", ""),
    ("470", "Bad Debts", "EXPENSE", "NONE", ""),
    ("610", "Accounts Receivable", "CURRENT", "NONE", "DEBTORS"),
    ("630", "Inventory Asset", "INVENTORY", "NONE", ""),
    ("880", "Undeposited Funds", "CURRENT", "NONE", ""),
    ("800", "Accounts Payable", "CURRLIAB", "NONE", "CREDITORS"),
    ("820", "Sales Tax", "CURRLIAB", "NONE", "GST"),
    ("830", "Customer deposits liability", "CURRLIAB", "NONE", ""),
    ("860", "Rounding", "CURRLIAB", "NONE", "ROUNDING"),
    ("960", "Retained Earnings", "EQUITY", "NONE", "RETAINEDEARNINGS"),
)
PAYABLE = ("Undeposited Funds",)
# Tax type, name, percent (None: of the profile), what it cannot be used with.
RATES = (
    ("NONE", "Tax Exempt", "0", ()),
    ("OUTPUT", "Tax on Sales", None, ("Expenses",)),
    ("INPUT", "Tax on Purchases", None, ("Revenue",)),
)
GROUP = ("State and County", (("State", 6.25), ("County", 1.5)))
ITEMS = (("SERVICES", "Services"), ("HOURS", "Hours"))


def seed(org: Organisation) -> None:
    """Accounts, tax rates, the home currency and two service items."""
    for code, name, kind, tax, system in ACCOUNTS:
        account: dict[str, Any] = {"Name": name, "Type": kind, "TaxType": tax, "Status": "ACTIVE"}
        account |= {"Class": CLASSES[kind], "EnablePaymentsToAccount": name in PAYABLE}
        account |= {"Code": code} if code else {}
        account |= {"SystemAccount": system} if system else {}
        account |= {"BankAccountType": "BANK", "CurrencyCode": org.profile["home_currency"]} if kind == "BANK" else {}
        org.put("Account", account)
    org.put("Currency", {"Code": org.profile["home_currency"], "Description": org.profile["home_currency"]})
    for key, name, percent, not_with in RATES:
        put_rate(org, key, name, ((name, float(percent or org.profile["tax_percent"])),), not_with)
    put_rate(org, new_tax_type(org), GROUP[0], GROUP[1])
    for code, name in ITEMS:
        sold = {"AccountCode": "210", "TaxType": "NONE", "UnitPrice": 0.0}
        org.put("Item", {"Code": code, "Name": name, "Description": name, "IsSold": True, "IsPurchased": False,
                         "SalesDetails": sold})  # fmt: skip


def new_tax_type(org: Organisation) -> str:
    """TAX001 and so on."""
    return f"TAX{org.store.next_id(f'{org.tenant}/tax'):03}"


def put_rate(
    org: Organisation, key: str, name: str, parts: tuple[tuple[str, float], ...], not_with: tuple[str, ...] = ()
) -> str:
    """A tax rate over its components."""
    total = round(sum(rate for _, rate in parts), 4)
    components = [{"Name": part, "Rate": rate, "IsCompound": False, "IsNonRecoverable": False} for part, rate in parts]
    applies = {f"CanApplyTo{each}": each not in not_with for each in APPLIES}
    org.put("TaxRate", {"TaxType": key, "Name": name, "TaxComponents": components, "Status": "ACTIVE", **applies,
                        "DisplayTaxRate": total, "EffectiveRate": total})  # fmt: skip
    return key
