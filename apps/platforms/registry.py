"""Every platform we know: adding one is adding a line."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

from apps.platforms.base import Account, DirectPlatform, Platform, Side


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the registry: what is known of a platform without importing it."""

    path: str
    title: str
    side: Side
    short: str


PLATFORMS: dict[str, Entry] = {
    "syncro": Entry("apps.platforms.syncro.platform:Syncro", "Syncro", Side.SYNCRO, "syncro"),
    "quickbooks_online": Entry(
        "apps.platforms.quickbooks_online.platform:QuickBooksOnline", "QuickBooks Online", Side.BOOKS, "qbo"
    ),
}

#: The short names of the command line (`company create --books qbo`).
SHORT_NAMES: dict[str, str] = {entry.short: key for key, entry in PLATFORMS.items()}


def platform_class(key: str) -> type[Platform]:
    """The class of a platform; KeyError for an unknown key."""
    module, _, name = PLATFORMS[key].path.partition(":")
    found: type[Platform] = getattr(import_module(module), name)
    return found


def connect(key: str, account: Account) -> DirectPlatform:
    """A platform ready to work for one account."""
    kind = platform_class(key)
    if not issubclass(kind, DirectPlatform):
        raise TypeError(f"{kind.title} fetches its own letters and cannot be called")
    return kind(account)  # type: ignore[call-arg]
