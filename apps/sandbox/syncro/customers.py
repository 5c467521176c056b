"""Customers (Organizations in the newer screens)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from apps.sandbox.frame import Request, Response, route
from apps.sandbox.store import Document
from apps.sandbox.syncro.account import BASE
from apps.sandbox.syncro.taxes import Taxes

PAGE = 25
TEXTS = (
    "firstname", "lastname", "business_name", "email", "phone", "mobile", "address", "address_2", "city", "state",
    "zip", "notes", "referred_by", "notification_email", "invoice_cc_emails",
)  # fmt: skip
FLAGS = ("get_sms", "opt_out", "no_email")
REFERENCES = ("ref_customer_id", "tax_rate_id", "invoice_term_id")
WRITABLE = (*TEXTS, *FLAGS, *REFERENCES, "properties")
SORTABLE = (*TEXTS, "id", "created_at", "updated_at", "business_then_name")


class Customers(Taxes):
    """The customer endpoints, and what people's screens share with them."""

    def show_customer(self, doc: Document) -> Document:
        """A customer as every endpoint shows it."""
        full = " ".join(part for part in (doc["firstname"], doc["lastname"]) if part)
        business = doc["business_name"]
        names = {
            "fullname": full,
            "business_and_full_name": f"{business} - {full}" if business and full else business or full,
            "business_then_name": business or full,
        }
        return {**doc, **names}

    def new_customer(self, fields: Document) -> Document:
        """Keep a customer; ValueError with the list of complaints."""
        self._check_customer(fields, None)
        key = self.new_id("customer")
        self.store.put("customer", key, {**self.blank_customer(key, self.now()), **fields})
        self.notify(f"Customer created: {self.show_customer(self.find('customer', key))['business_then_name']}",
                    "customers", self.show_customer(self.find("customer", key)))  # fmt: skip
        return self.find("customer", key)

    def blank_customer(self, key: int, now: str) -> Document:
        """A customer of whom nothing is known yet."""
        doc: Document = {"id": key, **dict.fromkeys(TEXTS), **dict.fromkeys(FLAGS, False), **dict.fromkeys(REFERENCES)}
        return doc | {
            "created_at": now, "updated_at": now, "pdf_url": None, "latitude": None, "longitude": None,
            "disabled": False, "location_name": None, "location_id": None, "properties": {}, "contacts": [],
            "online_profile_url": f"https://{self.subdomain}.syncromsp.com/my_profile/v2/index?portal_key=key{key}",
        }  # fmt: skip

    def change_customer(self, doc: Document, fields: Document) -> Document:
        """Overwrite what was given; ValueError with the list of complaints."""
        self._check_customer({**doc, **fields}, doc["id"])
        return self.store.put("customer", doc["id"], {**doc, **fields, "updated_at": self.now()})

    def _check_customer(self, fields: Document, own: int | None) -> None:
        complaints = []
        email = str(fields.get("email") or "")
        if not any(str(fields.get(name) or "").strip() for name in ("business_name", "firstname", "lastname")):
            complaints.append("Name can't be blank")
        if email and not re.fullmatch(r"[^@\s]+@[^@\s]+", email):
            complaints += ["Email is not an email", f'Email Only able to parse up to "{email}"']
        if email and any(doc["id"] != own for doc in self.shelves.having("customer", "email", email.lower(), _email)):
            complaints.append("Email has already been taken")
        if fields.get("tax_rate_id") and self.store.get("tax_rate", fields["tax_rate_id"]) is None:
            complaints.append("Tax rate must exist")
        if complaints:
            raise ValueError(complaints)

    @route("GET", f"{BASE}/customers")
    def list_customers(self, request: Request) -> Response:
        """The list; disabled ones only on request."""
        arrange = self.sorting("customer", request, SORTABLE, self.show_customer)
        ids = self.listed("customer", request, lambda doc: _asked_for(request, doc), arrange=arrange)
        rows, wanted, pages = self.page(request, ids, PAGE)
        shown = [self.show_customer(doc) for doc in self.documents("customer", rows)]
        return Response(200, {"customers": shown, "meta": self.full_meta(wanted, pages, len(ids), PAGE)})

    def sorting(self, kind: str, request: Request, allowed: tuple[str, ...],
                show: Callable[[Document], Document]) -> Callable[[list[int]], list[int]] | None:  # fmt: skip
        """How a list is put in the order that its `sort` names; None when it names none."""
        name, _, direction = request.arg("sort").partition(" ")
        if name not in allowed:
            return None

        def arranged(ids: list[int]) -> list[int]:
            return sorted(ids, key=lambda key: _sort_key(show(self.find(kind, key)).get(name)),
                          reverse=direction.upper() == "DESC")  # fmt: skip

        return arranged

    @route("GET", f"{BASE}/customers/(?P<key>\\d+)")
    def get_customer(self, request: Request, key: str) -> Response:
        """One customer, richer than in the list."""
        doc = self.store.get("customer", key)
        if doc is None:
            return self.not_found(request)
        links = [f"https://{self.subdomain}.syncromsp.com/api/v1/invoices/{invoice['id']}"
                 for invoice in self.shelves.having("invoice", "customer_id", doc["id"])]  # fmt: skip
        rich: Document = {"ticket_links": [], "invoice_links": links, "phones": [], "contracts": [], "addresses": []}
        return Response(200, {"customer": {**self.show_customer(doc), **rich}})

    @route("GET", f"{BASE}/customers/latest")
    def latest_customer(self, request: Request) -> Response:
        """The customer that was made last."""
        ids = self.shelves.ids("customer")
        if not ids:
            return self.not_found(request)
        return Response(200, {"customer": self.show_customer(self.find("customer", ids[-1]))})

    @route("GET", f"{BASE}/customers/autocomplete")
    def autocomplete(self, request: Request) -> Response:
        """The first page of what a search finds, without meta."""
        rows = self.listed("customer", request, lambda doc: _asked_for(request, doc))[:PAGE]
        return Response(200, {"customers": [self.show_customer(doc) for doc in self.documents("customer", rows)]})

    @route("POST", f"{BASE}/customers")
    def create_customer(self, request: Request) -> Response:
        """A new customer."""
        body = self.body_of(request)
        return self._kept_customer(body, self.new_customer)

    @route("PUT", f"{BASE}/customers/(?P<key>\\d+)")
    def update_customer(self, request: Request, key: str) -> Response:
        """Overwrites what is sent and leaves the rest."""
        doc = self.store.get("customer", key)
        if doc is None:
            return self.not_found(request)
        return self._kept_customer(self.body_of(request), lambda fields: self.change_customer(doc, fields))

    def _kept_customer(self, body: Document, keep: Any) -> Response:
        try:
            doc = keep({name: body[name] for name in WRITABLE if name in body})
        except ValueError as complaint:
            return Response(422, {"success": False, "message": complaint.args[0], "params": body})
        return Response(200, {"customer": self.show_customer(doc)})

    @route("DELETE", f"{BASE}/customers/(?P<key>\\d+)")
    def destroy_customer(self, request: Request, key: str) -> Response:
        """Gone without a trace; its invoices stay."""
        if self.store.get("customer", key) is None:
            return self.not_found(request)
        self.store.remove("customer", key)
        return Response(200, {"message": "Customer was deleted from the system."})


def _sort_key(value: Any) -> tuple[bool, Any]:
    return (value is not None, value.lower() if isinstance(value, str) else value)


def _email(doc: Document) -> str:
    return str(doc["email"] or "").lower()


def _asked_for(request: Request, doc: Document) -> bool:
    if doc["disabled"] and request.arg("include_disabled") not in ("true", "1"):
        return False
    ids, not_ids = request.query.get("id[]"), request.query.get("not_id[]")
    if (ids and str(doc["id"]) not in ids) or (not_ids and str(doc["id"]) in not_ids):
        return False
    likes = ("firstname", "lastname", "business_name", "email")
    if not all(request.arg(name).lower() in str(doc[name] or "").lower() for name in likes):
        return False
    words = " ".join(str(doc[name] or "") for name in (*likes, "phone", "mobile"))
    return request.arg("query").lower() in words.lower()
