"""Sales tax as QuickBooks computes it: rounded half up once per document and tax item."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from apps.sandbox.quickbooks_desktop.company import Company
from apps.sandbox.quickbooks_desktop.money import ZERO, amount, cents, dec, plain
from apps.sandbox.store import Document


def taxable(company: Company, code: str) -> bool:
    """Whether a sales tax code means tax."""
    return (company.doc("SalesTaxCode", code) or {}).get("IsTaxable") == "true"


def parts(company: Company, key: str) -> list[Document]:
    """The single tax items behind a tax item or a group."""
    item = company.doc("item", key) or {}
    if item.get("entity") == "ItemSalesTaxGroup":
        return [company.doc("item", each) or {} for each in item.get("ItemSalesTaxRef", ())]
    return [item]


def add_tax(company: Company, new: Document) -> None:
    """Fill in the totals of a sale: subtotal, tax and `total`."""
    lines = new["lines"]
    subtotal = sum((dec(line.get("Amount")) for line in lines), ZERO)
    due = american(company, new) if company.edition == "QBD" else canadian(company, new)
    tax = sum((cents(base * dec(item.get("TaxRate")) / 100) for item, base in due), ZERO)
    new |= {"Subtotal": amount(subtotal), "SalesTaxTotal": amount(tax), "total": amount(subtotal + tax)}


def american(company: Company, new: Document) -> list[tuple[Document, Decimal]]:
    """One tax item or group for the document, on the lines whose code is taxable."""
    if not company.profile.get("sales_tax", True):
        return []
    exempt = not taxable(company, new.get("CustomerSalesTaxCodeRef", ""))
    items = parts(company, new["ItemSalesTaxRef"])
    new["SalesTaxPercentage"] = plain(sum((dec(item.get("TaxRate")) for item in items), ZERO))
    if exempt and company.settings["exempt_customer_wins"]:
        return []
    lines = [line for line in new["lines"] if taxable(company, line.get("SalesTaxCodeRef", ""))]
    base = sum((dec(line.get("Amount")) for line in lines), ZERO)
    return [(item, base) for item in items]


def canadian(company: Company, new: Document) -> list[tuple[Document, Decimal]]:
    """The code of each line carries its tax item."""
    bases: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for line in new["lines"]:
        code = company.doc("SalesTaxCode", line.get("SalesTaxCodeRef", "")) or {}
        if code.get("ItemSalesTaxRef"):
            bases[code["ItemSalesTaxRef"]] += dec(line.get("Amount"))
    return [(item, base) for key, base in bases.items() for item in parts(company, key)]
