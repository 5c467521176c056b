"""F23: detected, shown with its split, posted as one payment on approval or by policy, never pushed back."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.features.ledger import Ledger
from tests.world import NOTHING, World, written

SPLIT = {"1001": "100.00", "1002": "50.00", "1003": "25.00"}
POSTED = {number: Decimal(part) for number, part in SPLIT.items()}


@pytest.fixture
def three(world: World) -> list[str]:
    """Three invoices of one customer on both sides, the last one of 60.00; their ids in Syncro."""
    acme = world.customer("Acme Ltd")
    prices = {"1001": "100.00", "1002": "50.00", "1003": "60.00"}
    invoices = [world.invoice(acme, price, number=number) for number, price in prices.items()]
    world.sync()
    return invoices


def test_it_waits_for_a_person_and_is_shown_with_its_split(world: World, books: Ledger, three: list[str]) -> None:
    books.takes("175.00", SPLIT, reference="CHK-9")
    assert world.sync().counts["writes"] == NOTHING
    (item,) = world.queue()
    assert item.kind == "payment_over_several_invoices"
    assert [(part["number"], part["amount"]) for part in item.facts["split"]] == list(SPLIT.items())
    assert all(f"{number} ({part})" in item.sentence for number, part in SPLIT.items())
    assert world.syncro_payments() == []


def test_on_approval_it_is_one_payment_with_the_same_split(world: World, books: Ledger, three: list[str]) -> None:
    books.takes("175.00", SPLIT, reference="CHK-9")
    world.sync()
    assert written(world.decides("post_to_syncro")) == {"books": {}, "syncro": {"payment created": 1}}
    (paid,) = world.syncro_payments()
    assert (paid.amount, paid.applied) == (Decimal(175), POSTED)
    assert [world.due(invoice) for invoice in three] == [Decimal(0), Decimal(0), Decimal(35)]
    assert (world.queue(), world.states()) == ([], {})


def test_it_never_comes_back_to_the_books(world: World, books: Ledger, three: list[str]) -> None:
    books.takes("175.00", SPLIT)
    world.sync()
    world.decides("post_to_syncro")
    assert [world.sync().counts["writes"], world.sync(full=True).counts["writes"]] == [NOTHING, NOTHING]
    assert ([paid.applied for paid in books.payments()], len(world.syncro_payments())) == ([POSTED], 1)


def test_by_policy_it_goes_by_itself(world: World, books: Ledger, three: list[str]) -> None:
    world.policy(multi_invoice_payments_in="auto")
    books.takes("175.00", SPLIT)
    assert written(world.sync())["syncro"] == {"payment created": 1}
    assert [paid.applied for paid in world.syncro_payments()] == [POSTED]
    assert (world.queue(), world.sync().counts["writes"]) == ([], NOTHING)


def test_an_invoice_paid_in_syncro_meanwhile_is_not_paid_twice(world: World, books: Ledger, three: list[str]) -> None:
    books.takes("175.00", SPLIT)
    world.sync()
    world.pays(world.syncro_customer("Acme Ltd"), "100.00", {three[0]: "100.00"}, method="Cash")
    assert written(world.decides("post_to_syncro"))["syncro"] == {}
    assert world.held("not_covered").reason
    assert [world.due(invoice) for invoice in three] == [Decimal(0), Decimal(50), Decimal(60)]


def test_one_part_on_an_invoice_of_the_books_holds_it_whole(world: World, books: Ledger, three: list[str]) -> None:
    world.policy(multi_invoice_payments_in="auto")
    books.own_invoice("Acme Ltd", "B-1", "40.00")
    books.takes("140.00", {"1001": "100.00", "B-1": "40.00"})
    assert world.sync().counts["writes"] == NOTHING
    assert "payment_of_unknown_invoice" in {item.kind for item in world.queue()}
    assert world.syncro_payments() == []


def test_a_person_may_leave_it_in_the_books(world: World, books: Ledger, three: list[str]) -> None:
    books.takes("175.00", SPLIT)
    world.sync()
    assert world.decides("keep_in_books_only").counts["writes"] == NOTHING
    assert (world.syncro_payments(), list(world.states().values())) == ([], ["ignored_by_staff"])
