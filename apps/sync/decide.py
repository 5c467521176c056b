"""What a person's decision does to a link; each is one move, and the engine does the rest."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from apps.mirror.models import BooksRecord, Link
from apps.mirror.states import SyncState
from apps.platforms.base import Side
from apps.sync.links import agree, join


class CannotDecide(ValueError):
    """The link is not in a state in which this can be decided."""


def approve(link: Link, **hints: Any) -> None:
    """Let a held link go across; hints tell the composer what was decided. Partners go with it."""
    _hint(link, approved=True, **hints)
    _must(Link.objects.filter(pk=link.pk).move(SyncState.PENDING), link)
    Link.objects.filter(partner_id=link.pk, state=SyncState.HELD).move(
        SyncState.PENDING, code="refund_partner", reason="Booked together with its refund invoice."
    )


def retry(link: Link) -> None:
    """Try again, with the attempts counted anew."""
    Link.objects.filter(pk=link.pk).update(attempts=0)
    _must(Link.objects.filter(pk=link.pk).move(SyncState.PENDING), link)


def accept(link: Link) -> None:
    """Both sides stay as they are now: that is the agreed base from here on."""
    if link.state not in (SyncState.HELD, SyncState.IN_SYNC):
        raise CannotDecide(f"This is {link.get_state_display().lower()}; only what is held can be accepted.")
    agree(link)


def overwrite_books(link: Link) -> None:
    """Syncro's version goes over the books'."""
    _hint(link, force=True)
    _must(Link.objects.filter(pk=link.pk).move(SyncState.PENDING), link)


def ignore(link: Link, reason: str) -> None:
    """Leave it out, with a reason; partners with it."""
    links = Link.objects.filter(pk=link.pk) | Link.objects.filter(partner_id=link.pk)
    _must(links.move(SyncState.IGNORED, code="ignored_by_staff", reason=reason or "Ignored by staff."), link)


def same_customer(link: Link, books_external_id: str) -> None:
    """It is the one the books already have."""
    row = BooksRecord.objects.filter(company=link.company, entity=link.entity, external_id=books_external_id).first()
    if row is None:
        raise CannotDecide(f"The books have no {link.entity} with the id {books_external_id}.")
    if Link.objects.filter(books=row).exclude(pk=link.pk).exists():
        raise CannotDecide(f"{row} of the books already belongs to another {link.entity} of Syncro.")
    join(link, link.legs.all()[0], row)


def same_payment(link: Link) -> None:
    """The payment entered on both sides is one: the two rows are tied, nothing is written."""
    other = BooksRecord.objects.filter(company=link.company, pk=link.hints.get("other")).first()
    if other is None or link.origin != Side.SYNCRO:
        twin = Link.objects.filter(company=link.company, entity="payment", origin=Side.SYNCRO, hints__other=link.books_id).first()
        if twin is None:
            raise CannotDecide("The other payment is no longer there.")
        return same_payment(twin)
    with transaction.atomic():
        Link.objects.filter(books=other).exclude(pk=link.pk).delete()
        join(link, link.legs.all()[0], other)
    return None


def different_payment(link: Link) -> None:
    """Two payments: each goes across on its own."""
    approve(link, different=True)


def _hint(link: Link, **hints: Any) -> None:
    link.hints = {**link.hints, **hints}
    Link.objects.filter(pk=link.pk).update(hints=link.hints)


def _must(moved: int, link: Link) -> None:
    if not moved:
        link.refresh_from_db()
        raise CannotDecide(f"This is {link.get_state_display().lower()} by now; look again.")
