"""A first look at an account: whose token it is, and which check-boxes it lacks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from apps.platforms.base import Account, Health
from apps.platforms.errors import PermissionMissing
from apps.platforms.paging import Row
from apps.platforms.records import Facts
from apps.platforms.syncro import tabs
from apps.platforms.syncro.client import PATHS, Client
from apps.platforms.syncro.translate.reference import read_facts

#: Check-box of a list, and what does not work without it.
LISTS: Mapping[str, tuple[str, str]] = {
    "payment_method": ("Payment Methods", "Payments cannot be mapped to deposit accounts."),
    "item_category": ("Products - List/Search", "Categories of products cannot be read."),
    "vendor": ("Vendors - List", "Vendors cannot be read, so purchase orders have none in the books."),
    "contact": ("Customers - View Detail", "Contacts of customers cannot be read."),
    "purchase_order": (
        "Purchase Orders - List/Search",
        "Purchase orders cannot be read, so no bills are made of them.",
    ),
    "customer": ("Customers - List/Search", "Customers cannot be read, so nothing can be brought to the books."),
    "item": ("Products - List/Search", "Products cannot be read, so invoice lines have no items in the books."),
    "invoice": ("Invoices - List/Search", "Invoices cannot be read."),
    "payment": ("Payments - View List", "Payments cannot be read."),
}
#: The same for the detail of one record, tried with the first one of the list.
DETAILS: Mapping[str, tuple[str, str]] = {
    "customer": ("Customers - View Detail", "Single customers cannot be looked up again."),
    "purchase_order": ("Purchase Orders - View Details", "Lines of purchase orders cannot be read."),
    "invoice": ("Invoices - View Details", "Lines, balances and payments of invoices cannot be read."),
}
#: What /me says of writing: area, check-box, what does not work without it.
WRITES: tuple[tuple[str, str, str], ...] = (
    ("payment", "Payments - Create", "Payments entered in the books cannot be brought to Syncro."),
    ("customer", "Customers - Create, Edit", "Changes of customers cannot be brought to Syncro."),
)


def look(client: Client, account: Account) -> Health:
    """Ask /me (its user_token is not kept), each list once and one detail. Raises NeedsReconnect, TryLater."""
    me = client.ask("/me")
    missing = {name: words for entity in PATHS for name, words in _lacking(client, entity)}
    missing |= {name: words for area, name, words in WRITES if not _may_write(me, area)}
    warnings = list(_warnings(me, account))
    facts = _facts(client, account, warnings)
    return Health(title=str(me.get("subdomain") or account.account_id), facts=facts, missing=missing, warnings=warnings)


def facts(client: Client, account: Account) -> Facts:
    """What /settings tells, and which tabs are off; it has neither currency code nor tax."""
    told = read_facts(client.ask("/settings"), account.account_id)
    return replace(told, defaults={tabs.OFF: tabs.off(client)})


def lacks(entity: str) -> str:
    """What a refused read of an entity means: the check-boxes it needs."""
    boxes = [table[entity][0] for table in (LISTS, DETAILS) if entity in table]
    names = " and ".join(f"“{box}”" for box in boxes)
    return f"The token needs {names}: tick it in Syncro (Admin, API Tokens) or connect another token."


def _facts(client: Client, account: Account, warnings: list[str]) -> Facts:
    try:
        return facts(client, account)
    except PermissionMissing:
        warnings.append("The token may not read Syncro's settings, so its time zone is not known.")
        return read_facts({}, account.account_id)


def _lacking(client: Client, entity: str) -> Iterator[tuple[str, str]]:
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
