"""The pocket Xero: gateway, limits, idempotency and routes in front of the organisations."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Callable
from typing import Any, ClassVar
from xml.sax.saxutils import escape

from apps.sandbox.frame import Fault, Request, Response, route
from apps.sandbox.store import Document, Store
from apps.sandbox.xero.change import Change
from apps.sandbox.xero.contacts import join_group, leave_group
from apps.sandbox.xero.credits import unallocate
from apps.sandbox.xero.dates import shown_stamp
from apps.sandbox.xero.items import write_option
from apps.sandbox.xero.limits import Limits, refusal
from apps.sandbox.xero.organisation import IDS, Organisation
from apps.sandbox.xero.people import People
from apps.sandbox.xero.reading import LISTINGS, check_query, digits_of, read_list
from apps.sandbox.xero.refusals import BadRequest, Invalid, Missing, missing, validation_body
from apps.sandbox.xero.render import allocation_view, organisation_view, render
from apps.sandbox.xero.settings import DEFAULTS
from apps.sandbox.xero.shapes import GUID
from apps.sandbox.xero.webhooks import Postman
from apps.sandbox.xero.writing import ON_COLLECTION, PLURALS, body_of, elements_of, read_element, write_allocations
from apps.sandbox.xero.writing import write_many as write

API = "/api.xro/2.0"
REPLAY_SECONDS = 360
LONGEST_KEY = 128
ENTITIES = {plural: entity for entity, plural in PLURALS.items()} | {
    "Overpayments": "Overpayment", "Prepayments": "Prepayment",
}  # fmt: skip
# Entities that are found by number or code in the address as well as by id: the space of the index.
BY_WORD = {"Contact": ("contact number",), "Invoice": ("ACCREC", "ACCPAY"), "Item": ("Item",),
           "CreditNote": ("ACCRECCREDIT", "ACCPAYCREDIT"), "Account": ()}  # fmt: skip
UPDATED_BY_ID = ("Contact", "ContactGroup", "Invoice", "CreditNote", "Payment", "BatchPayment", "BankTransaction",
                 "Item", "TrackingCategory", "Account")  # fmt: skip
CREDIT_PATH = r"/(?P<name>CreditNotes|Overpayments|Prepayments)/(?P<key>[^/]+)/Allocations"
BLOCKED = b"<html><head><title>403 Forbidden</title></head><body><h1>Forbidden</h1></body></html>"


class PocketXero(People):
    """Xero as its documents describe it; where they leave doubt, as the settings say."""

    name: ClassVar[str] = "xero"

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
        response = refusal("concurrent", 1)
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
        """Unknown paths."""
        return missing()

    def answer(self, request: Request) -> Response:
        """The API answers in XML unless it is asked for JSON."""
        response = super().answer(request)
        if not request.path.startswith(API) or isinstance(response.body, bytes) or response.body == {}:
            return response
        if "application/json" not in request.headers.get("accept", ""):
            response.headers["Content-Type"] = "text/xml; charset=utf-8"
            response.body = f"<Response>{xml(response.body)}</Response>".encode()
        return response

    def _work(self, request: Request, work: Callable[[Organisation], Response | Document]) -> Response:
        """Carry out one request: its idempotency key, its refusals, its envelope."""
        org = self.organisation(request.headers["xero-tenant-id"])
        org.by_app = True
        key = request.headers.get("idempotency-key") if request.method != "GET" else None
        if key is None:
            return self._carried_out(org, work)
        if not key.strip() or len(key) > LONGEST_KEY:
            return Response(400, BadRequest(10, "ValidationException", "Idempotency Key is not valid.").body)
        known = self.store.get("replay", key)
        if known and self.clock() < known["at"] + REPLAY_SECONDS:
            if known["digest"] == digest(request):
                return Response(known["status"], known["body"])
            words = f"Idempotency Key: {key} is used with a different request."
            return Response(400, BadRequest(10, "ValidationException", words).body)
        return self._remember(request, key, self._carried_out(org, work))

    def _remember(self, request: Request, key: str, response: Response) -> Response:
        body = "" if isinstance(response.body, bytes) else response.body
        kept = {"digest": digest(request), "status": response.status, "body": body, "at": self.clock()}
        self.store.put("replay", key, kept)
        return response

    def _carried_out(self, org: Organisation, work: Callable[[Organisation], Response | Document]) -> Response:
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

    @route("GET", API + r"/Organisation")
    def read_organisation(self, request: Request) -> Response:
        """The one organisation behind the tenant."""
        return self._work(request, lambda org: {"Organisations": [organisation_view(org)]})

    @route("GET", API + r"/(?P<name>(?!Organisation$)[A-Za-z]+)")
    def read_all(self, request: Request, name: str) -> Response:
        """A list."""
        if name not in LISTINGS:
            return missing()
        return self._work(request, lambda org: read_list(org, name, request))

    @route("GET", API + r"/(?P<name>[A-Za-z]+)/(?P<key>[^/]+)")
    def read_one(self, request: Request, name: str, key: str) -> Response:
        """One document, by id or by what else the endpoint takes."""
        if name not in ENTITIES:
            return missing()
        return self._work(request, lambda org: self._one(org, name, key, request))

    def _one(self, org: Organisation, name: str, key: str, request: Request) -> Document:
        check_query(request, {"unitdp"})
        entity = ENTITIES[name]
        doc = org.raw(entity, key.lower() if GUID.fullmatch(key) else key)
        words = [found for space in BY_WORD.get(entity, ()) for found in org.index.found(space, key)]
        doc = doc or org.raw(entity, words[0] if words else None)
        if doc is None:
            raise Missing
        return {name: [render(org, entity, doc, digits=digits_of(request))]}

    @route("PUT", API + r"/(?P<name>[A-Za-z]+)")
    def create(self, request: Request, name: str) -> Response:
        """New documents."""
        return self._write(request, name)

    @route("POST", API + r"/(?P<name>[A-Za-z]+)")
    def create_or_update(self, request: Request, name: str) -> Response:
        """New documents, and changes of those that an id, number or name is known of."""
        return self._write(request, name)

    def _write(self, request: Request, name: str) -> Response:
        entity = ENTITIES.get(name, "")
        if (request.method, entity) not in ON_COLLECTION:
            return missing()
        return self._work(request, lambda org: write(org, entity, request))

    @route("POST", API + r"/(?P<name>[A-Za-z]+)/(?P<key>[^/]+)")
    def update(self, request: Request, name: str, key: str) -> Response:
        """A change of one document."""
        entity = ENTITIES.get(name, "")
        if entity not in UPDATED_BY_ID:
            return missing()
        return self._work(request, lambda org: write(org, entity, request, key.lower()))

    @route("PUT", API + CREDIT_PATH)
    def allocate(self, request: Request, name: str, key: str) -> Response:
        """Put a credit on invoices."""
        return self._work(request, lambda org: write_allocations(org, ENTITIES[name], key.lower(), request))

    @route("DELETE", API + CREDIT_PATH + r"/(?P<allocation>[^/]+)")
    def unallocate(self, request: Request, name: str, key: str, allocation: str) -> Response:
        """Take a credit off an invoice."""

        def work(org: Organisation) -> Document:
            change = Change(org, ENTITIES[name], {}, key=key.lower())
            return allocation_view(org, unallocate(change, allocation.lower()), deleted=True)

        return self._work(request, work)

    @route("DELETE", API + r"/Items/(?P<key>[^/]+)")
    def delete_item(self, request: Request, key: str) -> Response:
        """An item is gone for good; lines that name it stay."""
        return self._work(request, lambda org: gone(org, "Item", key.lower()))

    @route("PUT", API + r"/ContactGroups/(?P<key>[^/]+)/Contacts")
    def join(self, request: Request, key: str) -> Response:
        """Contacts join a group."""

        def work(org: Organisation) -> Document:
            elements = elements_of("Contact", "Contacts", body_of(request))
            sent = [read_element(org, "Contact", each).sent for each in elements]
            keys = join_group(Change(org, "ContactGroup", {}, key=key.lower()), sent)
            return {"Contacts": [{"ContactID": each, "Name": org.sure("Contact", each)["Name"]} for each in keys]}

        return self._work(request, work)

    @route("DELETE", API + r"/ContactGroups/(?P<key>[^/]+)/Contacts(/(?P<contact>[^/]+))?")
    def leave(self, request: Request, key: str, contact: str | None = None) -> Response:
        """One contact, or all, leave a group."""

        def work(org: Organisation) -> Response:
            leave_group(Change(org, "ContactGroup", {}, key=key.lower()), contact and contact.lower())
            return Response(204, b"")

        return self._work(request, work)

    @route("PUT", API + r"/TrackingCategories/(?P<key>[^/]+)/Options")
    def add_option(self, request: Request, key: str) -> Response:
        """A new option of a category."""
        return self._option(request, key, "")

    @route("POST", API + r"/TrackingCategories/(?P<key>[^/]+)/Options/(?P<option>[^/]+)")
    def change_option(self, request: Request, key: str, option: str) -> Response:
        """Another name or status of an option."""
        return self._option(request, key, option)

    def _option(self, request: Request, key: str, option: str) -> Response:
        def work(org: Organisation) -> Document:
            elements = elements_of("TrackingOption", "Options", body_of(request))
            rows = []
            for each in elements:
                change = read_element(org, "TrackingOption", each)
                change.key = key.lower()
                rows.append(write_option(change, option.lower()))
            return {"Options": rows}

        return self._work(request, work)


def gone(org: Organisation, entity: str, key: str) -> Response:
    """204 once a document is removed."""
    if org.raw(entity, key) is None:
        raise Missing
    org.remove(entity, key)
    return Response(204, b"")


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


__all__ = ["IDS", "PocketXero"]
