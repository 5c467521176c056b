"""F12: customers of the books into Syncro at set-up: after matching, shown before, nothing twice."""

from __future__ import annotations

import pytest

from tests.features.ledger import Ledger
from tests.world import NOTHING, World, written


@pytest.fixture
def met(world: World, books: Ledger) -> World:
    """Three customers in the books, of whom Syncro has one; both sides are read."""
    for name in ("Acme Ltd", "Bolt Inc", "Cask & Co"):
        books.own_customer(name)
    world.customer("Acme Ltd")
    world.policy(customers="with_invoices")
    world.sync()
    return world


def test_nobody_is_made_in_syncro_unasked(met: World, books: Ledger) -> None:
    assert met.sync(full=True).counts["writes"] == NOTHING
    assert met.customer_names() == ["Acme Ltd"]


def test_who_is_on_one_side_alone_is_told(met: World, books: Ledger) -> None:
    told = met.command("match", "customers")
    assert sorted(row["name"] for row in told["only_in_books"]) == ["Bolt Inc", "Cask & Co"]


def test_those_chosen_are_made_once(met: World, books: Ledger) -> None:
    met.command("match", "customers", "--apply", "exact")
    met.command("match", "customers", "--create", books.named("customer", "Bolt Inc"))
    assert written(met.sync())["syncro"] == {"customer created": 1}
    assert met.customer_names() == ["Acme Ltd", "Bolt Inc"]
    assert [met.sync(full=True).counts["writes"], met.sync().counts["writes"]] == [NOTHING, NOTHING]


def test_all_of_them_are_made_and_nobody_twice(met: World, books: Ledger) -> None:
    met.command("match", "customers", "--apply", "exact", "--create", "all")
    met.sync()
    met.command("match", "customers", "--create", "all")
    assert met.sync().counts["writes"] == NOTHING
    assert met.customer_names() == ["Acme Ltd", "Bolt Inc", "Cask & Co"]
    assert (books.customers(), met.states()) == (["Acme Ltd", "Bolt Inc", "Cask & Co"], {})


def test_what_would_be_made_is_shown_first(met: World, books: Ledger) -> None:
    met.command("match", "customers", "--apply", "exact", "--create", "all")
    intended = met.sync(dry_run=True).counts["preview"]
    assert sorted((row["side"], row["verb"], row["label"]) for row in intended) == [
        ("syncro", "create", "Bolt Inc"), ("syncro", "create", "Cask & Co"),
    ]  # fmt: skip
    assert met.customer_names() == ["Acme Ltd"]


def test_by_policy_the_new_ones_come_by_themselves(met: World, books: Ledger) -> None:
    met.policy(new_customers_in_books="create")
    met.sync()
    books.own_customer("Dune Ltd")
    met.sync()
    assert met.customer_names() == ["Acme Ltd", "Bolt Inc", "Cask & Co", "Dune Ltd"]
    assert met.sync(full=True).counts["writes"] == NOTHING


def test_a_lost_answer_makes_nobody_twice(met: World, books: Ledger) -> None:
    met.command("match", "customers", "--create", books.named("customer", "Bolt Inc"))
    met.syncro.lose_next_answer("POST", "/customers$")
    for _ in range(2):
        met.sync()
    assert met.customer_names() == ["Acme Ltd", "Bolt Inc"]


def test_who_came_this_way_can_be_sold_to(met: World, books: Ledger) -> None:
    met.command("match", "customers", "--create", books.named("customer", "Bolt Inc"))
    met.sync()
    met.invoice(met.syncro_customer("Bolt Inc"), "75.00", number="1001")
    assert written(met.sync())["books"] == {"invoice created": 1}
    assert (books.invoice("1001").customer, len(books.customers())) == ("Bolt Inc", 3)
