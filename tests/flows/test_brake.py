"""What vanishes: one is believed when the side itself says so, many at once are for a person, silence proves nothing."""

from __future__ import annotations

from tests.features.ledger import on_every_books
from tests.world import NOTHING, World

pytestmark = on_every_books


def in_step(world: World, count: int) -> list[str]:
    """So many invoices on both sides."""
    acme = world.customer()
    invoices = [world.invoice(acme, "10.00") for _ in range(count)]
    world.sync()
    return invoices


def standing(world: World) -> int:
    """Invoices of the books that are not voided."""
    return sum(not each.voided for each in world.ledger.invoices())


def test_many_at_once_are_held_and_stay_held(hasty: World) -> None:
    invoices = in_step(hasty, 8)
    for invoice in invoices[:6]:
        hasty.syncro.delete_invoice(invoice)
    for _ in range(2):
        assert hasty.sync(full=True).counts["writes"] == NOTHING
        assert standing(hasty) == 8
        assert list(hasty.states().values()) == ["brake"] * 6
    assert [item.kind for item in hasty.queue()] == ["mass_deletion"]


def test_what_a_person_confirms_is_followed(hasty: World) -> None:
    for invoice in in_step(hasty, 8)[:6]:
        hasty.syncro.delete_invoice(invoice)
    hasty.sync(full=True)
    hasty.decides("confirm_deletion")
    assert standing(hasty) == 2


def test_what_was_only_unreadable_is_free_again(hasty: World) -> None:
    in_step(hasty, 8)
    hasty.syncro.fault(
        kind="status", method="GET", path=r"/invoices/\d+$", status=404, body={"error": "Not found"}, times=8
    )
    empty = {"invoices": [], "meta": {"total_pages": 1, "page": 1}}
    hasty.syncro.fault(kind="status", method="GET", path=r"/invoices$", status=200, body=empty, times=2)
    hasty.sync(full=True)
    assert list(hasty.states().values()) == ["brake"] * 8
    hasty.syncro.clear_faults()
    assert hasty.sync(full=True).counts["writes"] == NOTHING
    assert hasty.states() == {}


def test_one_that_is_gone_is_gone(hasty: World) -> None:
    invoice = in_step(hasty, 3)[0]
    hasty.syncro.delete_invoice(invoice)
    hasty.sync(full=True)
    assert standing(hasty) == 2


def test_one_that_could_not_be_asked_for_is_not_gone(hasty: World) -> None:
    in_step(hasty, 3)
    empty = {"invoices": [], "meta": {"total_pages": 1, "page": 1}}
    hasty.syncro.fault(kind="status", method="GET", path=r"/invoices$", status=200, body=empty, times=2)
    hasty.syncro.fault(kind="status", method="GET", path=r"/invoices/\d+$", status=500, body="<html>", times=3)
    stopped = hasty.sync(full=True).counts["stopped"]
    assert stopped["code"] == "unavailable"
    assert standing(hasty) == 3
    assert hasty.states() == {}
