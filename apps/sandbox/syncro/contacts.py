"""Contacts (End Users in the newer screens): answered without a wrapper, unlike almost everything else."""

from __future__ import annotations

import re

from apps.sandbox.frame import Request, Response, route
from apps.sandbox.store import Document
from apps.sandbox.syncro.account import BASE
from apps.sandbox.syncro.customers import Customers

PAGE = 50
TEXTS = ("name", "address1", "address2", "city", "state", "zip", "email", "phone", "mobile", "notes")
SHOWN = (
    "id", "name", "address1", "address2", "city", "state", "zip", "email", "phone", "mobile", "latitude", "longitude",
    "customer_id", "account_id", "notes", "created_at", "updated_at", "vendor_id", "properties", "opt_out", "extension",
)  # fmt: skip


class Contacts(Customers):
    """The contact endpoints, and what people's screens share with them."""

    def show_customer(self, doc: Document) -> Document:
        """A customer with its contacts inside."""
        contacts = self.shelves.having("contact", "customer_id", doc["id"])
        return {**super().show_customer(doc), "contacts": contacts}

    def keep_contact(self, fields: Document, old: Document | None = None) -> Document:
        """Keep a new or changed contact; ValueError with the record and the complaints."""
        blank: Document = {**dict.fromkeys(SHOWN), "account_id": 1, "properties": {}, "opt_out": False}
        doc = {**(old or blank), **{name: fields[name] for name in (*TEXTS, "customer_id") if name in fields}}
        if "title" in fields:
            doc["properties"] = {**doc["properties"], "title": fields["title"]}
        complaints = [f"{word} can't be blank" for word, name in (("Customer", "customer_id"), ("Name", "name"))
                      if not doc[name]]  # fmt: skip
        if doc["email"] and not re.fullmatch(r"[^@\s]+@[^@\s]+", str(doc["email"])):
            complaints.append("Email is not an email")
        if complaints:
            raise ValueError({"record": doc, "errors": ", ".join(complaints)})
        doc = {**doc, "updated_at": self.now()}
        if old is None:
            doc |= {"id": self.new_id("contact"), "created_at": doc["updated_at"]}
        return self.store.put("contact", doc["id"], doc)

    @route("GET", f"{BASE}/contacts")
    def list_contacts(self, request: Request) -> Response:
        """The list, of one customer or of all; no filter by time."""
        of = request.arg("customer_id")
        keep = (lambda doc: str(doc["customer_id"]) == of) if of else None
        ids = self.listed("contact", request, keep)
        rows, wanted, pages = self.page(request, ids, PAGE)
        return Response(200, {"contacts": self.documents("contact", rows),
                              "meta": self.full_meta(wanted, pages, len(ids), PAGE)})  # fmt: skip

    @route("GET", f"{BASE}/contacts/(?P<key>\\d+)")
    def get_contact(self, request: Request, key: str) -> Response:
        """One contact."""
        doc = self.store.get("contact", key)
        return Response(200, doc) if doc else self.not_found(request)

    @route("POST", f"{BASE}/contacts")
    def create_contact(self, request: Request) -> Response:
        """A new contact of a customer that there is."""
        body = self.body_of(request)
        if body.get("customer_id") and self.store.get("customer", body["customer_id"]) is None:
            return self.not_found(request)
        return self._kept_contact(body, None)

    @route("PUT", f"{BASE}/contacts/(?P<key>\\d+)")
    def update_contact(self, request: Request, key: str) -> Response:
        """Overwrites what is sent; the name must be."""
        doc = self.store.get("contact", key)
        if doc is None:
            return self.not_found(request)
        body = self.body_of(request)
        return self._kept_contact({**body, "name": body.get("name")}, doc)

    def _kept_contact(self, body: Document, old: Document | None) -> Response:
        try:
            return Response(200, self.keep_contact(body, old))
        except ValueError as complaint:
            return Response(422, complaint.args[0])

    @route("DELETE", f"{BASE}/contacts/(?P<key>\\d+)")
    def destroy_contact(self, request: Request, key: str) -> Response:
        """Gone without a trace."""
        if self.store.get("contact", key) is None:
            return self.not_found(request)
        self.store.remove("contact", key)
        return Response(200, {})
