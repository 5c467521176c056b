"""F20: what is deleted in Syncro is voided or deleted in the books; never with money on it or in a closed period."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from tests.features.ledger import Ledger
from tests.world import NOTHING, World, written

OCTOBER = dt.date(2026, 10, 30)


@pytest.fixture
def sold(world: World) -> str:
    """An invoice of 100.00 that stands on both sides; its id in Syncro."""
    invoice = world.invoice(world.customer("Acme Ltd"), "100.00", number="1001", date=OCTOBER)
    world.sync()
    return invoice


def standing(books: Ledger) -> list[str]:
    """The numbers of the invoices that are worth something."""
    return [each.number for each in books.invoices() if not each.voided]


def test_a_deleted_invoice_is_voided_once(world: World, books: Ledger, sold: str) -> None:
    world.syncro.delete_invoice(sold)
    assert written(world.sync(full=True))["books"] == {"invoice voided": 1}
    assert (standing(books), [each.open for each in books.invoices()]) == ([], [Decimal(0)])
    assert (world.sync(full=True).counts["writes"], world.states(), world.queue()) == (NOTHING, {}, [])


def test_by_policy_it_is_taken_out_of_the_books(world: World, books: Ledger, sold: str) -> None:
    world.policy(deleted_invoices="delete")
    world.syncro.delete_invoice(sold)
    world.sync(full=True)
    assert (standing(books), world.sync(full=True).counts["writes"], world.queue()) == ([], NOTHING, [])


def test_by_policy_a_person_is_asked_first(world: World, books: Ledger, sold: str) -> None:
    world.policy(deleted_invoices="review")
    world.syncro.delete_invoice(sold)
    assert world.sync(full=True).counts["writes"] == NOTHING
    (item,) = world.queue()
    assert (item.kind, standing(books)) == ("deleted_in_syncro", ["1001"])
    world.decides("void_in_books")
    assert (standing(books), world.queue()) == ([], [])


def test_never_with_money_on_it(world: World, books: Ledger, sold: str) -> None:
    world.policy(payments_in="off")
    books.takes("40.00", {"1001": "40.00"})
    world.syncro.delete_invoice(sold)
    assert world.sync(full=True).counts["writes"] == NOTHING
    assert [paid.applied for paid in books.payments()] == [{"1001": Decimal(40)}]
    assert books.invoice("1001").open == 60
    assert "Money is applied to it" in world.held("gone_in_syncro").reason


def test_never_in_a_closed_period_but_once_it_is_open_again(world: World, books: Ledger, sold: str) -> None:
    books.closes(dt.date(2026, 10, 31))
    world.syncro.delete_invoice(sold)
    assert world.sync(full=True).counts["writes"] == NOTHING
    assert (world.held("period_closed").entity, standing(books)) == ("invoice", ["1001"])
    books.closes(None)
    world.decides("retry")
    assert standing(books) == []


def test_a_deleted_payment_waits_for_a_person(world: World, books: Ledger, sold: str) -> None:
    payment = world.pays(world.syncro_customer("Acme Ltd"), "100.00", {sold: "100.00"})
    world.sync()
    world.syncro.delete_payment(payment)
    assert world.sync(full=True).counts["writes"] == NOTHING
    assert ([item.kind for item in world.queue()], len(books.payments())) == (["deleted_in_syncro"], 1)


def test_by_policy_a_deleted_payment_opens_its_invoice_again(world: World, books: Ledger, sold: str) -> None:
    world.policy(deleted_payments="void")
    payment = world.pays(world.syncro_customer("Acme Ltd"), "100.00", {sold: "100.00"})
    world.sync()
    world.syncro.delete_payment(payment)
    world.sync(full=True)
    assert (books.payments(), books.invoice("1001").open) == ([], Decimal(100))
    assert (world.sync(full=True).counts["writes"], world.queue()) == (NOTHING, [])


def test_a_deposited_payment_is_left_to_a_person(world: World, books: Ledger, sold: str) -> None:
    world.policy(deleted_payments="void")
    payment = world.pays(world.syncro_customer("Acme Ltd"), "100.00", {sold: "100.00"})
    world.sync()
    books.deposits(books.payments()[0].id)
    world.sync()
    world.syncro.delete_payment(payment)
    assert world.sync(full=True).counts["writes"] == NOTHING
    kind = "deleted_in_syncro" if books.tells_deposits else "refused_by_platform"
    assert ([item.kind for item in world.queue()], len(books.payments())) == ([kind], 1)


def test_an_invoice_follows_once_its_payment_is_taken_off(world: World, books: Ledger, sold: str) -> None:
    world.policy(deleted_payments="void")
    payment = world.pays(world.syncro_customer("Acme Ltd"), "100.00", {sold: "100.00"})
    world.sync()
    world.syncro.delete_payment(payment)
    world.syncro.delete_invoice(sold)
    world.sync(full=True)
    world.sync()  # that nothing lies on it any more shows once it was read again
    assert (books.payments(), standing(books), world.queue()) == ([], [], [])


def test_what_was_deleted_before_it_was_sent_never_goes(world: World, books: Ledger, sold: str) -> None:
    second = world.invoice(world.syncro_customer("Acme Ltd"), "50.00", number="1002")
    world.sync(dry_run=True)
    world.syncro.delete_invoice(second)
    world.sync(full=True)
    assert (standing(books), world.sync().counts["writes"]) == (["1001"], NOTHING)
