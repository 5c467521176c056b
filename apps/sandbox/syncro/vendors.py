"""Vendors: read, made and changed, never deleted; their list has no meta."""

from __future__ import annotations

import re

from apps.sandbox.frame import Request, Response, route
from apps.sandbox.store import Document
from apps.sandbox.syncro.account import BASE
from apps.sandbox.syncro.contacts import Contacts

PAGE = 100
FIELDS = (
    "name", "rep_first_name", "rep_last_name", "email", "phone", "account_number", "address", "city", "state", "zip",
    "website", "notes",
)  # fmt: skip


class Vendors(Contacts):
    """The vendor endpoints, and what people's screens share with them."""

    def keep_vendor(self, fields: Document, old: Document | None = None) -> Document:
        """Keep a new or changed vendor; ValueError with the list of complaints."""
        doc: Document = {**(old or dict.fromkeys(("id", *FIELDS))), **{name: fields[name] for name in FIELDS
                                                                       if name in fields}}  # fmt: skip
        complaints = [] if str(doc["name"] or "").strip() else ["Name can't be blank"]
        if doc["email"] and not re.fullmatch(r"[^@\s]+@[^@\s]+", str(doc["email"])):
            complaints.append("Email is not an email")
        if complaints:
            raise ValueError(complaints)
        doc["updated_at"] = self.now()
        if old is None:
            doc |= {"id": self.new_id("vendor"), "created_at": doc["updated_at"]}
        return self.store.put("vendor", doc["id"], doc)

    @route("GET", f"{BASE}/vendors")
    def list_vendors(self, request: Request) -> Response:
        """The list, without filters and without any meta."""
        rows = self.page(request, self.listed("vendor", request), PAGE)[0]
        return Response(200, {"vendors": self.documents("vendor", rows)})

    @route("GET", f"{BASE}/vendors/(?P<key>\\d+)")
    def get_vendor(self, request: Request, key: str) -> Response:
        """One vendor."""
        doc = self.store.get("vendor", key)
        return Response(200, {"vendor": doc}) if doc else self.not_found(request)

    @route("POST", f"{BASE}/vendors")
    def create_vendor(self, request: Request) -> Response:
        """A new vendor."""
        body = self.body_of(request)
        try:
            return Response(200, {"vendor": self.keep_vendor(body)})
        except ValueError as complaint:
            return Response(422, {"success": False, "message": complaint.args[0], "params": body})

    @route("PUT", f"{BASE}/vendors/(?P<key>\\d+)")
    def update_vendor(self, request: Request, key: str) -> Response:
        """Overwrites what is sent."""
        doc = self.store.get("vendor", key)
        if doc is None:
            return self.not_found(request)
        try:
            return Response(200, {"vendor": self.keep_vendor(self.body_of(request), doc)})
        except ValueError as complaint:
            return Response(422, {"success": False, "message": complaint.args[0]})
