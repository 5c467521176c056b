"""The chapters of the demo story; the pocket's own store keeps each step, so playing it again changes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from apps.sandbox.control import Control, ControlError
from apps.sandbox.shop.catalogue import GOODS, GROUP, RATES, VENDOR_TWIN, buyers
from apps.sandbox.shop.plan import REFUND_AGO, REFUND_NUMBER, Planned, number_of, plan

SHOP = "shop"
BOOKS_DAY = "books_day"
THREE = ("three_a", "three_b", "three_c")

Call = list[Any]
Document = dict[str, Any]


class NotYet(LookupError):
    """The books do not hold yet what this chapter needs."""


def seed(syncro: Control, books: Control, today: dt.date) -> None:
    """Open the shop: customers, products, invoices and payments in Syncro, one vendor in the books.

    Every step is one request and one commit, played at most once; a step that was played keeps the day it had.
    """
    day = dt.date.fromisoformat(_step(syncro, "today", [["remember", {"value": today.isoformat()}]])[0])
    rates = dict(zip(RATES, _step(syncro, "rates", _rate_calls()), strict=True))
    name, parts = GROUP
    call = ["tax_rate", {"name": name, "group": [rates[part] for part in parts]}]
    rates["group"] = _step(syncro, "group", [call])[0]
    customers = dict(zip((buyer.key for buyer in buyers()), _step(syncro, "customers", _customer_calls(rates)),
                         strict=True))  # fmt: skip
    products = dict(zip((good.key for good in GOODS), _step(syncro, "products", _product_calls()), strict=True))
    invoices = _step(syncro, "invoices", [_invoice_call(each, customers, products, day) for each in plan()])
    if syncro.chapter(name=SHOP, step="payments") is None:
        _step(syncro, "payments", _payment_calls(syncro, day))
    refunded = invoices[[each.key for each in plan()].index("refunded")]
    refund = {"invoice_id": refunded, "date": _date(day, REFUND_AGO), "number": REFUND_NUMBER}
    _step(syncro, "refund", [["refund", refund]])
    # The bookkeeper's own preparation.
    _step(books, "vendor", [["own_vendor", {"name": VENDOR_TWIN}]])
    _step(books, "deposit item", [["deposit_item", {}]])
    _tax_of_the_books(books)


def _tax_of_the_books(books: Control) -> None:
    """The rates of the shop, and the group over two of them: its percent is their sum."""
    taxed = [key for key, (_, percent) in RATES.items() if Decimal(percent)]
    calls: list[Call] = [["tax_rate", {"name": RATES[key][0], "percent": RATES[key][1]}] for key in taxed]
    codes = dict(zip(taxed, _step(books, "tax rates", calls), strict=True))
    name, parts = GROUP
    whole = {"percent": str(sum(Decimal(RATES[part][1]) for part in parts)), "parts": [codes[part] for part in parts]}
    _step(books, "tax group", [["tax_rate", {"name": name, **whole}]])


def _step(pocket: Control, step: str, calls: list[Call], chapter: str = SHOP) -> list[Any]:
    played: list[Any] = pocket.chapter(name=chapter, step=step, calls=calls)
    return played


def _date(today: dt.date, ago: int) -> str:
    return (today - dt.timedelta(days=max(0, ago))).isoformat()


def _rate_calls() -> list[Call]:
    return [["tax_rate", {"name": name, "percent": percent}] for name, percent in RATES.values()]


def _customer_calls(rates: dict[str, str]) -> list[Call]:
    return [["customer", {**buyer.fields, **({"tax_rate_id": rates[buyer.rate]} if buyer.rate else {})}]
            for buyer in buyers()]  # fmt: skip


def _product_calls() -> list[Call]:
    return [["product", {"name": good.name, "product_category": good.category, "price_retail": good.price,
                         "price_cost": good.cost, "taxable": good.taxable}] for good in GOODS]  # fmt: skip


def _invoice_call(each: Planned, customers: dict[str, str], products: dict[str, str], today: dt.date) -> Call:
    lines = []
    for line in each.lines:
        rest = {name: value for name, value in line.items() if name != "product"}
        lines.append({"product_id": products[line["product"]], **rest} if "product" in line else rest)
    return ["invoice", {"customer_id": customers[each.buyer], "number": each.number, "lines": lines,
                        "date": _date(today, each.ago), "due_date": _date(today, each.ago - 30)}]  # fmt: skip


def _payment_calls(syncro: Control, today: dt.date) -> list[Call]:
    """The payments by date; what they come to is Syncro's to say, so its totals are read first."""
    documents = {doc["number"]: doc for doc in syncro.state(kind="invoices")}
    calls: list[Call] = []
    shared: list[Document] = []
    for each in plan():
        doc = documents[each.number]
        if each.way == "shared":
            shared.append(doc)
        elif Decimal(doc["total"]) > 0:
            calls += PAID[each.way](each, doc, today)
    total = sum(Decimal(doc["total"]) for doc in shared)
    parts = {str(doc["id"]): doc["total"] for doc in shared}
    calls.append(["pay", {"customer_id": str(shared[0]["customer_id"]), "amount": str(total), "method": "Check",
                          "date": _date(today, 39), "ref_num": "CHK-SHARED", "apply": parts}])  # fmt: skip
    return sorted(calls, key=lambda call: str(call[1]["date"]))


