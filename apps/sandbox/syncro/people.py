"""What people do with customers, products and invoices in Syncro's own screens. Ids go in and out as strings."""

from __future__ import annotations

from typing import Any

from apps.sandbox.store import Document
from apps.sandbox.syncro.payments import Payments

LINE_WORDS = {"discount_percent": "line_discount_percent"}


class People(Payments):
    """Control verbs; each raises LookupError or ValueError, which Control shows as a ControlError."""

    def control_customer(self, **fields: Any) -> str:
        """A new customer."""
        return str(self.new_customer(references(fields))["id"])

    def control_edit_customer(self, id: str, **fields: Any) -> None:
        """Change a customer; disabled=True hides it."""
        self.change_customer(self.find("customer", id), references(fields))

    def control_delete_customer(self, id: str) -> None:
        """Gone without a trace."""
        self.find("customer", id)
        self.store.remove("customer", id)

    def control_merge_customers(self, keep: str, gone: str) -> None:
        """Everything of one customer becomes another's, and it is gone without a trace."""
        into, away = self.find("customer", keep)["id"], self.find("customer", gone)["id"]
        for kind in ("invoice", "payment", "contact", "estimate", "schedule"):
            for doc in self.shelves.having(kind, "customer_id", away):
                moved = {"updated_at": self.now()} if "updated_at" in doc else {}
                self.store.put(kind, doc["id"], {**doc, "customer_id": into, **moved})
        self.store.remove("customer", away)

    def control_contact(self, customer_id: str, name: str, **fields: Any) -> str:
        """A new contact of a customer; `vendor_id` makes it a vendor's too."""
        doc = self.keep_contact({"customer_id": self.find("customer", customer_id)["id"], "name": name, **fields})
        return str(self.store.put("contact", doc["id"], {**doc, **references(fields)})["id"])

    def control_edit_contact(self, id: str, **fields: Any) -> None:
        """Change a contact."""
        self.keep_contact(references(fields), self.find("contact", id))

    def control_delete_contact(self, id: str) -> None:
        """Gone without a trace."""
        self.store.remove("contact", self.find("contact", id)["id"])

    def control_product(self, **fields: Any) -> str:
        """A new product; the description defaults to the name."""
        return str(self.new_product({"description": fields.get("name"), **references(fields)})["id"])

    def control_edit_product(self, id: str, **fields: Any) -> None:
        """Change a product."""
        self.change_product(self.find("product", id), references(fields))

    def control_invoice(self, customer_id: str, lines: list[Document], date: str, number: str | None = None,
                        due_date: str | None = None, **fields: Any) -> str:  # fmt: skip
        """A new invoice with lines; without a number it takes the next one."""
        header = {"customer_id": customer_id, "date": date, "number": number, "due_date": due_date, **fields}
        invoice = self.new_invoice(references(header))
        invoice = self.set_lines(invoice, self.built_lines(invoice, lines))
        self.notify(f"Invoice #{invoice['number']} was created", "invoices", self.show_invoice(invoice))
        return str(invoice["id"])

    def control_edit_invoice(self, id: str, lines: list[Document] | None = None, **fields: Any) -> None:
        """Change an invoice; given lines replace the old ones, a line with an `id` keeps it and its other fields."""
        invoice = self.find("invoice", id)
        if lines is not None:
            invoice = {**invoice, "lines": self.built_lines(invoice, lines)}
        self.change_invoice(invoice, references(fields))

    def built_lines(self, invoice: Document, lines: list[Document]) -> list[Document]:
        """Lines as people type them, each filled up from its product or from what it was."""
        old = {str(line["id"]): line for line in invoice["lines"]}
        built: list[Document] = []
        for given in lines:
            fields = references({LINE_WORDS.get(name, name): value for name, value in given.items() if name != "id"})
            line = self.build_line({**invoice, "lines": built}, fields, old.get(str(given.get("id", ""))))
            built.append({**line, "position": len(built) + 1})
        return built

    def control_delete_invoice(self, id: str) -> None:
        """Delete an invoice that has no payments; ValueError otherwise."""
        if self.payments_on(self.find("invoice", id)["id"]):
            raise ValueError("an invoice with payments cannot be deleted")
        self.store.remove("invoice", id)


def references(fields: Document) -> Document:
    """References as the integers that the vendor shows."""
    return {name: int(value) if name.endswith("_id") and isinstance(value, str) and value.isdecimal() else value
            for name, value in fields.items()}  # fmt: skip
