"""Sales tax: the automatic engine of US companies, US tax codes without it, and codes per line elsewhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from apps.sandbox.quickbooks_online.company import Company
from apps.sandbox.quickbooks_online.index import ref
from apps.sandbox.quickbooks_online.money import ZERO, cents, dec, num
from apps.sandbox.quickbooks_online.references import Change, look_up
from apps.sandbox.quickbooks_online.refusals import Refusal
from apps.sandbox.store import Document

TOLERANCE = Decimal("0.05")  # how far a sent tax line may be from the computed one
Amounts = dict[str, tuple[Decimal, Decimal]]  # rate id -> (tax, net taxable)


def set_tax(change: Change, new: Document, subtotal: Decimal, discount: Decimal) -> Decimal:
    """Fill TxnTaxDetail; returns the tax that is added on top of the net lines."""
    company = change.company
    if not company.preference("TaxPrefs", "UsingSalesTax"):
        new.pop("TxnTaxDetail", None)
        return ZERO
    if not company.american:
        return set_line_tax(change, new, subtotal, discount)
    share = taxable_share(new, subtotal, discount)
    if company.preference("TaxPrefs", "PartnerTaxEnabled"):
        return set_automatic_tax(change, new, share)
    return set_code_tax(change, new, share)


def taxable_share(new: Document, subtotal: Decimal, discount: Decimal) -> Decimal:
    """What the TAX lines come to, less their part of a discount that counts before tax."""
    lines = [line for line in new["Line"] if line["DetailType"] == "SalesItemLineDetail"]
    taxed = [line for line in lines if ref(line["SalesItemLineDetail"], "TaxCodeRef") == "TAX"]
    share = sum((dec(line["Amount"]) for line in taxed), ZERO)
    if new.get("ApplyTaxAfterDiscount") and subtotal:
        share -= discount * share / subtotal
    return share


def rates_of(company: Company, code: str) -> Iterator[tuple[str, Decimal]]:
    """The rates behind a tax code: (TaxRate id, percent)."""
    doc = company.raw("TaxCode", code) or {}
    for detail in (doc.get("SalesTaxRateList") or {}).get("TaxRateDetail", []):
        rate = company.raw("TaxRate", ref(detail, "TaxRateRef")) or {}
        yield rate["Id"], dec(rate["RateValue"])


def tax_line(company: Company, rate: str, tax: Decimal, net: Decimal) -> Document:
    """One TaxLine of the answer."""
    percent = (company.raw("TaxRate", rate) or {})["RateValue"]
    detail = {"TaxRateRef": {"value": rate}, "PercentBased": True, "TaxPercent": percent, "NetAmountTaxable": num(net)}
    return {"Amount": num(tax), "DetailType": "TaxLineDetail", "TaxLineDetail": detail}


def fill(company: Company, new: Document, code: str, amounts: Amounts) -> Decimal:
    """Write TxnTaxDetail from the amounts per rate; returns their sum."""
    total = sum((tax for tax, _ in amounts.values()), ZERO)
    lines = [tax_line(company, rate, tax, net) for rate, (tax, net) in amounts.items()]
    detail: Document = {"TotalTax": num(total)}
    if code:
        detail["TxnTaxCodeRef"] = {"value": code}
    if lines:
        detail["TaxLine"] = lines
    new["TxnTaxDetail"] = detail
    return total


def set_automatic_tax(change: Change, new: Document, share: Decimal) -> Decimal:
    """An explicit TotalTax is honoured; else the engine computes with the company's own rate."""
    company, code = change.company, change.company.profile["ast_code"]
    told = (change.sent.get("TxnTaxDetail") or {}).get("TotalTax")
    if told is None and "Line" not in change.sent and change.old:
        told = (change.old.get("TxnTaxDetail") or {}).get("TotalTax")
    owner = company.raw("Customer", ref(new, "CustomerRef")) or {}
    rate, percent = next(rates_of(company, code))
    tax = cents(share * percent / 100) if owner.get("Taxable", True) else ZERO
    if told is not None and (share or change.setting("tax_without_taxable_line") == "honour"):
        tax = cents(dec(told))
    return fill(company, new, code, {rate: (tax, share)} if share or tax else {})


def set_code_tax(change: Change, new: Document, share: Decimal) -> Decimal:
    """Without the engine the document names one code (often a group), and each of its rates is computed."""
    code = ref(new.get("TxnTaxDetail") or {}, "TxnTaxCodeRef")
    if not code:
        return fill(change.company, new, "", {})
    look_up(change, "TaxCode", code)
    computed = {rate: (cents(share * percent / 100), share) for rate, percent in rates_of(change.company, code)}
    return fill(change.company, new, code, overridden(change, computed))


def overridden(change: Change, computed: Amounts) -> Amounts:
    """Tax lines that were sent win when they are within rounding of the computed ones."""
    sent = (change.sent.get("TxnTaxDetail") or {}).get("TaxLine") or []
    told = {ref(line.get("TaxLineDetail") or {}, "TaxRateRef"): dec(line.get("Amount")) for line in sent}
    out = {}
    for rate, (tax, net) in computed.items():
        close = rate in told and abs(told[rate] - tax) <= TOLERANCE
        out[rate] = (cents(told[rate]) if close else tax, net)
    return out


def set_line_tax(change: Change, new: Document, subtotal: Decimal, discount: Decimal) -> Decimal:
    """Outside the US every line carries its code; inclusive amounts are taken apart."""
    mode = new.setdefault("GlobalTaxCalculation", "TaxExcluded")
    if mode == "NotApplicable":
        if change.sent.get("TxnTaxDetail"):
            raise Refusal("6170", "", "TxnTaxDetail")
        new.pop("TxnTaxDetail", None)
        return ZERO
    nets: dict[str, Decimal] = defaultdict(lambda: ZERO)
    keep = (subtotal - discount) / subtotal if subtotal else Decimal(1)
    for line in new["Line"]:
        if line["DetailType"] != "SalesItemLineDetail":
            continue
        for rate, _ in rates_of(change.company, ref(line["SalesItemLineDetail"], "TaxCodeRef")):
            nets[rate] += dec(line["Amount"]) * keep
    computed = {rate: (cents(net * percent_of(change.company, rate) / 100), cents(net)) for rate, net in nets.items()}
    return fill(change.company, new, "", overridden(change, computed))


def percent_of(company: Company, rate: str) -> Decimal:
    """The percentage of a rate."""
    return dec((company.raw("TaxRate", rate) or {})["RateValue"])
