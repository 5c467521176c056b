"""Lines: written one by one into their invoice, read all together from a feed that does not hold still."""

from __future__ import annotations

import random
from typing import Any

from apps.sandbox.frame import Request, Response, route
from apps.sandbox.store import Document
from apps.sandbox.syncro.account import BASE
from apps.sandbox.syncro.invoices import ALREADY_PAID, LINE_FIELDS, TRUE, Invoices
from apps.sandbox.syncro.shelves import Row

PAGE = 100
REACH = 3
#: What a PUT overwrites with when it does not name it: the fields that the vendor's page lists for a line.
EMPTIED: Document = {"item": None, "name": None, "price": 0, "cost": 0, "taxable": False,
                     "line_discount_percent": None, "discount_dollars": None}  # fmt: skip


class Lines(Invoices):
    """The line endpoints."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._feed_reads = 0

    @route("POST", f"{BASE}/invoices/(?P<key>\\d+)/line_items")
    def create_line(self, request: Request, key: str) -> Response:
        """One more line, filled up from its product."""
        doc = self.store.get("invoice", key)
        if doc is None:
            return self.not_found(request)
        if doc["is_paid"] and self.payments_on(doc["id"]):
            return Response(200, ALREADY_PAID)
        body = self.body_of(request)
        try:
            line = self.build_line(doc, {name: body[name] for name in LINE_FIELDS if name in body})
        except ValueError as complaint:
            return Response(422, {"errors": str(complaint)})
        self.set_lines(doc, [*doc["lines"], line])
        return Response(200, {"line_item": self.show_line(line)})

    @route("PUT", f"{BASE}/invoices/(?P<key>\\d+)/line_items/(?P<line_key>\\d+)")
    def update_line(self, request: Request, key: str, line_key: str) -> Response:
        """Overwrites the line, also with nothing, unless the invoice is paid: then it only says so, with 200."""
        doc, line = self._line(key, line_key)
        if doc is None or line is None:
            return self.not_found(request)
        if doc["is_paid"]:
            return Response(200, ALREADY_PAID)
        body = self.body_of(request)
        blank = EMPTIED if self.readings["put_overwrites"] == "everything" else {}
        fields = {**blank, **{name: body[name] for name in LINE_FIELDS if name in body}}
        try:
            changed = self.build_line(doc, fields, line)
        except ValueError as complaint:
            field, _, words = str(complaint).removeprefix("validation error: ").partition(" ")
            return Response(422, {field.lower(): [words]})
        self.set_lines(doc, [changed if each is line else each for each in doc["lines"]])
        return Response(200, {"line_item": self.show_line(changed)})

    @route("DELETE", f"{BASE}/invoices/(?P<key>\\d+)/line_items/(?P<line_key>\\d+)")
    def destroy_line(self, request: Request, key: str, line_key: str) -> Response:
        """Removes a line, unless the invoice is paid: then it only says so, with 200."""
        doc, line = self._line(key, line_key)
        if doc is None or line is None:
            return self.not_found(request)
        if doc["is_paid"]:
            return Response(200, ALREADY_PAID)
        self.set_lines(doc, [each for each in doc["lines"] if each is not line])
        return Response(200, {"message": "Line item deleted"})

    def _line(self, key: str, line_key: str) -> tuple[Document | None, Document | None]:
        doc = self.store.get("invoice", key)
        lines = doc["lines"] if doc else []
        return doc, next((line for line in lines if str(line["id"]) == line_key), None)

    @route("GET", f"{BASE}/line_items")
    def list_lines(self, request: Request) -> Response:
        """The global feed of lines, for a Global Admin: no filter by time, and no promise about its order."""
        rows = self._fed(request)
        wanted = self.asked_page(request)
        shift, error = self._unrest(wanted)
        begin = max(0, (wanted - 1) * PAGE + shift) if (wanted - 1) * PAGE < len(rows) else len(rows)
        meta = self.full_meta(wanted, max(1, -(-len(rows) // PAGE)), max(0, len(rows) + error), PAGE)
        shown = [self.show_line(self._piece(row)) for row in rows[begin : begin + PAGE]]
        return Response(200, {"line_items": shown, "meta": meta})

    def _fed(self, request: Request) -> list[Row]:
        """The lines asked for, as rows of rank, line id and invoice id."""
        if request.arg("estimate_id") or request.arg("estimate_id_not_null") in TRUE:
            return []
        if request.arg("invoice_id"):
            invoice = self.store.get("invoice", request.arg("invoice_id"))
            return sorted(self._ranked(invoice)) if invoice else []
        rows = self.shelves.parts("invoice", self._ranked)
        return rows[::-1] if self.readings["newest_first"] else rows

    def _ranked(self, invoice: Document) -> list[Row]:
        moves = self.readings["line_feed"] == "touched_last"
        return [(line["updated_at"] if moves and line["updated_at"] != line["created_at"] else "", line["id"],
                 invoice["id"]) for line in invoice["lines"]]  # fmt: skip

    def _piece(self, row: Row) -> Document:
        _, key, invoice = row
        return next(line for line in self.find("invoice", invoice)["lines"] if line["id"] == key)

    def _unrest(self, page: int) -> tuple[int, int]:
        """By how many lines a page begins early or late, and by how many the count of entries is off."""
        seed = self.readings["unstable_lines"]
        if not seed or page == 1:
            return 0, 0
        self._feed_reads += 1
        chance = random.Random(f"{seed}/{page}/{self._feed_reads}")
        return chance.randint(-REACH, REACH), chance.randint(-REACH, REACH)
