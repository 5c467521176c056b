"""Estimates and schedules (recurring invoices): read through the API, made in the screens."""

from __future__ import annotations

from typing import Any

from apps.sandbox.frame import Request, Response, route
from apps.sandbox.store import Document
from apps.sandbox.syncro import values
from apps.sandbox.syncro.account import BASE
from apps.sandbox.syncro.customers import Customers

ESTIMATES_PAGE = 50
SCHEDULES_PAGE = 25
STATUSES = ("Fresh", "Draft", "Approved", "Declined")
FREQUENCIES = ("Daily", "Weekly", "Biweekly", "Monthly", "Quarterly", "Semi-Annually", "Annually", "Biennially",
               "Triennially")  # fmt: skip


class Plans(Customers):
    """Thin lists: estimates with a thin meta, schedules without any."""

    def show_estimate(self, doc: Document) -> Document:
        """An estimate as every endpoint shows it: no lines, and the invoice it became."""
        customer = self.store.get("customer", doc["customer_id"])
        name = self.show_customer(customer)["business_then_name"] if customer else None
        return {**doc, "customer_business_then_name": name}

    @route("GET", f"{BASE}/estimates")
    def list_estimates(self, request: Request) -> Response:
        """The list, of one status or of all."""
        status = request.arg("status").lower()
        keep = (lambda doc: doc["status"].lower() == status) if status else None
        rows, wanted, pages = self.page(request, self.listed("estimate", request, keep), ESTIMATES_PAGE)
        return Response(200, {"estimates": [self.show_estimate(doc) for doc in self.documents("estimate", rows)],
                              "meta": self.thin_meta(wanted, pages)})  # fmt: skip

    @route("GET", f"{BASE}/estimates/(?P<key>\\d+)")
    def get_estimate(self, request: Request, key: str) -> Response:
        """One estimate."""
        doc = self.store.get("estimate", key)
        return Response(200, {"estimate": self.show_estimate(doc)}) if doc else self.not_found(request)

    @route("GET", f"{BASE}/schedules")
    def list_schedules(self, request: Request) -> Response:
        """The list, of one customer or of all, without any meta."""
        of = request.arg("customer_id")
        keep = (lambda doc: str(doc["customer_id"]) == of) if of else None
        rows, _, _ = self.page(request, self.listed("schedule", request, keep), SCHEDULES_PAGE)
        return Response(200, {"schedules": self.documents("schedule", rows)})

    @route("GET", f"{BASE}/schedules/(?P<key>\\d+)")
    def get_schedule(self, request: Request, key: str) -> Response:
        """One schedule with its lines."""
        doc = self.store.get("schedule", key)
        return Response(200, {"schedule": doc}) if doc else self.not_found(request)

    def control_estimate(self, customer_id: str, subtotal: str = "0", tax: str = "0", status: str = "Fresh",
                         date: str | None = None, name: str = "", invoice_id: str | None = None) -> str:  # fmt: skip
        """A new estimate of dollars; `invoice_id` is the invoice it became."""
        if status not in STATUSES:
            raise ValueError(f"status is one of {STATUSES}")
        key, now = self.new_id("estimate"), self.now()
        money = {"subtotal": values.decimal(subtotal), "tax": values.decimal(tax)}
        money["total"] = sum(money.values(), values.ZERO)
        self.store.put("estimate", key, {
            "id": key, "customer_id": self.find("customer", customer_id)["id"], "name": name, "number": str(key),
            "status": status, "created_at": now, "updated_at": now, "date": values.midnight(date or now),
            "ticket_id": None, "pdf_url": None, "location_id": None, "employee": None,
            "invoice_id": int(invoice_id) if invoice_id else None,
            **{field: values.text(amount) for field, amount in money.items()},
        })  # fmt: skip
        return str(key)

    def control_schedule(self, customer_id: str, name: str, frequency: str = "Monthly", next_run: str | None = None,
                         lines: list[dict[str, Any]] | None = None) -> str:  # fmt: skip
        """A new schedule with lines of name, price, cost, quantity, product_id and taxable."""
        if frequency not in FREQUENCIES:
            raise ValueError(f"frequency is one of {FREQUENCIES}")
        key = self.new_id("schedule")
        built = [self._schedule_line(key, position, line) for position, line in enumerate(lines or [], 1)]
        total = sum((values.dollars(line["retail_cents"]) * values.decimal(line["quantity"]) for line in built),
                    values.ZERO)  # fmt: skip
        self.store.put("schedule", key, {
            "id": key, "account_id": 1, "customer_id": self.find("customer", customer_id)["id"],
            "email_customer": False, "frequency": frequency, "name": name, "snail_mail": False, "charge_mop": False,
            "next_run": values.midnight(next_run or self.now()), "subtotal": values.number(total),
            "invoice_unbilled_ticket_charges": False, "paused": False, "last_invoice_paid": None, "lines": built,
        })  # fmt: skip
        return str(key)

    def _schedule_line(self, schedule: int, position: int, line: Document) -> Document:
        price, cost = values.decimal(line.get("price")), values.decimal(line.get("cost"))
        product = line.get("product_id")
        return {
            "id": self.new_id("line"), "schedule_id": schedule, "position": position, "user_id": 1,
            "name": line.get("name"), "description": line.get("description", ""), "taxable": line.get("taxable", True),
            "quantity": values.text(values.decimal(line.get("quantity", 1))),
            "product_id": int(product) if product else None, "retail_cents": values.cents(price),
            "cost_cents": values.cents(cost), "price_retail": values.number(price), "price_cost": values.number(cost),
            "product_category": None, "asset_type_id": None, "recurring_type_id": None, "device_ids": [],
            "one_time_charge": False,
        }  # fmt: skip
