"""F05: an edited Syncro invoice updates the same document in the books, lines and all."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.reconciliation.tieout import tie_out
from tests.features.ledger import Ledger
from tests.world import NOTHING, World, written


@pytest.fixture
def sold(world: World) -> str:
    """An invoice with two lines that stands on both sides; its id in Syncro."""
    invoice = world.invoice(world.customer("Acme Ltd"), "100.00", "20.00", number="1001")
    world.sync()
    return invoice


def line(price: str, name: str = "Work done") -> dict[str, str | bool]:
    return {"item": "Work", "name": name, "quantity": "1", "price": price, "taxable": False}


def test_changed_lines_change_the_same_document(world: World, books: Ledger, sold: str) -> None:
    before = books.invoice("1001")
    world.syncro.edit_invoice(id=sold, lines=[line("100.00"), line("30.00", "Parts"), line("5.50", "Post")])
    assert written(world.sync())["books"] == {"invoice updated": 1}
    after = books.invoice("1001")
    assert (after.id, after.total, after.open) == (before.id, Decimal("135.50"), Decimal("135.50"))
    assert [each.amount for each in after.lines] == [Decimal(100), Decimal(30), Decimal("5.50")]
    assert world.sync().counts["writes"] == NOTHING


def test_removed_lines_are_removed(world: World, books: Ledger, sold: str) -> None:
    world.syncro.edit_invoice(id=sold, lines=[line("20.00")])
    world.sync()
    assert [each.amount for each in books.invoice("1001").lines] == [Decimal(20)]


def test_date_and_due_date_follow(world: World, books: Ledger, sold: str) -> None:
    world.syncro.edit_invoice(id=sold, date="2026-11-18", due_date="2026-12-18")
    world.sync()
    assert (books.invoice("1001").date, books.invoice("1001").due) == ("2026-11-18", "2026-12-18")


def test_the_money_on_it_stays_on_it(world: World, books: Ledger, sold: str) -> None:
    world.pays(world.syncro_customer("Acme Ltd"), "50.00", {sold: "50.00"})
    world.sync()
    world.syncro.edit_invoice(id=sold, lines=[line("200.00")])
    world.sync()
    total = Decimal(200) if books.changes_paid_invoices else Decimal(120)
    assert (books.invoice("1001").total, books.invoice("1001").open) == (total, total - 50)
    assert (len(books.payments()), world.states()) == (1, {} if books.changes_paid_invoices else {"1001": "locked"})


def test_where_money_locks_an_invoice_a_person_hears_what_to_do(world: World, books: Ledger, sold: str) -> None:
    world.pays(world.syncro_customer("Acme Ltd"), "50.00", {sold: "50.00"})
    world.sync()
    world.syncro.edit_invoice(id=sold, lines=[line("200.00")])
    world.sync()
    told = [(item.kind, item.effects[0]["amount"]) for item in world.queue()]
    assert told == ([] if books.changes_paid_invoices else [("refused_by_platform", "80.00")])
    assert tie_out(world.company).summary()["unexplained"] == "0.00"


def test_an_edit_on_both_sides_waits_for_a_person(world: World, books: Ledger, sold: str) -> None:
    books.edits_invoice("1001", "300.00")
    world.syncro.edit_invoice(id=sold, lines=[line("200.00")])
    assert world.sync().counts["writes"] == NOTHING
    assert "edited in Syncro and in the books" in world.held("both_edited").reason
    world.decides("overwrite_from_syncro")
    assert (books.invoice("1001").total, world.states()) == (Decimal(200), {})


def test_nothing_is_written_when_nothing_that_matters_changed(world: World, books: Ledger, sold: str) -> None:
    world.syncro.edit_invoice(id=sold, lines=[line("100.00"), line("20.00")])
    assert world.sync().counts["writes"] == NOTHING
    assert world.states() == {}
