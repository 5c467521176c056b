"""Every platform we know: adding one is adding a line."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

from apps.platforms.base import Account, DirectPlatform, MailboxPlatform, Platform, Side


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
    "quickbooks_desktop": Entry(
        "apps.platforms.quickbooks_desktop.platform:QuickBooksDesktop", "QuickBooks Desktop", Side.BOOKS, "qbd"
    ),
    "xero": Entry("apps.platforms.xero.platform:Xero", "Xero", Side.BOOKS, "xero"),
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


def mailbox(key: str, account: Account) -> MailboxPlatform:
    """A platform that fetches letters, for one account. Raises TypeError for one that answers while we wait."""
    kind = platform_class(key)
    if not issubclass(kind, MailboxPlatform):
        raise TypeError(f"{kind.title} is called and fetches no letters")
    return kind(account)


def fetches_letters(key: str) -> bool:
    """Whether this platform calls us rather than we it."""
    return issubclass(platform_class(key), MailboxPlatform)
