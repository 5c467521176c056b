"""Which modules of an account are switched on: what is off is not asked for. Vendor's page: Settings, users, me."""

from __future__ import annotations

from collections.abc import Mapping

from apps.platforms.base import Account
from apps.platforms.errors import PermissionMissing
from apps.platforms.syncro.client import Client

#: The tab an entity belongs to. Customers, products, invoices and payments are asked for whatever the tabs say:
#: old ones stay when a tab is hidden.
TABS: Mapping[str, str] = {"purchase_order": "purchase_orders", "vendor": "purchase_orders"}
#: Where the facts of a connection keep the names of the tabs that are off.
OFF = "tabs_off"


def off(client: Client) -> str:
    """The tabs that are switched off, by name; "" also where the token may not ask."""
    try:
        body = client.ask("/settings/tabs")
    except PermissionMissing:
        return ""
    tabs = body.get("tabs") if isinstance(body, Mapping) else None
    shown = tabs if isinstance(tabs, Mapping) else {}
    return " ".join(sorted(name for name in set(TABS.values()) if shown.get(name) is False))


def is_off(account: Account, entity: str) -> bool:
    """Whether the module of an entity was switched off when the account was last looked at."""
    facts = account.options.get("facts") or {}
    return TABS.get(entity, "-") in str((facts.get("defaults") or {}).get(OFF, "")).split()
