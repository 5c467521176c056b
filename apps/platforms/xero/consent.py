"""The consent page of Xero and what follows it. https://developer.xero.com/documentation/guides/oauth2/auth-flow"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import httpx

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
    with _wire(with_sign_in(account)) as wire:
        rows = _connections(wire, account, tokens.access)
    ours = [row for row in rows if row.get("tenantType") == ORGANISATION and row.get("tenantId")]
    return [(str(row["tenantId"]), str(row.get("tenantName") or row["tenantId"])) for row in ours]


def revoke(account: Account) -> None:
    """End the connection of this organisation, and with the last one the sign-in. Raises TryLater.

    A token given back ends every connection of its user with this app, also those of other companies. What Xero no longer
    knows needs no end. https://developer.xero.com/documentation/guides/oauth2/auth-flow
    """
    signed = with_sign_in(account)
    with _wire(signed) as wire:
        sign_in = OAuth2(signed, wire)
        try:
            others = _disconnect(wire, account, sign_in)
        except NeedsReconnect:
            return
        if not others:
            sign_in.revoke()


def _disconnect(wire: Wire, account: Account, sign_in: OAuth2) -> bool:
    """Delete the one connection; whether others remain. Raises NeedsReconnect without a sign-in, TryLater."""
    token = sign_in.access_token()
    try:
        rows = _connections(wire, account, token)
    except NeedsReconnect:
        token = sign_in.access_token(token)
        rows = _connections(wire, account, token)
    for row in rows:
        if row.get("tenantId") == account.account_id:
            address = f"{connections_url(account.base_url)}/{row.get('id')}"
            answer = wire.read("DELETE", address, headers=_bearer(token), bucket="app")
            if answer.status_code >= 400 and answer.status_code != httpx.codes.NOT_FOUND:
                raise Unavailable("Xero did not end the connection; try again later.", code=str(answer.status_code))
    return any(row.get("tenantId") != account.account_id for row in rows)


def _connections(wire: Wire, account: Account, token: str) -> list[Mapping[str, Any]]:
    """What this user connected to the app. Raises NeedsReconnect, TryLater."""
    answer = wire.read("GET", connections_url(account.base_url), headers=_bearer(token), bucket="app")
    if answer.status_code in (401, 403):
        raise NeedsReconnect(code=str(answer.status_code))
    rows = wire.json(answer)
    if answer.status_code >= 400 or not isinstance(rows, list):
        raise Unavailable("Xero did not tell which organisations are connected.", code=str(answer.status_code))
    return [row for row in rows if isinstance(row, Mapping)]


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", **AGENT}


def _wire(account: Account) -> Wire:
    return XeroWire(account, LIMITS, trace_header="xero-correlation-id")
