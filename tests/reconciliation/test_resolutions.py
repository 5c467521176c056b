"""What staff can do: who may, what is missing, what happens, and what is kept of it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied

from apps.connections.access import operator
from apps.connections.policies import set_policy
from apps.mappings.models import Mapping
from apps.mirror.models import Link
from apps.mirror.states import SyncState
from apps.platforms.base import Side
from apps.reconciliation.models import Decision, Mismatch, MismatchState
from apps.reconciliation.problems import CannotResolve
from apps.reconciliation.reconcile import reconcile
from apps.reconciliation.resolutions import offered, resolve
from tests.reconciliation.shop import Shop

S, B = Side.SYNCRO, Side.BOOKS


def held(shop: Shop, code: str, **more: object) -> tuple[Link, Mismatch]:
    """An invoice held by a code, and its mismatch."""
    link = shop.pair("300.00", books="260.00", state=SyncState.HELD, code=code, **more)
    reconcile(shop.company)
    return link, Mismatch.objects.latest("since")


def paid_in_books(shop: Shop) -> tuple[Link, Mismatch]:
    """A payment of the books that waits for a yes."""
    _, theirs = shop.customer()
    link = shop.link(books=shop.payment(B, theirs, "45.00"), state=SyncState.HELD, code="payment_in_review")
    reconcile(shop.company)
    return link, Mismatch.objects.get(link=link)


def test_posting_lets_the_payment_go_and_closes_the_item(shop: Shop, bookkeeper: User) -> None:
    link, mismatch = paid_in_books(shop)
    resolve(mismatch, "post_to_syncro", bookkeeper, note="called them")
    link.refresh_from_db()
    assert (link.state, link.hints["approved"], mismatch.state) == (SyncState.PENDING, True, MismatchState.CLOSED)
    decision = Decision.objects.get()
    assert (decision.user, decision.note, decision.shown["effects"][0]["amount"]) == (
        bookkeeper,
        "called them",
        "45.00",
    )


def test_keeping_it_in_the_books_leaves_it_out_for_good(shop: Shop, bookkeeper: User) -> None:
    link, mismatch = paid_in_books(shop)
    resolve(mismatch, "keep_in_books_only", bookkeeper)
    link.refresh_from_db()
    assert (link.state, link.code, mismatch.state) == (SyncState.IGNORED, "ignored_by_staff", MismatchState.CLOSED)


def test_an_unknown_resolution_names_those_there_are(shop: Shop) -> None:
    _, mismatch = held(shop, "refused")
    with pytest.raises(CannotResolve, match="there are: retry, ignore"):
        resolve(mismatch, "post_to_syncro", operator())


def test_a_missing_value_is_named(shop: Shop) -> None:
    _, mismatch = held(shop, "name_taken")
    with pytest.raises(CannotResolve, match="needs --set books=VALUE"):
        resolve(mismatch, "same_customer", operator())
    with pytest.raises(CannotResolve, match="does not take --set colour="):
        resolve(mismatch, "send_with_suffix", operator(), {"colour": "red"})


def test_a_closed_one_cannot_be_resolved_again(shop: Shop) -> None:
    _, mismatch = held(shop, "refused")
    resolve(mismatch, "retry", operator())
    with pytest.raises(CannotResolve, match="no longer true"):
        resolve(mismatch, "retry", operator())


def test_what_moved_on_meanwhile_is_not_touched(shop: Shop) -> None:
    link, mismatch = held(shop, "refused")
    Link.objects.filter(pk=link.pk).move(SyncState.PENDING)
    with pytest.raises(CannotResolve, match="moved on"):
        resolve(mismatch, "retry", operator())
    assert not Decision.objects.exists()


def test_a_stranger_may_do_nothing(shop: Shop) -> None:
    _, mismatch = held(shop, "refused")
    with pytest.raises(PermissionDenied, match="You may not"):
        resolve(mismatch, "retry", User.objects.create_user("eve"))


def test_accepting_a_difference_takes_an_approver(shop: Shop, bookkeeper: User, approver: User) -> None:
    link, mismatch = held(shop, "total_differs")
    with pytest.raises(PermissionDenied):
        resolve(mismatch, "accept_difference", bookkeeper)
    assert "40.00 of difference stays" in resolve(mismatch, "accept_difference", approver).result
    link.refresh_from_db()
    assert link.state == SyncState.IN_SYNC


def test_over_the_limit_takes_an_approver(shop: Shop, bookkeeper: User, approver: User) -> None:
    set_policy(shop.company, "approval_over", "44.99")
    _, mismatch = paid_in_books(shop)
    with pytest.raises(PermissionDenied, match="approve"):
        resolve(mismatch, "post_to_syncro", bookkeeper)
    assert resolve(mismatch, "post_to_syncro", approver).result


def test_mapping_it_lets_everything_that_waits_go_on(shop: Shop, bookkeeper: User) -> None:
    ours, _ = shop.customer()
    hints = {"mapping": {"topic": "payment_method", "key": "Bitcoin"}}
    link = shop.link(shop.payment(S, ours, "10.00"), state=SyncState.HELD, code="mapping_missing", hints=hints)
    reconcile(shop.company)
    mismatch = Mismatch.objects.get()
    with pytest.raises(CannotResolve, match="here: money"):
        resolve(mismatch, "map_it", bookkeeper, {"external_id": "5"})
    resolve(mismatch, "map_it", bookkeeper, {"kind": "money", "external_id": "5", "account_id": "35"})
    link.refresh_from_db()
    assert (link.state, mismatch.state) == (SyncState.PENDING, MismatchState.CLOSED)
    assert Mapping.objects.filter(topic="payment_method", key="Bitcoin", kind="money", account_id="35").exists()


def test_an_id_the_books_do_not_have_is_refused(shop: Shop) -> None:
    shop.row(B, "tax_code", label="State tax", external_id="3", date=None)
    ours, _ = shop.customer()
    hints = {"mapping": {"topic": "tax", "key": "Local"}}
    shop.link(shop.invoice(S, ours, "10.00"), state=SyncState.HELD, code="mapping_missing", hints=hints)
    reconcile(shop.company)
    with pytest.raises(CannotResolve, match="The books have no tax code 99"):
        resolve(Mismatch.objects.get(), "map_it", operator(), {"external_id": "99"})
    assert "State tax" in resolve(Mismatch.objects.get(), "map_it", operator(), {"external_id": "3"}).result


def test_the_same_customer_is_joined(shop: Shop) -> None:
    ours, theirs = (shop.row(side, "customer", label="Acme") for side in Side)
    link = shop.link(ours, state=SyncState.HELD, code="name_taken")
    reconcile(shop.company)
    resolve(Mismatch.objects.get(), "same_customer", operator(), {"books": theirs.external_id})
    link.refresh_from_db()
    assert (link.state, link.books) == (SyncState.IN_SYNC, theirs)


def test_booking_a_refund_leaves_its_repayment_with_it(shop: Shop) -> None:
    ours, _ = shop.customer()
    refund = shop.link(shop.invoice(S, ours, "-50.00"), state=SyncState.HELD, code="refund_review")
    paid = shop.link(shop.payment(S, ours, "-50.00"), state=SyncState.HELD, code="refund_partner", partner=refund)
    reconcile(shop.company)
    resolve(Mismatch.objects.get(), "book_refund", operator())
    paid.refresh_from_db()
    assert (paid.state, paid.code) == (SyncState.PENDING, "refund_partner")


def test_accepting_the_books_own_document_keeps_it_named(shop: Shop, bookkeeper: User) -> None:
    _, theirs = shop.customer()
    row = shop.invoice(B, theirs, "60.00")
    reconcile(shop.company)
    mismatch = Mismatch.objects.get()
    resolve(mismatch, "accept_as_books_only", bookkeeper)
    assert (mismatch.state, reconcile(shop.company)["open"]) == (MismatchState.IGNORED, 0)
    row.amount = Decimal(61)
    row.save()
    assert reconcile(shop.company) == {"open": 1, "opened": 1, "closed": 0}


@pytest.mark.parametrize(
    "code", ["payment_moved", "edited_in_books", "gone_in_books", "gone_in_syncro", "changed_in_syncro", "brake"]
)
def test_every_resolution_offered_can_be_done(shop: Shop, code: str) -> None:
    names = [name for name, _ in offered(held(shop, code)[1])]
    for name in names:
        _, mismatch = held(shop, code)
        assert resolve(mismatch, name, operator()).result
