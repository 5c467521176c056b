"""Where Xero lives: three hosts, each of which may be given with a path of its own in front.

https://developer.xero.com/documentation/guides/oauth2/auth-flow
"""

from __future__ import annotations

from dataclasses import replace

from apps.platforms.base import Account

#: The accounting API behind its host.
API = "/api.xro/2.0"
AUTHORIZE, TOKEN, REVOKE = "/identity/connect/authorize", "/connect/token", "/connect/revocation"
CONNECTIONS = "/connections"


def api_prefix(base_url: str) -> str:
    """What has to stand between the base address and the path of a resource: nothing when it is there already."""
    return "" if base_url.rstrip("/").endswith(API) else API


def connections_url(base_url: str) -> str:
    """The list of organisations, which stands beside the accounting API and not in it."""
    return base_url.rstrip("/").removesuffix(API).rstrip("/") + CONNECTIONS


def with_sign_in(account: Account) -> Account:
    """The account with the addresses of the sign-in, made from those of the identity and the login host."""
    identity = account.addresses.get("identity", "https://identity.xero.com").rstrip("/")
    login = account.addresses.get("login", "https://login.xero.com").rstrip("/")
    named = {"authorize": login + AUTHORIZE, "token": identity + TOKEN, "revoke": identity + REVOKE}
    return replace(account, addresses={**account.addresses, **named})
