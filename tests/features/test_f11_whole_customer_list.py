"""F11, F18: the whole customer list is sent at set-up or at any time: matched first, with a preview, resumable."""

from __future__ import annotations

from typing import Any

from tests.features.ledger import Ledger
from tests.world import NOTHING, World


def export(world: World, *words: str) -> dict[str, Any]:
    """What `export acme customers` prints."""
    return world.command("export", "customers", *words)


def test_all_active_ones_are_sent_also_those_without_an_invoice(world: World, books: Ledger) -> None:
    world.policy(customers="with_invoices")
    for name in ("Acme Ltd", "Bolt Inc", "Crane Co"):
        world.customer(name)
    world.customer("Gone Away", disabled=True)
    told = export(world)
    assert told["writes"]["books"]["customer"]["created"] == 3
    assert books.customers() == ["Acme Ltd", "Bolt Inc", "Crane Co"]
    assert (export(world)["writes"], world.sync().counts["writes"]) == (NOTHING, NOTHING)


def test_a_preview_names_them_and_leaves_nothing_behind(world: World, books: Ledger) -> None:
    world.policy(customers="with_invoices")
    world.customer("Acme Ltd", email="office@acme.example")
    (intended,) = export(world, "--dry-run")["preview"]
    assert (intended["label"], intended["verb"]) == ("Acme Ltd", "create")
    assert intended["fields"]["email"]["then"] == "office@acme.example"
    assert (world.sync().counts["writes"], books.customers()) == (NOTHING, [])


def test_whom_the_books_have_is_tied_and_whom_they_may_have_is_asked_about(world: World, books: Ledger) -> None:
    books.own_customer("Acme Ltd")
    there = books.own_customer("Bolt Incorporated", email="office@bolt.example")
    acme = world.customer("ACME Ltd.")
    bolt = world.customer("Bolt Inc", email="office@bolt.example")
    told = export(world)
    assert (told["tied"], [each["books"] for each in told["look_alikes"]]) == (1, ["Bolt Incorporated"])
    assert world.link("customer", syncro=acme).books is not None
    world.decides("same_customer", books=there)
    assert (world.books_id("customer", bolt), books.customers()) == (there, ["Acme Ltd", "Bolt Incorporated"])


def test_broken_off_it_goes_on_where_it_ended(world: World, books: Ledger) -> None:
    world.policy(customers="with_invoices")
    names = [f"Customer {number:02}" for number in range(40)]
    for name in names:
        world.customer(name)
    books.breaks("lose", "customer")
    export(world)
    export(world)
    assert (books.customers(), world.states()) == (names, {})
