"""A split that cannot be told is shown with its arithmetic, and goes by itself when the figures allow only one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from apps.mirror.models import Application, Link, SyncroRecord
from apps.mirror.states import SyncState
from apps.platforms.base import Side
from apps.reconciliation.models import Mismatch, MismatchState
from apps.reconciliation.reconcile import reconcile
from apps.sync.allocation import solve
from tests.reconciliation.shop import Shop

S = Side.SYNCRO


@pytest.fixture
def held(shop: Shop) -> Any:
    """A payment of 100.00 that stands with another of 50.00 on invoices 1001 (settled 80.00) and 1002 (settled 60.00)."""
    acme, _ = shop.customer("Acme")
    invoices = [
        shop.row(S, "invoice", party=acme, amount=Decimal(total), balance=Decimal(balance), label=number, external_id=number)
        for number, total, balance in (("1001", "80.00", "0.00"), ("1002", "90.00", "30.00"))
    ]  # fmt: skip
    shop.payment(S, acme, "50.00", [(row, None) for row in invoices])
    payment = shop.payment(S, acme, "100.00", [(row, None) for row in invoices], label="11006")
    return shop.link(payment, state=SyncState.HELD, code="allocation_unknown")


def item(shop: Shop) -> Mismatch:
    reconcile(shop.company)
    return Mismatch.objects.get(company=shop.company, state=MismatchState.OPEN)


def test_the_item_says_what_each_invoice_still_needed_and_what_is_possible(shop: Shop, held: Any) -> None:
    assert item(shop).sentence == (
        "Payment 11006 of 100.00 on 2026-11-03 for Acme is on 1001, 1002; Syncro does not tell how much on each, and it "
        "cannot be worked out. "
        "1001: 80.00 is settled (total 80.00, balance 0.00); 2 payments settle 80.00, of which this one between 30.00 and 80.00. "
        "1002: 60.00 is settled (total 90.00, balance 30.00); 2 payments settle 60.00, of which this one between 10.00 and 60.00."
    )  # fmt: skip
    assert [(part["number"], part["least"], part["most"]) for part in item(shop).facts["split"]] == [
        ("1001", "30.00", "80.00"), ("1002", "10.00", "60.00"),
    ]  # fmt: skip


def test_parts_of_others_that_are_known_narrow_it(shop: Shop, held: Any) -> None:
    other = SyncroRecord.objects.get(entity="payment", amount=Decimal(50))
    Application.objects.filter(payment_id=other.external_id, document_id="1001").update(amount=Decimal(20))
    assert (
        "balance 0.00), 20.00 of it by payments whose part is known; this payment settles 60.00." in item(shop).sentence
    )
    assert solve(shop.company) == 1
    assert "1001 (60.00) is known. 1002: 60.00 is settled" in item(shop).sentence
    assert "of which this one between 30.00 and 40.00." in item(shop).sentence


def test_figures_that_contradict_one_another_are_said_to(shop: Shop, held: Any) -> None:
    SyncroRecord.objects.filter(entity="invoice", external_id="1002").update(balance=Decimal(-30))
    assert "2 payments settle 120.00, yet with the other figures no split comes out" in item(shop).sentence


def test_a_balance_that_is_not_known_is_named(shop: Shop, held: Any) -> None:
    SyncroRecord.objects.filter(entity="invoice", external_id="1002").update(balance=None)
    assert "1002: its balance is not known." in item(shop).sentence
    SyncroRecord.objects.filter(entity="invoice", external_id="1002").update(balance=Decimal(30), raw={"payments": []})
    assert "balance 30.00, but read with other payments on it than it has now." in item(shop).sentence


def test_it_closes_when_the_split_is_known(shop: Shop, held: Any) -> None:
    mismatch = item(shop)
    Link.objects.filter(pk=held.pk).move(SyncState.PENDING)
    reconcile(shop.company)
    mismatch.refresh_from_db()
    assert mismatch.state == MismatchState.CLOSED
