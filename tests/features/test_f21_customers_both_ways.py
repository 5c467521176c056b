"""F21: a linked customer changed on either side is changed on the other, field by field; both is for a person."""

from __future__ import annotations

from typing import Any

import pytest

from tests.features.ledger import Ledger
from tests.world import NOTHING, World, written


@pytest.fixture
def acme(world: World) -> str:
    """A customer that stands on both sides; its id in Syncro."""
    customer = world.customer("Acme Ltd", email="office@acme.example", phone="555-0100")
    world.sync()
    return customer


def here(world: World, customer: str) -> dict[str, Any]:
    """The customer in the pocket Syncro."""
    return next(row for row in world.syncro.state("customers") if str(row["id"]) == customer)


def test_a_field_changed_in_the_books_is_changed_in_syncro(world: World, books: Ledger, acme: str) -> None:
    books.edits_customer("Acme Ltd", phone="555-0199")
    assert written(world.sync()) == {"books": {}, "syncro": {"customer updated": 1}}
    assert (here(world, acme)["phone"], here(world, acme)["email"]) == ("555-0199", "office@acme.example")
    assert (world.sync(full=True).counts["writes"], world.states()) == (NOTHING, {})


def test_a_name_changed_in_the_books_is_changed_in_syncro(world: World, books: Ledger, acme: str) -> None:
    books.renames("Acme Ltd", "Acme Computers")
    world.sync()
    assert here(world, acme)["business_name"] == "Acme Computers"
    assert (world.sync().counts["writes"], books.customers()) == (NOTHING, ["Acme Computers"])


def test_then_a_change_in_syncro_still_goes_to_the_books(world: World, books: Ledger, acme: str) -> None:
    books.edits_customer("Acme Ltd", phone="555-0199")
    world.sync()
    world.syncro.edit_customer(id=acme, email="new@acme.example")
    assert written(world.sync()) == {"books": {"customer updated": 1}, "syncro": {}}
    assert books.contact("Acme Ltd") == ("new@acme.example", "555-0199")


def test_different_fields_changed_on_both_sides_go_both_ways(world: World, books: Ledger, acme: str) -> None:
    books.edits_customer("Acme Ltd", phone="555-0199")
    world.syncro.edit_customer(id=acme, email="new@acme.example")
    assert written(world.sync()) == {"books": {"customer updated": 1}, "syncro": {"customer updated": 1}}
    assert books.contact("Acme Ltd") == ("new@acme.example", "555-0199")
    assert (here(world, acme)["email"], here(world, acme)["phone"]) == ("new@acme.example", "555-0199")
    assert (world.sync(full=True).counts["writes"], world.states()) == (NOTHING, {})


def test_one_field_changed_on_both_sides_is_for_a_person(world: World, books: Ledger, acme: str) -> None:
    books.edits_customer("Acme Ltd", phone="555-0199")
    world.syncro.edit_customer(id=acme, phone="555-0111")
    assert world.sync().counts["writes"] == NOTHING
    assert "phone changed in Syncro and in the books" in world.held("both_edited").reason
    world.decides("overwrite_from_syncro")
    assert (books.contact("Acme Ltd")[1], here(world, acme)["phone"], world.states()) == ("555-0111", "555-0111", {})


def test_what_staff_change_in_the_books_stands_where_the_policy_says_so(world: World, books: Ledger, acme: str) -> None:
    world.policy(customers="to_books")
    books.edits_customer("Acme Ltd", phone="555-0199")
    assert world.sync().counts["writes"] == NOTHING
    assert (here(world, acme)["phone"], books.contact("Acme Ltd")[1]) == ("555-0100", "555-0199")


def test_what_syncro_alone_keeps_survives_a_change_from_the_books(world: World, books: Ledger, acme: str) -> None:
    world.syncro.edit_customer(id=acme, notes="Rings twice", get_sms=True, referred_by="Bolt Inc")
    world.sync()
    books.edits_customer("Acme Ltd", phone="555-0199")
    world.sync()
    kept = here(world, acme)
    assert (kept["notes"], kept["get_sms"], kept["referred_by"]) == ("Rings twice", True, "Bolt Inc")


def test_a_lost_answer_of_syncro_changes_it_once(world: World, books: Ledger, acme: str) -> None:
    books.edits_customer("Acme Ltd", phone="555-0199")
    world.syncro.lose_next_answer("PUT", "/customers/")
    world.sync()
    world.sync()
    assert (here(world, acme)["phone"], world.states()) == ("555-0199", {})
