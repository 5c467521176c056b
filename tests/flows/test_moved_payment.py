"""A payment moved in the books closes by itself once staff have entered it anew in Syncro, and never becomes two."""

from __future__ import annotations

from apps.mirror.models import Link
from tests.world import World


def moved(world: World) -> tuple[str, str, str, str]:
    """A payment that a bookkeeper has moved from one invoice to another."""
    acme = world.customer("Acme Ltd")
    first, second = world.invoice(acme, "100.00"), world.invoice(acme, "150.00")
    payment = world.pays(acme, "100.00", {first: "100.00"})
    world.sync()
    world.books.move_payment(id=world.books_id("payment", payment), apply={world.books_id("invoice", second): "100.00"})
    world.sync()
    return acme, first, second, payment


def test_a_moved_payment_waits_for_a_person(world: World) -> None:
    _, _, _, payment = moved(world)
    link = world.link("payment", syncro=payment)
    assert (link.state, link.code) == ("held", "payment_moved")
    assert world.sync().counts["writes"] == {"books": {}, "syncro": {}}


def test_it_closes_once_it_is_entered_anew_in_syncro(world: World) -> None:
    acme, _, second, payment = moved(world)
    world.syncro.delete_payment(payment)
    again = world.pays(acme, "100.00", {second: "100.00"})
    run = world.sync()
    assert run.counts["writes"] == {"books": {}, "syncro": {}}
    assert (world.link("payment", syncro=again).state, len(world.in_books("Payment"))) == ("in_sync", 1)


def test_entered_anew_before_the_old_one_is_deleted_nothing_is_sent(world: World) -> None:
    acme, _, second, payment = moved(world)
    again = world.pays(acme, "100.00", {second: "100.00"})
    world.sync()
    assert world.link("payment", syncro=again).code == "same_on_both_sides"
    world.syncro.delete_payment(payment)
    world.sync()
    assert world.link("payment", syncro=again).state == "in_sync"
    assert (len(world.in_books("Payment")), Link.objects.filter(state="held").count()) == (1, 0)


def test_it_closes_when_the_books_are_put_back(world: World) -> None:
    _, first, _, payment = moved(world)
    world.books.move_payment(id=world.books_id("payment", payment), apply={world.books_id("invoice", first): "100.00"})
    world.sync()
    assert world.link("payment", syncro=payment).state == "in_sync"
