"""Invoices: thin lists, rich details, and refusals that look like success."""

from __future__ import annotations

from urllib.parse import unquote

from apps.sandbox.frame import Request, Response, route
from apps.sandbox.store import Document
from apps.sandbox.syncro import values
from apps.sandbox.syncro.account import BASE
from apps.sandbox.syncro.orders import Orders

PAGE = 25
FILTERS = ("paid", "unpaid", "ticket_id")
THIN = (
    "id", "customer_id", "number", "created_at", "updated_at", "date", "due_date", "subtotal", "total", "tax",
    "verified_paid", "tech_marked_paid", "ticket_id", "pdf_url", "is_paid", "location_id", "po_number", "contact_id",
    "note", "hardwarecost", "user_id",
)  # fmt: skip
HEADER = ("customer_id", "number", "date", "due_date", "ticket_id", "location_id", "po_number", "contact_id", "note")
LINE_FIELDS = (
    "item", "name", "price", "cost", "quantity", "taxable", "product_id", "line_discount_percent", "discount_dollars",
    "tax_note", "tax_rate_id",
)  # fmt: skip
LINE_AMOUNTS = ("price", "cost", "quantity", "line_discount_percent", "discount_dollars")
LINE_HIDDEN = ("tax_rate_id",)
PAYMENT_FIELDS = (
    "id", "created_at", "updated_at", "success", "payment_amount", "invoice_ids", "ref_num", "applied_at",
    "payment_method", "transaction_response",
)  # fmt: skip
ALREADY_PAID = {"message": "Invoice is already paid"}
TRUE = ("true", "1")


