"""The consent page of Xero and what follows it. https://developer.xero.com/documentation/guides/oauth2/auth-flow"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from apps.platforms.base import Account, Tokens
from apps.platforms.errors import NeedsReconnect, Unavailable
from apps.platforms.http import Wire
from apps.platforms.oauth import OAuth2
from apps.platforms.xero.addresses import connections_url, with_sign_in
from apps.platforms.xero.client import AGENT, XeroWire
from apps.platforms.xero.limits import LIMITS

#: Granular scopes, the only ones an app made since March 2026 may ask for; overpayments need the bank transactions.
SCOPES = (
    "offline_access",
    "openid",
    "profile",
    "email",
    "accounting.contacts",
    "accounting.settings",
    "accounting.invoices",
    "accounting.payments",
    "accounting.banktransactions",
)
#: The only kind of tenant that keeps books.
ORGANISATION = "ORGANISATION"


def authorize_url(account: Account, redirect_uri: str, state: str) -> str:
    """Where to send the administrator; the callback brings `code` and `state`, and no tenant: see `accounts`."""
    signed = with_sign_in(account)
    with _wire(signed) as wire:
        return OAuth2(signed, wire).authorize_url(SCOPES, redirect_uri, state)


def exchange_code(account: Account, code: str, redirect_uri: str) -> Tokens:
    """The first tokens; the caller keeps them. Raises NeedsReconnect for a code that is spent, TryLater."""
    signed = with_sign_in(account)
    with _wire(signed) as wire:
        return OAuth2(signed, wire).exchange_code(code, redirect_uri)


def accounts(account: Account, tokens: Tokens) -> Sequence[tuple[str, str]]:
    """The organisations (tenant id, name) these tokens may work on. Raises NeedsReconnect, TryLater.

    All of them, not only those just consented to: an organisation that was connected before keeps its first consent.
    """
    signed = {"Authorization": f"Bearer {tokens.access}", **AGENT}
    with _wire(with_sign_in(account)) as wire:
        answer = wire.read("GET", connections_url(account.base_url), headers=signed, bucket="app")
        if answer.status_code in (401, 403):
            raise NeedsReconnect(code=str(answer.status_code))
        rows = wire.json(answer)
    if answer.status_code >= 400 or not isinstance(rows, list):
        raise Unavailable("Xero did not tell which organisations are connected.", code=str(answer.status_code))
    ours = [row for row in rows if isinstance(row, Mapping) and row.get("tenantType") == ORGANISATION]
    return [
        (str(row["tenantId"]), str(row.get("tenantName") or row["tenantId"])) for row in ours if row.get("tenantId")
    ]


def revoke(account: Account) -> None:
    """Give the sign-in back: ends every connection of that user with this app. Raises TryLater."""
    signed = with_sign_in(account)
    with _wire(signed) as wire:
        OAuth2(signed, wire).revoke()


def _wire(account: Account) -> Wire:
    return XeroWire(account, LIMITS, trace_header="xero-correlation-id")
