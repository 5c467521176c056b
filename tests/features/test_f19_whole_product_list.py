"""F19: all products are sent at once: what the books have is tied, with a preview, resumable."""

from __future__ import annotations

from typing import Any

from apps.mappings.suggest import apply, suggest
from tests.features.ledger import Ledger
from tests.world import NOTHING, World


def export(world: World, *words: str) -> dict[str, Any]:
    """What `export acme products` prints."""
    return world.command("export", "products", *words)


def mapped(world: World) -> None:
    """Both sides read, and what is suggested accepted."""
    world.sync(dry_run=True)
    apply(world.company, suggest(world.company))


def test_products_without_an_invoice_are_sent_too_and_once(world: World, books: Ledger) -> None:
    before = books.items()
    world.syncro.product(name="Mouse", price_retail="20.00")
    world.syncro.product(name="Screen", price_retail="200.00")
    mapped(world)
    assert export(world)["writes"]["books"]["item"]["created"] == 2
    assert sorted(set(books.items()) - set(before)) == ["Mouse", "Screen"]
    assert (export(world)["writes"], world.states()) == (NOTHING, {})


def test_a_preview_sends_nothing_and_leaves_nothing(world: World, books: Ledger) -> None:
    before = books.items()
    world.syncro.product(name="Mouse", price_retail="20.00")
    mapped(world)
    (intended,) = export(world, "--dry-run")["preview"]
    assert (intended["label"], intended["fields"]["price"]["then"]) == ("Mouse", "20")
    assert (world.sync().counts["writes"], books.items()) == (NOTHING, before)


def test_a_product_the_books_have_by_its_code_is_tied(world: World, books: Ledger) -> None:
    there = books.own_item("Optical mouse", sku="M-1")
    mouse = str(world.syncro.product(name="Mouse", price_retail="20.00", upc_code="M-1"))
    mapped(world)
    told = export(world)
    assert (told["tied"], told["writes"]) == (1, NOTHING)
    assert world.books_id("item", mouse) == there
