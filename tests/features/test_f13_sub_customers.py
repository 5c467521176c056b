"""F13: a sub-customer of the books is a Syncro customer of its own, keeps its parent, and gets its own invoices."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.features.ledger import Ledger
from tests.world import NOTHING, World, written


def match(*words: str) -> dict[str, Any]:
    """What `match acme customers` prints."""
    out = StringIO()
    call_command("match", "acme", "customers", *words, "--json", stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


@pytest.fixture
def kitchen(world: World, books: Ledger) -> str:
    """A sub-customer of the books and its parent, both imported into Syncro; the child's id there."""
    world.policy(new_customers_in_books="create")
    books.own_customer("Jones")
    books.own_customer("Kitchen", parent="Jones")
    world.sync()
    return world.syncro_customer("Jones: Kitchen")


def test_it_is_a_customer_of_its_own_behind_its_parents_name(world: World, books: Ledger, kitchen: str) -> None:
    names = sorted(row["business_name"] for row in world.syncro.state("customers"))
    assert names == ["Jones", "Jones: Kitchen"]
    assert (world.sync(full=True).counts["writes"], books.customers()) == (NOTHING, ["Jones", "Kitchen"])


def test_its_invoices_go_to_the_sub_customer(world: World, books: Ledger, kitchen: str) -> None:
    world.invoice(kitchen, "100.00", number="1001")
    assert written(world.sync())["books"] == {"invoice created": 1}
    assert (books.invoice("1001").customer, books.parent_of("Kitchen")) == ("Kitchen", "Jones")


def test_a_change_in_syncro_keeps_its_name_and_its_parent(world: World, books: Ledger, kitchen: str) -> None:
    world.syncro.edit_customer(id=kitchen, phone="555-0100")
    assert written(world.sync())["books"] == {"customer updated": 1}
    assert (books.contact("Kitchen")[1], books.parent_of("Kitchen")) == ("555-0100", "Jones")


def test_renamed_on_either_side_it_is_renamed_in_the_words_of_the_other(
    world: World, books: Ledger, kitchen: str
) -> None:
    world.syncro.edit_customer(id=kitchen, business_name="Jones: Bath")
    world.sync()
    assert (books.customers(), books.parent_of("Bath")) == (["Bath", "Jones"], "Jones")
    books.renames("Bath", "Garden")
    world.sync()
    assert world.syncro_customer("Jones: Garden") == kitchen
    assert (world.sync().counts["writes"], world.states()) == (NOTHING, {})


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
    assert (world.books_id("customer", kitchen) == there) is books.nests_customers
    assert (books.customers().count("Kitchen"), world.states()) == (1 if books.nests_customers else 2, {})


def test_a_parent_chosen_at_matching_is_kept(world: World, books: Ledger) -> None:
    above = books.own_customer("Jones")
    world.sync()
    child = world.customer("Kitchen")
    world.sync(dry_run=True)
    assert match("--under", f"{child}={above}")["placed"] == [{"syncro": child, "under": above}]
    world.invoice(child, "100.00", number="1001")
    assert written(world.sync())["books"] == {"customer created": 1, "invoice created": 1}
    assert (books.parent_of("Kitchen"), books.invoice("1001").customer) == ("Jones", "Kitchen")
    assert (world.sync(full=True).counts["writes"], world.states()) == (NOTHING, {})


def test_who_stands_in_the_books_already_is_not_placed_anew(world: World, books: Ledger) -> None:
    above = books.own_customer("Jones")
    child = world.customer("Kitchen")
    world.sync()
    with pytest.raises(CommandError, match="already belongs to"):
        match("--under", f"{child}={above}")
