"""Money at the counter: payments, credit, refunds and deposits as people make them in Syncro's own screens."""

from __future__ import annotations

from typing import Any

from apps.sandbox.store import Document
from apps.sandbox.syncro import values
from apps.sandbox.syncro.people import People

CREDIT = "Store Credit"
DEPOSIT = "Deposit"


class Till(People):
    """Control verbs; amounts go in as dollars in strings, ids go in and out as strings."""

    def control_pay(self, customer_id: str, amount: str, method: str = "Check", date: str | None = None,
                    ref_num: str = "", apply: dict[str, str] | None = None, success: bool = True) -> str:  # fmt: skip
        """Take a payment of dollars; what is not applied is the customer's credit."""
        customer = self.find("customer", customer_id)
        parts = {str(key): values.cents(part) for key, part in (apply or {}).items()}
        total = values.cents(amount)
        if sum(parts.values()) > total >= 0:
            raise ValueError("more was applied than was paid")
        words = None if success else "Declined"
        payment = self.new_payment(customer["id"], total, method, ref_num or None, date or self.now(), parts,
                                   success, words)  # fmt: skip
        return str(payment["id"])

    def control_apply(self, id: str, apply: dict[str, str]) -> None:
        """Apply a payment anew: credit used later, or money moved to other invoices; parts in dollars."""
        payment = self.find("payment", id)
        parts = {str(key): values.cents(part) for key, part in apply.items()}
        if sum(parts.values()) > payment["cents"] - payment.get("spent", 0):
            raise ValueError("more was applied than was paid")
        touched = [self.find("invoice", key) for key in {**payment["allocation"], **parts}]
        ids = [self.find("invoice", key)["id"] for key in parts] or [None]
        self.keep_payment({**payment, "allocation": parts, "invoice_ids": ids, "updated_at": self.now()})
        for invoice in touched:
            self.payment_moved(invoice)

    def control_delete_payment(self, id: str) -> None:
        """Gone without a trace; its invoices are open again."""
        payment = self.find("payment", id)
        self.store.remove("payment", id)
        for key in payment["allocation"]:
            self.payment_moved(self.find("invoice", key))

    def control_refund(self, invoice_id: str, lines: list[Document] | None = None, method: str = "Check",
                       date: str | None = None, number: str | None = None,
                       amount: str | None = None) -> dict[str, str]:  # fmt: skip
        """Refund an invoice, or these lines or untaxed dollars of it: a negative invoice and a negative payment.

        Nothing ties them to it. A refund to Store Credit leaves a credit too: see the reading `refund_to_credit`.
        """
        origin = self.find("invoice", invoice_id)
        day = date or self.now()[:10]
        if amount is not None:
            lines = [{"item": "Refund", "name": "Partial refund", "price": amount, "taxable": False}]
        sold = origin["lines"] if lines is None else self.built_lines(origin, lines)
        negative = [{**line, "quantity": values.text(-values.decimal(line["quantity"])),
                     "discount_dollars": _negated(line["discount_dollars"])} for line in sold]  # fmt: skip
        fields = [{name: value for name, value in line.items() if name != "id"} for line in negative]
        header = {name: origin.get(name) for name in ("tax_rate_id", "notax", "location_id")}
        refund = self.find("invoice", self.control_invoice(str(origin["customer_id"]), fields, day, number, **header))
        total = values.cents(refund["total"])
        payment = self.new_payment(origin["customer_id"], total, method, None, day, {str(refund["id"]): total})
        made = {"invoice": str(refund["id"]), "payment": str(payment["id"])}
        if method == CREDIT and self.readings["refund_to_credit"] == "two_rows":
            made["credit"] = self.control_pay(str(origin["customer_id"]), str(values.dollars(-total)), CREDIT, day)
        return made

    def control_store_credit(self, customer_id: str, amount: str, date: str | None = None) -> str:
        """A store credit gift: a payment without an invoice."""
        return self.control_pay(customer_id, amount, CREDIT, date)

    def control_spend_credit(self, id: str, invoice_id: str, amount: str, date: str | None = None) -> str:
        """Pay an invoice from a credit; the payment that then names it: see the reading `credit_use`."""
        credit = self.find("payment", id)
        free = credit["cents"] - credit.get("spent", 0) - sum(credit["allocation"].values())
        if values.cents(amount) > free:
            raise ValueError(f"only {values.dollars(free)} of the credit is left")
        if self.readings["credit_use"] == "new_row":
            self.keep_payment({**credit, "spent": credit.get("spent", 0) + values.cents(amount)})
            return self.control_pay(str(credit["customer_id"]), amount, CREDIT, date, apply={str(invoice_id): amount})
        parts = {key: str(values.dollars(part)) for key, part in credit["allocation"].items()}
        before = values.decimal(parts.get(str(invoice_id)))
        self.control_apply(id, {**parts, str(invoice_id): str(before + values.decimal(amount))})
        return str(id)

    def control_declined_card(self, customer_id: str, invoice_id: str, amount: str,
                              method: str = "Credit Card") -> str:  # fmt: skip
        """A card attempt that failed: a payment that counts for nothing."""
        return self.control_pay(customer_id, amount, method, apply={str(invoice_id): amount}, success=False)

    def control_deposit(self, customer_id: str, amount: str, method: str = "Check", date: str | None = None,
                        ref_num: str = "", **fields: Any) -> dict[str, str]:  # fmt: skip
        """Take a deposit: an invoice with nothing but a product of the category Deposit, and its payment."""
        product = str(self._deposit_product()["id"])
        day = date or self.now()[:10]
        invoice = self.control_invoice(customer_id, [{"product_id": product, "price": amount}], day, **fields)
        payment = self.control_pay(customer_id, amount, method, day, ref_num, {invoice: amount})
        return {"invoice": invoice, "payment": payment, "product": product}

    def _deposit_product(self) -> Document:
        found = self.shelves.having("product", "product_category", DEPOSIT)
        fields = {"name": DEPOSIT, "description": "Deposit on work", "product_category": DEPOSIT, "taxable": False}
        return found[0] if found else self.new_product(fields)

    def control_use_deposit(self, invoice_id: str, amount: str, date: str | None = None) -> str:
        """Use a deposit on a later invoice, by the reading `deposit_use`: the id of the line or of the payment."""
        invoice = self.find("invoice", invoice_id)
        if self.readings["deposit_use"] == "credit":
            return self.control_pay(str(invoice["customer_id"]), amount, CREDIT, date, apply={str(invoice_id): amount})
        line = self.build_line(invoice, {"product_id": self._deposit_product()["id"], "price": f"-{amount}"})
        self.set_lines(invoice, [*invoice["lines"], line])
        return str(line["id"])


def _negated(amount: str | None) -> str | None:
    return None if amount is None else values.text(-values.decimal(amount))
