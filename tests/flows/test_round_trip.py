"""The loop itself: Syncro to the books, and the payment back."""

from __future__ import annotations

from apps.sync.current import link_counts
from tests.features.ledger import on_every_books
from tests.world import World


@on_every_books
def test_an_invoice_and_its_payment_arrive_once(world: World) -> None:
    """Customer, invoice and payment in one run; a second run writes nothing."""
    acme = world.customer("Acme Ltd")
    invoice = world.invoice(acme, "100.00", "20.00")
    world.pays(acme, "50.00", {invoice: "50.00"})
    run = world.sync()
    assert link_counts(world.company)["in_sync"] == 3, run.counts
    assert [each.open for each in world.ledger.invoices()] == [70]
    assert world.sync().counts["writes"] == {"books": {}, "syncro": {}}
