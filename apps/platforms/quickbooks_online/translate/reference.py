"""What documents refer to: accounts, tax codes, payment methods, and the facts of the company.

https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/preferences
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from apps.platforms.base import day_of
from apps.platforms.quickbooks_online.translate.values import ZERO, Raw, envelope, listed_status, number, ref
from apps.platforms.records import Account, Facts, PaymentMethod, TaxCode

RECEIVABLE = "Accounts Receivable"
#: States of a subscription (CompanyInfo) in which the company takes no changes.
ENDED = frozenset({"EXPIRED", "CANCELED", "CANCELLED", "SUSPENDED", "TRIAL_EXPIRED", "READ_ONLY"})


def read_account(raw: Raw) -> Account:
    """An account; `kind` is QuickBooks' AccountType."""
    return Account(
        **envelope(raw),
        status=listed_status(raw),
        name=str(raw.get("FullyQualifiedName") or raw.get("Name") or ""),
        number=str(raw.get("AcctNum") or ""),
        kind=str(raw.get("AccountType") or ""),
        subtype=str(raw.get("AccountSubType") or ""),
    )


def read_payment_method(raw: Raw) -> PaymentMethod:
    """A payment method. Posting one never charges a card here: that needs fields we never send."""
    return PaymentMethod(**envelope(raw), status=listed_status(raw), name=str(raw.get("Name") or ""))


def read_rates(raws: list[Raw]) -> dict[str, Decimal]:
    """Percent by id of TaxRate."""
    return {str(raw.get("Id")): number(raw, "RateValue") for raw in raws}


def read_tax_code(raw: Raw, rates: Mapping[str, Decimal]) -> TaxCode:
    """A tax code; `percent` is the sum of its sales rates, None when it has none or one is unknown."""
    details = (raw.get("SalesTaxRateList") or {}).get("TaxRateDetail") or []
    ids = tuple(ref(detail, "TaxRateRef") for detail in details)
    known = ids and all(key in rates for key in ids)
    return TaxCode(
        **envelope(raw),
        status=listed_status(raw),
        name=str(raw.get("Name") or ""),
        percent=sum((rates[key] for key in ids), ZERO) if known else None,
        rate_ids=ids,
        taxable=bool(raw.get("Taxable", True)),
    )


def read_facts(company: Raw, preferences: Raw) -> Facts:
    """The facts of the company. A missing BookCloseDate means that nothing is closed; raw are the preferences."""
    sales = preferences.get("SalesFormsPrefs") or {}
    tax = preferences.get("TaxPrefs") or {}
    closed = (preferences.get("AccountingInfoPrefs") or {}).get("BookCloseDate")
    return Facts(
        external_id=str(company.get("Id") or ""),
        name=str(company.get("CompanyName") or company.get("LegalName") or ""),
        country=str(company.get("Country") or ""),
        currency=ref(preferences.get("CurrencyPrefs") or {}, "HomeCurrency"),
        closed_through=day_of(str(closed)) if closed else None,
        keeps_numbers=bool(sales.get("CustomTxnNumbers", False)),
        automatic_tax=bool(tax.get("PartnerTaxEnabled", False)),
        uses_tax=bool(tax.get("UsingSalesTax", False)),
        applies_credits_itself=bool(sales.get("AutoApplyCredit", False)),
        time_zone=named(company, "DefaultTimeZone"),
        raw=preferences,
    )


def subscription(company: Raw) -> str:
    """The state of the subscription as CompanyInfo tells it, "" when it does not."""
    return named(company, "SubscriptionStatus")


def named(company: Raw, name: str) -> str:
    """One of the named values of CompanyInfo, "" when it is not there."""
    pairs = company.get("NameValue") or []
    return next((str(pair.get("Value")) for pair in pairs if pair.get("Name") == name), "")
