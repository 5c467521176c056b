"""A split that cannot be told is left to a person, and goes across once the figures allow only one."""

from __future__ import annotations

from tests.world import World


def test_two_payments_on_the_same_two_invoices_wait_until_one_of_them_is_put_on_one_alone(world: World) -> None:
    acme = world.customer("Acme Ltd")
    first, second = (world.invoice(acme, "100.00", number=number) for number in ("1001", "1002"))
    world.pays(acme, "90.00", {first: "60.00", second: "30.00"})
    other = world.pays(acme, "50.00", {first: "10.00", second: "40.00"})
    world.sync()
    assert [(item.kind, item.facts["split"][0]["least"], item.facts["split"][0]["most"]) for item in world.queue()] == [
        ("allocation_cannot_be_told", "20.00", "70.00"), ("allocation_cannot_be_told", "0.00", "50.00"),
    ]  # fmt: skip
    assert world.ledger.payments() == []
    world.syncro.apply(id=other, apply={second: "50.00"})
    world.sync(full=True)
    assert (world.queue(), len(world.ledger.payments()), world.states()) == ([], 2, {})
