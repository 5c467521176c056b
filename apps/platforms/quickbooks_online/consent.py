"""The consent page of Intuit and what follows it. https://developer.intuit.com/app/developer/qbo/docs/develop/authentication-and-authorization/oauth-2.0"""

from __future__ import annotations

from apps.platforms.base import Account, Tokens
from apps.platforms.http import Wire
from apps.platforms.oauth import OAuth2
from apps.platforms.quickbooks_online.limits import LIMITS

#: All that reading and writing the books needs; there is no read-only scope.
SCOPES = ("com.intuit.quickbooks.accounting",)


def authorize_url(account: Account, redirect_uri: str, state: str) -> str:
    """Where to send the administrator; the callback brings `code`, `state` and `realmId`. Raises Unavailable."""
    with _wire(account) as wire:
        return OAuth2(account, wire).authorize_url(SCOPES, redirect_uri, state)


def exchange_code(account: Account, code: str, redirect_uri: str) -> Tokens:
    """The first tokens; the caller keeps them. Raises NeedsReconnect for a code that is spent, TryLater."""
    with _wire(account) as wire:
        return OAuth2(account, wire).exchange_code(code, redirect_uri)


def revoke(account: Account) -> None:
    """Disconnect at Intuit: either token ends the whole sign-in. Raises TryLater."""
    with _wire(account) as wire:
        OAuth2(account, wire, revoke_as_json=True).revoke()


def _wire(account: Account) -> Wire:
    return Wire(account, LIMITS, trace_header="intuit_tid")
