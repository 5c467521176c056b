"""The tie-out: every cent has a name, and what has none rings."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from apps.connections.access import operator
from apps.connections.policies import set_policy
from apps.mappings.models import Mapping
from apps.mirror.models import BooksRecord, Leg, Link, SyncroRecord
from apps.mirror.states import SyncState
from apps.platforms.base import Side
from apps.reconciliation.effects import effect
from apps.reconciliation.models import Mismatch
from apps.reconciliation.reconcile import reconcile
from apps.reconciliation.resolutions import resolve
from apps.reconciliation.tieout import TieOut, tie_out
from tests.reconciliation.oracle import random_shop
from tests.reconciliation.shop import NIL, Shop

S, B = Side.SYNCRO, Side.BOOKS


def tied(shop: Shop) -> TieOut:
    reconcile(shop.company)
    return tie_out(shop.company)


def by(tie: TieOut) -> dict[str, Decimal]:
    return {each.by.split(":")[0]: each.effect for line in tie.lines for each in line.explained}


def test_linked_customers_are_one_line_and_agree(shop: Shop) -> None:
    shop.pair("300.00")
    [line] = tied(shop).lines
    assert (line.syncro, line.books, line.unexplained) == (Decimal(300), Decimal(300), NIL)


def test_a_payment_of_the_books_is_explained_by_its_mismatch(shop: Shop) -> None:
    link = shop.pair("300.00")
    shop.link(
        books=shop.payment(B, link.books.party, "45.00", [(link.books, "45.00")]),
        state=SyncState.HELD,
        code="payment_in_review",
    )
    tie = tied(shop)
    assert tie.summary() == {"syncro": "300.00", "books": "255.00", "explained": "45.00", "unexplained": "0.00"}
    assert by(tie) == {"mismatch": Decimal(45)}


@pytest.mark.parametrize("state", [SyncState.PENDING, SyncState.PUSHING, SyncState.IN_DOUBT])
def test_work_under_way_explains_itself(shop: Shop, state: SyncState) -> None:
    ours, _ = shop.customer()
    shop.link(shop.invoice(S, ours, "80.00"), state=state)
    tie = tied(shop)
    assert (by(tie), tie.rings) == ({"link": Decimal(80)}, False)


def test_a_newborn_of_syncro_explains_itself(shop: Shop) -> None:
    ours, _ = shop.customer()
    row = shop.invoice(S, ours, "80.00")
    [line] = tied(shop).lines
    assert [each.by for each in line.explained] == [f"newborn:syncro:invoice:{row.external_id}"]


def test_what_is_left_out_on_purpose_is_named(shop: Shop) -> None:
    ours, _ = shop.customer()
    shop.link(shop.invoice(S, ours, "80.00"), state=SyncState.IGNORED, code="off_by_policy")
    assert by(tied(shop)) == {"ignored": Decimal(80)}


def test_documents_before_the_start_are_one_entry(shop: Shop) -> None:
    ours, theirs = shop.customer()
    shop.company.start_date = date(2027, 1, 1)
    shop.company.save()
    shop.link(shop.invoice(S, ours, "80.00"), state=SyncState.IGNORED, code="before_start")
    shop.invoice(B, theirs, "70.00")
    tie = tied(shop)
    assert (by(tie), tie.unexplained, Mismatch.objects.count()) == ({"before_start": Decimal(10)}, NIL, 0)


def test_a_corrupted_link_rings(shop: Shop) -> None:
    shop.pair("300.00", books="299.00")
    tie = tied(shop)
    assert (tie.unexplained, tie.rings) == (Decimal(1), True)


def test_a_document_at_the_wrong_customer_rings_though_the_totals_agree(shop: Shop) -> None:
    link = shop.pair("300.00")
    BooksRecord.objects.filter(pk=link.books_id).update(party=shop.customer("Other")[1])
    tie = tied(shop)
    assert (tie.difference, tie.unexplained, tie.rings) == (NIL, Decimal(600), True)


def test_cents_are_named_where_the_policy_accepts_them(shop: Shop) -> None:
    link = shop.pair("300.00", books="299.97")
    [line] = tied(shop).lines
    assert [(each.by, each.effect) for each in line.explained] == [(f"rounding:{link.pk}", Decimal("0.03"))]


def test_six_cents_are_no_rounding(shop: Shop) -> None:
    shop.pair("300.00", books="299.94")
    assert tied(shop).unexplained == Decimal("0.06")


def test_cents_ring_where_the_policy_wants_a_line_for_them(shop: Shop) -> None:
    set_policy(shop.company, "rounding", "line")
    shop.pair("300.00", books="299.97")
    assert tied(shop).unexplained == Decimal("0.03")


def test_ignoring_does_not_hide_cents(shop: Shop) -> None:
    shop.pair("300.00", books="260.00", state=SyncState.HELD, code="total_differs")
    reconcile(shop.company)
    resolve(Mismatch.objects.get(), "ignore", operator())
    tie = tied(shop)
    assert (by(tie), tie.unexplained) == ({"mismatch": Decimal(40)}, NIL)


def test_an_accepted_difference_stays_named_and_only_that_much(shop: Shop, approver: User) -> None:
    link = shop.pair("300.00", books="260.00", state=SyncState.HELD, code="total_differs")
    reconcile(shop.company)
    resolve(Mismatch.objects.get(), "accept_difference", approver)
    assert by(tied(shop)) == {"accepted": Decimal(40)}
    BooksRecord.objects.filter(pk=link.books_id).update(amount=Decimal(250))
    assert tied(shop).unexplained == Decimal(50)


def test_a_mismatch_whose_link_went_on_no_longer_explains(shop: Shop) -> None:
    link = shop.pair("300.00", books="260.00", state=SyncState.HELD, code="total_differs")
    reconcile(shop.company)
    Link.objects.filter(pk=link.pk).move(SyncState.PENDING)
    tie = tie_out(shop.company)
    assert (by(tie), tie.unexplained) == ({"link": Decimal(40)}, NIL)


def test_as_of_and_months_go_by_the_effective_date(shop: Shop) -> None:
    link = shop.pair("300.00")
    BooksRecord.objects.filter(pk=link.books_id).update(date=date(2026, 12, 1))
    assert tie_out(shop.company, date(2026, 11, 2)).summary()["syncro"] == "0.00"
    tie = tie_out(shop.company, date(2026, 11, 30), by_month=True)
    assert tie.summary()["books"] == "300.00"
    assert list(tie.months) == ["2026-11"]
    assert tie.as_json()["months"][0]["total"]["unexplained"] == "0.00"


def test_declined_and_deleted_rows_move_nothing(shop: Shop) -> None:
    ours, theirs = shop.customer()
    shop.payment(S, ours, "10.00", content={"success": False})
    shop.invoice(S, ours, "20.00", status="deleted")
    shop.invoice(B, theirs, "30.00", status="voided")
    assert tied(shop).lines == ()


def test_a_part_on_another_customers_invoice_counts_there(shop: Shop) -> None:
    parent, child = shop.row(S, "customer", label="Parent"), shop.row(S, "customer", label="Child")
    invoice = shop.invoice(S, child.external_id, "100.00")
    shop.payment(S, parent.external_id, "130.00", [(invoice, "100.00")])
    lines = {line.customer: line.syncro for line in tied(shop).lines}
    assert lines == {"Parent": Decimal(-30), "Child": Decimal(0)}


def test_a_row_that_only_spends_store_credit_is_left_out(shop: Shop) -> None:
    ours, _ = shop.customer()
    Mapping.objects.create(company=shop.company, topic="payment_method", key="Store Credit", kind="store_credit")
    invoice = shop.invoice(S, ours, "100.00")
    shop.payment(S, ours, "40.00", [(invoice, "40.00")], content={"method": "Store Credit"})
    shop.payment(S, ours, "25.00", content={"method": "Store Credit"})
    assert tied(shop).syncro == Decimal(75)


def test_a_refund_booked_as_one_receipt_needs_no_explanation(shop: Shop) -> None:
    ours, theirs = shop.customer()
    receipt = shop.row(B, "refund_receipt", party=theirs, amount=Decimal(50))
    refund = shop.link(shop.invoice(S, ours, "-50.00"), receipt)
    shop.link(shop.payment(S, ours, "-50.00"), partner=refund)
    tie = tied(shop)
    assert (tie.syncro, tie.books, by(tie)) == (NIL, NIL, by(TieOut(tie.as_of, ())))


def test_a_second_leg_belongs_to_its_link(shop: Shop) -> None:
    ours, theirs = shop.customer()
    link = shop.link(shop.invoice(S, ours, "100.00"), shop.invoice(B, theirs, "60.00"))
    rest = shop.invoice(B, theirs, "40.00")
    Leg.objects.create(link=link, position=1, side=B, entity="invoice", external_id=rest.external_id)
    assert (effect(link), tied(shop).rings) == ((), False)


def test_the_books_own_balance_is_a_witness(shop: Shop) -> None:
    link = shop.pair("300.00")
    customer = BooksRecord.objects.get(entity="customer")
    BooksRecord.objects.filter(pk=customer.pk).update(balance=Decimal(290), seen_at="2100-01-01T00:00Z")
    tie = tied(shop)
    assert [(each.side, each.difference) for each in tie.witness] == [("books", Decimal(-10))]
    assert (tie.unexplained, tie.rings) == (NIL, True)
    BooksRecord.objects.filter(pk=link.books_id).update(changed_at="2100-01-02T00:00Z")
    assert tied(shop).witness == ()


def test_syncros_open_balances_are_a_witness(shop: Shop) -> None:
    link = shop.pair("300.00")
    SyncroRecord.objects.filter(pk=link.syncro_id).update(balance=Decimal(250))
    assert [(each.side, each.says) for each in tied(shop).witness] == [("syncro", Decimal(250))]
    shop.payment(S, link.syncro.party, "50.00", [(link.syncro, "50.00")])
    SyncroRecord.objects.filter(pk=link.syncro_id).update(seen_at="2100-01-01T00:00Z")
    assert tied(shop).witness == ()


@pytest.mark.parametrize("fixed", [7, 11, 0])
def test_a_random_shop_ties_out_as_an_independent_oracle_says(shop: Shop, fixed: int | None) -> None:
    seed = fixed or random.randrange(10**6)
    print(f"seed {seed}")
    wrong = random_shop(shop, random.Random(seed))
    tie = tied(shop)
    rests = {line.customer: line.unexplained for line in tie.lines if line.unexplained}
    assert rests == {name: amount for name, amount in wrong.items() if amount}
    assert tie.difference == tie.syncro - tie.books == sum((line.difference for line in tie.lines), Decimal(0))
