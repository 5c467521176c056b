"""A payment that waits on one side while somebody entered it on the other: a person is asked before either is written."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from typing import cast

from django.db.models import Q, QuerySet

from apps.connections.models import Company
from apps.mirror.models import Link, MirrorRow
from apps.mirror.states import SyncState
from apps.platforms.base import Side
from apps.sync.links import counterparts

SAME_WITHIN = timedelta(days=7)
CODE = "same_on_both_sides"
#: Booked with another, or perhaps written already.
NOT_ASKED = ("refund_partner", "refund_review", "cannot_tell")


def ask_about_twins(company: Company) -> int:
    """Hold both halves of what looks like one payment and was written to neither side yet; gives how many moved."""
    theirs = list(_unwritten(company, Side.BOOKS))
    if not theirs:
        return 0
    customers = counterparts(company, "customer", Side.BOOKS, [_row(link).party for link in theirs])
    ours: dict[tuple[str, Decimal | None], list[Link]] = defaultdict(list)
    amounts = {_row(link).amount for link in theirs}
    for link in _unwritten(company, Side.SYNCRO).filter(syncro__amount__in=amounts):
        ours[(_row(link).party, _row(link).amount)].append(link)
    moved = 0
    for link in theirs:
        payer = customers.get(_row(link).party)
        party = payer.syncro.external_id if payer and payer.syncro else ""
        alike = ours[(party, _row(link).amount)]
        twin = next((each for each in alike if near(_row(each), _row(link))), None)
        if twin is not None:
            alike.remove(twin)
            moved += _ask(link, _row(twin)) + _ask(twin, _row(link))
    return moved


def _unwritten(company: Company, origin: Side) -> QuerySet[Link]:
    """Payments of one side that wait, by themselves or for a person, and were never told they are another one."""
    waits = Q(state=SyncState.PENDING) | Q(state=SyncState.HELD)
    links = Link.objects.filter(
        waits, company=company, entity="payment", origin=origin, **{f"{origin.other.value}": None}
    )
    others = links.exclude(code__in=[CODE, *NOT_ASKED]).exclude(hints__has_key="different")
    return (
        others.filter(**{f"{origin.value}__amount__gt": 0})
        .select_related("syncro", "books")
        .order_by("effective_date", "pk")
    )


def _row(link: Link) -> MirrorRow:
    return cast("MirrorRow", link.row(Side(link.origin)))


def _ask(link: Link, other: MirrorRow) -> int:
    Link.objects.filter(pk=link.pk).update(hints={**link.hints, "other": other.pk})
    return Link.objects.filter(pk=link.pk).move(SyncState.HELD, code=CODE, reason=the_same(_row(link), other))


def the_same(row: MirrorRow, other: MirrorRow) -> str:
    """The question as a sentence."""
    return (
        f"{row.amount} of {row.date} is entered in Syncro and in the books ({other.label or other.external_id}, "
        f"{other.date}): the same payment or not?"
    )


def near(row: MirrorRow, other: MirrorRow) -> bool:
    """Whether two payments lie so close together in time that they may be one."""
    return row.date is not None and other.date is not None and abs(row.date - other.date) <= SAME_WITHIN
