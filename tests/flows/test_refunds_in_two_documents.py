"""A refund that the books keep as a credit memo and the money paid out on it: both, once, and nothing unexplained."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.reconciliation.tieout import tie_out
from tests.world import NOTHING, World

MEMO, MONEY = "CreditMemo", "ARRefundCreditCard"


@pytest.fixture
def platform() -> str:
    """Books without a document for both."""
    return "quickbooks_desktop"


@pytest.fixture
def refunded(hasty: World) -> World:
    """A sale of 100.00 that was paid and taken back, the money too; not sent yet."""
    hasty.policy(refunds="auto")
    acme = hasty.customer()
    invoice = hasty.invoice(acme, "100.00", number="1001")
    hasty.pays(acme, "100.00", {invoice: "100.00"}, method="Cash")
    hasty.sync()
    hasty.syncro.refund(invoice_id=invoice, date="2026-11-21", number="1002")
    return hasty


def both_stand_once(world: World) -> None:
    """A credit memo that is used up, and the money that used it."""
    (memo,), (money,) = world.in_books(MEMO), world.in_books(MONEY)
    assert [Decimal(memo[name]) for name in ("TotalAmount", "CreditRemaining")] == [Decimal(100), Decimal(0)]
    (used,) = money["RefundAppliedToTxnRet"]
    assert (used["TxnID"], Decimal(used["RefundAmount"])) == (memo["TxnID"], Decimal(100))
    assert (world.states(), world.queue()) == ({}, [])
    told = tie_out(world.company).summary()
    assert (told["syncro"], told["books"], told["unexplained"]) == ("0.00", "0.00", "0.00")


def test_the_memo_and_the_money_arrive_in_one_run(refunded: World) -> None:
    refunded.sync()
    both_stand_once(refunded)
    assert (refunded.sync().counts["writes"], refunded.sync(full=True).counts["writes"]) == (NOTHING, NOTHING)


@pytest.mark.parametrize("document", [MEMO, MONEY])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_session_cut_at_either_does_neither_twice(refunded: World, document: str, when: str) -> None:
    refunded.books.cut(at=f"<{document}AddRq", when=when)
    refunded.sync()
    both_stand_once(refunded)


def test_money_that_is_taken_back_in_the_books_is_told(refunded: World) -> None:
    refunded.sync()
    (money,) = refunded.in_books(MONEY)
    refunded.books.delete(entity=MONEY, id=money["TxnID"])
    refunded.sync()
    (item,) = refunded.queue()
    assert "paid back is 100.00 in Syncro and 0.00 in the books" in item.sentence
    told = tie_out(refunded.company).summary()
    assert (told["books"], told["explained"], told["unexplained"]) == ("-100.00", "100.00", "0.00")
    assert refunded.sync().counts["writes"] == NOTHING
