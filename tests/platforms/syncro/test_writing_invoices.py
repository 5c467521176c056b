"""Edits of invoices brought to Syncro: one request at a time, and the invoice read after each, because a 200 proves nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from apps.platforms.base import ABSENT, Found, Verb, Write
from apps.platforms.errors import Gone, LockedByPayment, Refused, Unsure
from apps.platforms.records import Invoice, Line
from tests.platforms.syncro.conftest import Shop

Edit = Callable[[Invoice], Invoice]


def sold(shop: Shop, *prices: str) -> Invoice:
    lines = [
        {"item": "Labor", "name": f"Visit {place}", "quantity": "1", "price": price, "taxable": False}
        for place, price in enumerate(prices, 1)
    ]
    read = shop.read("invoice", shop.invoice(lines=lines, number="1001", po_number="PO-7", note="Net 30"))
    assert isinstance(read, Invoice)
    return read


def edit(wanted: Invoice) -> Write:
    total = sum((line.amount for line in wanted.lines), Decimal(0)) + wanted.tax
    record = replace(wanted, total=total, subtotal=total - wanted.tax)
    return Write(verb=Verb.UPDATE, entity="invoice", record=record, external_id=wanted.external_id)


def priced(line: Line, price: str) -> Line:
    return replace(line, price=Decimal(price), amount=Decimal(price) * line.quantity)


def steps(shop: Shop, write: Write) -> list[str]:
    """Send what comes next until nothing does; gives the requests."""
    sent: list[str] = []
    while True:
        step = shop.syncro.step(write, {0: shop.read("invoice", write.external_id)})
        if step is None:
            return sent
        draft = shop.drafted(step)
        sent.append(f"{draft.method} {draft.path.partition(write.external_id)[2]}")
        (outcome,) = shop.syncro.send(draft)
        assert outcome.error is None


def test_lines_are_changed_added_and_taken_away_one_by_one(shop: Shop) -> None:
    now = sold(shop, "100.00", "20.00", "5.00")
    first, second, third = now.lines
    new = Line(
        name="Parts",
        description="A cable",
        quantity=Decimal(2),
        price=Decimal("7.50"),
        amount=Decimal(15),
        taxable=False,
    )
    write = edit(replace(now, lines=(priced(first, "120.00"), third, new)))
    assert steps(shop, write) == [
        f"PUT /line_items/{first.line_id}", "POST /line_items", f"DELETE /line_items/{second.line_id}",
    ]  # fmt: skip
    read = shop.read("invoice", now.external_id)
    assert [line.amount for line in read.lines] == [120, 5, 15]
    assert (read.total, read.lines[2].description, read.lines[0].name) == (140, "A cable", "Labor")


def test_the_header_goes_whole_and_keeps_what_nobody_changed(shop: Shop) -> None:
    now = sold(shop, "100.00")
    assert steps(shop, edit(replace(now, due_date=date(2026, 6, 1), memo="Net 60"))) == ["PUT "]
    read = shop.read("invoice", now.external_id)
    assert (read.due_date, read.memo, read.date, read.po_number) == (date(2026, 6, 1), "Net 60", now.date, "PO-7")
    assert (read.number, read.total) == ("1001", 100)


def test_a_new_line_of_a_product_takes_its_cost_from_it(shop: Shop) -> None:
    product = shop.screens.product(name="Disk", description="A disk", price_retail=80, price_cost=50)
    now = sold(shop, "100.00")
    line = Line(
        item_id=str(product), name="Disk", description="A disk", price=Decimal(75), amount=Decimal(75), taxable=False
    )
    steps(shop, edit(replace(now, lines=(*now.lines, line))))
    raw = shop.read("invoice", now.external_id).raw["line_items"][1]
    assert (str(raw["product_id"]), Decimal(raw["cost"]), Decimal(raw["price"])) == (
        str(product),
        Decimal(50),
        Decimal(75),
    )


def test_amounts_leave_as_exact_numbers(shop: Shop) -> None:
    now = sold(shop, "100.00")
    write = shop.syncro.step(edit(replace(now, lines=(priced(now.lines[0], "0.10"),))), {0: now})
    assert write is not None
    body = shop.drafted(write).body
    assert b'"price":0.10' in body
    assert json.loads(body)["item"] == "Labor"


def test_a_paid_invoice_is_refused_before_anything_is_sent(shop: Shop) -> None:
    now = sold(shop, "100.00")
    shop.pay("100.00", apply={now.external_id: "100.00"})
    write = edit(replace(now, lines=(priced(now.lines[0], "120.00"),)))
    with pytest.raises(LockedByPayment, match="1001 is paid"):
        shop.syncro.step(write, {0: shop.read("invoice", now.external_id)})


def test_no_less_than_what_is_paid_already(shop: Shop) -> None:
    now = sold(shop, "100.00")
    shop.pay("60.00", apply={now.external_id: "60.00"})
    write = edit(replace(now, lines=(priced(now.lines[0], "50.00"),)))
    with pytest.raises(Refused, match=r"60\.00 is paid"):
        shop.syncro.step(write, {0: shop.read("invoice", now.external_id)})


@pytest.mark.parametrize("verb", ["change", "add", "drop"])
def test_a_200_that_did_nothing_is_seen(shop: Shop, verb: str) -> None:
    now = sold(shop, "100.00", "20.00")
    one, two = now.lines
    wanted = {"change": (priced(one, "90.00"), two), "add": (*now.lines, Line(name="X", price=Decimal(1), amount=Decimal(1))),
              "drop": (one,)}[verb]  # fmt: skip
    step = shop.syncro.step(edit(replace(now, lines=wanted)), {0: now})
    assert step is not None
    draft = shop.drafted(step)
    shop.pay("120.00", apply={now.external_id: "120.00"})  # paid while it was on its way
    assert isinstance(shop.syncro.send(draft)[0].error, LockedByPayment)
    assert shop.read("invoice", now.external_id).total == 120


@pytest.mark.parametrize("body", [None, {}, "OK", {"message": "Line item updated"}])
def test_only_the_invoice_itself_proves_a_change(shop: Shop, body: object) -> None:
    now = sold(shop, "100.00")
    step = shop.syncro.step(edit(replace(now, lines=(priced(now.lines[0], "90.00"),))), {0: now})
    assert step is not None
    shop.screens.fault(kind="status", status=200, body=body, method="PUT")
    error = shop.syncro.send(shop.drafted(step))[0].error
    assert isinstance(error, Refused)
    assert "its price is 100.0 and not 90.00" in error.message


def test_what_cannot_be_read_after_the_write_is_unsure_and_found_later(shop: Shop) -> None:
    now = sold(shop, "100.00")
    step = shop.syncro.step(edit(replace(now, lines=(priced(now.lines[0], "90.00"),))), {0: now})
    assert step is not None
    assert shop.syncro.find("invoice", step) is ABSENT
    shop.screens.fault(kind="status", status=503, method="GET", times=9)
    with pytest.raises(Unsure):
        shop.syncro.send(shop.drafted(step))
    shop.screens.clear_faults()
    found = shop.syncro.find("invoice", step)
    assert isinstance(found, Found)


def test_a_line_that_was_added_although_the_answer_was_lost_is_not_added_again(shop: Shop) -> None:
    now = sold(shop, "100.00")
    new = Line(name="Parts", description="A cable", price=Decimal(15), amount=Decimal(15), taxable=False)
    write = edit(replace(now, lines=(*now.lines, new)))
    step = shop.syncro.step(write, {0: now})
    assert step is not None
    shop.screens.lose_next_answer(path="/line_items")
    with pytest.raises(Unsure):
        shop.syncro.send(shop.drafted(step))
    assert isinstance(shop.syncro.find("invoice", step), Found)
    assert shop.syncro.step(write, {0: shop.read("invoice", now.external_id)}) is None


def test_an_invoice_that_is_gone_is_gone(shop: Shop) -> None:
    now = sold(shop, "100.00")
    step = shop.syncro.step(edit(replace(now, lines=(priced(now.lines[0], "90.00"),))), {0: now})
    assert step is not None
    shop.screens.delete_invoice(id=now.external_id)
    assert isinstance(shop.syncro.send(shop.drafted(step))[0].error, Gone)
