"""A refund of Syncro's, its negative invoice and its negative payment, as the books keep one."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.reconciliation.tieout import tie_out
from tests.features.ledger import Ledger, on_direct_books
from tests.world import NOTHING, World

pytestmark = on_direct_books


@pytest.fixture
def refunded(hasty: World) -> World:
    """100.00 were sold and paid, and paid back in Syncro."""
    hasty.policy(refunds="auto")
    acme = hasty.customer("Acme Ltd")
    invoice = hasty.invoice(acme, "100.00", number="1001")
    hasty.pays(acme, "100.00", {invoice: "100.00"})
    hasty.sync()
    hasty.syncro.refund(invoice_id=invoice)
    return hasty


def paid_back_once(world: World, books: Ledger) -> None:
    """The money left once, nobody owes anything, and nothing is left to do."""
    assert books.refunds() == [("Acme Ltd", Decimal(100))]
    assert books.owed("Acme Ltd") == 0
    assert (world.sync().counts["writes"], world.queue()) == (NOTHING, [])
    told = tie_out(world.company).summary()
    assert (told["syncro"], told["books"], told["unexplained"]) == ("0.00", "0.00", "0.00")


def test_a_refund_paid_back_stands_with_its_money(refunded: World, books: Ledger) -> None:
    refunded.sync()
    paid_back_once(refunded, books)


@pytest.mark.parametrize("fault", ["lose", "drop"])
def test_a_lost_answer_pays_it_back_once(refunded: World, books: Ledger, fault: str) -> None:
    books.breaks(fault, "refund")
    refunded.sync()
    paid_back_once(refunded, books)
