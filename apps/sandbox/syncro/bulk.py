"""A large account in one verb: years of trade that nobody types in, made the same way from the same seed."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from apps.sandbox.store import Document
from apps.sandbox.syncro import values
from apps.sandbox.syncro.invoices import THIN
from apps.sandbox.syncro.payments import Payments

GOODS = (
    ("Labor", "Labor", 9500, True), ("Remote support", "Labor", 4500, False), ("Disk 1 TB", "Hardware", 6499, True),
    ("Screen", "Hardware", 18950, True), ("Cable", "Hardware", 799, True), ("Licence", "Software", 1250, False),
)  # fmt: skip
METHODS = ("Check", "Cash", "Credit Card", "Other")
DAYS_BACK = 720
#: Of a hundred payments, so many are of each way; the others pay one invoice in full.
WAYS = {"part": 10, "two": 8, "credit": 3, "declined": 2, "over": 2}
WHEEL = tuple(way for way, share in WAYS.items() for _ in range(share))


@dataclass
class Scale:
    """How much is made, and how it is mixed; `until` is the last day of it (today), `exempt` a share in percent."""

    customers: int = 10_000
    invoices: int = 50_000
    lines: int = 3
    payments: int = 45_000
    products: int = 200
    seed: int = 1
    until: str = ""
    exempt: int = 5


class Trade:
    """Days, and amounts as text, each kept once however often it is used."""

    def __init__(self, scale: Scale) -> None:
        self.chance = random.Random(scale.seed)
        self.last = dt.date.fromisoformat(scale.until) if scale.until else dt.datetime.now(dt.UTC).date()
        self.text = cache(lambda cents: values.text(values.dollars(cents)))
        self.midnight = cache(lambda ago: values.midnight(self.last - dt.timedelta(days=ago)))

    def ago(self) -> int:
        """Some day of the last two years, as a number of days back."""
        return self.chance.randrange(DAYS_BACK)

    def moment(self, ago: int) -> str:
        """Some instant of a day."""
        seconds, milliseconds = self.chance.randrange(86_400), self.chance.randrange(1000)
        clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{milliseconds:03d}Z"
        return f"{self.midnight(ago)[:11]}{clock}"


class Bulk(Payments):
    """The control verb, and the makers behind it; every document is as the screens would have made it."""

    def control_bulk(self, **scale: Any) -> dict[str, int]:
        """Make customers, products, invoices, lines and payments by the thousand; see Scale for what may be told.

        The same seed and last day make the same trade in a new account; ids and numbers continue those of the account.
        """
        wanted = Scale(**scale)
        trade = Trade(wanted)
        usual, zero = self._bulk_rates()
        customers = [self._bulk_customer(each, trade, zero if trade.chance.randrange(100) < wanted.exempt else None)
                     for each in range(wanted.customers)]  # fmt: skip
        templates = [self._bulk_product(each, trade) for each in range(wanted.products)]
        percent = {None: self.percent_of(usual), zero: values.ZERO}
        basis = {rate: int(values.decimal(part) * 100) for rate, part in percent.items()}
        invoices = []
        for _ in range(wanted.invoices):
            customer = trade.chance.choice(customers)
            invoices.append(self._bulk_invoice(customer, templates, wanted.lines, basis, trade))
        payments = sum(1 for _ in self._bulk_payments(wanted.payments, customers, invoices, trade))
        return {"customers": len(customers), "products": len(templates), "invoices": len(invoices),
                "lines": len(invoices) * wanted.lines, "payments": payments}  # fmt: skip

    def _bulk_rates(self) -> tuple[int, int]:
        """The account's usual rate and one of 0 %, made when there is none."""
        rates = [rate for rate in self.store.all("tax_rate") if not rate["group"]]
        zero = next((int(rate["id"]) for rate in rates if values.decimal(rate["percent"]) == 0), None)
        usual = self.default_rate() or self.new_rate("Sales Tax", "8.25")
        return usual, zero or self.new_rate("Exempt", "0")

    def _bulk_customer(self, number: int, trade: Trade, rate: int | None) -> Document:
        key, made = self.new_id("customer"), trade.moment(DAYS_BACK)
        told = {"business_name": f"Customer {number:05d}", "email": f"customer{key}@example.com", "tax_rate_id": rate}
        return self.store.put("customer", key, {**self.blank_customer(key, made), **told})

    def _bulk_product(self, number: int, trade: Trade) -> tuple[Document, int]:
        """A line of a new product, and its price in cents."""
        name, category, cents, taxable = GOODS[number % len(GOODS)]
        cents += 100 * (number // len(GOODS))
        product = self.new_product({
            "name": f"{name} {number:04d}", "description": f"{name} of kind {number:04d}", "taxable": taxable,
            "price_retail": values.number(values.dollars(cents)), "product_category": category,
            "price_cost": values.number(values.dollars(cents // 2)),
        })  # fmt: skip
        line = self.build_line({"id": 0, "lines": [], "location_id": None}, {"product_id": product["id"]})
        return {**line, "price": trade.text(cents), "cost": trade.text(cents // 2)}, cents

    def _bulk_invoice(self, customer: Document, templates: list[tuple[Document, int]], count: int,
                      basis: dict[int | None, int], trade: Trade) -> Document:  # fmt: skip
        key, ago = self.new_id("invoice"), trade.ago()
        made, lines, net, taxed, cost = trade.moment(ago), [], 0, 0, 0
        for position in range(1, count + 1):
            template, cents = trade.chance.choice(templates)
            quantity = trade.chance.randint(1, 3)
            line = template.copy()
            line |= {"id": self.new_id("line"), "invoice_id": key, "created_at": made, "updated_at": made,
                     "quantity": trade.text(quantity * 100), "position": position}  # fmt: skip
            lines.append(line)
            net += cents * quantity
            taxed += cents * quantity if line["taxable"] else 0
            cost += cents // 2 * quantity
        tax = (taxed * basis[customer["tax_rate_id"]] + 5000) // 10_000
        number = str(self.store.next_id("invoice_number", 1001))
        money = {"subtotal": net, "tax": tax, "total": net + tax, "hardwarecost": cost}
        return self.keep_invoice({
            **dict.fromkeys(THIN), "id": key, "customer_id": customer["id"], "number": number, "created_at": made,
            "updated_at": made, "date": trade.midnight(ago), "due_date": trade.midnight(ago - 30), "is_paid": False,
            "verified_paid": False, "tech_marked_paid": False, "user_id": 1, "lines": lines, "tax_rate_id": None,
            "notax": False, "location_id": self.first_location(),
            **{name: trade.text(cents) for name, cents in money.items()},
        })  # fmt: skip

    def _bulk_payments(self, count: int, customers: list[Document], invoices: list[Document],
                       trade: Trade) -> Iterator[None]:  # fmt: skip
        """So many payments, along the invoices of each customer; credits when there are no more invoices."""
        queue = sorted(invoices, key=lambda doc: -int(doc["customer_id"]))
        for _ in range(count):
            drawn = trade.chance.randrange(100)
            way = WHEEL[drawn] if drawn < len(WHEEL) else "full"
            if way == "credit" or not queue:
                self._bulk_payment(trade.chance.choice(customers)["id"], trade, 2500, [], {})
            elif way == "declined":
                due = values.cents(queue[-1]["total"])
                self._bulk_payment(queue[-1]["customer_id"], trade, due, queue[-1:], {}, success=False)
            else:
                self._bulk_settled(way, queue, trade)
            yield

    def _bulk_settled(self, way: str, queue: list[Document], trade: Trade) -> None:
        """Pay the next invoice, or the next two when they are of one customer, in full, in part or too much."""
        paid = [queue.pop()]
        if way == "two" and queue and queue[-1]["customer_id"] == paid[0]["customer_id"]:
            paid.append(queue.pop())
        parts = {str(doc["id"]): values.cents(doc["total"]) // (2 if way == "part" else 1) for doc in paid}
        for doc in paid:
            doc["is_paid"] = way != "part"
        more = 500 if way == "over" else 0
        self._bulk_payment(paid[0]["customer_id"], trade, sum(parts.values()) + more, paid, parts)

    def _bulk_payment(self, customer_id: int, trade: Trade, amount: int, invoices: list[Document],
                      parts: dict[str, int], success: bool = True) -> None:  # fmt: skip
        key, ago = self.new_id("payment"), trade.ago()
        made = trade.moment(ago)
        self.keep_payment({
            "id": key, "created_at": made, "updated_at": made, "success": success, "customer_id": customer_id,
            "payment_amount": values.number(values.dollars(amount)), "ref_num": f"R{key}",
            "payment_method": trade.chance.choice(METHODS) if success else "Credit Card",
            "invoice_ids": [doc["id"] for doc in invoices] or [None], "applied_at": trade.midnight(ago),
            "transaction_response": None if success else "Declined", "allocation": parts, "cents": amount,
        })  # fmt: skip
