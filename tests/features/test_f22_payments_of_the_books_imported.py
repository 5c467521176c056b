"""F22: partial payments, and those made before the portal was connected, from the start date on."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from tests.features.ledger import Ledger
from tests.world import NOTHING, World, written


@pytest.fixture
def sold(world: World) -> str:
    """An invoice of 100.00 that stands on both sides; its id in Syncro."""
    invoice = world.invoice(world.customer("Acme Ltd"), "100.00", number="1001", date=dt.date(2026, 11, 2))
    world.sync()
    return invoice


def test_a_partial_payment_leaves_the_rest_open_on_both_sides(world: World, books: Ledger, sold: str) -> None:
    books.takes("35.00", {"1001": "35.00"})
    assert written(world.sync())["syncro"] == {"payment created": 1}
    assert (world.due(sold), books.invoice("1001").open) == (Decimal(65), Decimal(65))


def test_partial_payments_come_one_after_the_other(world: World, books: Ledger, sold: str) -> None:
    for part in ("10.00", "20.00", "70.00"):
        books.takes(part, {"1001": part})
        world.sync()
    assert [paid.amount for paid in world.syncro_payments()] == [Decimal(10), Decimal(20), Decimal(70)]
    assert (world.due(sold), world.states(), world.sync().counts["writes"]) == (Decimal(0), {}, NOTHING)


def test_payments_made_while_the_portal_was_away_are_imported(world: World, books: Ledger, sold: str) -> None:
    for day in (3, 9, 17):
        books.takes("10.00", {"1001": "10.00"}, date=dt.date(2026, 11, day))
    assert written(world.sync())["syncro"] == {"payment created": 3}
    assert [paid.reference.split(" ")[0] for paid in world.syncro_payments()] == [
        "2026-11-03",
        "2026-11-09",
        "2026-11-17",
    ]
    assert world.due(sold) == 70


def test_those_before_the_start_date_are_only_looked_at(world: World, books: Ledger, sold: str) -> None:
    world.company.start_date = dt.date(2026, 11, 10)
    world.company.save()
    books.takes("10.00", {"1001": "10.00"}, date=dt.date(2026, 11, 9))
    books.takes("20.00", {"1001": "20.00"}, date=dt.date(2026, 11, 10))
    assert written(world.sync())["syncro"] == {"payment created": 1}
    assert [paid.amount for paid in world.syncro_payments()] == [Decimal(20)]
    assert list(world.states().values()) == ["before_start"]


def test_a_payment_on_no_invoice_waits_and_becomes_credit_when_a_person_says_so(
    world: World, books: Ledger, sold: str
) -> None:
    books.takes("40.00", {}, customer="Acme Ltd")
    assert world.sync().counts["writes"] == NOTHING
    assert "40.00 of this payment" in world.held("unapplied_review").reason
    assert written(world.decides("post_to_syncro"))["syncro"] == {"payment created": 1}
    assert [(paid.amount, paid.applied) for paid in world.syncro_payments()] == [(Decimal(40), {})]
    assert (world.sync().counts["writes"], world.states()) == (NOTHING, {})


def test_a_dry_run_shows_it_and_sends_nothing(world: World, books: Ledger, sold: str) -> None:
    books.takes("35.00", {"1001": "35.00"})
    run = world.sync(dry_run=True)
    assert [(row["entity"], row["side"], row["verb"]) for row in run.counts["preview"]] == [
        ("payment", "syncro", "create")
    ]
    assert world.syncro_payments() == []
