"""Each kind is found with its values, closes when it is no longer true, and comes back when it is true again."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.connections.access import operator
from apps.mirror.models import Leg, Link
from apps.mirror.states import SyncState
from apps.platforms.base import Side
from apps.reconciliation.kinds import KINDS, kind, kind_of_code
from apps.reconciliation.models import Mismatch, MismatchState
from apps.reconciliation.reconcile import reconcile, uncovered_links
from apps.reconciliation.resolutions import RESOLUTIONS, resolve
from apps.reconciliation.tieout import tie_out
from apps.sync.codes import HELD_CODES
from tests.reconciliation.shop import NIL, Shop

S, B = Side.SYNCRO, Side.BOOKS


def found(shop: Shop) -> Mismatch:
    reconcile(shop.company)
    return Mismatch.objects.get(company=shop.company, state=MismatchState.OPEN)


def test_every_code_of_held_links_belongs_to_exactly_one_kind() -> None:
    codes = [code for name in KINDS for code in kind(name).codes]
    assert sorted(codes) == sorted(HELD_CODES)


def test_every_kind_carries_its_name_of_the_table_and_known_resolutions() -> None:
    for name in KINDS:
        each = kind(name)
        assert (each.name, bool(each.title), bool(each.resolutions)) == (name, True, True)
        assert set(each.resolutions) <= set(RESOLUTIONS)


@pytest.mark.parametrize("code", HELD_CODES)
def test_a_held_link_is_covered_by_one_mismatch_that_closes_and_reopens(shop: Shop, code: str) -> None:
    link = shop.pair("300.00", books="260.00", state=SyncState.HELD, code=code)
    mismatch = found(shop)
    assert (mismatch.kind, mismatch.amount, mismatch.state) == (kind_of_code(code), Decimal(40), MismatchState.OPEN)
    assert (uncovered_links(shop.company).count(), tie_out(shop.company).unexplained) == (0, NIL)
    Link.objects.filter(pk=link.pk).move(SyncState.PENDING)
    assert reconcile(shop.company) == {"open": 0, "opened": 0, "closed": 1}
    Link.objects.filter(pk=link.pk).move(SyncState.HELD, code=code, reason="Again.")
    assert reconcile(shop.company) == {"open": 1, "opened": 1, "closed": 0}
    assert found(shop).pk == mismatch.pk


def test_a_second_look_changes_nothing(shop: Shop) -> None:
    shop.pair("300.00", books="260.00", state=SyncState.HELD, code="total_differs")
    before = found(shop)
    assert reconcile(shop.company) == {"open": 1, "opened": 0, "closed": 0}
    assert found(shop).since == before.since


def test_an_ignored_one_stays_until_its_facts_change(shop: Shop) -> None:
    link = shop.pair("300.00", books="260.00", state=SyncState.HELD, code="total_differs")
    mismatch = found(shop)
    resolve(mismatch, "ignore", operator(), note="after the audit")
    assert (mismatch.state, reconcile(shop.company)["open"]) == (MismatchState.IGNORED, 0)
    link.books.amount = Decimal(255)
    link.books.save()
    assert (found(shop).pk, found(shop).amount) == (mismatch.pk, Decimal(45))


def test_a_payment_over_several_invoices_shows_its_split(shop: Shop) -> None:
    ours, theirs = shop.customer("Acme")
    invoices = [
        shop.invoice(B, theirs, amount, label=number) for number, amount in (("1001", "100.00"), ("1002", "200.00"))
    ]
    parts = [(row, str(row.amount)) for row in invoices]
    for row in invoices:
        shop.link(shop.invoice(S, ours, str(row.amount)), row)
    shop.link(books=shop.payment(B, theirs, "300.00", parts), state=SyncState.HELD, code="multi_invoice_payment")
    mismatch = found(shop)
    assert [(part["number"], part["amount"]) for part in mismatch.facts["split"]] == [
        ("1001", "100.00"),
        ("1002", "200.00"),
    ]
    assert "2 invoices: 1001 (100.00), 1002 (200.00)" in mismatch.sentence
    assert [(each["customer"], each["amount"]) for each in mismatch.effects] == [("Acme", "300.00")]


def test_a_moved_payment_names_both_invoices_and_the_steps(shop: Shop) -> None:
    ours, theirs = shop.customer()
    old, new = (shop.invoice(B, theirs, "90.00", label=number) for number in ("1001", "1002"))
    for row in (old, new):
        shop.link(shop.invoice(S, ours, "90.00", label=row.label), row)
    moved = shop.payment(B, theirs, "90.00", [(new, "90.00")])
    base = {"applications": [{"document_id": old.external_id, "amount": "90.00"}]}
    shop.link(shop.payment(S, ours, "90.00"), moved, SyncState.HELD, "payment_moved", base_books=base)
    mismatch = found(shop)
    assert "moved in the books from 1001 (90.00) to 1002 (90.00)" in mismatch.sentence
    assert (len(mismatch.facts["steps"]), mismatch.amount) == (3, NIL)


def test_one_mapping_missing_is_one_mismatch_over_all_its_links(shop: Shop) -> None:
    ours, _ = shop.customer("Acme")
    hints = {"mapping": {"topic": "payment_method", "key": "Bitcoin"}}
    for amount in ("10.00", "15.00"):
        shop.link(shop.payment(S, ours, amount), state=SyncState.HELD, code="mapping_missing", hints=hints)
    mismatch = found(shop)
    assert (mismatch.facts["count"], mismatch.facts["customers"]) == (2, {"Acme": "-25.00"})
    assert (tie_out(shop.company).unexplained, uncovered_links(shop.company).count()) == (NIL, 0)


def test_a_refund_and_its_repayment_are_one_mismatch(shop: Shop) -> None:
    ours, _ = shop.customer()
    refund = shop.link(shop.invoice(S, ours, "-50.00"), state=SyncState.HELD, code="refund_review")
    shop.link(shop.payment(S, ours, "-50.00"), state=SyncState.HELD, code="refund_partner", partner=refund)
    mismatch = found(shop)
    assert (mismatch.link_id, len(mismatch.facts["links"]), mismatch.amount) == (refund.pk, 2, NIL)
    assert uncovered_links(shop.company).count() == 0


def test_a_payment_on_both_sides_is_one_mismatch(shop: Shop) -> None:
    ours, theirs = shop.customer()
    mine, other = shop.payment(S, ours, "70.00"), shop.payment(B, theirs, "70.00")
    shop.link(mine, state=SyncState.HELD, code="same_on_both_sides", hints={"other": other.pk})
    shop.link(books=other, state=SyncState.HELD, code="same_on_both_sides", hints={"other": mine.pk})
    mismatch = found(shop)
    assert (mismatch.amount, len(mismatch.facts["links"]), uncovered_links(shop.company).count()) == (NIL, 2, 0)
    resolve(mismatch, "same", operator())
    assert Link.objects.get(entity="payment").state == SyncState.IN_SYNC


def test_the_brake_is_one_mismatch_with_the_list(shop: Shop) -> None:
    for _ in range(3):
        shop.pair("10.00", state=SyncState.HELD, code="brake", hints={"vanished_from": "books"})
    mismatch = found(shop)
    assert (mismatch.subject, mismatch.facts["count"]) == ("brake:books:invoice", 3)


@pytest.mark.parametrize(
    ("entity", "amount"), [("invoice", -60), ("credit_memo", 60), ("payment", 60), ("receivable_movement", -60)]
)
def test_a_document_only_the_books_have_is_a_mismatch_with_its_amount(shop: Shop, entity: str, amount: int) -> None:
    _, theirs = shop.customer()
    shop.row(B, entity, party=theirs, amount=Decimal(60))
    assert (found(shop).kind, found(shop).amount) == ("not_syncros", Decimal(amount))


def test_a_document_that_becomes_linked_is_no_longer_the_books_own(shop: Shop) -> None:
    ours, theirs = shop.customer()
    row = shop.invoice(B, theirs, "60.00")
    assert found(shop).books_id == row.pk
    shop.link(shop.invoice(S, ours, "60.00"), row)
    assert reconcile(shop.company) == {"open": 0, "opened": 0, "closed": 1}


def test_a_copied_document_counts_as_the_books_own(shop: Shop) -> None:
    link = shop.pair("60.00")
    Leg.objects.filter(link=link).update(marker="tieout:1")
    shop.invoice(B, link.books.party, "60.00", marker="tieout:1")
    assert (found(shop).kind, found(shop).amount) == ("copied_document", Decimal(-60))


def test_our_own_write_on_its_way_back_is_no_mismatch(shop: Shop) -> None:
    ours, theirs = shop.customer()
    link = shop.link(shop.invoice(S, ours, "60.00"), state=SyncState.IN_DOUBT)
    Leg.objects.filter(link=link).update(marker="tieout:1")
    shop.invoice(B, theirs, "60.00", marker="tieout:1")
    assert (reconcile(shop.company)["open"], tie_out(shop.company).unexplained) == (0, NIL)


def test_a_key_too_long_for_the_column_still_has_a_subject(shop: Shop) -> None:
    ours, _ = shop.customer()
    hints = {"mapping": {"topic": "tax", "key": "x" * 300}}
    shop.link(shop.invoice(S, ours, "5.00"), state=SyncState.HELD, code="mapping_missing", hints=hints)
    assert len(found(shop).subject) == 200


def test_the_number_of_queries_does_not_grow_with_the_shop(shop: Shop, django_assert_max_num_queries: object) -> None:
    for _ in range(40):
        shop.pair("10.00", state=SyncState.HELD, code="refused")
    with django_assert_max_num_queries(180):  # type: ignore[operator]
        reconcile(shop.company)
        tie_out(shop.company)
