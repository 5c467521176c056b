"""F16: the excess is an unapplied credit in the books, used when Syncro uses it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.mirror.models import Link
from tests.features.ledger import Ledger
from tests.world import NOTHING, World, written


@pytest.fixture
def overpaid(world: World) -> str:
    """120.00 was paid on an invoice of 100.00; the payment's id in Syncro."""
    acme = world.customer("Acme Ltd")
    invoice = world.invoice(acme, "100.00", number="1001")
    payment = world.pays(acme, "120.00", {invoice: "100.00"})
    world.sync()
    return payment


def test_the_excess_stays_unapplied_on_the_same_payment(world: World, books: Ledger, overpaid: str) -> None:
    (paid,) = books.payments()
    assert (paid.amount, paid.applied, paid.unapplied) == (Decimal(120), {"1001": Decimal(100)}, Decimal(20))
    assert books.invoice("1001").open == 0
    assert (world.sync().counts["writes"], world.states()) == (NOTHING, {})


def test_the_credit_is_used_when_syncro_uses_it(world: World, books: Ledger, overpaid: str) -> None:
    first = world.invoice_id("1001")
    second = world.invoice(world.syncro_customer("Acme Ltd"), "50.00", number="1002")
    world.sync()
    world.syncro.apply(id=overpaid, apply={first: "100.00", second: "20.00"})
    assert written(world.sync())["books"] == {"payment updated": 1}
    (paid,) = books.payments()
    assert (paid.applied, paid.unapplied) == ({"1001": Decimal(100), "1002": Decimal(20)}, Decimal(0))
    assert (books.invoice("1002").open, world.states()) == (Decimal(30), {})


def test_credit_used_in_the_run_in_which_its_invoice_is_new(world: World, books: Ledger, overpaid: str) -> None:
    second = world.invoice(world.syncro_customer("Acme Ltd"), "50.00", number="1002")
    world.syncro.apply(id=overpaid, apply={world.invoice_id("1001"): "100.00", second: "20.00"})
    world.sync()
    assert (books.invoice("1002").open, world.states()) == (Decimal(30), {})


def test_money_paid_before_there_is_an_invoice_waits_on_the_customer(world: World, books: Ledger) -> None:
    acme = world.customer("Acme Ltd")
    payment = world.pays(acme, "75.00")
    world.sync()
    assert [(paid.applied, paid.unapplied) for paid in books.payments()] == [({}, Decimal(75))]
    world.syncro.apply(id=payment, apply={world.invoice(acme, "75.00", number="1001"): "75.00"})
    world.sync()
    assert (books.invoice("1001").open, len(books.payments())) == (Decimal(0), 1)


def test_a_deposited_overpayment_is_left_to_a_person_where_it_is_locked(
    world: World, books: Ledger, overpaid: str
) -> None:
    books.deposits(books.payments()[0].id)
    second = world.invoice(world.syncro_customer("Acme Ltd"), "50.00", number="1002")
    world.sync()
    world.syncro.apply(id=overpaid, apply={world.invoice_id("1001"): "100.00", second: "20.00"})
    assert written(world.sync())["books"] == ({} if books.locks_deposited else {"payment updated": 1})
    assert books.invoice("1002").open == (Decimal(50) if books.locks_deposited else Decimal(30))
    locked = Link.objects.filter(state="held", code="changed_in_syncro")
    assert [link.reason.startswith("The payment changed in Syncro") for link in locked] == [
        True
    ] * books.locks_deposited
