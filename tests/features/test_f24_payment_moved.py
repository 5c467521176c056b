"""F24: a payment moved in the books is told as a move, with the exact steps, and closes by itself once Syncro agrees."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest

from apps.reconciliation.tieout import tie_out
from tests.features.ledger import Ledger
from tests.world import NOTHING, World


@dataclass(frozen=True)
class Sale:
    """Ids in Syncro: of the customer, two invoices, and the payment that was moved from the first to the second."""

    customer: str
    first: str
    second: str
    payment: str


@pytest.fixture
def moved(world: World, books: Ledger) -> Sale:
    """100.00 that a bookkeeper moved from invoice 1001 to invoice 1002."""
    acme = world.customer("Acme Ltd")
    first, second = world.invoice(acme, "100.00", number="1001"), world.invoice(acme, "150.00", number="1002")
    payment = world.pays(acme, "100.00", {first: "100.00"}, ref_num="CHK-5")
    world.sync()
    books.moves_payment(books.payments()[0].id, {"1002": "100.00"})
    world.sync()
    return Sale(acme, first, second, payment)


def test_it_is_told_as_a_move_and_nothing_is_written(world: World, books: Ledger, moved: Sale) -> None:
    link = world.link("payment", syncro=moved.payment)
    assert (link.state, link.code) == ("held", "payment_moved")
    assert [item.kind for item in world.queue()] == ["payment_moved"]
    assert [world.sync().counts["writes"], world.sync(full=True).counts["writes"]] == [NOTHING, NOTHING]
    assert ([paid.applied for paid in books.payments()], len(world.syncro_payments())) == ([{"1002": Decimal(100)}], 1)


def test_the_item_gives_both_invoices_and_the_exact_steps(world: World, books: Ledger, moved: Sale) -> None:
    (item,) = world.queue()
    assert "from 1001 (100.00) to 1002 (100.00)" in item.sentence
    delete, enter, *_ = item.facts["steps"]
    assert all(word in delete for word in ("100.00", "2026-11-20", "CHK-5", "1001", "delete"))
    assert all(word in enter for word in ("100.00", "2026-11-20", "1002"))


def test_it_moves_no_customers_receivable(world: World, books: Ledger, moved: Sale) -> None:
    world.queue()
    told = tie_out(world.company).summary()
    assert (told["syncro"], told["books"], told["unexplained"]) == ("150.00", "150.00", "0.00")


def test_it_closes_once_it_is_entered_anew_in_syncro(world: World, books: Ledger, moved: Sale) -> None:
    world.syncro.delete_payment(moved.payment)
    again = world.pays(moved.customer, "100.00", {moved.second: "100.00"}, ref_num="CHK-5")
    assert world.sync().counts["writes"] == NOTHING
    assert (world.link("payment", syncro=again).state, len(books.payments()), world.queue()) == ("in_sync", 1, [])


def test_entered_anew_before_the_old_one_is_deleted_nothing_is_sent(world: World, books: Ledger, moved: Sale) -> None:
    again = world.pays(moved.customer, "100.00", {moved.second: "100.00"})
    world.sync()
    assert world.link("payment", syncro=again).code == "same_on_both_sides"
    world.syncro.delete_payment(moved.payment)
    world.sync()
    assert world.link("payment", syncro=again).state == "in_sync"
    assert (len(books.payments()), world.queue()) == (1, [])


def test_it_closes_when_the_books_are_put_back(world: World, books: Ledger, moved: Sale) -> None:
    books.moves_payment(books.payments()[0].id, {"1001": "100.00"})
    assert world.sync().counts["writes"] == NOTHING
    assert (world.link("payment", syncro=moved.payment).state, world.queue()) == ("in_sync", [])


def test_one_that_was_taken_in_the_books_is_told_as_well(world: World, books: Ledger) -> None:
    acme = world.customer("Acme Ltd")
    for number in ("1001", "1002"):
        world.invoice(acme, "100.00", number=number)
    world.sync()
    payment = books.takes("100.00", {"1001": "100.00"})
    world.sync()
    books.moves_payment(payment, {"1002": "100.00"})
    assert world.sync().counts["writes"] == NOTHING
    assert [item.kind for item in world.queue()] == ["payment_moved"]
    assert [paid.applied for paid in world.syncro_payments()] == [{"1001": Decimal(100)}]
