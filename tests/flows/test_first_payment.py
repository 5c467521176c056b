"""The first payment written to a Syncro that counts otherwise than we think: nothing more is posted until it is cured."""

from __future__ import annotations

from apps.connections.health import payments_land
from apps.connections.models import Company
from tests.features.ledger import Ledger
from tests.world import World


def paid_twice(world: World, books: Ledger) -> None:
    """Two invoices that are in step, both paid in the books; the policy names the wrong unit."""
    world.policy(apply_payments_unit="dollars")
    customer = world.customer("Acme Ltd")
    for number in ("1001", "1002"):
        world.invoice(customer, "100.00", number=number)
    world.sync()
    books.takes("60.00", {"1001": "60.00"})
    books.takes("50.00", {"1002": "50.00"})
    world.sync()


def test_one_payment_goes_wrong_loudly_and_no_other_follows(world: World, books: Ledger) -> None:
    paid_twice(world, books)
    assert [each.amount for each in world.syncro_payments()] == [60]
    told = {item.kind: item.sentence for item in world.queue()}
    assert "0.60 to invoice 1001 instead of 60.00" in told["payment_misapplied"]
    assert "no payment is written to it any more" in told["refused_by_platform"]
    (reading,) = payments_land([Company.objects.get()])
    assert (reading.ok, "0.60 to invoice 1001" in reading.sentence) == (False, True)


def test_once_cured_both_payments_stand_as_they_were_meant(world: World, books: Ledger) -> None:
    paid_twice(world, books)
    world.policy(apply_payments_unit="cents")
    world.syncro.delete_payment(id=world.syncro_payments()[0].id)
    for kind, resolution in (("payment_misapplied", "post_again"), ("refused_by_platform", "retry")):
        (item,) = [item for item in world.queue() if item.kind == kind]
        world.resolves(item, resolution)
    world.sync()
    assert [each.applied for each in world.syncro_payments()] == [{"1001": 60}, {"1002": 50}]
    assert (world.states(), list(payments_land([Company.objects.get()]))) == ({}, [])
