"""A payment that the books deleted and made anew elsewhere: some books cannot change a payment, and staff there "redo" it.

The link goes over to the new document, so that a move is seen as a move and not as a deletion and a new payment.
"""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Q

from apps.connections.models import Company
from apps.mirror.models import Leg, Link, MirrorRow
from apps.mirror.models.link import show_state
from apps.mirror.states import SyncState
from apps.mirror.store import live, unlinked
from apps.platforms.base import Side
from apps.sync.twins import near

#: What makes two documents the same money: whose and how much; the day may be off by a week, the reference left out.
Money = tuple[str, object]


def follow_moved(company: Company) -> int:
    """Tie links whose books payment is gone to the one payment that took its place; gives how many moved."""
    gone = Q(books__gone_at__isnull=False) | Q(books__status__in=["deleted", "voided"])
    stands = Q(state=SyncState.IN_SYNC) | Q(state=SyncState.HELD, code="gone_in_books")
    links = Link.objects.filter(gone, stands, company=company, entity="payment", syncro__gone_at__isnull=True)
    waiting: dict[Money, list[Link]] = defaultdict(list)
    for link in links.exclude(syncro=None).select_related("books").order_by("pk"):
        if link.books is not None:
            waiting[_money(link.books)].append(link)
    if not waiting:
        return 0
    made = _newborns(company, {key[0] for key in waiting})
    # Of several alike nobody could tell which took whose place.
    alone = [(waiting[key][0], rows[0]) for key, rows in made.items() if len(waiting.get(key, [])) == len(rows) == 1]
    pairs = [(link, row) for link, row in alone if link.books is not None and near(link.books, row)]
    for link, row in pairs:
        Leg.objects.filter(link=link, position=0).update(external_id=row.external_id)
        Link.objects.filter(pk=link.pk).update(books=row.pk)
        show_state([link.pk])
    return len(pairs)


def _newborns(company: Company, parties: set[str]) -> dict[Money, list[MirrorRow]]:
    found: dict[Money, list[MirrorRow]] = defaultdict(list)
    for row in unlinked(company, Side.BOOKS, "payment").filter(live(), party__in=parties).order_by("pk"):
        found[_money(row)].append(row)
    return found


def _money(row: MirrorRow) -> Money:
    return row.party, row.amount
