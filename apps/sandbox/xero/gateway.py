"""The gateway in front of the organisations: firewall, limits, idempotency keys, envelopes."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

from apps.sandbox.frame import Fault, Request, Response
from apps.sandbox.store import Document, Store
from apps.sandbox.xero.dates import shown_stamp
from apps.sandbox.xero.identity import NEEDED
from apps.sandbox.xero.limits import Limits, refusal
from apps.sandbox.xero.organisation import Organisation
from apps.sandbox.xero.people import People
from apps.sandbox.xero.refusals import BadRequest, Invalid, Missing, missing, not_implemented, validation_body
from apps.sandbox.xero.settings import DEFAULTS
from apps.sandbox.xero.webhooks import Postman

API = "/api.xro/2.0"
REPLAY_SECONDS = 360
LONGEST_KEY = 128
KEYED = ("POST", "PUT", "PATCH")
BLOCKED = b"<html><head><title>403 Forbidden</title></head><body><h1>Forbidden</h1></body></html>"
Work = Callable[[Organisation], Response | Document]


class Gateway(People):
    """What every request passes before and after its work; `work` is what the routes call."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.settings: dict[str, Any] = {**DEFAULTS}
        self.settings |= {doc["name"]: doc["value"] for doc in store.all("setting")}
        self.organisations: dict[str, Organisation] = {}
        self.limits = Limits(self.settings, self.now)
        self.postman = Postman(self, self.settings)
        self.postman.start()
        self.postman.wake.set()

    def organisation(self, tenant: str | None = None) -> Organisation:
        """The organisation of a tenant, or the only one; LookupError otherwise."""
        tenants = [doc["tenant"] for doc in self.store.all("organisation")]
        if tenant is None and len(tenants) != 1:
            raise LookupError(f"which organisation? there are {tenants}")
        key = str(tenant or tenants[0])
        if key not in tenants:
            raise LookupError(f"no organisation {key}")
        if key not in self.organisations:
            self.organisations[key] = Organisation(self.store, key, self.settings, self.now)
        return self.organisations[key]

    def now(self) -> float:
        """The clock of this pocket, which tests may set."""
        return self.clock()

    def handle(self, request: Request) -> Response | None:
        """No more than five at a time per tenant; limits on every answer; events go out once the answer is safe."""
        tenant = request.headers.get("xero-tenant-id", "")
        if not request.path.startswith(API):
            response = super().handle(request)
            self.postman.wake.set()
            return response
        try:
            response = super().handle(request) if self.limits.enter(tenant) else self._crowded(request)
        finally:
            self.limits.leave(tenant)
        if response is not None:
            response.headers = {**self.limits.headers(tenant), **response.headers}
        self.postman.wake.set()
        return response

    def _crowded(self, request: Request) -> Response:
        response = refusal("concurrent")
        with self.lock:
            self._note(request, response, None)
        return response

    def control_reset(self) -> None:
        """Forget everything, settings too."""
        super().control_reset()
        self.organisations.clear()
        self.limits.used.clear()
        self.settings.clear()
        self.settings.update(DEFAULTS)

    def _note(self, request: Request, response: Response, fault: Fault | None) -> None:
        """A failure inside the vendor is remembered under its idempotency key like any other answer."""
        super()._note(request, response, fault)
        key = request.headers.get("idempotency-key", "")
        if fault and fault.kind == "status" and response.status == 500 and key and request.path.startswith(API):
            self._remember(request, key, response)
            self.store.commit()

    def guard(self, request: Request) -> Response | None:
        """Firewall, token, tenant, limits and scope, in this order."""
        if request.path.startswith(("/_control", "/identity/connect/authorize")):
            return None
        if not request.headers.get("user-agent", "").strip():
            return Response(403, BLOCKED, {"Content-Type": "text/html"})
        if not request.path.startswith((API, "/connections", "/Connections")):
            return None
        access = self.signed_in(request)
        if isinstance(access, Response) or not request.path.startswith(API):
            return access if isinstance(access, Response) else None
        place = request.path.removeprefix(API).strip("/").split("/")[0]
        refused = self.refused_access(request, access, place)
        return refused or self.limits.take(request.headers["xero-tenant-id"])

    def not_found(self, request: Request) -> Response:
        """Unknown paths, and known ones that do not take the method."""
        place = request.path.removeprefix(API).strip("/").split("/")[0]
        return not_implemented() if place in NEEDED else missing()

    def answer(self, request: Request) -> Response:
        """The API answers in XML unless it is asked for JSON."""
        response = super().answer(request)
        if not request.path.startswith(API) or isinstance(response.body, bytes) or response.body == {}:
            return response
        if "application/json" not in request.headers.get("accept", ""):
            response.headers["Content-Type"] = "text/xml; charset=utf-8"
            response.body = f"<Response>{xml(response.body)}</Response>".encode()
        return response

    def work(self, request: Request, work: Work) -> Response:
        """Carry out one request: its idempotency key, its refusals, its envelope."""
        org = self.organisation(request.headers["xero-tenant-id"])
        org.by_app = True
        key = request.headers.get("idempotency-key") if request.method in KEYED else None
        if key is None:
            return self._carried_out(org, work)
        if not key.strip() or len(key) > LONGEST_KEY:
            return Response(400, BadRequest(10, "ValidationException", "Idempotency Key is not valid.").body)
        known = self.store.get("replay", key)
        if known and self.clock() < known["at"] + REPLAY_SECONDS:
            if known["digest"] == digest(request):
                return Response(known["status"], known["body"] or str(known["text"]).encode())
            words = f"Idempotency Key: {key} is used with a different request."
            return Response(400, BadRequest(10, "ValidationException", words).body)
        return self._remember(request, key, self._carried_out(org, work))

    def _remember(self, request: Request, key: str, response: Response) -> Response:
        for old in self.store.all("replay"):
            if self.clock() >= old["at"] + REPLAY_SECONDS:
                self.store.remove("replay", old["key"])
        text = response.body.decode() if isinstance(response.body, bytes) else ""
        kept = {"key": key, "digest": digest(request), "status": response.status, "at": self.clock()}
        kept |= {"text": text, "body": None if text else response.body or None}
        self.store.put("replay", key, kept)
        return response

    def _carried_out(self, org: Organisation, work: Work) -> Response:
        org.journal = []
        try:
            done = work(org)
        except BadRequest as refused:
            return Response(refused.status, refused.body)
        except Missing:
            org.roll_back()
            return missing()
        except Invalid as refused:
            org.roll_back()
            return Response(400, validation_body([{"ValidationErrors": refused.shown()}], refused.number))
        finally:
            org.journal = None
        response = done if isinstance(done, Response) else Response(200, done)
        if response.status == 200 and isinstance(response.body, dict) and "IsDeleted" not in response.body:
            response.body = {**self._envelope(), **response.body}
        return response

    def _envelope(self) -> Document:
        stamp = shown_stamp(int(self.clock() * 1000)).replace("+0000", "")
        return {"Id": str(uuid.uuid4()), "Status": "OK", "ProviderName": "Pocket", "DateTimeUTC": stamp}


def digest(request: Request) -> str:
    """What must be the same for an answer to be given again."""
    words = json.dumps([request.method, request.path, sorted(request.query.items())])
    return hashlib.sha256(words.encode() + request.body).hexdigest()


def xml(value: Any) -> str:
    """A JSON value as the vendor's XML would say it, roughly."""
    if isinstance(value, dict):
        return "".join(f"<{tag(name)}>{xml(held)}</{tag(name)}>" for name, held in value.items())
    if isinstance(value, list):
        return "".join(f"<Element>{xml(held)}</Element>" for held in value)
    return escape("" if value is None else str(value))


def tag(name: str) -> str:
    """A name that may stand in angle brackets."""
    return re.sub(r"\W", "", name)
