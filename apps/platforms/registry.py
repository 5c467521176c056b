"""Every platform we know: adding one is adding a line."""

from __future__ import annotations

from importlib import import_module

from apps.platforms.base import Account, DirectPlatform, Platform

PLATFORMS: dict[str, str] = {
    "syncro": "apps.platforms.syncro.platform:Syncro",
    "quickbooks_online": "apps.platforms.quickbooks_online.platform:QuickBooksOnline",
}

#: The short names of interfaces.md (`company create --books qbo`).
SHORT_NAMES: dict[str, str] = {"syncro": "syncro", "qbo": "quickbooks_online"}


def platform_class(key: str) -> type[Platform]:
    """The class of a platform; KeyError for an unknown key."""
    module, _, name = PLATFORMS[key].partition(":")
    found: type[Platform] = getattr(import_module(module), name)
    return found


def connect(key: str, account: Account) -> DirectPlatform:
    """A platform ready to work for one account."""
    kind = platform_class(key)
    if not issubclass(kind, DirectPlatform):
        raise TypeError(f"{kind.title} fetches its own letters and cannot be called")
    return kind(account)  # type: ignore[call-arg]
