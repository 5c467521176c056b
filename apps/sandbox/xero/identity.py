"""Sign-in: consent, tokens that rotate and die, connections, scopes, and who may ask for what."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
import uuid
from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import parse_qs, urlencode

from apps.sandbox.frame import PocketApp, Request, Response, route
from apps.sandbox.store import Document
from apps.sandbox.xero.refusals import forbidden, unauthorized

ACCESS_SECONDS = 1800
REFRESH_SECONDS = 60 * 86_400
GRACE_SECONDS = 30 * 60
CODE_SECONDS = 300
GRANULAR = {f"accounting.{name}{end}" for name in ("invoices", "payments", "banktransactions", "manualjournals",
            "contacts", "settings", "attachments") for end in ("", ".read")}  # fmt: skip
SCOPES = GRANULAR | {"offline_access", "openid", "profile", "email", "accounting.budgets.read"}
REPORT = re.compile(r"accounting\.reports\.[a-z]+\.read")
FULL = ("offline_access openid profile email accounting.contacts accounting.settings accounting.invoices "
        "accounting.payments accounting.banktransactions accounting.attachments")  # fmt: skip
# First part of the path -> the scopes of which one is needed.
NEEDED = {
    "Organisation": ("settings",), "Accounts": ("settings",), "TaxRates": ("settings",), "Currencies": ("settings",),
    "TrackingCategories": ("settings",), "Items": ("settings", "invoices"), "Contacts": ("contacts",),
    "ContactGroups": ("contacts",), "Invoices": ("invoices",), "CreditNotes": ("invoices",),
    "Payments": ("payments",), "BatchPayments": ("payments",), "Overpayments": ("payments",),
    "Prepayments": ("payments",), "BankTransactions": ("banktransactions",),
}  # fmt: skip


def refuse(error: str, status: int = 400) -> Response:
    """An error of the token endpoint."""
    return Response(status, {"error": error})


def jwt(claims: Document, secret: str) -> str:
    """A signed token; clients may read it but need not."""
    parts = [encoded(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims)]
    seal = hmac.new(secret.encode(), ".".join(parts).encode(), hashlib.sha256).digest()
    return ".".join([*parts, encoded(seal)])


def encoded(content: bytes) -> str:
    """Base64 of addresses, without padding."""
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


class Identity(PocketApp):
    """The identity side of the vendor: one registered app, one user, a connection per organisation."""

    settings: dict[str, Any]

    def registration(self) -> Document:
        """Client id, secret, redirect addresses and webhook key of the one registered app."""
        found = self.store.get("registration", "app")
        if found is None:
            names = ("client_id", "client_secret", "webhook_key")
            found = {**{name: secrets.token_urlsafe(24) for name in names}, "redirect_uris": []}
            self.store.put("registration", "app", found)
        return found

    @route("GET", r"/identity/connect/authorize")
    def consent(self, request: Request) -> Response:
        """Consent is given at once; with several organisations and none named in `tenant` one is chosen first."""
        app, wanted = self.registration(), request.arg("scope").split()
        if request.arg("client_id") != app["client_id"] or request.arg("response_type") != "code":
            return refuse("unauthorized_client")
        if request.arg("redirect_uri") not in app["redirect_uris"]:
            return refuse("invalid_redirect_uri")
        if not wanted or not all(scope in SCOPES or REPORT.fullmatch(scope) for scope in wanted):
            return self._back(request, {"error": "invalid_scope", "state": request.arg("state")})
        if request.arg("deny"):
            return self._back(request, {"error": "access_denied", "state": request.arg("state")})
        tenants = [doc["tenant"] for doc in self.store.all("organisation")]
        chosen = request.arg("tenant") or (tenants[0] if len(tenants) == 1 else "")
        if chosen not in tenants:
            return self._choose(request)
        code = secrets.token_urlsafe(24)
        kept = {"tenant": chosen, "redirect_uri": request.arg("redirect_uri"), "at": self.clock(), "scopes": wanted}
        self.store.put("code", code, kept)
        return self._back(request, {"code": code, "scope": " ".join(wanted), "state": request.arg("state")})

    def _back(self, request: Request, values: dict[str, str]) -> Response:
        target = request.arg("redirect_uri")
        return Response(302, b"", {"Location": f"{target}{'&' if '?' in target else '?'}{urlencode(values)}"})

    def _choose(self, request: Request) -> Response:
        words = {name: values[0] for name, values in request.query.items()}
        links = [(doc["name"], {**words, "tenant": doc["tenant"]}) for doc in self.store.all("organisation")]
        links.append(("Cancel", {**words, "deny": "1"}))
        rows = "".join(
            f'<p><a href="?{urlencode(query).replace("&", "&amp;")}">{escape(name)}</a></p>' for name, query in links
        )
        page = f"<!doctype html><title>Connect</title><h1>Allow access</h1>{rows}"
        return Response(200, page.encode(), {"Content-Type": "text/html; charset=utf-8"})

    @route("POST", r"/(identity/)?connect/token")
    def token(self, request: Request) -> Response:
        """A code or a refresh token for an access token."""
        form = self._form(request)
        if form is None or not self._is_client(request, form):
            return refuse("invalid_client" if form is not None else "invalid_request")
        if form.get("grant_type") == "authorization_code":
            return self._redeem(form)
        if form.get("grant_type") == "refresh_token":
            return self._refresh(form.get("refresh_token", ""))
        return refuse("unsupported_grant_type")

    def _form(self, request: Request) -> dict[str, str] | None:
        if "application/x-www-form-urlencoded" not in request.headers.get("content-type", ""):
            return None
        return {name: values[0] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}

    def _is_client(self, request: Request, form: dict[str, str]) -> bool:
        app = self.registration()
        pair = f"{form.get('client_id', '')}:{form.get('client_secret', '')}"
        wanted = f"{app['client_id']}:{app['client_secret']}"
        basic = request.headers.get("authorization", "").removeprefix("Basic ")
        return secrets.compare_digest(pair, wanted) or secrets.compare_digest(
            basic, base64.b64encode(wanted.encode()).decode()
        )

    def _redeem(self, form: dict[str, str]) -> Response:
        code = self.store.get("code", form.get("code", ""))
        self.store.remove("code", form.get("code", ""))
        if code is None or code["redirect_uri"] != form.get("redirect_uri") or self.clock() > code["at"] + CODE_SECONDS:
            return refuse("invalid_grant")
        return self._issue(self.new_grant(code["tenant"], code["scopes"]))

    def new_grant(self, tenant: str, scopes: list[str]) -> Document:
        """A consent: scopes add up, and an organisation that is connected already keeps its event."""
        consent = self.store.get("consent", "user") or {"scopes": []}
        together = sorted({*consent["scopes"], *scopes})
        self.store.put("consent", "user", {"scopes": together})
        event, now = str(uuid.uuid4()), datetime.fromtimestamp(self.clock(), UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
        old = self.store.get("connection", tenant)
        start = {"id": str(uuid.uuid4()), "tenantId": tenant, "authEventId": event, "createdDateUtc": now}
        self.store.put("connection", tenant, {**(old or start), "updatedDateUtc": now})
        key = str(self.store.next_id("grant"))
        grant = {"key": key, "event": event, "scopes": together, "refresh": secrets.token_urlsafe(30)}
        grant |= {"since": self.clock(), "previous": "", "until": 0.0}
        return self.store.put("grant", key, grant)

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
        """The next value; the old one may be sent again for half an hour, in case this answer is lost."""
        now = self.clock()
        new = {**grant, "previous": grant["refresh"], "refresh": secrets.token_urlsafe(30), "since": now}
        return self.store.put("grant", grant["key"], {**new, "until": now + GRACE_SECONDS})

    def _issue(self, grant: Document) -> Response:
        now, secret = self.clock(), self.registration()["client_secret"]
        claims = {"exp": int(now) + ACCESS_SECONDS, "authentication_event_id": grant["event"], "jti": str(uuid.uuid4())}
        token = jwt({**claims, "scope": grant["scopes"]}, secret)
        kept = {"token": token, "until": now + ACCESS_SECONDS, "scopes": grant["scopes"], "grant": grant["key"]}
        self.store.put("access", token, kept)
        answer = {"access_token": token, "expires_in": ACCESS_SECONDS, "token_type": "Bearer"}
        answer["scope"] = " ".join(grant["scopes"])
        if "openid" in grant["scopes"]:
            answer["id_token"] = jwt({**claims, "sub": "pocket"}, secret)
        if "offline_access" in grant["scopes"]:
            answer["refresh_token"] = grant["refresh"]
        return Response(200, answer)

    @route("POST", r"/(identity/)?connect/revocation")
    def revocation(self, request: Request) -> Response:
        """A refresh token takes every connection of its user with it; an unknown one changes nothing."""
        form = self._form(request)
        if form is None or not self._is_client(request, form):
            return refuse("invalid_client" if form is not None else "invalid_request")
        value = form.get("token", "")
        if value and any(value in (grant["refresh"], grant["previous"]) for grant in self.store.all("grant")):
            self.end_grants()
        return Response(200, b"")

    def end_grants(self) -> None:
        """No token and no connection is left."""
        names = {"grant": "key", "access": "token", "connection": "tenantId"}
        for kind, name in names.items():
            for doc in self.store.all(kind):
                self.store.remove(kind, doc[name])
        self.store.remove("consent", "user")

    @route("GET", r"/[Cc]onnections")
    def connections(self, request: Request) -> Response:
        """The organisations this user connected, all or those of one consent."""
        event = request.arg("authEventId")
        found = [doc for doc in self.store.all("connection") if event in ("", doc["authEventId"])]
        names = {doc["tenant"]: doc["name"] for doc in self.store.all("organisation")}
        facts = [{"tenantType": "ORGANISATION", "tenantName": names[doc["tenantId"]]} for doc in found]
        return Response(200, [{**doc, **fact} for doc, fact in zip(found, facts, strict=True)])

    @route("DELETE", r"/[Cc]onnections/(?P<key>[^/]+)")
    def disconnect(self, request: Request, key: str) -> Response:
        """One organisation is disconnected; tokens live on."""
        for doc in self.store.all("connection"):
            if doc["id"] == key:
                self.store.remove("connection", doc["tenantId"])
                return Response(204, b"")
        return Response(404, b"", {"Content-Type": "text/html"})

    def signed_in(self, request: Request) -> Document | Response:
        """The access token of a request, or 401."""
        value = request.headers.get("authorization", "").removeprefix("Bearer ")
        access = self.store.get("access", value) if value else None
        if access is None:
            return unauthorized("AuthenticationUnsuccessful")
        if self.clock() >= access["until"]:
            return unauthorized("TokenExpired: token expired")
        return access

    def refused_access(self, request: Request, access: Document, place: str) -> Response | None:
        """403 for an organisation that is not connected; the setting's status for a missing scope."""
        if self.store.get("connection", request.headers.get("xero-tenant-id", "")) is None:
            return forbidden("AuthenticationUnsuccessful")
        ends = ("", ".read") if request.method == "GET" else ("",)
        enough = {f"accounting.{name}{end}" for name in NEEDED.get(place, ()) for end in ends}
        if place not in NEEDED or enough & set(access["scopes"]):
            return None
        status = int(self.settings["missing_scope_status"])
        response = (forbidden if status == 403 else unauthorized)("AuthorizationUnsuccessful")
        response.headers["WWW-Authenticate"] = 'Bearer error="insufficient_scope"'
        return response
