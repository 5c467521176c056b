"""F11: the whole customer list at set-up: matched first, shown before, in bulk, and nothing twice however often."""

from __future__ import annotations

import pytest

from tests.features.ledger import Ledger
from tests.world import NOTHING, World, written

LIST = [f"Customer {number:02}" for number in range(40)]


@pytest.fixture
def listed(world: World, books: Ledger) -> World:
    """Forty customers in Syncro without a document, of whom the books have the first two."""
    world.policy(customers="with_invoices")
    for name in LIST:
        world.customer(name)
    for name in LIST[:2]:
        books.own_customer(name)
    assert world.sync().counts["writes"] == NOTHING
    return world


def exported(world: World) -> None:
    """Send the list, as long as it takes."""
    world.command("export", "customers")
    world.sync()


def test_what_would_be_sent_is_shown_and_nothing_is(listed: World, books: Ledger) -> None:
    told = listed.command("export", "customers", "--dry-run")
    assert (told["tied"], told["due"], len(told["preview"])) == (2, 38, 38)
    assert {(each["side"], each["verb"]) for each in told["preview"]} == {("books", "create")}
    assert books.customers() == LIST[:2]


def test_the_list_arrives_and_whom_the_books_had_is_tied(listed: World, books: Ledger) -> None:
    exported(listed)
    assert books.customers() == LIST
    assert (listed.states(), listed.queue()) == ({}, [])
    assert listed.sync(full=True).counts["writes"] == NOTHING


def test_sent_twice_it_stands_once(listed: World, books: Ledger) -> None:
    for _ in range(2):
        exported(listed)
    assert books.customers() == LIST


def test_pairs_are_proposed_with_a_score_and_a_reason(listed: World, books: Ledger) -> None:
    told = listed.command("match", "customers")
    assert [(pair["syncro"]["name"], pair["reasons"], pair["exact"]) for pair in told["proposals"]] == [
        (name, ["name"], True) for name in LIST[:2]
    ]
    assert len(told["only_in_syncro"]) == 38


def test_whom_the_books_may_have_waits_for_a_person(listed: World, books: Ledger) -> None:
    there = books.own_customer("Ada Lovelace Ltd", email="ada@customers.example")
    ada = listed.customer("Lovelace", email="ada@customers.example")
    listed.sync()
    exported(listed)
    assert "Ada Lovelace Ltd" in listed.held("name_taken").reason
    listed.decides("same_customer", books=there)
    assert (listed.books_id("customer", ada), len(books.customers())) == (there, 41)


def test_who_was_sent_this_way_gets_invoices_like_anybody(listed: World, books: Ledger) -> None:
    exported(listed)
    listed.invoice(listed.syncro_customer(LIST[7]), "50.00", number="1001")
    assert written(listed.sync())["books"] == {"invoice created": 1}
    assert books.invoice("1001").customer == LIST[7]
