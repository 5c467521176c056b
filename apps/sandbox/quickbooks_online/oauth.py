"""OAuth 2: discovery, consent page, tokens that rotate and die, and who may call which company."""

from __future__ import annotations

import base64
import secrets
from html import escape
from typing import Any
from urllib.parse import parse_qs, urlencode

from apps.sandbox.frame import PocketApp, Request, Response, route
from apps.sandbox.quickbooks_online.refusals import gateway_fault
from apps.sandbox.store import Document

ACCESS_SECONDS = 3600
REFRESH_SECONDS = 8_726_400
ROTATION_SECONDS = 24 * 3600
CODE_SECONDS = 600


def refuse(error: str, status: int = 400) -> Response:
    """An error of the token endpoint."""
    return Response(status, {"error": error})


class OAuth(PocketApp):
    """The identity side of the vendor; one registered app, one grant per company."""

    settings: dict[str, Any]

    def registration(self) -> Document:
        """Client id, secret and webhook verifier of the one registered app."""
        found = self.store.get("registration", "app")
        if found is None:
            names = ("client_id", "client_secret", "webhook_verifier")
            found = self.store.put("registration", "app", {name: secrets.token_urlsafe(24) for name in names})
        return found

    @route("GET", r"/\.well-known/openid(_sandbox)?_configuration/?")
    def discovery(self, request: Request) -> Response:
        """Where everything is, on the host that was asked."""
        base = f"http://{request.headers.get('host', '127.0.0.1')}"
        return Response(200, {
            "issuer": f"{base}/op/v1", "authorization_endpoint": f"{base}/authorize",
            "token_endpoint": f"{base}/oauth2/v1/tokens/bearer",
            "revocation_endpoint": f"{base}/v2/oauth2/tokens/revoke",
            "jwks_uri": f"{base}/op/v1/jwks", "userinfo_endpoint": f"{base}/v1/openid_connect/userinfo",
            "response_types_supported": ["code"], "scopes_supported": ["com.intuit.quickbooks.accounting"],
        })  # fmt: skip

    @route("GET", r"/(authorize|connect/oauth2)")
    def consent(self, request: Request) -> Response:
        """The consent page: choose a company, or with `realm` in the query (or one company) go straight back."""
        if request.arg("client_id") != self.registration()["client_id"] or request.arg("response_type") != "code":
            return refuse("invalid_client")
        realms = [doc["realm"] for doc in self.store.all("company")]
        chosen = request.arg("realm")
        if request.arg("deny"):
            return self._back(request, {"error": "access_denied", "state": request.arg("state")})
        if chosen not in realms:
            return self._choose(request)
        code = secrets.token_urlsafe(24)
        kept = {"realm": chosen, "redirect_uri": request.arg("redirect_uri"), "at": self.clock()}
        self.store.put("code", code, kept)
        return self._back(request, {"code": code, "state": request.arg("state"), "realmId": chosen})

    def _back(self, request: Request, values: dict[str, str]) -> Response:
        target = request.arg("redirect_uri")
        return Response(302, b"", {"Location": f"{target}{'&' if '?' in target else '?'}{urlencode(values)}"})

    def _choose(self, request: Request) -> Response:
        words = {name: values[0] for name, values in request.query.items()}
        links = [(doc["name"], {**words, "realm": doc["realm"]}) for doc in self.store.all("company")]
        links.append(("Cancel", {**words, "deny": "1"}))
        rows = "".join(
            f'<p><a href="?{urlencode(query).replace("&", "&amp;")}">{escape(name)}</a></p>' for name, query in links
        )
        page = f"<!doctype html><title>Connect</title><h1>Connect to QuickBooks</h1>{rows}"
        return Response(200, page.encode(), {"Content-Type": "text/html; charset=utf-8"})

    @route("POST", r"/oauth2/v1/tokens/bearer")
    def token(self, request: Request) -> Response:
        """A code or a refresh token for an access token."""
        if not self._is_client(request):
            return refuse("invalid_client", 401)
        if "application/x-www-form-urlencoded" not in request.headers.get("content-type", ""):
            return refuse("invalid_request")
        form = {name: values[0] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
        if form.get("grant_type") == "authorization_code":
            return self._redeem(form)
        if form.get("grant_type") == "refresh_token":
            return self._refresh(form.get("refresh_token", ""))
        return refuse("unsupported_grant_type")

    def _is_client(self, request: Request) -> bool:
        app = self.registration()
        wanted = base64.b64encode(f"{app['client_id']}:{app['client_secret']}".encode()).decode()
        return secrets.compare_digest(request.headers.get("authorization", ""), f"Basic {wanted}")

    def _redeem(self, form: dict[str, str]) -> Response:
        code = self.store.get("code", form.get("code", ""))
        self.store.remove("code", form.get("code", ""))
        if code is None or code["redirect_uri"] != form.get("redirect_uri") or self.clock() > code["at"] + CODE_SECONDS:
            return refuse("invalid_grant")
        return self._issue(self.new_grant(code["realm"]))

    def new_grant(self, realm: str) -> Document:
        """A fresh consent: what was granted for this company before is void."""
        for token in self.tokens_of(realm):
            self.store.remove("access", token)
        grant = {"realm": realm, "refresh": self._secret("RT1"), "since": self.clock(), "previous": "", "until": 0.0}
        return self.store.put("grant", realm, grant)

    def tokens_of(self, realm: str) -> list[str]:
        """The access tokens of a company."""
        return [doc["token"] for doc in self.store.all("access") if doc["realm"] == realm]

    def _secret(self, start: str) -> str:
        return f"{start}-{secrets.token_urlsafe(30)}"

    def _refresh(self, value: str) -> Response:
        now = self.clock()
        for grant in self.store.all("grant"):
            if not value or value not in (grant["refresh"], grant["previous"]):
                continue
            old = value == grant["previous"]
            if (now >= grant["until"]) if old else (now > grant["since"] + REFRESH_SECONDS):
                return refuse("invalid_grant")
            return self._issue(grant if old else self._rotated(grant))
        return refuse("invalid_grant")

    def _rotated(self, grant: Document) -> Document:
        """The next value; the old one lives until the new one is used, a day at most."""
        now, daily = self.clock(), self.settings["refresh_rotation"] == "daily"
        if daily and now < grant["since"] + ROTATION_SECONDS:
            return self.store.put("grant", grant["realm"], {**grant, "previous": "", "until": 0.0})
        new = {**grant, "previous": grant["refresh"], "refresh": self._secret("RT1"), "since": now}
        return self.store.put("grant", grant["realm"], {**new, "until": now + ROTATION_SECONDS})

    def _issue(self, grant: Document) -> Response:
        token, now = self._secret("AT"), self.clock()
        self.store.put("access", token, {"token": token, "realm": grant["realm"], "until": now + ACCESS_SECONDS})
        left = int(grant["since"] + REFRESH_SECONDS - now)
        answer = {"token_type": "bearer", "access_token": token, "expires_in": ACCESS_SECONDS}
        return Response(200, {**answer, "refresh_token": grant["refresh"], "x_refresh_token_expires_in": left})

    @route("POST", r"/v2/oauth2/tokens/revoke")
    def revoke(self, request: Request) -> Response:
        """Either token ends the connection."""
        if not self._is_client(request):
            return refuse("invalid_client", 401)
        try:
            value = str((request.json() or {}).get("token", ""))
        except (ValueError, AttributeError):
            return refuse("invalid_request")
        access = self.store.get("access", value)
        found = [grant for grant in self.store.all("grant") if value in (grant["refresh"], grant["previous"])]
        realm = access["realm"] if access else found[0]["realm"] if found and value else ""
        if not realm:
            return refuse("invalid_request")
        self.end_grant(realm)
        return Response(200, b"")

    def end_grant(self, realm: str) -> None:
        """The company is disconnected."""
        self.store.remove("grant", realm)
        for token in self.tokens_of(realm):
            self.store.remove("access", token)

    def unauthorized(self, request: Request, realm: str) -> Response | None:
        """401 for a token that is missing, unknown or expired; 403 for another company's."""
        value = request.headers.get("authorization", "").removeprefix("Bearer ")
        access = self.store.get("access", value) if value else None
        if access is None or self.clock() >= access["until"]:
            return Response(401, gateway_fault("3200", "AuthenticationFailed", 401, "AUTHENTICATION"))
        if access["realm"] != realm:
            return Response(403, gateway_fault("3100", "ApplicationAuthorizationFailed", 403, "AUTHORIZATION"))
        return None
