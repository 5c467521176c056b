"""What a person's decision does to a link; each is one move, and the engine does the rest."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from apps.mirror.models import BooksRecord, LegState, Link
from apps.mirror.states import SyncState
from apps.mirror.store import mark_gone, rows_of
from apps.platforms.base import Side
from apps.sync.claim import wake_waiting
from apps.sync.customers import turn
from apps.sync.links import agree, join

SIDES = {Side.SYNCRO: "Syncro", Side.BOOKS: "the books"}


class CannotDecide(ValueError):
    """The link is not in a state in which this can be decided."""


def approve(link: Link, **hints: Any) -> None:
    """Let a held link go across; hints tell the composer what was decided. Partners go with it."""
    _must_rest(link)
    if hints.get("again"):
        _let_go(link)
    if hints.get("deletion"):
        return confirm_deletion(link)
    _hint(link, approved=True, **hints)
    _must(Link.objects.filter(pk=link.pk).move(SyncState.PENDING), link)
    Link.objects.filter(partner_id=link.pk, state=SyncState.HELD).move(
        SyncState.PENDING, code="refund_partner", reason="Booked together with its refund invoice."
    )
    return None


def _let_go(link: Link) -> None:
    """The document across is gone for good: the next one is another document, with a mark of its own."""
    leg = link.legs.all()[0]
    leg.generation += 1
    leg.external_id, leg.state = "", LegState.WANTED
    leg.marker = f"{leg.marker.partition('/again')[0]}/again{leg.generation}"
    leg.save()
    Link.objects.filter(pk=link.pk).update(**{f"{link.target.value}": None})
    link.refresh_from_db()


def confirm_deletion(link: Link) -> None:
    """What vanished is believed to be gone; what that means for the other side is judged like any deletion."""
    side = Side(link.hints.get("vanished_from", link.origin))
    row = link.row(side)
    if row is not None:
        mark_gone(link.company, side, row.entity, [row.external_id])
    Link.objects.filter(pk=link.pk, code="brake").move(SyncState.IN_SYNC)


def retry(link: Link) -> None:
    """Try again, with the attempts counted anew."""
    _must_rest(link)
    Link.objects.filter(pk=link.pk).update(attempts=0)
    # What was only held because much vanished has nothing to send: the next sweep says whether it is there.
    again = SyncState.IN_SYNC if link.code == "brake" else SyncState.PENDING
    _must(Link.objects.filter(pk=link.pk).move(again), link)


def accept(link: Link) -> None:
    """Both sides stay as they are now: that is the agreed base from here on."""
    if link.state not in (SyncState.HELD, SyncState.IN_SYNC):
        raise CannotDecide(f"This is {link.get_state_display().lower()}; only what is held can be accepted.")
    agree(link)


def overwrite_books(link: Link) -> None:
    """Syncro's version goes over the books'."""
    _must_rest(link)
    turn(link, Side.BOOKS)
    _hint(link, force=True)
    _must(Link.objects.filter(pk=link.pk).move(SyncState.PENDING), link)


def take_edit(link: Link) -> None:
    """The books' edit of an invoice goes to Syncro."""
    _must_rest(link)
    if link.books is None or link.syncro is None or not (link.books.is_live and link.syncro.is_live):
        raise CannotDecide("It no longer stands on both sides.")
    if not turn(link, Side.SYNCRO):
        raise CannotDecide("It is being sent by now; look again.")
    _hint(link, accepted=True)
    _must(Link.objects.filter(pk=link.pk).move(SyncState.PENDING), link)


def post_again(link: Link) -> None:
    """What was made in Syncro was deleted there by hand: another one is made, with a mark of its own."""
    _must_rest(link)
    row = link.row(link.target)
    if row is not None:
        mark_gone(link.company, link.target, row.entity, [row.external_id])
    _let_go(link)
    Link.objects.filter(pk=link.pk).update(attempts=0)
    _must(Link.objects.filter(pk=link.pk).move(SyncState.PENDING), link)


def ignore(link: Link, reason: str) -> None:
    """Leave it out, with a reason; partners with it."""
    links = Link.objects.filter(pk=link.pk) | Link.objects.filter(partner_id=link.pk)
    _must(links.move(SyncState.IGNORED, code="ignored_by_staff", reason=reason or "Ignored by staff."), link)


def same_customer(link: Link, external_id: str) -> None:
    """It is the one the other side already has: the two are tied, nothing is written."""
    _must_rest(link)
    leg, side = link.legs.all()[0], link.target
    row = (
        rows_of(side)._default_manager.filter(company=link.company, entity=leg.entity, external_id=external_id).first()
    )
    if row is None:
        raise CannotDecide(f"There is no {leg.entity} with the id {external_id} in {SIDES[side]}.")
    if Link.objects.filter(**{side.value: row}).exclude(pk=link.pk).exists():
        raise CannotDecide(f"{row} in {SIDES[side]} already belongs to another {link.entity}.")
    join(link, leg, row)
    wake_waiting(link.company)


def same_payment(link: Link) -> None:
    """The payment entered on both sides is one: the two rows are tied, nothing is written."""
    other = BooksRecord.objects.filter(company=link.company, pk=link.hints.get("other")).first()
    if other is None or link.origin != Side.SYNCRO:
        twin = Link.objects.filter(
            company=link.company, entity="payment", origin=Side.SYNCRO, hints__other=link.books_id
        ).first()
        if twin is None:
            raise CannotDecide("The other payment is no longer there.")
        return same_payment(twin)
    _must_rest(link)
    for twin in Link.objects.filter(books=other).exclude(pk=link.pk):
        _must_rest(twin)
    with transaction.atomic():
        Link.objects.filter(books=other).exclude(pk=link.pk).delete()
        join(link, link.legs.all()[0], other)
    return None


def different_payment(link: Link) -> None:
    """Two payments: each goes across on its own."""
    approve(link, different=True)


def _must_rest(link: Link) -> None:
    """What is being sent, or was sent and not answered, is nobody's to decide: sent again it might stand twice."""
    state = Link.objects.values_list("state", flat=True).get(pk=link.pk)
    if state in (SyncState.PUSHING, SyncState.IN_DOUBT):
        raise CannotDecide(f"This is {SyncState(state).label.lower()}; once that is known it can be decided.")


def _hint(link: Link, **hints: Any) -> None:
    link.hints = {**link.hints, **hints}
    Link.objects.filter(pk=link.pk).update(hints=link.hints)


def _must(moved: int, link: Link) -> None:
    if not moved:
        link.refresh_from_db()
        raise CannotDecide(f"This is {link.get_state_display().lower()} by now; look again.")
