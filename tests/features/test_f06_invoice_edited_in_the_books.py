"""F06: an invoice edited in the books is found, shown, and by policy reviewed, taken into Syncro, or overwritten."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

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


def standing(world: World, invoice: str) -> tuple[Decimal, list[str]]:
    """Total and line prices of an invoice in the pocket Syncro itself."""
    (row,) = [row for row in world.syncro.state("invoices") if str(row["id"]) == invoice]
    return Decimal(row["total"]), [f"{Decimal(line['price']):.2f}" for line in row["lines"]]


def in_step(world: World) -> bool:
    """Whether nothing waits, and nobody needs to know anything."""
    return not world.states() and not world.queue() and tie_out(world.company).summary()["unexplained"] == "0.00"


def test_the_edit_is_shown_side_by_side_and_nothing_is_written(world: World, books: Ledger, sold: str) -> None:
    books.edits_invoice("1001", "300.00")
    assert world.sync().counts["writes"] == NOTHING
    (item,) = world.queue()
    told = {row["field"]: (row["syncro"], row["books"]) for row in item.facts["fields"]}
    assert (item.kind, told["total"]) == ("invoice_edited_in_books", ("120.00", "300.00"))
    assert item.effects[0]["amount"] == "-180.00"


def test_a_person_takes_the_edit_into_syncro(world: World, books: Ledger, sold: str) -> None:
    books.edits_invoice("1001", "300.00")
    world.sync()
    assert written(world.decides("take_into_syncro"))["syncro"] == {"invoice updated": 2}
    assert standing(world, sold) == (Decimal(300), ["300.00"])
    assert in_step(world)


def test_by_policy_the_edit_goes_to_syncro_by_itself(world: World, books: Ledger, sold: str) -> None:
    world.policy(invoice_edits_in_books="accept")
    books.edits_invoice("1001", "300.00")
    assert written(world.sync())["syncro"] == {"invoice updated": 2}
    assert standing(world, sold) == (Decimal(300), ["300.00"])
    assert in_step(world)
    assert world.sync().counts["writes"] == NOTHING


def test_after_an_edit_was_taken_syncros_own_edits_go_to_the_books_again(
    world: World, books: Ledger, sold: str
) -> None:
    world.policy(invoice_edits_in_books="accept")
    books.edits_invoice("1001", "300.00")
    world.sync()
    world.syncro.edit_invoice(id=sold, lines=[line("80.00")])
    assert written(world.sync()) == {"books": {"invoice updated": 1}, "syncro": {}}
    assert books.invoice("1001").total == 80
    assert in_step(world)


def test_by_policy_syncros_version_is_written_over_the_edit(world: World, books: Ledger, sold: str) -> None:
    world.policy(invoice_edits_in_books="overwrite")
    books.edits_invoice("1001", "300.00")
    assert written(world.sync())["books"] == {"invoice updated": 1}
    assert (books.invoice("1001").total, standing(world, sold)[0]) == (Decimal(120), Decimal(120))
    assert in_step(world)


def test_what_syncro_refuses_is_told_with_the_steps_and_closes_by_itself(
    world: World, books: Ledger, sold: str
) -> None:
    world.policy(invoice_edits_in_books="accept")
    payment = world.pays(world.syncro_customer("Acme Ltd"), "120.00", {sold: "120.00"})
    world.sync()
    if not books.changes_paid_invoices:
        return  # nobody can edit a paid invoice there
    books.edits_invoice("1001", "300.00")
    assert written(world.sync())["syncro"] == {}
    (item,) = world.queue()
    assert "paid" in item.sentence
    assert any(f"payment {payment}" in step for step in item.facts["steps"])
    world.syncro.edit_invoice(id=sold, lines=[line("300.00")])
    world.sync()
    assert standing(world, sold)[0] == 300
    assert in_step(world)


def test_an_edit_is_not_tried_again_and_again(world: World, books: Ledger, sold: str) -> None:
    world.policy(invoice_edits_in_books="accept")
    world.syncro.fault(kind="status", status=422, method="POST", path="line_items", body={"errors": "Nope"}, times=99)
    world.syncro.fault(kind="status", status=422, method="PUT", path="line_items", body={"errors": "Nope"}, times=99)
    books.edits_invoice("1001", "300.00")
    world.sync()
    assert "Nope" in world.held("not_taken").reason
    before = len(world.syncro.log())
    world.sync()
    assert [row for row in world.syncro.log()[before:] if row["method"] != "GET"] == []


def test_what_was_edited_on_both_sides_can_be_taken_from_the_books(world: World, books: Ledger, sold: str) -> None:
    books.edits_invoice("1001", "300.00")
    world.syncro.edit_invoice(id=sold, lines=[line("200.00")])
    world.sync()
    world.decides("take_into_syncro")
    assert standing(world, sold) == (Decimal(300), ["300.00"])
    assert in_step(world)


def line(price: str) -> dict[str, Any]:
    return {"item": "Work", "name": "Work done", "quantity": "1", "price": price, "taxable": False}
