"""F17: several payments settle one invoice, each its own record."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from tests.features.ledger import Ledger
from tests.world import NOTHING, World, written


def test_cash_and_card_on_one_invoice_are_two_payments(world: World, books: Ledger) -> None:
    acme = world.customer("Acme Ltd")
    invoice = world.invoice(acme, "100.00", number="1001")
    world.pays(acme, "60.00", {invoice: "60.00"}, method="Cash")
    world.pays(acme, "40.00", {invoice: "40.00"}, method="Credit Card")
    assert written(world.sync())["books"]["payment created"] == 2
    assert sorted((paid.amount, paid.method, paid.applied) for paid in books.payments()) == [
        (Decimal(40), books.method_shown("Credit Card"), {"1001": Decimal(40)}),
        (Decimal(60), books.method_shown("Cash"), {"1001": Decimal(60)}),
    ]
    assert (books.invoice("1001").open, world.sync().counts["writes"]) == (Decimal(0), NOTHING)


def test_instalments_arrive_one_by_one(world: World, books: Ledger) -> None:
    acme = world.customer("Acme Ltd")
    invoice = world.invoice(acme, "90.00", number="1001")
    world.sync()
    for day, left in ((18, "60.00"), (19, "30.00"), (20, "0.00")):
        world.pays(acme, "30.00", {invoice: "30.00"}, date=dt.date(2026, 11, day))
        assert written(world.sync())["books"] == {"payment created": 1}
        assert books.invoice("1001").open == Decimal(left)
    assert [paid.date for paid in books.payments()] == ["2026-11-18", "2026-11-19", "2026-11-20"]


def test_equal_parts_on_the_same_day_are_not_taken_for_one(world: World, books: Ledger) -> None:
    acme = world.customer("Acme Ltd")
    invoice = world.invoice(acme, "100.00", number="1001")
    for _ in range(2):
        world.pays(acme, "50.00", {invoice: "50.00"}, method="Cash")
    world.sync()
    assert [paid.applied for paid in books.payments()] == [{"1001": Decimal(50)}] * 2
    assert (books.invoice("1001").open, world.sync().counts["writes"]) == (Decimal(0), NOTHING)


def test_one_part_taken_in_the_books_and_one_in_syncro(world: World, books: Ledger) -> None:
    acme = world.customer("Acme Ltd")
    invoice = world.invoice(acme, "100.00", number="1001")
    world.sync()
    books.takes("30.00", {"1001": "30.00"})
    world.pays(acme, "70.00", {invoice: "70.00"})
    assert written(world.sync()) == {"books": {"payment created": 1}, "syncro": {"payment created": 1}}
    assert (books.invoice("1001").open, world.due(invoice), world.states()) == (Decimal(0), Decimal(0), {})
    assert (len(books.payments()), len(world.syncro_payments())) == (2, 2)


def test_the_last_part_overpays_and_only_the_excess_is_credit(world: World, books: Ledger) -> None:
    acme = world.customer("Acme Ltd")
    invoice = world.invoice(acme, "100.00", number="1001")
    world.pays(acme, "60.00", {invoice: "60.00"})
    world.pays(acme, "60.00", {invoice: "40.00"})
    world.sync()
    assert [(paid.applied, paid.unapplied) for paid in books.payments()] == [
        ({"1001": Decimal(60)}, Decimal(0)), ({"1001": Decimal(40)}, Decimal(20)),
    ]  # fmt: skip
