"""What an invoice comes to: its rates, its sums, and what is still due."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from apps.sandbox.store import Document
from apps.sandbox.syncro import values
from apps.sandbox.syncro.account import Account


class Taxes(Account):
    """The account's table of tax rates, which no endpoint shows, and the arithmetic over it."""

    def percent_of(self, rate_id: Any) -> Decimal:
        """A tax rate in percent, archived or not; a tax group is the sum of its two rates."""
        rate = self.find("tax_rate", rate_id)
        if rate["group"]:
            return sum((self.percent_of(part) for part in rate["group"]), values.ZERO)
        return values.decimal(rate["percent"])

    def new_rate(self, name: str, percent: str, group: list[str] | None = None) -> int:
        """Keep a rate at the end of the table."""
        key = self.new_id("tax_rate")
        self.store.put("tax_rate", key, {"id": key, "name": name, "percent": str(percent), "group": group,
                                         "archived": False})  # fmt: skip
        return key

    def default_rate(self) -> int | None:
        """The first rate of the table that is not archived."""
        return next((rate["id"] for rate in self.store.all("tax_rate") if not rate.get("archived")), None)

    def rate_for(self, invoice: Document, line: Document) -> int | None:
        """The rate of a line: an exempt customer first, then line, invoice, customer, and the account's first rate."""
        if invoice.get("notax") or not line["taxable"]:
            return None
        customer = self.store.get("customer", invoice["customer_id"]) or {}
        own: int | None = customer.get("tax_rate_id")
        if own and self.percent_of(own) == 0:
            return own
        return line["tax_rate_id"] or invoice["tax_rate_id"] or own or self.default_rate()

    def line_percent(self, invoice: Document, line: Document) -> Decimal:
        """The tax of a line in percent."""
        rate = self.rate_for(invoice, line)
        return self.percent_of(rate) if rate else values.ZERO

    def add_up(self, invoice: Document) -> None:
        """Set subtotal, tax, total and cost from the lines, and whether it is settled."""
        lines = invoice["lines"]
        percents = [self.line_percent(invoice, line) for line in lines]
        subtotal, tax = values.sums(lines, percents, per_line=self.readings["tax_rounding"] == "line")
        cost = sum((values.decimal(line["cost"]) * values.decimal(line["quantity"]) for line in lines), values.ZERO)
        shown = {"subtotal": subtotal, "tax": tax, "total": subtotal + tax, "hardwarecost": cost}
        invoice.update({name: values.text(amount) for name, amount in shown.items()})
        self.settle(invoice)

    def add_up_again(self, rate_id: int) -> None:
        """A rate was edited: every invoice that uses it comes to something else, and does not say so."""
        groups = {rate["id"] for rate in self.store.all("tax_rate") if str(rate_id) in map(str, rate["group"] or ())}
        for doc in self.store.all("invoice"):
            if {rate_id, *groups} & {self.rate_for(doc, line) for line in doc["lines"]}:
                self.add_up(dict(doc))

    def payments_on(self, invoice_id: int) -> list[Document]:
        """Every payment that names the invoice, also a declined one."""
        key = str(invoice_id)
        payments = [doc for id_ in self._paid_by.get(key, ()) if (doc := self.store.get("payment", id_))]
        return [doc for doc in payments if key in doc["allocation"] or invoice_id in doc["invoice_ids"]]

    def balance(self, invoice: Document) -> Decimal:
        """What is still due, in dollars."""
        key = str(invoice["id"])
        paid = sum(doc["allocation"].get(key, 0) for doc in self.payments_on(invoice["id"]) if doc["success"])
        return values.decimal(invoice["total"]) - values.dollars(paid)

    def settle(self, invoice: Document) -> bool:
        """Set is_paid; tells whether it has just become paid. An invoice without lines is not yet a $0 invoice."""
        before, due, total = invoice["is_paid"], self.balance(invoice), values.decimal(invoice["total"])
        settled = due <= 0 if total >= 0 else due >= 0
        invoice["is_paid"] = bool(invoice["lines"]) and settled
        self.keep_invoice(invoice)
        return bool(invoice["is_paid"] and not before)
