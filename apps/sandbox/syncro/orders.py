"""Purchase orders: made, filled and received through the API; ordered, finished and reopened only in the screens."""

from __future__ import annotations

import re

from apps.sandbox.frame import Request, Response, route
from apps.sandbox.store import Document
from apps.sandbox.syncro import values
from apps.sandbox.syncro.account import BASE
from apps.sandbox.syncro.skus import Skus

PAGE = 20
OPEN, FINISHED = "Open", "Finished"
SHOWN = (
    "id", "created_at", "updated_at", "expected_date", "number", "shipping_notes", "status", "user_id", "vendor_id",
    "location_id", "due_date", "paid_date", "delivery_tracking",
)  # fmt: skip
TEXTS = ("shipping_notes", "delivery_tracking", "general_notes", "discount_percent", "user_id", "location_id")
DAYS = ("due_date", "paid_date", "order_date")
CENTS = ("other_cents", "shipping_cents")
NOT_STOCK = "Error adding that item  - please ensure that the item you are trying to add is set to ‘Maintain Stock’."  # noqa: RUF001


class Orders(Skus):
    """The purchase order endpoints, and what people's screens share with them."""

    def show_order(self, doc: Document, listed: bool = False) -> Document:
        """An order with its vendor inside; what was discounted or noted is kept, but not shown."""
        total = sum(line["total_cents"] for line in doc["lines"]) + sum(doc[name] for name in CENTS)
        money = {"other": doc["other_cents"], "shipping": doc["shipping_cents"], "total": total}
        thin = listed and not self.readings["orders_list_lines"]
        return {
            **{name: doc[name] for name in SHOWN},
            **{name: values.number(values.dollars(cents)) for name, cents in money.items()},
            "account_subdomain": self.subdomain,
            "vendor": self.store.get("vendor", doc["vendor_id"]),
            "location": self._shown_location(doc["location_id"]),
            "line_items": [] if thin else [self.show_order_line(line) for line in doc["lines"]],
        }

    def _shown_location(self, key: int | None) -> Document | None:
        location = self.store.get("location", key) if key else None
        if location is None or self.readings["order_location"] == "whole":
            return location
        return {"id": location["id"]}

    def show_order_line(self, line: Document) -> Document:
        """A line of an order, its money in cents or, by the other reading, in dollars."""
        if self.readings["order_lines_in"] == "cents":
            return line
        rest = {name: value for name, value in line.items() if name not in ("cost_cents", "total_cents")}
        return {**rest, **{name: values.number(values.dollars(line[f"{name}_cents"])) for name in ("cost", "total")}}

    def new_order(self, fields: Document) -> Document:
        """Keep an order without lines; ValueError with a sentence."""
        vendor = self.store.get("vendor", fields.get("vendor_id") or "")
        if vendor is None:
            raise ValueError("validation error: Vendor must exist")
        key, now = self.new_id("purchase_order"), self.now()
        doc: Document = {**dict.fromkeys((*SHOWN, *TEXTS, *DAYS)), "id": key, "created_at": now, "updated_at": now,
                         "vendor_id": vendor["id"], "status": OPEN, "lines": []}  # fmt: skip
        doc |= {name: fields[name] for name in (*TEXTS, "expected_date") if name in fields}
        doc |= {name: values.midnight(fields[name]) for name in DAYS if fields.get(name)}
        doc |= {name: int(fields.get(name) or 0) for name in CENTS}
        doc["number"] = fields.get("number") or self._number_for(vendor["name"], now)
        doc["user_id"] = fields.get("user_id") or 1
        doc["location_id"] = fields.get("location_id") or self.first_location()
        return self.store.put("purchase_order", key, doc)

    def _number_for(self, vendor: str, now: str) -> str:
        prefix = "".join(word[0] for word in re.findall(r"\w+", vendor)[:2]).upper()
        day = f"{prefix}-{now[:10].replace('-', '')}"
        return f"{day}-{self.store.next_id(f'order {day}')}"

    def add_order_line(self, order: Document, product_id: object, quantity: int, cost_cents: int | None = None,
                       parent: int | None = None) -> Document:  # fmt: skip
        """One more line of an order; ValueError with a sentence."""
        product = self.store.get("product", str(product_id or ""))
        if product is None or not product["maintain_stock"]:
            raise ValueError(NOT_STOCK)
        now = self.now()
        cost = values.cents(product["price_cost"]) if cost_cents is None else cost_cents
        fresh = quantity if self.readings["received_quantity"] == "as_ordered" else 0
        line: Document = {
            "id": self.new_id("order_line"), "purchase_order_id": order["id"], "product_id": product["id"],
            "quantity": quantity, "cost_cents": cost, "total_cents": cost * quantity, "created_at": now,
            "updated_at": now, "received": False, "position": None, "received_quantity": fresh,
            "parent_po_line_item_id": parent, "old_cost_cents": None,
        }  # fmt: skip
        self.keep_order(order, [*order["lines"], line])
        return line

    def keep_order(self, order: Document, lines: list[Document], **fields: object) -> Document:
        """Keep an order with these lines, a change of its own moment."""
        changed = {**order, "lines": lines, **fields, "updated_at": self.now()}
        return self.store.put("purchase_order", order["id"], changed)

    def receive_line(self, order: Document, line: Document) -> Document:
        """The goods of a line are there; the last line closes the order."""
        got = {**line, "received": True, "received_quantity": line["quantity"], "updated_at": self.now()}
        self.stock_up(self.find("product", line["product_id"]), line["quantity"], order["location_id"])
        lines = [got if each["id"] == line["id"] else each for each in order["lines"]]
        done = all(each["received"] for each in lines)
        return self.keep_order(order, lines, status=FINISHED if done else order["status"])

    @route("GET", f"{BASE}/purchase_orders")
    def list_orders(self, request: Request) -> Response:
        """The list, without filters and without any meta."""
        rows = self.page(request, self.listed("purchase_order", request), PAGE)[0]
        shown = [self.show_order(doc, listed=True) for doc in self.documents("purchase_order", rows)]
        return Response(200, {"purchase_orders": shown})

    @route("GET", f"{BASE}/purchase_orders/(?P<key>\\d+)")
    def get_order(self, request: Request, key: str) -> Response:
        """One order with its lines."""
        doc = self.store.get("purchase_order", key)
        return Response(200, {"purchase_order": self.show_order(doc)}) if doc else self.not_found(request)

    @route("POST", f"{BASE}/purchase_orders")
    def create_order(self, request: Request) -> Response:
        """A new order without lines; its number and its status are not the caller's to set."""
        body = {name: value for name, value in self.body_of(request).items() if name != "number"}
        try:
            return Response(200, {"purchase_order": self.show_order(self.new_order(body))})
        except ValueError as complaint:
            return Response(422, {"errors": str(complaint)})

    @route("POST", f"{BASE}/purchase_orders/(?P<key>\\d+)/create_po_line_item")
    def create_order_line(self, request: Request, key: str) -> Response:
        """One more line, of a product that is kept in stock."""
        doc, body = self.store.get("purchase_order", key), self.body_of(request)
        if doc is None:
            return self.not_found(request)
        try:
            line = self.add_order_line(doc, body.get("product_id"), int(body.get("quantity") or 1))
        except ValueError as complaint:
            return Response(422, {"errors": str(complaint)})
        return Response(200, {"po_line_item": self.show_order_line(line)})

    @route("POST", f"{BASE}/purchase_orders/(?P<key>\\d+)/receive")
    def receive_order_line(self, request: Request, key: str) -> Response:
        """The whole line was received."""
        doc, wanted = self.store.get("purchase_order", key), self.body_of(request).get("line_item_id")
        line = next((line for line in doc["lines"] if str(line["id"]) == str(wanted)), None) if doc else None
        if doc is None or line is None:
            return self.not_found(request)
        if not line["received"]:
            doc = self.receive_line(doc, line)
        return Response(200, {"purchase_order": self.show_order(doc)})
