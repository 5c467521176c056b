"""F13: sub-customers are customers of their own in Syncro, keep their parent, and their invoices go to them."""

from __future__ import annotations

import pytest

from tests.features.ledger import Ledger
from tests.world import NOTHING, World, written


@pytest.fixture
def family(world: World, books: Ledger) -> World:
    """Jones and, below it, Kitchen: of the books, and made in Syncro."""
    books.own_customer("Jones")
    books.own_customer("Kitchen", parent="Jones")
    world.sync()
    world.command("match", "customers", "--create", "all")
    world.sync()
    return world


def test_both_are_customers_in_syncro(family: World, books: Ledger) -> None:
    assert family.customer_names() == ["Jones", "Jones: Kitchen"]
    assert (family.sync(full=True).counts["writes"], family.states()) == (NOTHING, {})


def test_an_invoice_of_the_child_goes_to_the_child(family: World, books: Ledger) -> None:
    family.invoice(family.syncro_customer("Jones: Kitchen"), "80.00", number="1001")
    assert written(family.sync())["books"] == {"invoice created": 1}
    assert books.invoice("1001").customer == "Kitchen"
    assert books.parent_of("Kitchen") == "Jones"


def test_a_change_in_syncro_leaves_it_where_it_is(family: World, books: Ledger) -> None:
    family.syncro.edit_customer(id=family.syncro_customer("Jones: Kitchen"), phone="555-0100")
    assert written(family.sync())["books"] == {"customer updated": 1}
    assert books.parent_of("Kitchen") == "Jones"
    assert family.sync().counts["writes"] == NOTHING


def test_a_new_name_of_the_child_is_its_own_name_alone(family: World, books: Ledger) -> None:
    family.syncro.edit_customer(id=family.syncro_customer("Jones: Kitchen"), business_name="Jones: Bathroom")
    family.sync()
    assert "Bathroom" in books.customers()
    assert books.parent_of("Bathroom") == "Jones"


def test_one_that_syncro_already_has_under_both_names_is_the_same(world: World, books: Ledger) -> None:
    books.own_customer("Jones")
    books.own_customer("Kitchen", parent="Jones")
    world.invoice(world.customer("Jones: Kitchen"), "80.00", number="1001")
    assert written(world.sync())["books"] == {"invoice created": 1}
    assert books.invoice("1001").customer == "Kitchen"
    assert len(books.customers()) == 2


def test_one_that_syncro_had_before_is_matched_by_its_full_name(world: World, books: Ledger) -> None:
    books.own_customer("Jones")
    there = books.own_customer("Bath", parent="Jones")
    ours = [world.customer("Jones: Bath"), world.customer("Jones")]
    assert world.sync().counts["writes"] == NOTHING
    assert world.books_id("customer", ours[0]) == there
    world.syncro.edit_customer(id=ours[0], phone="555-0100")
    world.sync()
    assert (books.customers(), books.contact("Bath")[1]) == (["Bath", "Jones"], "555-0100")


def test_and_by_its_own_where_the_books_know_who_stands_under_whom(world: World, books: Ledger) -> None:
    books.own_customer("Jones")
    there = books.own_customer("Kitchen", parent="Jones")
    kitchen = world.customer("Kitchen")
    world.sync()
    assert (world.books_id("customer", kitchen) == there) is books.nests
    assert (books.customers().count("Kitchen"), world.states()) == (1 if books.nests else 2, {})


def test_a_customer_of_syncro_is_made_below_the_parent_a_person_chose(world: World, books: Ledger) -> None:
    jones = books.own_customer("Jones")
    garden = world.customer("Garden")
    world.sync(dry_run=True)
    world.command("match", "customers", "--under", f"{garden}={jones}")
    world.sync()
    assert books.parent_of("Garden") == "Jones"
    assert (world.sync().counts["writes"], world.states()) == (NOTHING, {})