def _pay(each: Planned, doc: Document, today: dt.date, amount: Decimal, wait: int = 0, **more: Any) -> Call:
    values = {
        "customer_id": str(doc["customer_id"]), "amount": str(amount), "method": each.method,
        "date": _date(today, each.ago - each.wait - wait), "ref_num": f"{each.number}-{wait}",
        "apply": {str(doc["id"]): str(amount)},
    }  # fmt: skip
    return ["pay", {**values, **more}]


def _full(each: Planned, doc: Document, today: dt.date) -> list[Call]:
    return [_pay(each, doc, today, Decimal(doc["total"]))]


def _third(doc: Document) -> Decimal:
    return (Decimal(doc["total"]) / 3).quantize(Decimal("0.01"))


def _partial(each: Planned, doc: Document, today: dt.date) -> list[Call]:
    return [_pay(each, doc, today, _third(doc))]


def _split(each: Planned, doc: Document, today: dt.date) -> list[Call]:
    first = _third(doc)
    return [_pay(each, doc, today, first), _pay(each, doc, today, Decimal(doc["total"]) - first, wait=2, method="Cash")]


def _over(each: Planned, doc: Document, today: dt.date) -> list[Call]:
    total = Decimal(doc["total"])
    return [_pay(each, doc, today, total + Decimal(each.extra), apply={str(doc["id"]): str(total)})]


def _declined(each: Planned, doc: Document, today: dt.date) -> list[Call]:
    return [_pay(each, doc, today, Decimal(doc["total"]), success=False)]


def _nothing(each: Planned, doc: Document, today: dt.date) -> list[Call]:
    return [_pay(each, doc, today, Decimal("0.00"))]


def _unpaid(each: Planned, doc: Document, today: dt.date) -> list[Call]:
    return []


PAID: dict[str, Callable[[Planned, Document, dt.date], list[Call]]] = {
    "full": _full, "partial": _partial, "split": _split, "over": _over, "declined": _declined, "nothing": _nothing,
    "open": _unpaid,
}  # fmt: skip


def books_day(syncro: Control, books: Control) -> None:
    """A bookkeeper's day in the books after the first sync; one-shot.

    One payment over three open invoices, a payment that came from Syncro moved to another invoice, and a plain
    payment on one invoice. NotYet when the books do not hold these documents.
    """
    today = syncro.chapter(name=SHOP, step="today")
    if today is None:
        raise NotYet("the shop has not been seeded")
    chosen = books.chapter(name=BOOKS_DAY, step="choice")
    if chosen is None:
        chosen = _step(books, "choice", [["remember", {"value": _choice(books, today[0])}]], BOOKS_DAY)
    for step, call in chosen[0].items():
        _step(books, step, [call], BOOKS_DAY)


def _choice(books: Control, today: str) -> dict[str, Call]:
    three = [_open(books, key) for key in THREE]
    normal, source, target = _open(books, "normal"), _booked(books, "moved_from"), _open(books, "moved_to")
    paid = books.paid_by(invoice_id=source["id"])
    if not paid:
        raise NotYet(f"the payment of invoice {source['number']} is not in the books yet")
    return {
        "three": _taken(three, today, "CHK-THREE"),
        "moved": ["move_payment", {"id": paid[0]["id"], "apply": {target["id"]: paid[0]["amount"]}}],
        "normal": _taken([normal], today, "CHK-PLAIN"),
    }


def _booked(books: Control, key: str) -> Document:
    number = number_of(key)
    try:
        doc: Document = books.booked(number=number)
    except ControlError as missing:
        raise NotYet(f"invoice {number} is not in the books yet") from missing
    return doc


def _open(books: Control, key: str) -> Document:
    doc = _booked(books, key)
    if Decimal(doc["open"]) <= 0:
        raise NotYet(f"invoice {doc['number']} is not open in the books")
    return doc


def _taken(invoices: list[Document], today: str, ref: str) -> Call:
    parts = {doc["id"]: doc["open"] for doc in invoices}
    total = sum(Decimal(part) for part in parts.values())
    return ["pay", {"customer_id": invoices[0]["customer_id"], "amount": str(total), "apply": parts,
                    "date": today, "ref": ref}]  # fmt: skip
