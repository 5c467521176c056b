"""The four hundred invoices of the demo shop and how each is paid: the same on every run, dated back from a day."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from apps.sandbox.shop.catalogue import GOODS, SEED, buyers

INVOICES = 400
FIRST_NUMBER = 10_001
DAYS = 120
REFUND_NUMBER = str(FIRST_NUMBER + INVOICES - 1)
REFUND_AGO = 45

Line = dict[str, Any]

# How an invoice is paid. "over" pays the total and 20.00 (or 7.35) more; "shared" waits for its partner; "declined"
# and "nothing" leave it open after an attempt that failed and a payment of 0.00.
WAYS = ("full", "partial", "split", "open")
WEIGHTS = (66, 7, 5, 22)


@dataclass(frozen=True)
class Planned:
    """An invoice to be made: `ago` days before today, for a buyer, paid in a way after `wait` days."""

    key: str
    buyer: str
    ago: int
    lines: list[Line] = field(hash=False)
    way: str = "open"
    wait: int = 3
    method: str = "Check"
    extra: str = ""
    number: str = ""


def sold(good: str, quantity: str = "1", **more: Any) -> Line:
    """A line of a product; the product's key stands for its id until it has one."""
    return {"product": good, "quantity": quantity, **more}


def manual(item: str, price: str, quantity: str = "1", taxable: bool = True) -> Line:
    """A line typed in by hand."""
    return {"item": item, "name": f"{item} (as discussed)", "price": price, "quantity": quantity, "taxable": taxable}


SPECIAL = (
    Planned("three_a", "dental", 40, [sold("ssd500", "2"), sold("bench", "1.25")]),
    Planned("three_b", "dental", 30, [sold("monitor"), sold("cable", "3")]),
    Planned("three_c", "dental", 20, [sold("managed", "12")]),
    Planned("moved_from", "bakery", 50, [sold("router")], "full"),
    Planned("moved_to", "bakery", 35, [sold("laptop"), sold("bag")]),
    Planned("normal", "legal", 25, [sold("onsite", "2.5"), sold("office")]),
    Planned("deposit_only", "depositor", 15, [sold("deposit")], "full", method="Cash"),
    Planned("zero_percent", "depositor", 33, [sold("remote", "1", line_discount_percent="100")]),
    Planned("zero_price", "legal", 66, [manual("Warranty repair", "0")]),
    Planned("zero_discount", "generous", 77, [manual("Trade-in", "25.00"), sold("loyalty")]),
    Planned("refunded", "returner", 60, [sold("keyboard"), sold("mouse", "2")], "full"),
    Planned("overpaid_20", "overpayer", 55, [sold("antivirus", "2")], "over", extra="20.00"),
    Planned("overpaid_7", "generous", 48, [sold("psu"), sold("bench", "0.75")], "over", extra="7.35"),
    Planned("shared_a", "joint", 44, [sold("ram16", "2")], "shared"),
    Planned("shared_b", "joint", 42, [sold("bench", "1.25"), sold("cable")], "shared"),
    Planned("split", "joint", 70, [sold("desktop"), sold("project", "3.5")], "split"),
    Planned("declined", "declined", 28, [sold("ssd1000")], "declined", method="Credit Card"),
    Planned("nothing", "zero_payer", 18, [sold("backup", "6")], "nothing", method="Quick"),
    Planned("group", "builders", 52, [sold("desktop"), sold("onsite", "1.25"), sold("loyalty")], "full"),
    Planned("exempt", "school", 58, [sold("laptop", "5"), sold("bench", "1.25")], "full"),
    Planned("county", "farm", 62, [sold("router"), sold("keyboard", "3", discount_dollars="5.00")], "full"),
    Planned("line_discount", "umlaut", 61, [sold("ssd1000", "3", line_discount_percent="12.5")], "full"),
    Planned("manual_only", "person", 36, [manual("Data rescue", "333.33"), manual("Courier", "18.2", taxable=False)]),
    Planned("fraction", "blanks", 37, [sold("bench", "1.25"), sold("managed", "0.333")], "full"),
)


@cache
def plan() -> tuple[Planned, ...]:
    """All invoices but the refund, oldest first, numbered."""
    chance = random.Random(SEED + 1)
    usual = [buyer.key for buyer in buyers() if not buyer.quiet]
    missing = INVOICES - 1 - len(SPECIAL)
    drafts = [*SPECIAL, *(_usual(chance, index, usual) for index in range(missing))]
    drafts.sort(key=lambda draft: -draft.ago)
    return tuple(Planned(**{**vars(draft), "number": str(FIRST_NUMBER + at)}) for at, draft in enumerate(drafts))


def number_of(key: str) -> str:
    """The number of a special invoice: "three_a", "moved_from", "overpaid_20", ..., or "refund"."""
    return REFUND_NUMBER if key == "refund" else next(draft.number for draft in plan() if draft.key == key)


def _usual(chance: random.Random, index: int, usual: list[str]) -> Planned:
    # every usual buyer gets something; after that chance decides
    buyer = usual[index] if index < len(usual) else chance.choice(usual)
    lines = [_line(chance) for _ in range(chance.choice((1, 1, 2, 2, 3, 4)))]
    if index % 12 == 0:
        lines = [sold("monitor"), *lines, sold("loyalty")]
    way = chance.choices(WAYS, WEIGHTS)[0]
    method = chance.choice(("Check", "Check", "Credit Card", "Cash", "Offline CC"))
    return Planned(f"usual_{index}", buyer, chance.randint(1, DAYS), lines, way, chance.randint(0, 25), method)


def _line(chance: random.Random) -> Line:
    goods = [good for good in GOODS if good.category not in ("Deposit", "Discounts")]
    kind = chance.random()
    if kind < 0.08:
        item = chance.choice(("Travel", "Parts, special order", "Recycling fee"))
        return manual(item, f"{chance.randint(500, 9000) / 100:.2f}", taxable=chance.random() < 0.5)
    good = chance.choice(goods)
    if good.category == "Labor":
        return sold(good.key, chance.choice(("0.25", "0.5", "1", "1.25", "1.75", "2", "3.3")))
    line = sold(good.key, str(chance.choice((1, 1, 1, 2, 3))))
    if kind < 0.16:
        line["line_discount_percent"] = chance.choice(("5", "10", "15", "33.3"))
    elif kind < 0.22:
        line["discount_dollars"] = chance.choice(("1.00", "2.50", "4.99"))
    return line
