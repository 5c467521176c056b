"""F04: a payment taken in the books is posted once to Syncro, on the right invoice, and never back to the books."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.features.ledger import Ledger
from tests.world import NOTHING, World, written


@pytest.fixture
def sold(world: World) -> str:
    """An invoice of 100.00 that stands on both sides; its id in Syncro."""
    invoice = world.invoice(world.customer("Acme Ltd"), "100.00", number="1001")
    world.sync()
    return invoice


def test_it_is_posted_on_its_invoice_with_amount_and_reference(world: World, books: Ledger, sold: str) -> None:
    books.takes("100.00", {"1001": "100.00"}, reference="CHK-7")
    assert written(world.sync()) == {"books": {}, "syncro": {"payment created": 1}}
    (paid,) = world.syncro_payments()
    assert (paid.amount, paid.applied) == (Decimal(100), {"1001": Decimal(100)})
    assert paid.reference.startswith("CHK-7")
    assert world.due(sold) == 0


def test_it_is_never_posted_twice_and_never_back(world: World, books: Ledger, sold: str) -> None:
    books.takes("100.00", {"1001": "100.00"})
    world.sync()
    assert [world.sync(full=True).counts["writes"], world.sync().counts["writes"]] == [NOTHING, NOTHING]
    assert (len(books.payments()), len(world.syncro_payments())) == (1, 1)


def test_a_lost_answer_posts_it_once(world: World, books: Ledger, sold: str) -> None:
    books.takes("100.00", {"1001": "100.00"})
    world.syncro.lose_next_answer("POST", "/payments$")
    world.sync()
    world.sync()
    assert [paid.amount for paid in world.syncro_payments()] == [Decimal(100)]
    assert (len(books.payments()), world.states()) == (1, {})


def test_a_payment_on_an_invoice_only_the_books_have_waits_for_a_person(world: World, books: Ledger, sold: str) -> None:
    books.own_invoice("Acme Ltd", "B-1", "40.00")
    books.takes("40.00", {"B-1": "40.00"})
    assert world.sync().counts["writes"] == NOTHING
    items = {item.kind: item.sentence for item in world.queue()}
    assert "B-1" in items["payment_of_unknown_invoice"]
    assert world.syncro_payments() == []


def test_payments_wait_for_a_person_by_policy(world: World, books: Ledger, sold: str) -> None:
    world.policy(payments_in="review")
    books.takes("100.00", {"1001": "100.00"})
    assert world.sync().counts["writes"] == NOTHING
    assert written(world.decides("post_to_syncro"))["syncro"] == {"payment created": 1}
    assert world.due(sold) == 0


def test_a_payment_typed_into_both_sides_is_not_doubled(world: World, books: Ledger, sold: str) -> None:
    customer = world.syncro_customer("Acme Ltd")
    books.takes("100.00", {"1001": "100.00"})
    world.pays(customer, "100.00", {sold: "100.00"})
    assert world.sync().counts["writes"] == NOTHING
    assert "one payment entered twice" in world.queue()[0].sentence
    world.decides("same")
    assert (len(books.payments()), len(world.syncro_payments()), world.states()) == (1, 1, {})


def test_nothing_comes_in_when_the_policy_is_off(world: World, books: Ledger, sold: str) -> None:
    world.policy(payments_in="off")
    books.takes("100.00", {"1001": "100.00"})
    assert world.sync().counts["writes"] == NOTHING
    assert world.due(sold) == 100
