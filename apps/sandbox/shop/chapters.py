"""The chapters of the demo story; the pocket's own store keeps each step, so playing it again changes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from apps.sandbox.control import Control
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
    _step(books, "vendor", [["create", {"entity": "Vendor", "body": {"DisplayName": VENDOR_TWIN}}]])
    # The bookkeeper's own preparation: an item that posts to the liability for deposits.
    account = books.find(entity="Account", name="Customer deposits liability")
    body = {"Name": "Customer deposits", "Type": "Service", "IncomeAccountRef": {"value": account}}
    _step(books, "deposit item", [["create", {"entity": "Item", "body": body}]])


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


def _open(each: Planned, doc: Document, today: dt.date) -> list[Call]:
    return []


PAID: dict[str, Callable[[Planned, Document, dt.date], list[Call]]] = {
    "full": _full, "partial": _partial, "split": _split, "over": _over, "declined": _declined, "nothing": _nothing,
    "open": _open,
}  # fmt: skip


def books_day(syncro: Control, books: Control) -> None:
    """A bookkeeper's day in QuickBooks after the first sync; one-shot.

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
    invoices, payments = books.state("Invoice"), books.state("Payment")
    three = [_open_invoice(invoices, number_of(key)) for key in THREE]
    normal = _open_invoice(invoices, number_of("normal"))
    source, target = _booked(invoices, number_of("moved_from")), _open_invoice(invoices, number_of("moved_to"))
    payment = next((doc for doc in payments if source["Id"] in _linked(doc)), None)
    if payment is None:
        raise NotYet(f"the payment of invoice {number_of('moved_from')} is not in the books yet")
    move = {"id": str(payment["Id"]), "apply": {str(target["Id"]): str(payment["TotalAmt"])}}
    return {
        "three": _taken(three, today, "CHK-THREE"),
        "moved": ["move_payment", move],
        "normal": _taken([normal], today, "CHK-PLAIN"),
    }


def _booked(invoices: list[Document], number: str) -> Document:
    for doc in invoices:
        if doc.get("DocNumber") == number:
            return doc
    raise NotYet(f"invoice {number} is not in the books yet")


def _open_invoice(invoices: list[Document], number: str) -> Document:
    doc = _booked(invoices, number)
    if Decimal(str(doc["Balance"])) <= 0:
        raise NotYet(f"invoice {number} is not open in the books")
    return doc


def _linked(payment: Document) -> set[str]:
    links = [link for line in payment.get("Line", []) for link in line.get("LinkedTxn", [])]
    return {str(link["TxnId"]) for link in links if link.get("TxnType") == "Invoice"}


def _taken(invoices: list[Document], today: str, ref: str) -> Call:
    parts = {str(doc["Id"]): str(doc["Balance"]) for doc in invoices}
    total = sum(Decimal(part) for part in parts.values())
    return ["pay", {"customer_id": str(invoices[0]["CustomerRef"]["value"]), "amount": str(total), "apply": parts,
                    "date": today, "ref": ref}]  # fmt: skip
