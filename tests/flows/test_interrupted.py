"""A process that dies anywhere: the next run ends where an undisturbed one would have."""

from __future__ import annotations

import random
import sys
from collections import Counter
from decimal import Decimal

import pytest

from apps.mirror.models import Link
from apps.sync.current import link_counts
from apps.sync.models import Request
from tests.features.ledger import LEDGERS, Ledger, on_direct_books, on_every_books
from tests.flows.wires import Killed, dying_at, once, wound
from tests.world import World

PLACES = 8


def paid_invoice(world: World, customer: str) -> None:
    """One invoice with half of it paid."""
    invoice = world.invoice(customer, "100.00")
    world.pays(customer, "50.00", {invoice: "50.00"})


def each_stands_once(world: World, documents: int) -> None:
    """So many half-paid invoices, each once, and nothing is waiting."""
    assert Counter(each.open for each in world.ledger.invoices()) == {Decimal(50): documents}
    assert sum(each.amount for each in world.ledger.payments()) == 50 * documents
    counts = link_counts(world.company)
    assert (counts["pending"], counts["in_doubt"], counts["held"]) == (0, 0, 0)


@on_direct_books
@pytest.mark.parametrize(
    ("death", "moment", "entity"),
    [(Killed, moment, entity) for moment in ("before", "after") for entity in ("customer", "invoice", "payment")]
    + [(SystemExit, "after", "invoice"), (KeyboardInterrupt, "after", "payment")],
)
def test_death_at_the_wire(
    hasty: World, monkeypatch: pytest.MonkeyPatch, death: type[BaseException], moment: str, entity: str
) -> None:
    paid_invoice(hasty, hasty.customer())
    dying = once(death(), *hasty.ledger.request(entity))
    wound(monkeypatch, before=dying if moment == "before" else None, after=dying if moment == "after" else None)
    with pytest.raises(death):
        hasty.sync()
    hasty.sync()
    each_stands_once(hasty, 1)


@on_every_books
@pytest.mark.timeout(600)
def test_death_at_any_statement(hasty: World) -> None:
    """Some of the places where a run writes to its own database; the seed says which."""
    seed = random.randrange(10**6)
    sys.stdout.write(f"seed {seed}\n")
    acme = hasty.customer()
    paid_invoice(hasty, acme)
    with dying_at(10**6) as written:
        hasty.sync()
    places = sorted(random.Random(seed).sample(range(len(written)), PLACES))
    for number, place in enumerate(places, 2):
        die_and_go_on(hasty, acme, place)
        each_stands_once(hasty, number)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(
    ("platform", "first"), [(key, first) for first, key in enumerate(LEDGERS)], indirect=["platform"]
)
def test_death_at_one_statement_after_the_other(hasty: World, first: int) -> None:
    """As above, until a run outlives its death. The places are those of one engine: each of the books takes every third."""
    acme = hasty.customer()
    for number, place in enumerate(range(first, 400, len(LEDGERS)), 1):
        alive = die_and_go_on(hasty, acme, place)
        each_stands_once(hasty, number)
        if alive:
            return
    raise AssertionError("a run never outlives its death")


def die_and_go_on(world: World, customer: str, place: int) -> bool:
    """One more document; a run that dies at the place; a run that does not. Gives whether it never came to the place."""
    paid_invoice(world, customer)
    alive = False
    try:
        with dying_at(place):
            world.sync()
        alive = True
    except Killed:
        pass
    world.sync()
    return alive


@on_direct_books
def test_death_between_noting_the_loss_and_the_links(hasty: World, books: Ledger) -> None:
    """The request is noted as lost and its link is not yet in doubt: it must not pass for one that was never sent."""
    hasty.invoice(hasty.customer(), "100.00")
    books.breaks("lose", "invoice")
    with dying_at(10**6) as written:
        hasty.sync(dry_run=True)
    for place in range(len(written), len(written) + 80):
        with pytest.raises(Killed), dying_at(place):
            hasty.sync()
        if Request.objects.filter(state="lost").exists():
            break
    hasty.sync()
    assert len(books.invoices()) == 1
    assert Link.objects.filter(entity="invoice", state="in_sync").count() == 1


@on_direct_books
def test_what_was_committed_and_never_sent_is_sent(
    hasty: World, books: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme = hasty.customer()
    for _ in range(5):
        paid_invoice(hasty, acme)
    wound(monkeypatch, before=once(Killed(), *books.request("invoice")))
    with pytest.raises(Killed):
        hasty.sync()
    assert Request.objects.filter(state="committed").count() == 1
    hasty.sync()
    each_stands_once(hasty, 5)


@on_every_books
def test_death_with_a_payment_on_its_way_into_syncro(
    hasty: World, books: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next run reads the payment in Syncro before it has settled it: it is ours coming back, not a new one."""
    hasty.invoice(hasty.customer(), "100.00", number="1001")
    hasty.sync()
    books.takes("60.00", {"1001": "60.00"})
    with monkeypatch.context() as patch:
        wound(patch, after=once(Killed(), "POST", "/payments$"))
        with pytest.raises(Killed):
            hasty.sync()
    hasty.sync()
    hasty.sync()
    assert [each.amount for each in books.payments()] == [60]
    assert [each.amount for each in hasty.syncro_payments()] == [60]
    assert Link.objects.filter(entity="payment").count() == 1