class Invoices(Orders):
    """The invoice endpoints, and what people's screens share with them."""

    def show_invoice(self, doc: Document) -> Document:
        """An invoice as lists and answers to writes show it: no lines, payments or balance."""
        customer = self.store.get("customer", doc["customer_id"])
        name = self.show_customer(customer)["business_then_name"] if customer else None
        return {**{field: doc[field] for field in THIN}, "customer_business_then_name": name}

    def show_detail(self, doc: Document) -> Document:
        """The whole invoice; a tax rate is nowhere in it, and a payment does not say how much of it is meant."""
        customer = self.store.get("customer", doc["customer_id"])
        payments = [{name: payment[name] for name in PAYMENT_FIELDS} for payment in self.payments_on(doc["id"])]
        return {
            **self.show_invoice(doc),
            "date_received": None,
            "balance_due": values.text(self.balance(doc)),
            "line_items": [self.show_line(line) for line in doc["lines"]],
            "payments": payments,
            "customer": self.show_customer(customer) if customer else None,
        }

    def show_line(self, line: Document) -> Document:
        """A line; its tax rate is kept but never shown."""
        shown = {name: value for name, value in line.items() if name not in LINE_HIDDEN}
        quantity = values.decimal(line["quantity"])
        if self.readings["line_price"] == "after_discount" and quantity:
            shown["price"] = values.text(round(values.line_net(line) / quantity, 4))
        return shown

    def new_invoice(self, fields: Document) -> Document:
        """Keep an invoice without lines; ValueError with the complaints by field."""
        self._check_invoice(fields, None)
        key, now = self.new_id("invoice"), self.now()
        doc: Document = {**dict.fromkeys(THIN), "id": key, "created_at": now, "updated_at": now, "is_paid": False,
                         "verified_paid": False, "tech_marked_paid": False, "user_id": 1, "lines": [],
                         "tax_rate_id": None, "notax": False, **fields}  # fmt: skip
        doc["location_id"] = fields.get("location_id") or self.first_location()
        doc["number"] = str(fields.get("number") or self._next_number())
        doc["date"] = values.midnight(fields["date"])
        doc["due_date"] = values.midnight(fields.get("due_date") or fields["date"])
        self.add_up(doc)
        doc["hardwarecost"] = None
        return doc

    def _next_number(self) -> str:
        while True:
            number = str(self.store.next_id("invoice_number", 1001))
            if self.by_number(number) is None:
                return number

    def _check_invoice(self, fields: Document, own: int | None) -> None:
        complaints: dict[str, list[str]] = {}
        if not fields.get("customer_id"):
            complaints["customer_id"] = ["can't be blank"]
        elif self.store.get("customer", fields["customer_id"]) is None:
            complaints["customer"] = ["must exist"]
        if own and self.readings["requires_number"] and not fields.get("number"):
            complaints["number"] = ["can't be blank"]
        for name in ("date", "due_date"):
            if not _is_day(fields.get(name), optional=name == "due_date"):
                complaints[name] = ["can't be blank"]
        taken = self.by_number(str(fields.get("number") or ""))
        if taken and taken["id"] != own:
            complaints["number"] = ["has already been taken"]
        if complaints:
            raise ValueError(complaints)

    def change_invoice(self, doc: Document, fields: Document) -> Document:
        """Overwrite header fields and add up again."""
        self._check_invoice({**doc, **fields}, doc["id"])
        date = fields.get("date") or doc["date"]
        due = fields["due_date"] or date if "due_date" in fields else doc["due_date"]
        days = {"date": values.midnight(date), "due_date": values.midnight(due)}
        number = str(fields.get("number") or doc["number"])
        changed = {**doc, **fields, "number": number, **days, "updated_at": self.now()}
        self.add_up(changed)
        self.notify(f"Invoice #{number} was updated", "invoices", self.show_invoice(changed))
        return changed

    def build_line(self, invoice: Document, fields: Document, old: Document | None = None) -> Document:
        """A line from what was given, filled up from its product; ValueError with a sentence."""
        now = self.now()
        line: Document = old or self._blank_line(invoice, fields, now)
        line = {**line, **{name: fields[name] for name in LINE_FIELDS if name in fields}}
        for name in ("item", "name"):
            if not line[name]:
                raise ValueError(f"validation error: {name.capitalize()} can't be blank")
        if line["tax_rate_id"] and self.store.get("tax_rate", line["tax_rate_id"]) is None:
            raise ValueError("validation error: Tax rate must exist")
        for name in LINE_AMOUNTS:
            given = line[name]
            line[name] = None if given is None and "discount" in name else values.text(values.decimal(given))
        line["discount_percent"] = line["line_discount_percent"]
        return {**line, "taxable": bool(line["taxable"]), "updated_at": now}

    def _blank_line(self, invoice: Document, fields: Document, now: str) -> Document:
        product = self.store.get("product", fields["product_id"]) if fields.get("product_id") else {}
        if product is None:
            raise ValueError("validation error: Product must exist")
        return {
            "id": self.new_id("line"), "created_at": now, "updated_at": now, "invoice_id": invoice["id"],
            "item": product.get("name"), "name": product.get("description"), "cost": product.get("price_cost", 0),
            "price": self._price_of(product, invoice), "quantity": 1, "product_id": None,
            "product_category": product.get("product_category"), "taxable": product.get("taxable", True),
            "tax_note": None, "discount_percent": None, "line_discount_percent": None, "discount_dollars": None,
            "position": len(invoice["lines"]) + 1, "invoice_bundle_id": None, "user_id": 1,
            "tax_rate_id": _rate_of(product, invoice["location_id"]),
        }  # fmt: skip

    def _price_of(self, product: Document, invoice: Document) -> object:
        """A product's price; a discount in percent takes its part of the lines above it."""
        if not product.get("discount_percent"):
            return product.get("price_retail", 0)
        above = sum((values.line_net(line) for line in invoice["lines"]), values.ZERO)
        return values.dollars(-values.cents(above * values.decimal(product["discount_percent"]) / 100))

    def set_lines(self, invoice: Document, lines: list[Document]) -> Document:
        """Give an invoice these lines, a change of its own moment."""
        changed = {**invoice, "lines": lines, "updated_at": self.now()}
        self.add_up(changed)
        return changed

    @route("GET", f"{BASE}/invoices")
    def list_invoices(self, request: Request) -> Response:
        """The thin list; a since that is no full instant is ignored."""
        since = values.moment(request.arg("since_updated_at"))
        then = values.instant(since.timestamp()) if since else ""
        base = (lambda: self.shelves.after("invoice", "updated_at", then)) if since else None
        keep = (lambda doc: _wanted(request, doc)) if any(map(request.arg, FILTERS)) else None
        rows, wanted, pages = self.page(request, self.listed("invoice", request, keep, base=base), PAGE)
        return Response(200, {"invoices": [self.show_invoice(doc) for doc in self.documents("invoice", rows)],
                              "meta": self.thin_meta(wanted, pages)})  # fmt: skip

    @route("GET", f"{BASE}/invoices/(?P<key>[^/]+)")
    def get_invoice(self, request: Request, key: str) -> Response:
        """One invoice by id, or else by number: a number may hide behind another invoice's id."""
        doc = self.store.get("invoice", key) or self.by_number(unquote(key))
        return Response(200, {"invoice": self.show_detail(doc)}) if doc else self.not_found(request)

    @route("POST", f"{BASE}/invoices")
    def create_invoice(self, request: Request) -> Response:
        """A new invoice without lines, also when lines were sent."""
        body = self.body_of(request)
        fields = {name: body[name] for name in HEADER if name in body}
        try:
            if self.readings["requires_number"] and not fields.get("number"):
                raise ValueError({"number": ["can't be blank"]})
            doc = self.new_invoice(fields)
        except ValueError as complaint:
            return Response(422, complaint.args[0])
        self.notify(f"Invoice #{doc['number']} was created", "invoices", self.show_invoice(doc))
        return Response(200, {"invoice": self.show_invoice(doc)})

    @route("PUT", f"{BASE}/invoices/(?P<key>\\d+)")
    def update_invoice(self, request: Request, key: str) -> Response:
        """Overwrites the header, also with nothing; sums and lines are not the caller's to set."""
        doc, body = self.store.get("invoice", key), self.body_of(request)
        if doc is None:
            return self.not_found(request)
        blank: Document = dict.fromkeys(HEADER) if self.readings["put_overwrites"] == "everything" else {}
        try:
            changed = self.change_invoice(doc, {**blank, **{name: body[name] for name in HEADER if name in body}})
        except ValueError as complaint:
            return Response(422, complaint.args[0])
        return Response(200, {"invoice": self.show_invoice(changed)})

    @route("DELETE", f"{BASE}/invoices/(?P<key>[^/]+)")
    def destroy_invoice(self, request: Request, key: str) -> Response:
        """Answers 200 in any case; an invoice with payments stays."""
        doc = self.store.get("invoice", key)
        if doc is not None and not self.payments_on(doc["id"]):
            self.store.remove("invoice", key)
        return Response(200, {})


def _rate_of(product: Document, location_id: int | None) -> int | None:
    """A product's own rate, or the one it has at a location."""
    rows = [row for row in product.get("location_quantities", ()) if row["location_id"] == location_id]
    rate: int | None = next((row["tax_rate_id"] for row in rows), None) or product.get("tax_rate_id")
    return rate


def _is_day(value: object, optional: bool) -> bool:
    if not value:
        return optional
    try:
        values.midnight(value)
    except ValueError:
        return False
    return True


def _wanted(request: Request, doc: Document) -> bool:
    if request.arg("paid") in TRUE and not doc["is_paid"]:
        return False
    if request.arg("unpaid") in TRUE and doc["is_paid"]:
        return False
    return not request.arg("ticket_id") or str(doc["ticket_id"]) == request.arg("ticket_id")
