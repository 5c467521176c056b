"""A session of the Web Connector that is cut off at any call: the next ones end where an undisturbed one would have."""

from __future__ import annotations

import random
import sys
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from apps.reconciliation.tieout import tie_out
from apps.sync.current import link_counts
from apps.sync.engine import bring_in_step
from tests.features.ledger import QuickBooksDesktop
from tests.world import World

PLACES = 4
MOMENTS = ("before", "after")
#: The session ends before QuickBooks works on a letter, or after it did and before receiveResponseXML is sent.
ENDS = {"before": "QuickBooks never saw it", "after": "QuickBooks did it, and its answer was never sent"}


@pytest.fixture
def platform() -> str:
    """Books that call us."""
    return "quickbooks_desktop"


@pytest.fixture
def desk(hasty: World) -> World:
    """A company in use: the choices of accounts, items and methods were made with its first sale."""
    sells(hasty, 0)
    hasty.sync()
    each_stands_once(hasty, 1)
    return hasty


def sells(world: World, number: int) -> None:
    """A new customer buys a new product, and pays the first of two invoices by half."""
    customer = world.customer(f"Customer {number:03}")
    product = world.syncro.product(name=f"Product {number:03}", price_retail="100.00")
    line = {
        "product_id": product,
        "item": "Product",
        "name": "Product",
        "quantity": "1",
        "price": "100.00",
        "taxable": False,
    }
    invoice = str(world.syncro.invoice(customer_id=customer, lines=[line], date="2026-11-20"))
    world.invoice(customer, "30.00")
    world.pays(customer, "50.00", {invoice: "50.00"})


def each_stands_once(world: World, sales: int) -> None:
    """Every document of so many sales once in the company file, nothing in doubt, and the tie-out explains all."""
    books = world.ledger
    assert books.customers() == [f"Customer {number:03}" for number in range(sales)]
    assert sorted(set(books.items()) - {"Services"}) == [f"Product {number:03}" for number in range(sales)]
    assert Counter(each.open for each in books.invoices()) == {Decimal(50): sales, Decimal(30): sales}
    assert len({each.number for each in books.invoices()}) == 2 * sales
    assert [each.amount for each in books.payments()] == [50] * sales
    counts = link_counts(world.company)
    assert (counts["pending"], counts["in_doubt"], counts["held"]) == (0, 0, 0), world.states()
    told = tie_out(world.company).summary()
    assert (told["syncro"], told["books"], told["unexplained"]) == (f"{80 * sales}.00", f"{80 * sales}.00", "0.00")


def cut_session(world: World, at: int | str, when: str) -> dict[str, Any]:
    """One session that ends at a call; what happened in it."""
    assert isinstance(world.ledger, QuickBooksDesktop)
    bring_in_step(world.company)
    world.books.cut(at=at, when=when)
    world.ledger.comes()
    return world.ledger.session


def calls_of_a_sale(world: World, sales: int) -> int:
    """How many calls a session has that writes a sale."""
    sells(world, sales)
    bring_in_step(world.company)
    world.ledger.comes()
    assert isinstance(world.ledger, QuickBooksDesktop)
    calls = len(world.ledger.session["calls"])
    world.visited()
    each_stands_once(world, sales + 1)
    return calls


def cut_and_go_on(world: World, sales: int, at: int | str, when: str) -> bool:
    """One more sale, a session that is cut, and others that are not; gives whether it was cut at all."""
    sells(world, sales)
    session = cut_session(world, at, when)
    world.visited()
    each_stands_once(world, sales + 1)
    return bool(session["cut"])


@pytest.mark.timeout(300)
def test_cut_off_at_any_call(desk: World) -> None:
    """Some of the calls of a session that writes; the seed says which."""
    seed = random.randrange(10**6)
    sys.stdout.write(f"seed {seed}\n")
    dice = random.Random(seed)
    places = sorted(dice.sample(range(1, calls_of_a_sale(desk, 1) + 1), PLACES))
    for sales, place in enumerate(places, 2):
        assert cut_and_go_on(desk, sales, place, dice.choice(MOMENTS))


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("when", MOMENTS)
def test_cut_off_at_every_call(desk: World, when: str) -> None:
    """As above, at one call after the other until a session is too short to be cut."""
    for place in range(1, 200):
        if not cut_and_go_on(desk, place, place, when):
            return
    raise AssertionError("a session never comes to an end")


@pytest.mark.timeout(300)
@pytest.mark.parametrize("when", ENDS)
@pytest.mark.parametrize("recovery", ["error_recovery", "ret"])
def test_cut_off_around_each_letter_that_writes(desk: World, recovery: str, when: str) -> None:
    """Handed out again it is done once, and told by its identity alone or whole."""
    desk.books.setting(name="recovery_answer", value=recovery)
    for sales, entity in enumerate(("Customer", "ItemService", "Invoice", "ReceivePayment"), 1):
        kind = "ItemNonInventory" if entity == "ItemService" and not desk.books.state("ItemService")[1:] else entity
        assert cut_and_go_on(desk, sales, f"<{kind}AddRq", when), kind
    assert isinstance(desk.ledger, QuickBooksDesktop)
    handed = Counter(text for text in desk.ledger.done if "newMessageSetID" in text)
    assert (max(handed.values()) == 2) is (when == "after"), "word for word the same letter"
