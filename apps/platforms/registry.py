"""Every platform we know: adding one is adding a line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from importlib import import_module
from pathlib import Path

from apps.platforms.base import Account, DirectPlatform, Platform, Side
from apps.platforms.mailbox import MailboxPlatform
from apps.platforms.reports import Reading, Report


class SignIn(StrEnum):
    """What lets us in, by the option of `connect` that brings it."""

    TOKEN = "token_file"  # noqa: S105  # a token that is used as it is
    REFRESH = "refresh_token_file"  # a token that buys others
    LETTERS = "out"  # nothing: it calls us, with a password we make


#: What the file of each option is.
FILES: Mapping[SignIn, str] = {
    SignIn.TOKEN: "a file that holds the API token",
    SignIn.REFRESH: "a file that holds the refresh token",
    SignIn.LETTERS: "the file to write, for the program that calls us",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the registry: what is known of a platform without importing it.

    `account` is what its account ids look like, `account_option` and `account_help` what `connect` calls them; both are
    empty where we choose the id. `base`, `addresses` (by the name the platform asks for), `client_id`, `client_secret`
    and `webhook_key` are names of settings. `webhook_in_address`: its notifications are not signed, so each account has
    an address of its own. `policies` are the defaults in which these books differ from others. `reports` is the module
    that reads its reports, where these tell what its API does not.
    """

    path: str
    title: str
    side: Side
    short: str
    sign_in: SignIn
    account: re.Pattern[str]
    account_words: str
    account_option: str = ""
    account_help: str = ""
    base: str = ""
    client_id: str = ""
    client_secret: str = ""
    addresses: Mapping[str, str] = field(default_factory=dict)
    webhook_key: str = ""
    webhook_in_address: bool = False
    policies: Mapping[str, str] = field(default_factory=dict)
    reports: str = ""

    @property
    def fetches_letters(self) -> bool:
        """Whether it calls us rather than we it."""
        return self.sign_in is SignIn.LETTERS


PLATFORMS: dict[str, Entry] = {
    "syncro": Entry(
        path="apps.platforms.syncro.platform:Syncro",
        title="Syncro",
        side=Side.SYNCRO,
        short="syncro",
        sign_in=SignIn.TOKEN,
        account=re.compile(r"[a-z0-9-]{1,63}"),
        account_words="A Syncro subdomain has only small letters, digits and dashes (the part before .syncromsp.com).",
        account_option="subdomain",
        account_help="the part before .syncromsp.com",
        base="SYNCRO_API_URL",
        webhook_in_address=True,
        reports="apps.platforms.syncro.reports",
    ),
    "quickbooks_online": Entry(
        path="apps.platforms.quickbooks_online.platform:QuickBooksOnline",
        title="QuickBooks Online",
        side=Side.BOOKS,
        short="qbo",
        sign_in=SignIn.REFRESH,
        account=re.compile(r"[0-9]{1,30}"),
        account_words="A QuickBooks company id (realm) is a number.",
        account_option="realm",
        account_help="the company id",
        base="QBO_API_URL",
        client_id="QBO_CLIENT_ID",
        client_secret="QBO_CLIENT_SECRET",  # noqa: S106  # the name of the setting
        addresses={"discovery": "QBO_DISCOVERY_URL"},
        webhook_key="QBO_WEBHOOK_VERIFIER",
        policies={"rounding": "accept"},
    ),
    "quickbooks_desktop": Entry(
        path="apps.platforms.quickbooks_desktop.platform:QuickBooksDesktop",
        title="QuickBooks Desktop",
        side=Side.BOOKS,
        short="qbd",
        sign_in=SignIn.LETTERS,
        account=re.compile(r"\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}"),
        account_words="The id of a company file is a GUID in braces, in capitals.",
    ),
    "xero": Entry(
        path="apps.platforms.xero.platform:Xero",
        title="Xero",
        side=Side.BOOKS,
        short="xero",
        sign_in=SignIn.REFRESH,
        account=re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
        account_words="A Xero organisation's id (tenant) is a GUID in small letters.",
        account_option="tenant",
        account_help="the organisation's id",
        base="XERO_API_URL",
        client_id="XERO_CLIENT_ID",
        client_secret="XERO_CLIENT_SECRET",  # noqa: S106
        addresses={"identity": "XERO_IDENTITY_URL", "login": "XERO_LOGIN_URL"},
        webhook_key="XERO_WEBHOOK_KEY",
    ),
}

#: The short names of the command line (`company create --books ...`).
SHORT_NAMES: dict[str, str] = {entry.short: key for key, entry in PLATFORMS.items()}


def of_side(side: Side) -> list[str]:
    """The keys of the platforms of one side."""
    return [key for key, entry in PLATFORMS.items() if entry.side is side]


def platform_class(key: str) -> type[Platform]:
    """The class of a platform; KeyError for an unknown key."""
    module, _, name = PLATFORMS[key].path.partition(":")
    found: type[Platform] = getattr(import_module(module), name)
    return found


def connect(key: str, account: Account) -> DirectPlatform:
    """A platform ready to work for one account. Raises TypeError for one that fetches letters."""
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


def open_report(key: str, report: Report, path: Path, date_format: str = "") -> Reading:
    """A report of this platform, ready to be read; `date_format` is that of the account. KeyError for a platform without
    reports, BadFile for a file that is none of this kind.
    """
    if not PLATFORMS[key].reports:
        raise KeyError(key)
    found: Reading = import_module(PLATFORMS[key].reports).opened(report, path, date_format)
    return found


def fetches_letters(key: str) -> bool:
    """Whether this platform calls us rather than we it."""
    return PLATFORMS[key].fetches_letters
