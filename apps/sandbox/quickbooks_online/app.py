"""The pocket QuickBooks Online: throttles, routes and requestid in front of the company files."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections import defaultdict, deque
from typing import Any, ClassVar

from apps.sandbox.frame import Request, Response, route
from apps.sandbox.quickbooks_online.changes import capture, check_request_id, read_items, replayed, run_batch
from apps.sandbox.quickbooks_online.company import BY_URL, Company
from apps.sandbox.quickbooks_online.people import People
from apps.sandbox.quickbooks_online.query import run
from apps.sandbox.quickbooks_online.references import Change
from apps.sandbox.quickbooks_online.refusals import Refusal, gateway_fault
from apps.sandbox.quickbooks_online.render import render
from apps.sandbox.quickbooks_online.settings import DEFAULTS
from apps.sandbox.quickbooks_online.webhooks import Postman
from apps.sandbox.quickbooks_online.writes import GONE, write
from apps.sandbox.store import Document, Store

MINOR_VERSION = 75
REPLAY_SECONDS = 24 * 3600
# (which calls, window in seconds, how many): published throttles per company.
THROTTLES = (("all", 1.0, 10), ("all", 60.0, 500), ("batch", 60.0, 40))
COMPANY = r"/v3/company/(?P<realm>\d+)"
NOT_ENTITIES = ("BatchItemRequest", "bId", "operation", "optionsData", "Query")


class PocketQuickBooks(People):
    """QuickBooks Online as its documents describe it, at the stricter reading of each doubt."""

    name: ClassVar[str] = "quickbooks_online"

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.settings: dict[str, Any] = {**DEFAULTS}
        self.settings |= {doc["name"]: doc["value"] for doc in store.all("setting")}
        self.companies: dict[str, Company] = {}
        self.calls: dict[tuple[str, str], deque[float]] = defaultdict(deque)
        self.postman = Postman(self, self.settings)
        self.postman.start()
        self.postman.wake.set()

    def company(self, realm: str | None = None) -> Company:
        """The company of a realm, or the only one; LookupError otherwise."""
        realms = [doc["realm"] for doc in self.store.all("company")]
        if realm is None and len(realms) != 1:
            raise LookupError(f"which company? there are {realms}")
        key = str(realm or realms[0])
        if key not in realms:
            raise LookupError(f"no company {key}")
        if key not in self.companies:
            self.companies[key] = Company(self.store, key, self.settings, self.now)
        return self.companies[key]

    def now(self) -> float:
        """The clock of this pocket, which tests may set."""
        return self.clock()

    def handle(self, request: Request) -> Response | None:
        """Every answer carries its intuit_tid; events go out once the answer is safe."""
        response = super().handle(request)
        if response is not None:
            response.headers.setdefault("intuit_tid", str(uuid.uuid4()))
        self.postman.wake.set()
        return response

    def control_reset(self) -> None:
        """Forget everything, settings too."""
        super().control_reset()
        self.companies.clear()
        self.calls.clear()
        self.settings.clear()
        self.settings.update(DEFAULTS)

    def guard(self, request: Request) -> Response | None:
        """Token, throttle and minor version, in this order."""
        match = re.match(COMPANY + "/(?P<rest>.*)", request.path)
        if match is None:
            return None
        refusal = self.unauthorized(request, match["realm"]) or self._throttled(match["realm"], match["rest"])
        if refusal is not None:
            return refusal
        minor = request.arg("minorversion")
        if not minor.isdigit() or int(minor) < MINOR_VERSION:
            return self._fault(Refusal("2030", f"minorversion {minor or 'missing'}; {MINOR_VERSION} or later"))
        return None

    def _throttled(self, realm: str, rest: str) -> Response | None:
        now, scale = self.clock(), float(self.settings["limit_scale"])
        kinds = {"all", "batch"} if rest == "batch" else {"all"}
        for kind, window, most in THROTTLES:
            calls = self.calls[(realm, kind)]
            while calls and calls[0] <= now - 60.0:
                calls.popleft()
            recent = sum(1 for at in calls if at > now - window)
            if kind in kinds and recent >= most * scale:
                return Response(429, gateway_fault("3001", "ThrottleExceeded", 429, "SERVICE"))
        for kind in kinds:
            self.calls[(realm, kind)].append(now)
        return None

    def _fault(self, refusal: Refusal, company: Company | None = None) -> Response:
        at = company.time() if company else ""
        return Response(400, {"Fault": refusal.body(), **({"time": at} if at else {})})

    def not_found(self, request: Request) -> Response:
        """Unknown paths are an unsupported operation."""
        return self._fault(Refusal("500", f"Operation {request.path} is not supported."))

    def _body(self, request: Request, company: Company) -> Any:
        try:
            text = request.body.decode("utf-8")
        except UnicodeDecodeError as error:
            raise Refusal("500", "The payload is not UTF-8") from error
        if "application/json" not in request.headers.get("content-type", ""):
            raise Refusal("500", "Content-Type must be application/json")
        try:
            return Request("", "", {}, {}, text.encode()).json()
        except ValueError as error:
            raise Refusal("2010", "The payload is not JSON") from error

    @route("GET", COMPANY + "/query")
    def query_by_get(self, request: Request, realm: str) -> Response:
        """A query in the address."""
        return self._query(realm, request.arg("query"))

    @route("POST", COMPANY + "/query")
    def query_by_post(self, request: Request, realm: str) -> Response:
        """A query as the body, content type application/text."""
        if "application/text" not in request.headers.get("content-type", ""):
            return self._fault(Refusal("500", "Content-Type must be application/text"))
        return self._query(realm, request.body.decode("utf-8", "replace"))

    def _query(self, realm: str, text: str) -> Response:
        company = self.company(realm)
        try:
            return Response(200, {"QueryResponse": run(company, text), "time": company.time()})
        except Refusal as refusal:
            return self._fault(refusal, company)

    @route("GET", COMPANY + "/cdc")
    def cdc(self, request: Request, realm: str) -> Response:
        """What changed since."""
        company = self.company(realm)
        try:
            found = capture(company, request.arg("entities"), request.arg("changedSince"))
        except Refusal as refusal:
            return self._fault(refusal, company)
        return Response(200, {"CDCResponse": [{"QueryResponse": found}], "time": company.time()})

    @route("GET", COMPANY + r"/(?P<name>(?!query$|cdc$)[a-z]+)(/(?P<key>[^/]+))?")
    def read(self, request: Request, realm: str, name: str, key: str | None = None) -> Response:
        """One document by id."""
        company, entity = self.company(realm), BY_URL.get(name)
        if entity is None or (key is None and entity != "Preferences"):
            return self.not_found(request)
        key = "1" if entity == "Preferences" or (entity == "CompanyInfo" and key == realm) else key
        doc = company.raw(entity, str(key))
        if doc is None:
            return self._fault(Refusal("610", GONE), company)
        return Response(200, {entity: render(company, entity, doc), "time": company.time()})

    @route("POST", COMPANY + "/batch")
    def batch(self, request: Request, realm: str) -> Response:
        """Up to 30 writes and queries."""
        company, request_id = self.company(realm), request.arg("requestid")
        try:
            items = read_items(self._body(request, company), request_id)
            known = self._replay(request, company)
            if known is not None:
                answers = replayed(company, known.body["BatchItemResponse"])
                return Response(200, {"BatchItemResponse": answers, "time": company.time()})
        except Refusal as refusal:
            return self._fault(refusal, company)
        answers = run_batch(company, items, request_id, lambda item: self._item(company, item))
        return self._remember(request, company, Response(200, {"BatchItemResponse": answers, "time": company.time()}))

    def _item(self, company: Company, item: Document) -> Document:
        if "Query" in item:
            return {"QueryResponse": run(company, str(item["Query"]))}
        names = [name for name in item if name not in NOT_ENTITIES]
        entity = BY_URL.get(names[0].lower()) if len(names) == 1 else None
        if entity is None or entity != names[0] or not isinstance(item[entity], dict):
            raise Refusal("2010", f"Property Name:{','.join(names) or 'entity'} specified is unsupported or invalid")
        include = frozenset(filter(None, str(item.get("optionsData", "")).split(",")))
        operation = str(item.get("operation", ""))
        if operation == "update" and not item[entity].get("Id"):
            raise Refusal("2020", "Required parameter Id is missing in the request", "Id")
        return {entity: self._write(company, entity, item[entity], operation, include)}

    def _write(
        self, company: Company, entity: str, body: Document, operation: str, include: frozenset[str]
    ) -> Document:
        if operation == "update" and "void" in include:
            if entity == "Invoice":
                raise Refusal("500", "An invoice is voided with operation=void")
            if body.get("sparse") is not True:
                raise Refusal("2020", "Required parameter sparse is missing in the request", "sparse")
            operation = "void"
        elif operation == "void" and entity != "Invoice":
            raise Refusal("500", f"Operation void on {entity} is not supported: use include=void")
        if operation == "create" and body.get("Id"):
            raise Refusal("2010", "Property Name:Id is not allowed on create", "Id")
        return write(Change(company, entity, body, sparse=body.get("sparse") is True, include=include), operation)

    @route("POST", COMPANY + r"/(?P<name>(?!query$|batch$)[a-z]+)")
    def change(self, request: Request, realm: str, name: str) -> Response:
        """Create, update, delete or void one document."""
        company, entity = self.company(realm), BY_URL.get(name)
        if entity is None:
            return self.not_found(request)
        try:
            known = self._replay(request, company)
            if known is not None:
                return known
            body = self._body(request, company)
            if not isinstance(body, dict):
                raise Refusal("2010", "The payload is not an object")
            include = frozenset(filter(None, request.arg("include").split(",")))
            written = self._write(company, entity, body, request.arg("operation"), include)
            response = Response(200, {entity: written, "time": company.time()})
        except Refusal as refusal:
            response = self._fault(refusal, company)
            if refusal.code == "600" or not self.settings["replay_faults"]:
                return response
        return self._remember(request, company, response)

    def _digest(self, request: Request) -> str:
        words = [request.path, *(f"{name}={request.arg(name)}" for name in ("operation", "include"))]
        return hashlib.sha256("\n".join(words).encode() + b"\n" + request.body).hexdigest()

    def _replay(self, request: Request, company: Company) -> Response | None:
        """The answer this requestid had before; 600 when it stood on another request."""
        request_id = request.arg("requestid")
        check_request_id(request_id)
        known = self.store.get("replay", f"{company.realm}:{request_id}") if request_id else None
        if known is None or self.clock() > known["at"] + REPLAY_SECONDS:
            return None
        if known["digest"] != self._digest(request):
            raise Refusal("600", f"Request id {request_id} was used for another request")
        return Response(known["status"], known["body"])

    def _remember(self, request: Request, company: Company, response: Response) -> Response:
        request_id = request.arg("requestid")
        if request_id and len(request_id) <= 50:
            kept = {"digest": self._digest(request), "status": response.status, "body": response.body}
            self.store.put("replay", f"{company.realm}:{request_id}", {**kept, "at": self.clock()})
        return response
