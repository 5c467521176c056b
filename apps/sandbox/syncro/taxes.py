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
        """A tax rate in percent; a tax group is the sum of its two rates."""
        rate = self.find("tax_rate", rate_id)
        if rate["group"]:
            return sum((self.percent_of(part) for part in rate["group"]), values.ZERO)
        return values.decimal(rate["percent"])

    def line_percent(self, invoice: Document, line: Document) -> Decimal:
        """The rate of a line: an exempt customer first, then line, invoice, customer, and the account's first rate."""
        rates = list(self.store.all("tax_rate"))
        if not line["taxable"] or not rates:
            return values.ZERO
        customer = self.store.get("customer", invoice["customer_id"]) or {}
        own = customer.get("tax_rate_id")
        if own and self.percent_of(own) == 0:
            return values.ZERO
        return self.percent_of(line["tax_rate_id"] or invoice["tax_rate_id"] or own or rates[0]["id"])

    def add_up(self, invoice: Document) -> None:
        """Set subtotal, tax, total and cost from the lines, and whether it is settled."""
        lines = invoice["lines"]
        subtotal, tax = values.sums(lines, [self.line_percent(invoice, line) for line in lines])
        cost = sum((values.decimal(line["cost"]) * values.decimal(line["quantity"]) for line in lines), values.ZERO)
        shown = {"subtotal": subtotal, "tax": tax, "total": subtotal + tax, "hardwarecost": cost}
        invoice.update({name: values.text(amount) for name, amount in shown.items()})
        self.settle(invoice)

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
