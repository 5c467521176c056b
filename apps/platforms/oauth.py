"""OAuth 2 sign-ins: one refresh at a time over all processes, and new tokens are kept before they are used.

A vendor that rotates refresh tokens forgets the old one, so a token that was received and not saved is a lost sign-in.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx

from apps.platforms.base import Account, Tokens
from apps.platforms.errors import NeedsReconnect, Refused, Unavailable
from apps.platforms.http import Wire, origin

#: An access token is renewed so long before it expires.
EARLY = timedelta(minutes=5)
#: Answers of a token endpoint that no waiting will cure (RFC 6749, 5.2).
FINAL = frozenset({"invalid_grant", "invalid_client", "unauthorized_client"})


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where a vendor's sign-in lives."""

    authorize: str
    token: str
    revoke: str


class OAuth2:
    """The sign-in of one connection.

    The addresses come from the discovery document at `addresses["discovery"]`, read once, or from
    `addresses["authorize"|"token"|"revoke"]`. `revoke_as_json` is for vendors that want a JSON body there (Intuit).
    """

    def __init__(self, account: Account, wire: Wire, *, revoke_as_json: bool = False) -> None:
        self.account = account
        self.wire = wire
        self._revoke_as_json = revoke_as_json
        self._endpoints: Endpoints | None = None

    def access_token(self, rejected: str = "") -> str:
        """A token good for at least five minutes; `rejected` is one that was just answered with 401.

        Raises NeedsReconnect when the sign-in is gone, TryLater when the vendor cannot be asked now.
        """
        tokens = self.account.tokens.read()
        if self._good(tokens, rejected):
            return tokens.access
        with self.account.tokens.locked() as save:
            tokens = self.account.tokens.read()
            if not self._good(tokens, rejected):
                tokens = self._refreshed(tokens)
                save(tokens)
        return tokens.access

    def headers(self, rejected: str = "") -> dict[str, str]:
        """The Authorization header with such a token."""
        return {"Authorization": f"Bearer {self.access_token(rejected)}"}

    def authorize_url(self, scopes: Sequence[str], redirect_uri: str, state: str) -> str:
        """Where to send the browser of the person who connects."""
        query = {
            "client_id": self.account.client_id,
            "response_type": "code",
            "scope": " ".join(scopes),
            "redirect_uri": redirect_uri,
            "state": state,
        }
        return f"{self.endpoints().authorize}?{urlencode(query)}"

    def exchange_code(self, code: str, redirect_uri: str) -> Tokens:
        """The first tokens for the code of the callback; the caller saves them. Raises NeedsReconnect, TryLater."""
        return self._ask({"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}, Tokens())

    def revoke(self) -> None:
        """Give the sign-in back; a vendor that no longer knows it is content. Raises TryLater."""
        tokens = self.account.tokens.read()
        token = {"token": tokens.refresh or tokens.access}
        if not token["token"]:
            return
        answer = self._post(self.endpoints().revoke, token, as_json=self._revoke_as_json)
        if answer.status_code >= 400 and self._error(answer) not in {
            "invalid_token",
            "invalid_grant",
            "invalid_request",
        }:
            raise Unavailable("The sign-in could not be given back; try again later.", code=str(answer.status_code))

    def endpoints(self) -> Endpoints:
        """The addresses of the sign-in. Raises Unavailable when the discovery document cannot be read."""
        if self._endpoints is None:
            self._endpoints = self._discovered() if self.account.addresses.get("discovery") else self._configured()
        return self._endpoints

    def _configured(self) -> Endpoints:
        addresses = self.account.addresses
        return Endpoints(addresses.get("authorize", ""), addresses["token"], addresses.get("revoke", ""))

    def _discovered(self) -> Endpoints:
        address = self.account.addresses["discovery"]
        document = self.wire.json(self.wire.read("GET", address, bucket=""))
        names = ("authorization_endpoint", "token_endpoint", "revocation_endpoint")
        if not isinstance(document, dict) or not all(document.get(name) for name in names):
            raise Unavailable("The discovery document of the sign-in is not complete.")
        found = Endpoints(*(str(document[name]) for name in names))
        for url in (found.token, found.revoke):
            if origin(address)[0] == "https" != origin(url)[0]:
                raise Refused(f"{origin(url)[1]} was named for the sign-in without encryption.")
            self.wire.trust(url)
        return found

    def _good(self, tokens: Tokens, rejected: str) -> bool:
        if not tokens.access or tokens.access == rejected:
            return False
        return tokens.expires_at is None or tokens.expires_at - self.account.clock() > EARLY

    def _refreshed(self, tokens: Tokens) -> Tokens:
        try:
            return self._refresh(tokens)
        except NeedsReconnect:
            # A process that does not keep our lock (an older release, a restore) may have rotated it under us.
            newer = self.account.tokens.read()
            if newer.refresh == tokens.refresh:
                raise
            return self._refresh(newer)

    def _refresh(self, tokens: Tokens) -> Tokens:
        if not tokens.refresh:
            raise NeedsReconnect
        return self._ask({"grant_type": "refresh_token", "refresh_token": tokens.refresh}, tokens)

    def _ask(self, form: Mapping[str, str], before: Tokens) -> Tokens:
        answer = self._post(self.endpoints().token, form)
        if answer.status_code >= 400:
            error = self._error(answer)
            if error in FINAL or answer.status_code == 401:
                raise NeedsReconnect(code=error or str(answer.status_code))
            raise Unavailable("The sign-in could not be renewed just now.", code=error or str(answer.status_code))
        return self._tokens(self.wire.json(answer), before)

    def _tokens(self, given: Mapping[str, Any], before: Tokens) -> Tokens:
        if not given.get("access_token"):
            raise Unavailable("The sign-in answered without a token.")
        return Tokens(
            access=str(given["access_token"]),
            refresh=str(given.get("refresh_token") or before.refresh),
            expires_at=self._after(given.get("expires_in")),
            refresh_expires_at=self._after(given.get("x_refresh_token_expires_in")) or before.refresh_expires_at,
        )

    def _after(self, seconds: object) -> datetime | None:
        return self.account.clock() + timedelta(seconds=float(str(seconds))) if seconds is not None else None

    def _post(self, url: str, values: Mapping[str, str], *, as_json: bool = False) -> httpx.Response:
        basic = b64encode(f"{self.account.client_id}:{self.account.client_secret}".encode()).decode()
        kind = "application/json" if as_json else "application/x-www-form-urlencoded"
        body = json.dumps(dict(values)) if as_json else urlencode(values)
        headers = {"Authorization": f"Basic {basic}", "Content-Type": kind}
        return self.wire.read("POST", url, headers=headers, content=body.encode(), bucket="", secret=True, tries=1)

    def _error(self, answer: httpx.Response) -> str:
        body = self.wire.json(answer)
        return str(body.get("error") or "") if isinstance(body, dict) else ""
