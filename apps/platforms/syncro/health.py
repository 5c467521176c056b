"""A first look at an account: whose token it is, and which check-boxes it lacks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from apps.platforms.base import Account, Health
from apps.platforms.errors import PermissionMissing
from apps.platforms.paging import Row
from apps.platforms.records import Facts
from apps.platforms.syncro import tabs
from apps.platforms.syncro.client import FEED, PATHS, Client
from apps.platforms.syncro.translate.reference import read_facts

#: Check-box of a list, what its absence means, and the rows of the feature table that do not work then.
LISTS: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "payment_method": ("Payment Methods", "Payments cannot be mapped to deposit accounts.", ("F07", "F04")),
    "item_category": ("Products - List/Search", "Categories of products cannot be read.", ("F09", "F19")),
    "vendor": ("Vendors - List", "Vendors cannot be read.", ("F08", "F26")),
    "contact": ("Customers - View Detail", "Contacts of customers cannot be read.", ()),
    "purchase_order": ("Purchase Orders - List/Search", "Purchase orders cannot be read.", ("F08", "F26")),
    "customer": (
        "Customers - List/Search",
        "Customers cannot be read, so nothing can be brought to the books.",
        ("F02", "F03", "F11", "F12", "F18", "F21"),
    ),
    "item": (
        "Products - List/Search",
        "Products cannot be read, so invoice lines have no items in the books.",
        ("F09", "F19"),
    ),
    "invoice": ("Invoices - List/Search", "Invoices cannot be read.", ("F01", "F05", "F14", "F20", "F27")),
    "payment": ("Payments - View List", "Payments cannot be read.", ("F07", "F16", "F17", "F27")),
}
#: The same for the detail of one record, tried with the first one of the list.
DETAILS: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "customer": ("Customers - View Detail", "Single customers cannot be looked up again.", ("F21",)),
    "purchase_order": ("Purchase Orders - View Details", "Lines of purchase orders cannot be read.", ("F08", "F26")),
    "invoice": (
        "Invoices - View Details",
        "Lines, balances and payments of invoices cannot be read.",
        ("F01", "F04", "F05", "F15", "F23"),
    ),
}
#: What /me says of writing: area, check-box, what does not work without it.
WRITES: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    (
        "payment",
        "Payments - Create",
        "Payments entered in the books cannot be brought to Syncro.",
        ("F04", "F22", "F23", "F25"),
    ),
    (
        "customer",
        "Customers - Create, Edit",
        "Customers and their changes cannot be brought to Syncro.",
        ("F12", "F21"),
    ),
    ("invoice", "Invoices - Edit", "Edits of invoices made in the books cannot be accepted into Syncro.", ("F06",)),
)
#: The feature table's own words.
ROWS: Mapping[str, str] = {
    "F01": "Live updates",
    "F02": "Customer sent when its invoice is synced",
    "F03": "Customer sent when only the customer changes",
    "F04": "Payments from the books into Syncro",
    "F05": "Invoice sent when it is updated",
    "F06": "Invoice edited in the books",
    "F07": "Payments sent to the books",
    "F08": "Purchase orders sent",
    "F09": "Products sent when updated",
    "F11": "Whole customer list sent at set-up",
    "F12": "Customers imported from the books",
    "F14": "Invoices with $0 totals",
    "F15": "Tax groups",
    "F16": "Overpayments",
    "F17": "Split payments",
    "F18": "One-time export of all customers",
    "F19": "One-time export of all products",
    "F20": "Void or delete in the books when deleted in Syncro",
    "F21": "Customers synced both ways",
    "F22": "Payments made in the books imported",
    "F23": "One payment on several invoices imported",
    "F25": "Intuit Merchant Services",
    "F26": "Bill created when a purchase order is finished",
    "F27": "Refund invoices",
}
#: The feed of all lines is a saving, no must (Line items: needs Global Admin).
NO_FEED = (
    "The token has no “Global Admin”. It is not needed: without it the first load asks for each invoice by itself, one "
    "request per invoice, instead of one for a hundred lines."
)


def look(client: Client, account: Account) -> Health:
    """Ask /me (its user_token is not kept), each list once and one detail. Raises NeedsReconnect, TryLater."""
    me = client.ask("/me")
    warnings = [*_warnings(me, account), *([] if may_feed(client) else [NO_FEED])]
    facts = _facts(client, account, warnings)
    switched_off = str(facts.defaults.get(tabs.OFF, "")).split()
    missing: dict[str, str] = {}
    for entity in (each for each in PATHS if tabs.TABS.get(each) not in switched_off):
        for name, words, rows in _lacking(client, entity):
            missing.setdefault(name, _cost(words, rows))
    missing |= {name: _cost(words, rows) for area, name, words, rows in WRITES if not _may_write(me, area)}
    return Health(title=str(me.get("subdomain") or account.account_id), facts=facts, missing=missing, warnings=warnings)


def facts(client: Client, account: Account) -> Facts:
    """What /settings tells, and which tabs are off; it has neither currency code nor tax."""
    told = read_facts(client.ask("/settings"), account.account_id)
    return replace(told, defaults={**told.defaults, tabs.OFF: tabs.off(client)})


def lacks(entity: str) -> str:
    """What a refused read of an entity means: the check-boxes it needs."""
    boxes = [table[entity][0] for table in (LISTS, DETAILS) if entity in table]
    names = " and ".join(f"“{box}”" for box in boxes)
    return f"The token needs {names}: tick it in Syncro (Admin, API Tokens) or connect another token."


def may_feed(client: Client) -> bool:
    """Whether the token may read the feed of all lines; one request. Raises NeedsReconnect, TryLater."""
    try:
        client.slice(FEED, 1)
    except PermissionMissing:
        return False
    return True


def _cost(words: str, rows: Sequence[str]) -> str:
    """What a missing check-box costs, with the rows of the feature table it takes along."""
    if not rows:
        return words
    return f"{words} Does not work: {'; '.join(f'{ROWS[row]} ({row})' for row in rows)}."


def _facts(client: Client, account: Account, warnings: list[str]) -> Facts:
    try:
        return facts(client, account)
    except PermissionMissing:
        warnings.append("The token may not read Syncro's settings, so its time zone is not known.")
        return read_facts({}, account.account_id)


def _lacking(client: Client, entity: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    if entity not in LISTS:
        return
    try:
        rows = client.slice(entity, 1).rows
    except PermissionMissing:
        yield LISTS[entity]
        return
    if rows and entity in DETAILS and not _opens(client, entity, rows[0]):
        yield DETAILS[entity]


def _opens(client: Client, entity: str, row: Row) -> bool:
    try:
        client.one(entity, str(row["id"]))
    except PermissionMissing:
        return False
    return True


def _may_write(me: Mapping[str, Any], area: str) -> bool:
    """False only where /me says no outright: it speaks of the user, and the token may still be narrower."""
    permissions = me.get("permissions") or {}
    return bool((permissions.get(area) or {}).get("write", True))


def _warnings(me: Mapping[str, Any], account: Account) -> Iterator[str]:
    subdomain = str(me.get("subdomain") or "")
    if subdomain and account.account_id and subdomain.casefold() != account.account_id.casefold():
        yield f"The token belongs to the Syncro account {subdomain}, not to {account.account_id}."
    if me.get("enable_multi_locations"):
        yield "The account has several locations; Syncro tells their ids only, so give them names."
