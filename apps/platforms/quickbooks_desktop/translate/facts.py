"""The facts of a company file, from what the Web Connector brings when it comes for the first letter of a session.

That is one answer with HostRet, CompanyRet and PreferencesRet (QuickBooks Web Connector Programmer's Guide 2.0, p. 80).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from apps.platforms.errors import Refused
from apps.platforms.mailbox import Told
from apps.platforms.quickbooks_desktop.reading import Raw, read_answer
from apps.platforms.quickbooks_desktop.translate.values import (
    CURRENCIES,
    flag,
    maybe_day,
    part,
    ref,
    ref_name,
    rows,
    text,
)
from apps.platforms.quickbooks_desktop.writer import NEWEST
from apps.platforms.records import Facts

#: Home currency by country, where the file has one currency and so does not name it.
HOME = {"US": "USD", "CA": "CAD", "UK": "GBP", "GB": "GBP", "AU": "AUD"}


#: What the Web Connector calls its stamp; beside it is a lock, which says nothing.
STAMP = "FileID"


def read_facts(told: Told, known: Facts, file_id: str, owner_id: str) -> Facts:
    """The facts as they are told now; `known` where nothing is told. Raises Refused for another company's file.

    `file_id` is the stamp of the file that was connected, `owner_id` the name we stamped it under.
    """
    if not told.company:
        return known
    replies = read_answer(told.company).replies
    found = {element: raw for reply in replies for element, raw in reply.rows}
    company, preferences = found.get("CompanyRet", {}), found.get("PreferencesRet", {})
    name = text(company, "CompanyName") or text(company, "LegalCompanyName")
    stamp = _stamp(company, owner_id)
    _check_file(name or told.file, stamp, file_id, known)
    host = found.get("HostRet", {})
    country = text(host, "Country") or told.country or known.country
    if not preferences:
        version = {"qbxml": _version(told, host)}
        return replace(known, name=name or known.name, country=country, defaults={**known.defaults, **version})
    return Facts(
        external_id=file_id,
        name=name or known.name,
        country=country,
        currency=_currency(preferences, country) or known.currency,
        closed_through=maybe_day(part(preferences, "AccountingPreferences"), "ClosingDate"),
        keeps_numbers=True,
        uses_tax=bool(part(preferences, "SalesTaxPreferences")),
        applies_credits_itself=False,
        defaults=_defaults(told, host, preferences, stamp),
    )


def version_of(told: str, supported: list[str]) -> str:
    """The version of qbXML to write: the newest that both know. What is told counts, else the list of the host."""
    numbers = [float(each) for each in (told, *supported) if _is_number(each)]
    newest = float(told) if _is_number(told) else max(numbers, default=float(NEWEST))
    return f"{min(newest, float(NEWEST)):.1f}"


def _defaults(told: Told, host: Raw, preferences: Raw, stamp: str) -> dict[str, str]:
    tax = part(preferences, "SalesTaxPreferences")
    accounting = part(preferences, "AccountingPreferences")
    currencies = part(preferences, "MultiCurrencyPreferences")
    return {
        "qbxml": _version(told, host),
        "taxable_code": ref(tax, "DefaultTaxableSalesTaxCodeRef"),
        "non_taxable_code": ref(tax, "DefaultNonTaxableSalesTaxCodeRef"),
        "tax_item": ref(tax, "DefaultItemSalesTaxRef"),
        "file_id": stamp,
        "file": told.file,
        "multi_currency": "yes" if flag(currencies, "IsMultiCurrencyOn", default=False) else "",
        "classes": "yes" if flag(accounting, "IsUsingClassTracking", default=False) else "",
    }


def _version(told: Told, host: Raw) -> str:
    return version_of(told.version, host.get("SupportedQBXMLVersion") or [])


def _currency(preferences: Raw, country: str) -> str:
    home = ref_name(part(preferences, "MultiCurrencyPreferences"), "HomeCurrencyRef")
    return CURRENCIES.get(home.casefold(), home) if home else HOME.get(country.upper(), "")


def _stamp(company: Raw, owner_id: str) -> str:
    """The FileID that the Web Connector stamped on the file under our name, "" without one."""
    ours = (row for row in rows(company, "DataExtRet") if owner_id and _same(text(row, "OwnerID"), owner_id))
    return next((text(row, "DataExtValue") for row in ours if text(row, "DataExtName") == STAMP), "")


def _check_file(name: str, stamp: str, file_id: str, known: Facts) -> None:
    """The stamp tells; without one the name of the company; a file never seen before is taken as it comes."""
    other = not _same(stamp, file_id) if stamp and file_id else bool(known.name and name and known.name != name)
    if other:
        wanted = f" ({known.name})" if known.name else ""
        raise Refused(
            f"This company file is {name or 'another one'}, not the one connected{wanted}; open that one, and run the Web Connector again.",
            code="other file",
        )


def _same(one: str, other: str) -> bool:
    return one.strip("{} ").casefold() == other.strip("{} ").casefold()


def _is_number(value: str) -> bool:
    return value.replace(".", "", 1).isdigit()


def facts_from(options: Mapping[str, object]) -> Mapping[str, object]:
    """The content of the facts known already, from the options of an account."""
    known = options.get("facts")
    return known if isinstance(known, Mapping) else {}
