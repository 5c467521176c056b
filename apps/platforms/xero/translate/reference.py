"""What documents refer to: accounts, tax rates, and the facts of the organisation.

https://developer.xero.com/documentation/api/accounting/organisation
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from apps.platforms.errors import BadReference
from apps.platforms.records import Account, Facts, Status, TaxCode
from apps.platforms.xero.translate.values import Body, Raw, day, envelope, flag, maybe, number, part, parts, text

#: Names of `Facts.defaults`: the code of an account by its id, the percent of a tax rate by its type, the type of lines
#: without tax, the link to the web app.
CODE, RATE, NO_TAX, SHORT_CODE = "code:", "rate:", "no_tax", "short_code"
#: Types of rates that put no tax on a line.
UNTAXED = frozenset({"", "NONE", "EXEMPTOUTPUT", "EXEMPTOUTPUT2", "ZERORATEDOUTPUT", "ZERORATED", "BASEXCLUDED"})
#: Plans in which nothing can be written (https://developer.xero.com/documentation/api/accounting/organisation).
NO_INVOICES = frozenset({"PARTNER"})
#: The subtype of an account that payments may go to although it is no bank account.
PAYABLE_TO = "Payments allowed"
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def read_account(raw: Raw) -> Account:
    """An account by its AccountID: codes can be given to another account later, and a bank account may have none."""
    kind = text(raw, "Type")
    payments = kind == "BANK" or flag(raw, "EnablePaymentsToAccount")
    return Account(
        **envelope(raw, "AccountID"),
        status=Status.ACTIVE if text(raw, "Status") in ("", "ACTIVE") else Status.INACTIVE,
        name=text(raw, "Name"),
        number=text(raw, "Code"),
        kind=kind,
        subtype=text(raw, "SystemAccount") or (PAYABLE_TO if payments else ""),
    )


def is_for_sales(raw: Raw) -> bool:
    """Whether a tax rate can stand on a sale at all; rates for purchases come in the same list."""
    return flag(raw, "CanApplyToRevenue", default=True)


def read_tax_rate(raw: Raw) -> TaxCode:
    """A tax rate by its TaxType; `percent` is what it comes to, its components compounded where Xero says so."""
    percent = maybe(raw, "EffectiveRate")
    components = parts(raw, "TaxComponents")
    if percent is None and components and not any(flag(each, "IsCompound") for each in components):
        percent = sum((number(each, "Rate") for each in components), number({}, ""))
    named = {**raw, "TaxType": text(raw, "TaxType") or text(raw, "Name")}
    return TaxCode(
        **{**envelope(named, "TaxType"), "raw": raw},
        status=Status.ACTIVE if text(raw, "Status") in ("", "ACTIVE") else Status.INACTIVE,
        name=text(raw, "Name"),
        percent=percent,
        rate_ids=tuple(text(each, "Name") for each in components),
        taxable=text(raw, "TaxType") not in UNTAXED,
    )


def read_facts(organisation: Raw, accounts: Sequence[Raw], rates: Sequence[Raw] = ()) -> Facts:
    """The facts of the organisation.

    It has two lock dates, and which of them an adviser may pass depends on the role of whoever connected; the later one
    is the safe reading: what is refused by neither is never held back for long, what is sent is never refused.
    """
    locks = [found for name in ("PeriodLockDate", "EndOfYearLockDate") if (found := day(organisation, name))]
    codes = {CODE + text(raw, "AccountID"): text(raw, "Code") for raw in accounts if text(raw, "Code")}
    percents = {RATE + rate.external_id: str(rate.percent) for rate in map(read_tax_rate, rates) if rate.percent}
    return Facts(
        external_id=text(organisation, "OrganisationID"),
        name=text(organisation, "Name") or text(organisation, "LegalName"),
        country=text(organisation, "CountryCode"),
        currency=text(organisation, "BaseCurrency"),
        closed_through=max(locks, default=None),
        keeps_numbers=True,
        uses_tax=flag(organisation, "PaysTax", default=True),
        time_zone=text(organisation, "Timezone"),
        defaults={NO_TAX: "NONE", SHORT_CODE: text(organisation, "ShortCode"), **codes, **percents},
        raw=organisation,
    )


def account_code(account_id: str, facts: Facts) -> str:
    """The code lines and items name an account by. Raises BadReference for an account that has none."""
    code = facts.defaults.get(CODE + account_id)
    if code or not _GUID.fullmatch(account_id):
        return code or account_id
    raise BadReference("The account chosen for it is not in Xero or has no code there; give it one, or choose another.")


def knows_account(account_id: str, facts: Facts) -> bool:
    """Whether the facts already tell the code of an account."""
    return not account_id or not _GUID.fullmatch(account_id) or CODE + account_id in facts.defaults


def to_account(account_id: str) -> Body:
    """An account that money goes to: by id, or by code for what is no id."""
    return {"AccountID": account_id} if _GUID.fullmatch(account_id) else {"Code": account_id}


def account_of(raw: Raw, name: str = "Account") -> str:
    """The id of an account a document names; its code where Xero tells no more."""
    account = part(raw, name)
    return text(account, "AccountID") or text(account, "Code")
