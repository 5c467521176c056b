"""Payments: made and read, never changed or deleted through the API; how much went where is kept, not told."""

from __future__ import annotations

import re
from typing import Any

from apps.sandbox.frame import Request, Response, route
from apps.sandbox.store import Document
from apps.sandbox.syncro import values
from apps.sandbox.syncro.account import BASE
from apps.sandbox.syncro.invoices import PAYMENT_FIELDS
from apps.sandbox.syncro.lines import Lines

PAGE = 25
NO_CARD = "Declined: no card was given"


class Payments(Lines):
    """The payment endpoints, and what people's screens share with them."""

    def show_payment(self, doc: Document) -> Document:
        """A payment as lists and details show it, its customer inside."""
        customer = self.store.get("customer", doc["customer_id"])
        shown = {name: doc[name] for name in PAYMENT_FIELDS}
        return {**shown, "signature_date": None, "customer": self.show_customer(customer) if customer else None}

    def new_payment(self, customer_id: int, amount: int, method: str | None, ref_num: str | None, day: str,
                    parts: dict[str, int], success: bool = True, words: str | None = None) -> Document:  # fmt: skip
        """Keep a payment; amount and parts in whole cents, parts by invoice id."""
        key, now = self.new_id("payment"), self.now()
        invoices = [self.find("invoice", part) for part in parts]
        doc: Document = {
            "id": key, "created_at": now, "updated_at": now, "success": success, "customer_id": customer_id,
            "payment_amount": values.number(values.dollars(amount)), "ref_num": ref_num, "payment_method": method,
            "invoice_ids": [invoice["id"] for invoice in invoices] or [None], "applied_at": values.midnight(day),
            "transaction_response": words, "allocation": parts if success else {}, "cents": amount,
        }  # fmt: skip
        self.keep_payment(doc)
        for invoice in invoices:
            self.payment_moved(invoice)
        return doc

    def payment_moved(self, invoice: Document) -> None:
        """Settle an invoice after its payments changed."""
        changed = {**invoice, "updated_at": self.now()} if self.readings["payment_touches_invoice"] else dict(invoice)
        if self.settle(changed):
            self.notify(f"Invoice #{changed['number']} was paid", "invoices", self.show_invoice(changed))

    @route("GET", f"{BASE}/payments")
    def list_payments(self, request: Request) -> Response:
        """The list: no filter by time, customer or invoice."""
        query = request.arg("query")
        keep = (lambda doc: self._mentions(doc, query)) if query else None
        ids = self.listed("payment", request, keep, ("customer",))
        rows, wanted, pages = self.page(request, ids, PAGE)
        return Response(200, {"payments": [self.show_payment(doc) for doc in self.documents("payment", rows)],
                              "meta": self.thin_meta(wanted, pages)})  # fmt: skip

    def _mentions(self, doc: Document, query: str) -> bool:
        customer = self.store.get("customer", doc["customer_id"])
        name = self.show_customer(customer)["business_and_full_name"] if customer else ""
        words = f"{name} {doc['ref_num'] or ''}" if self.readings["query_finds_ref"] else name
        return query.lower() in words.lower()

    @route("GET", f"{BASE}/payments/(?P<key>\\d+)")
    def get_payment(self, request: Request, key: str) -> Response:
        """One payment."""
        doc = self.store.get("payment", key)
        return Response(200, {"payment": self.show_payment(doc)}) if doc else self.not_found(request)

    @route("POST", f"{BASE}/payments")
    def create_payment(self, request: Request) -> Response:
        """A new payment, dated today whatever is sent; a card method without a card is declined."""
        body = self.body_of(request)
        try:
            customer, amount, method = self._payer(body)
            parts = self._parts(body, customer["id"], amount)
        except ValueError as complaint:
            return Response(422, {"success": False, "message": [str(complaint)]})
        declined = bool(method and method["uses_card_processing"] and not body.get("credit_card_number"))
        ref_num = str(body["ref_num"]) if body.get("ref_num") is not None else None
        doc = self.new_payment(customer["id"], amount, method["name"] if method else None, ref_num, self.now(), parts,
                               not declined, NO_CARD if declined else None)  # fmt: skip
        return Response(200, {"payment": {**{name: doc[name] for name in PAYMENT_FIELDS}, "tickets": []}})

    def _payer(self, body: Document) -> tuple[Document, int, Document | None]:
        customer = self.store.get("customer", body.get("customer_id") or "")
        if customer is None:
            raise ValueError("Customer must exist")
        amount = _integer(body.get("amount_cents"))
        if amount <= 0:
            raise ValueError("Amount must be greater than 0")
        name = body.get("payment_method")
        method = next((doc for doc in self.store.all("payment_method") if doc["name"] == name), None)
        if name and method is None:
            raise ValueError("Payment method is not included in the list")
        return customer, amount, method

    def _parts(self, body: Document, customer_id: int, amount: int) -> dict[str, int]:
        wish = body.get("apply_payments")
        if wish:
            return self._asked_parts(wish, customer_id, amount)
        target = body.get("invoice_id") or body.get("invoice_number")
        if not target:
            return {}
        invoice = self.store.get("invoice", target) if body.get("invoice_id") else self.by_number(str(target))
        due = self._due(invoice, customer_id)
        return {str(invoice["id"]): min(amount, max(due, 0))} if invoice else {}

    def _asked_parts(self, wish: Any, customer_id: int, amount: int) -> dict[str, int]:
        parts = {}
        for key, value in wish.items() if isinstance(wish, dict) else [("", wish)]:
            part = _integer(value) if self.readings["apply_payments_unit"] == "cents" else values.cents(value)
            if part <= 0 or part > self._due(self.store.get("invoice", key), customer_id):
                raise ValueError("Applied amount must not be more than the invoice balance")
            parts[str(key)] = part
        if sum(parts.values()) > amount:
            raise ValueError("Applied amounts must not be more than the payment")
        return parts

    def _due(self, invoice: Document | None, customer_id: int) -> int:
        if invoice is None or invoice["customer_id"] != customer_id:
            raise ValueError("Invoice must exist")
        return values.cents(self.balance(invoice))


def _integer(value: Any) -> int:
    """What a whole-number column makes of a value: "50.00" is 50."""
    match = re.match(r"\s*-?\d+", str(value))
    return int(match.group()) if match else 0
