"""F12: customers that only the books have are made in Syncro, after matching and a preview; nothing twice."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

from django.core.management import call_command

from tests.features.ledger import Ledger
from tests.world import NOTHING, World, written


def match(*words: str) -> dict[str, Any]:
    """What `match acme customers` prints."""
    out = StringIO()
    call_command("match", "acme", "customers", *words, "--json", stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def in_syncro(world: World) -> list[str]:
    """The names of the customers in the pocket Syncro."""
    return sorted(
        row["business_name"] or f"{row['firstname']} {row['lastname']}" for row in world.syncro.state("customers")
    )


def test_they_are_proposed_and_made_only_when_somebody_says_so(world: World, books: Ledger) -> None:
    there = books.own_customer("Acme Ltd", email="office@acme.example")
    assert (world.sync().counts["writes"], in_syncro(world)) == (NOTHING, [])
    assert match()["only_in_books"] == [{"id": there, "name": "Acme Ltd"}]
    assert match("--create", there)["to_be_made"] == [there]
    assert written(world.sync()) == {"books": {}, "syncro": {"customer created": 1}}
    assert (in_syncro(world), books.customers()) == (["Acme Ltd"], ["Acme Ltd"])
    assert (world.sync(full=True).counts["writes"], world.states()) == (NOTHING, {})


def test_a_dry_run_shows_who_would_be_made(world: World, books: Ledger) -> None:
    books.own_customer("Acme Ltd", email="office@acme.example")
    world.policy(new_customers_in_books="create")
    (intended,) = world.sync(dry_run=True).counts["preview"]
    assert (intended["verb"], intended["side"], intended["label"]) == ("create", "syncro", "Acme Ltd")
    assert intended["fields"]["email"]["then"] == "office@acme.example"
    assert in_syncro(world) == []


def test_all_of_them_are_made_by_policy_and_those_syncro_has_are_tied(world: World, books: Ledger) -> None:
    world.policy(new_customers_in_books="create", customers="with_invoices")
    world.customer("Acme Ltd")
    for name in ("Acme Ltd", "Bolt Inc", "Crane Co"):
        books.own_customer(name)
    assert written(world.sync()) == {"books": {}, "syncro": {"customer created": 2}}
    assert in_syncro(world) == books.customers() == ["Acme Ltd", "Bolt Inc", "Crane Co"]
    assert (world.sync(full=True).counts["writes"], world.states()) == (NOTHING, {})


def test_one_that_syncro_may_have_waits_for_a_person(world: World, books: Ledger) -> None:
    world.policy(new_customers_in_books="create", customers="with_invoices")
    acme = world.customer("Acme Computers", email="office@acme.example")
    there = books.own_customer("Acme Ltd", email="office@acme.example")
    assert world.sync().counts["writes"] == NOTHING
    assert "Acme Computers" in world.held("maybe_in_syncro").reason
    world.decides("same_in_syncro", syncro=acme)
    assert (world.books_id("customer", acme), in_syncro(world)) == (there, ["Acme Computers"])
    assert world.states() == {}


def test_a_lost_answer_makes_it_once(world: World, books: Ledger) -> None:
    world.policy(new_customers_in_books="create")
    books.own_customer("Acme Ltd")
    world.syncro.lose_next_answer("POST", "/customers$")
    world.sync()
    world.sync()
    assert (in_syncro(world), books.customers(), world.states()) == (["Acme Ltd"], ["Acme Ltd"], {})


def test_a_person_of_the_books_is_a_person_in_syncro(world: World, books: Ledger) -> None:
    world.policy(new_customers_in_books="create")
    books.own_customer("Jane Roe", first="Jane", last="Roe", phone="555-0100")
    world.sync()
    (jane,) = world.syncro.state("customers")
    assert (jane["business_name"], jane["firstname"], jane["lastname"]) == (None, "Jane", "Roe")
    assert jane["phone"] == "555-0100"


def test_inactive_ones_and_nobody_without_the_policy(world: World, books: Ledger) -> None:
    world.policy(new_customers_in_books="off")
    books.own_customer("Acme Ltd")
    world.sync()
    world.policy(new_customers_in_books="create")
    books.deactivates("Acme Ltd")
    assert (world.sync().counts["writes"], in_syncro(world)) == (NOTHING, [])
