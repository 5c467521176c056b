"""What people do in Syncro's own screens: the control verbs of the pocket. Ids go in and out as strings."""

from __future__ import annotations

import re
import secrets
from collections import Counter
from typing import Any

from apps.sandbox.store import Document
from apps.sandbox.syncro import values
from apps.sandbox.syncro.payments import Payments
from apps.sandbox.syncro.permissions import GLOBAL_ADMIN
from apps.sandbox.syncro.readings import READINGS

KINDS = {"customers": "customer", "invoices": "invoice", "payments": "payment", "products": "product",
         "tax_rates": "tax_rate", "payment_methods": "payment_method", "tokens": "token"}  # fmt: skip
NUMBER = r"/\d[^/]*"
LINE_WORDS = {"discount_percent": "line_discount_percent"}


class People(Payments):
    """Control verbs; each raises LookupError or ValueError, which Control shows as a ControlError."""

    def control_create_token(self, permissions: list[str] | None = None, expires_at: str | None = None,
                             global_admin: bool | None = None) -> str:  # fmt: skip
        """A token with these check-boxes (none named: all), refused from `expires_at` on.

        Unless told, it is a Global Admin's when it has all check-boxes or names "Global Admin" among them.
        """
        token = f"T{secrets.token_hex(20)}"
        admin = permissions is None or GLOBAL_ADMIN in permissions if global_admin is None else global_admin
        self.store.put("token", token, {"permissions": permissions, "expires_at": expires_at, "expired": False,
                                        "global_admin": admin})  # fmt: skip
        return token

    def control_expire_token(self, token: str) -> None:
        """From now on the token is refused."""
        self.store.put("token", token, {**self.find("token", token), "expired": True})

    def control_tax_rate(self, name: str, percent: str = "0", group: list[str] | None = None) -> str:
        """A tax rate, or a group of two; the first one ever made is the account's default."""
        for part in group or []:
            self.find("tax_rate", part)
        key = self.new_id("tax_rate")
        self.store.put("tax_rate", key, {"id": key, "name": name, "percent": str(percent), "group": group})
        return str(key)

    def control_payment_method(self, name: str, uses_card_processing: bool = False) -> str:
        """One more payment method."""
        return str(self.add_payment_method(name, uses_card_processing)["id"])

    def control_customer(self, **fields: Any) -> str:
        """A new customer."""
        return str(self.new_customer(_ids(fields))["id"])

    def control_edit_customer(self, id: str, **fields: Any) -> None:
        """Change a customer; disabled=True hides it."""
        self.change_customer(self.find("customer", id), _ids(fields))

    def control_delete_customer(self, id: str) -> None:
        """Gone without a trace."""
        self.find("customer", id)
        self.store.remove("customer", id)

    def control_product(self, **fields: Any) -> str:
        """A new product; the description defaults to the name."""
        return str(self.new_product({"description": fields.get("name"), **_ids(fields)})["id"])

    def control_edit_product(self, id: str, **fields: Any) -> None:
        """Change a product."""
        self.change_product(self.find("product", id), _ids(fields))

    def control_invoice(self, customer_id: str, lines: list[Document], date: str, number: str | None = None,
                        due_date: str | None = None, **fields: Any) -> str:  # fmt: skip
        """A new invoice with lines; without a number it takes the next one."""
        header = {"customer_id": customer_id, "date": date, "number": number, "due_date": due_date, **fields}
        invoice = self.new_invoice(_ids(header))
        invoice = self.set_lines(invoice, self._lines(invoice, lines))
        self.notify(f"Invoice #{invoice['number']} was created", "invoices", self.show_invoice(invoice))
        return str(invoice["id"])

    def control_edit_invoice(self, id: str, lines: list[Document] | None = None, **fields: Any) -> None:
        """Change an invoice; given lines replace the old ones, a line with an `id` keeps it and its other fields."""
        invoice = self.find("invoice", id)
        if lines is not None:
            invoice = {**invoice, "lines": self._lines(invoice, lines)}
        self.change_invoice(invoice, _ids(fields))

    def _lines(self, invoice: Document, lines: list[Document]) -> list[Document]:
        old = {str(line["id"]): line for line in invoice["lines"]}
        blank = {**invoice, "lines": []}
        built: list[Document] = []
        for given in lines:
            fields = _ids({LINE_WORDS.get(name, name): value for name, value in given.items() if name != "id"})
            line = self.build_line(blank, fields, old.get(str(given.get("id", ""))))
            built.append({**line, "position": len(built) + 1})
        return built

    def control_delete_invoice(self, id: str) -> None:
        """Delete an invoice that has no payments; ValueError otherwise."""
        if self.payments_on(self.find("invoice", id)["id"]):
            raise ValueError("an invoice with payments cannot be deleted")
        self.store.remove("invoice", id)

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
        if sum(parts.values()) > payment["cents"]:
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
                       date: str | None = None, number: str | None = None) -> dict[str, str]:  # fmt: skip
        """Refund an invoice, or these lines of it: a negative invoice and a negative payment, tied to it by nothing."""
        origin = self.find("invoice", invoice_id)
        day = date or self.now()[:10]
        sold = origin["lines"] if lines is None else self._lines(origin, lines)
        negative = [{**line, "quantity": values.text(-values.decimal(line["quantity"])),
                     "discount_dollars": _negated(line["discount_dollars"])} for line in sold]  # fmt: skip
        fields = [{name: value for name, value in line.items() if name != "id"} for line in negative]
        refund = self.find("invoice", self.control_invoice(
            str(origin["customer_id"]), fields, day, number, tax_rate_id=origin["tax_rate_id"]))  # fmt: skip
        total = values.cents(refund["total"])
        payment = self.new_payment(origin["customer_id"], total, method, None, day, {str(refund["id"]): total})
        return {"invoice": str(refund["id"]), "payment": str(payment["id"])}

    def control_store_credit(self, customer_id: str, amount: str, date: str | None = None) -> str:
        """A store credit gift: a payment without an invoice."""
        return self.control_pay(customer_id, amount, "Store Credit", date)

    def control_webhook(self, url: str) -> None:
        """One more address in the Notification Center."""
        self.store.put("webhook", url, {"url": url})

    def control_limit_scale(self, value: float) -> None:
        """Multiply the published rate limit."""
        self.limit_scale = float(value)

    def control_setting(self, name: str, value: Any) -> None:
        """Choose how to read what the vendor's pages leave open, until the server ends; see READINGS."""
        if name == "limit_scale":
            return self.control_limit_scale(value)
        if name not in READINGS:
            raise LookupError(f"no setting {name!r}; there are {('limit_scale', *READINGS)}")
        default, others, _ = READINGS[name]
        if isinstance(default, str) and value not in (default, *others):
            raise ValueError(f"{name} is one of {(default, *others)}")
        self.readings[name] = value
        self.shelves.forget_remembered()
        return None

    def control_requests(self, prefix: str = "", method: str = "") -> int:
        """How many requests came for paths below /api/v1 that begin so, since the last reset."""
        return sum(count for (verb, path), count in self.counts.items()
                   if path.startswith(prefix) and method in ("", verb))  # fmt: skip

    def control_calls(self, clear: bool = False) -> dict[str, int]:
        """How many requests came per endpoint, such as {"GET /invoices/:id": 3}, since the last clear or reset."""
        calls: Counter[str] = Counter()
        for (method, path), count in self.counts.items():
            calls[f"{method} {re.sub(NUMBER, '/:id', path)}"] += count
        if clear:
            self.counts.clear()
        return dict(calls)

    def control_state(self, kind: str) -> list[Document]:
        """The raw documents, hidden parts included: allocation in cents by invoice id, tax rates, lines."""
        return list(self.store.all(KINDS[kind]))


def _negated(amount: str | None) -> str | None:
    return None if amount is None else values.text(-values.decimal(amount))


def _ids(fields: Document) -> Document:
    """References as the integers that the vendor shows."""
    return {name: int(value) if name.endswith("_id") and isinstance(value, str) and value.isdecimal() else value
            for name, value in fields.items()}  # fmt: skip
