"""Records that both sides had before us are tied when somebody says so; customers that only the books have go to Syncro.

Nothing here writes to either side: what is to be made gets a link, and the engine sends it like everything else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import transaction

from apps.connections.models import Company
from apps.connections.policies import Policies
from apps.mirror.models import BooksRecord, Link, MirrorRow, SyncroRecord
from apps.mirror.states import SyncState
from apps.mirror.store import live, unlinked
from apps.platforms.base import Side
from apps.platforms.records import Status
from apps.sync.claim import wake_waiting
from apps.sync.links import Newborn, join, make_links
from apps.sync.matching import Matches, Pair, find_matches


class CannotMatch(ValueError):
    """These two cannot be tied, or this cannot be made; the message says why."""


def ensure_customers_in(company: Company, policies: Policies) -> int:
    """By policy, links for the customers that only the books have; gives how many were made or joined.

    Those that Syncro has for certain are tied to theirs, those that it may have wait for a person.
    """
    if policies.get("new_customers_in_books") != "create":
        return 0
    wanted = {row.pk: row for row in _only_theirs(company)}
    if not wanted:
        return 0
    found = find_matches(company, "customer")
    sure = [pair for pair in found.pairs if pair.exact and pair.books.pk in wanted]
    for pair in sure:
        tie(pair.syncro, pair.books)
    left = [row for pk, row in wanted.items() if pk not in {pair.books.pk for pair in sure}]
    perhaps = _perhaps(found)
    return len(sure) + make_links(
        company, "customer", [_born(row, perhaps.get(row.pk, ())) for row in left], Side.BOOKS
    )


def make_in_syncro(company: Company, ids: Collection[str] | None = None) -> list[str]:
    """Let customers that only the books have be made in Syncro with the next run: these ids, or all (None) that are not
    like anybody Syncro has. Gives their ids; CannotMatch for one that cannot be made.
    """
    found = find_matches(company, "customer")
    if ids is None:
        alone = {row.pk for row in found.only_books}
        rows = [row for row in _only_theirs(company) if row.pk in alone]
        make_links(company, "customer", [Newborn(row) for row in rows], Side.BOOKS)
        return [row.external_id for row in rows]
    asked = Link.objects.filter(company=company, state=SyncState.HELD, code="maybe_in_syncro")
    asked = asked.filter(books__external_id__in=list(ids))
    again = list(asked.values_list("books__external_id", flat=True))
    rows = list(_only_theirs(company).filter(external_id__in=list(ids)))
    _check(found, rows, set(ids) - set(again))
    make_links(company, "customer", [Newborn(row) for row in rows], Side.BOOKS)
    asked.move(SyncState.PENDING)
    return [*(row.external_id for row in rows), *again]


def _check(found: Matches, rows: Sequence[MirrorRow], ids: Collection[str]) -> None:
    strange = sorted(set(ids) - {row.external_id for row in rows})
    if strange:
        raise CannotMatch(f"The books have no active customer {strange[0]} that nothing in Syncro is tied to.")
    certain = {pair.books.pk: pair.syncro for pair in found.pairs if pair.exact}
    for row in rows:
        if row.pk in certain:
            same = certain[row.pk]
            raise CannotMatch(f"{row} is in Syncro already, as {same} ({same.external_id}); tie the two instead.")


def tie(ours: MirrorRow, theirs: MirrorRow) -> Link:
    """These two are one: tied, with what both say now as the agreed base; nothing is written.

    Raises CannotMatch when one of them already belongs to another, or is being sent at this moment.
    """
    with transaction.atomic():
        here, there = _link_of(Side.SYNCRO, ours), _link_of(Side.BOOKS, theirs)
        if here is None and there is None:
            make_links(ours.company, ours.entity, [Newborn(ours)], Side.SYNCRO)
            here = _link_of(Side.SYNCRO, ours)
        elif here is not None and there is not None and here.pk != there.pk:
            there.delete()
        link = here or there
        if link is None:
            raise CannotMatch(f"{ours} is being worked on at this moment; try again.")
        Link.objects.filter(pk=link.pk, state=SyncState.IGNORED).move(SyncState.PENDING)
        join(link, link.legs.all()[0], theirs if link.target is Side.BOOKS else ours)
    wake_waiting(link.company)
    return link


def _link_of(side: Side, row: MirrorRow) -> Link | None:
    links = Link.objects.select_for_update(of=("self",)).select_related("company", "syncro", "books")
    link = links.filter(**{side.value: row.pk}).first()
    other = link.row(side.other) if link else None
    if other is not None:
        raise CannotMatch(f"{row} already belongs to {other}.")
    if link is not None and link.state in (SyncState.PUSHING, SyncState.IN_DOUBT):
        raise CannotMatch(f"{row} is being sent at this moment; try again once that is known.")
    return link


@transaction.atomic
def put_under(company: Company, child: str, parent: str) -> Link:
    """A Syncro customer that the books do not have yet will be made there below this customer of the books."""
    ours = SyncroRecord.objects.filter(live(), company=company, entity="customer", external_id=child).first()
    above = BooksRecord.objects.filter(live(), company=company, entity="customer", external_id=parent).first()
    if ours is None or above is None:
        where, key = ("Syncro", child) if ours is None else ("the books", parent)
        raise CannotMatch(f"There is no customer {key} in {where}.")
    link = _link_of(Side.SYNCRO, ours)
    if link is None:
        make_links(company, "customer", [Newborn(ours)], Side.SYNCRO)
        link = Link.objects.get(syncro_id=ours.pk)
    link.hints = {**link.hints, "parent": parent}
    Link.objects.filter(pk=link.pk).update(hints=link.hints)
    return link


def _only_theirs(company: Company) -> Any:
    """Active customers of the books without a link and without anybody's mark."""
    rows = unlinked(company, Side.BOOKS, "customer").filter(live(), status=Status.ACTIVE, marker="")
    return rows.exclude(content__contains={"only_supplier": True}).order_by("pk")


def _perhaps(found: Matches) -> Mapping[int, Sequence[Pair]]:
    """The pairs that are not certain, by the record of the books."""
    pairs: dict[int, list[Pair]] = defaultdict(list)
    for pair in [*found.pairs, *(pair for group in found.unclear for pair in group)]:
        pairs[pair.books.pk].append(pair)
    return pairs


def _born(row: MirrorRow, perhaps: Sequence[Pair]) -> Newborn:
    if not perhaps:
        return Newborn(row)
    named = ", ".join(
        f"{pair.syncro} ({pair.syncro.external_id}; same {' and '.join(pair.reasons)})" for pair in perhaps
    )
    reason = f"Only the books have {row}, but Syncro has {named}: the same or not?"
    return Newborn(row, SyncState.HELD, "maybe_in_syncro", reason)
