"""F14: invoices of 0.00 are sent and settled, not left open."""

from __future__ import annotations

from decimal import Decimal

from tests.features.ledger import Ledger
from tests.world import NOTHING, World, written


def test_a_warranty_job_of_nothing_is_sent_and_settled(world: World, books: Ledger) -> None:
    world.invoice(world.customer(), "0.00", number="1001")
    assert written(world.sync())["books"]["invoice created"] == 1
    there = books.invoice("1001")
    assert (there.total, there.open, books.payments()) == (Decimal(0), Decimal(0), [])
    assert (world.sync().counts["writes"], world.states()) == (NOTHING, {})


def test_lines_that_cancel_each_other_keep_their_amounts(world: World, books: Ledger) -> None:
    world.invoice(world.customer(), "80.00", "-80.00", number="1001")
    world.sync()
    assert [line.amount for line in books.invoice("1001").lines] == [Decimal(80), Decimal(-80)]
    assert (books.invoice("1001").open, world.states()) == (Decimal(0), {})


def test_an_invoice_that_becomes_nothing_is_updated_to_nothing(world: World, books: Ledger) -> None:
    invoice = world.invoice(world.customer(), "80.00", number="1001")
    world.sync()
    world.syncro.edit_invoice(
        id=invoice, lines=[{"item": "Work", "name": "Warranty", "quantity": "1", "price": "0.00", "taxable": False}]
    )
    assert written(world.sync())["books"] == {"invoice updated": 1}
    assert (books.invoice("1001").total, world.states()) == (Decimal(0), {})


def test_they_stay_out_by_policy_with_a_reason(world: World, books: Ledger) -> None:
    world.policy(zero_invoices="off")
    world.invoice(world.customer(), "0.00", number="1001")
    world.sync()
    assert (books.invoices(), world.states()["1001"]) == ([], "off_by_policy")


def test_an_invoice_without_lines_yet_is_nothing_too_and_grows_later(world: World, books: Ledger) -> None:
    invoice = world.invoice(world.customer(), number="1001")
    world.sync()
    world.syncro.edit_invoice(
        id=invoice, lines=[{"item": "Work", "name": "Done", "quantity": "1", "price": "60.00", "taxable": False}]
    )
    world.sync()
    assert ([each.total for each in books.invoices()], world.states()) == ([Decimal(60)], {})
