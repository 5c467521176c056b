"""F25: a payment whose card the books charged is posted to Syncro once, and no card is charged again."""

from __future__ import annotations

from decimal import Decimal

from apps.mappings.lookup import save_mapping
from tests.world import NOTHING, World, written


def sold_and_charged(world: World) -> None:
    """An invoice on both sides, paid by card in the books."""
    world.invoice(world.customer(), "100.00", number="1001")
    world.sync()
    world.ledger.takes("100.00", {"1001": "100.00"}, method="Credit Card", reference="MS-4711")


def test_it_arrives_with_its_reference_by_a_method_that_charges_no_card(world: World) -> None:
    sold_and_charged(world)
    assert written(world.sync()) == {"books": {}, "syncro": {"payment created": 1}}
    (paid,) = world.syncro_payments()
    charging = {row["name"] for row in world.syncro.state("payment_methods") if row["uses_card_processing"]}
    assert (paid.amount, paid.reference.split()[0]) == (Decimal(100), "MS-4711")
    assert paid.method not in charging
    assert world.sync(full=True).counts["writes"] == NOTHING


def test_where_every_method_charges_cards_it_waits(world: World) -> None:
    world.syncro.payment_method(name="Terminal", uses_card_processing=True)
    sold_and_charged(world)
    save_mapping(world.company, "syncro_method", "", external_id="Terminal")
    assert world.sync().counts["writes"] == NOTHING
    assert world.syncro_payments() == []
