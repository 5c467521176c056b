"""What people do with vendors, goods and purchase orders in Syncro's own screens."""

from __future__ import annotations

from typing import Any

from apps.sandbox.store import Document
from apps.sandbox.syncro import values
from apps.sandbox.syncro.orders import FINISHED, OPEN, Orders
from apps.sandbox.syncro.people import references


class Stockroom(Orders):
    """Control verbs; costs go in as dollars in strings, ids go in and out as strings."""

    def control_vendor(self, name: str, **fields: Any) -> str:
        """A new vendor."""
        return str(self.keep_vendor({"name": name, **fields})["id"])

    def control_edit_vendor(self, id: str, **fields: Any) -> None:
        """Change a vendor."""
        self.keep_vendor(fields, self.find("vendor", id))

    def control_sku(self, product_id: str, vendor_id: str, value: str) -> str:
        """A vendor's article number for a product."""
        return str(self.keep_sku(self.find("product", product_id), vendor_id, value)["id"])

    def control_category(self, name: str, parent: str | None = None) -> str:
        """A product category, below another or at the root."""
        return str(self.keep_category(name, self.find("category", parent) if parent else None)["id"])

    def control_location(self, name: str) -> str:
        """One more location of the account; the first is where things happen unless told."""
        key = self.new_id("location")
        self.store.put("location", key, {"id": key, "name": name})
        return str(key)

    def control_place_product(self, product_id: str, location_id: str, tax_rate_id: str | None = None) -> None:
        """A product gets its row of stock at a location, perhaps with a tax rate of its own there."""
        product, at = self.find("product", product_id), self.find("location", location_id)["id"]
        if all(row["location_id"] != at for row in product["location_quantities"]):
            product = self.place_product(product, at)
        rate = self.find("tax_rate", tax_rate_id)["id"] if tax_rate_id else None
        rows = [{**row, "tax_rate_id": rate} if row["location_id"] == at else row
                for row in product["location_quantities"]]  # fmt: skip
        self.keep_quantities(product, rows)

    def control_purchase_order(self, vendor_id: str, lines: list[Document] | None = None, shipping: str = "0",
                               other: str = "0", **fields: Any) -> str:  # fmt: skip
        """A new order with lines of product_id, quantity and perhaps cost."""
        money = {"shipping_cents": values.cents(shipping), "other_cents": values.cents(other)}
        order = self.new_order({"vendor_id": vendor_id, **references(fields), **money})
        for line in lines or []:
            self.control_order_line(str(order["id"]), **line)
        return str(order["id"])

    def control_order_line(self, id: str, product_id: str, quantity: int = 1, cost: str | None = None) -> str:
        """One more line of an order."""
        cents = None if cost is None else values.cents(cost)
        return str(self.add_order_line(self.find("purchase_order", id), product_id, int(quantity), cents)["id"])

    def control_reprice_order_line(self, id: str, line_id: str, cost: str) -> None:
        """The vendor's price was another one; the old cost is kept beside it."""
        order, line = self._order_line(id, line_id)
        cents = values.cents(cost)
        fields = {"cost_cents": cents, "total_cents": cents * line["quantity"], "old_cost_cents": line["cost_cents"]}
        changed = {**line, **fields, "updated_at": self.now()}
        self.keep_order(order, [changed if each is line else each for each in order["lines"]])

    def control_receive_order(self, id: str, line_id: str | None = None, quantity: int | None = None) -> None:
        """Receive all open lines, or one, or a part of one: a part becomes a line of its own. The last one finishes."""
        for line in list(self.find("purchase_order", id)["lines"]):
            if line["received"] or (line_id and str(line["id"]) != str(line_id)):
                continue
            part = line if quantity in (None, line["quantity"]) else self._split(id, line, int(quantity or 0))
            self.receive_line(self.find("purchase_order", id), part)

    def _split(self, id: str, line: Document, quantity: int) -> Document:
        if not 0 < quantity < line["quantity"]:
            raise ValueError(f"{quantity} of {line['quantity']} cannot be received")
        order, rest = self.find("purchase_order", id), line["quantity"] - quantity
        fresh = rest if line["received_quantity"] else 0
        less = {**line, "quantity": rest, "total_cents": line["cost_cents"] * rest, "received_quantity": fresh,
                "updated_at": self.now()}  # fmt: skip
        order = self.keep_order(order, [less if each is line else each for each in order["lines"]])
        return self.add_order_line(order, line["product_id"], quantity, line["cost_cents"], line["id"])

    def control_finish_order(self, id: str) -> None:
        """Close an order, received or not: native integrations bill it now."""
        self.control_order_status(id, FINISHED)

    def control_reopen_order(self, id: str) -> None:
        """Open a closed order again, to bill or change it."""
        self.control_order_status(id, OPEN)

    def control_order_status(self, id: str, status: str) -> None:
        """Any status: the vendor names only Finished, and an account may have others."""
        order = self.find("purchase_order", id)
        self.keep_order(order, order["lines"], status=status)

    def control_edit_order(self, id: str, shipping: str | None = None, other: str | None = None, **fields: Any) -> None:
        """Change the head of an order."""
        order = self.find("purchase_order", id)
        money = {name: values.cents(amount) for name, amount in (("shipping_cents", shipping), ("other_cents", other))
                 if amount is not None}  # fmt: skip
        days = {name: values.midnight(fields.pop(name)) for name in ("due_date", "paid_date", "order_date")
                if fields.get(name)}  # fmt: skip
        self.keep_order(order, order["lines"], **references(fields), **money, **days)

    def control_delete_order(self, id: str) -> None:
        """Gone without a trace."""
        self.store.remove("purchase_order", self.find("purchase_order", id)["id"])

    def _order_line(self, id: str, line_id: str) -> tuple[Document, Document]:
        order = self.find("purchase_order", id)
        line = next((line for line in order["lines"] if str(line["id"]) == str(line_id)), None)
        if line is None:
            raise LookupError(f"order {id} has no line {line_id}")
        return order, line
