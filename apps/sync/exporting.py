"""The whole list of customers or products to the books at once: what they have already is tied first, never made twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import transaction

from apps.connections.models import Company
from apps.mirror.models import Link, MirrorRow
from apps.mirror.states import SyncState
from apps.platforms.base import Side
from apps.platforms.records import Status
from apps.sync.links import Newborn, make_links
from apps.sync.matching import Matches, Pair, find_matches
from apps.sync.newborn_customers import tie


@dataclass(slots=True)
class Offered:
    """What an export found: ties made, records that have a link now and are due, and those a person must look at."""

    tied: list[Pair] = field(default_factory=list)
    due: int = 0
    look_alikes: list[Pair] = field(default_factory=list)


def offer(company: Company, entity: str) -> Offered:
    """Give every active record of Syncro a link, so that the engine sends it; done again, it goes on where it ended.

    What the books have for certain is tied to it; what they may have waits for a person.
    """
    found = find_matches(company, entity)
    offered = Offered(tied=[pair for pair in found.pairs if pair.exact], look_alikes=_unsure(found))
    with transaction.atomic():
        for pair in offered.tied:
            tie(pair.syncro, pair.books)
        _ask(company, entity, offered.look_alikes)
        make_links(company, entity, [Newborn(row) for row in _active(found.only_syncro)], Side.SYNCRO)
    due = Link.objects.filter(company=company, entity=entity, origin=Side.SYNCRO, books__isnull=True)
    offered.due = due.filter(state=SyncState.PENDING).count()
    return offered


def _unsure(found: Matches) -> list[Pair]:
    pairs = [pair for pair in found.pairs if not pair.exact]
    return [*pairs, *(pair for group in found.unclear for pair in group)]


def _ask(company: Company, entity: str, pairs: Sequence[Pair]) -> None:
    """Hold what the books may have, each with the one it is most like; what a person has decided about stays decided."""
    best = {pair.syncro.pk: pair for pair in sorted(pairs, key=lambda pair: pair.score)}
    waiting = Link.objects.filter(company=company, entity=entity, state=SyncState.PENDING, syncro__in=list(best))
    decided = ("suffix", "approved", "parent")
    links = {link.syncro_id: link for link in waiting.exclude(hints__has_any_keys=decided)}
    for pk, link in links.items():
        Link.objects.filter(pk=link.pk).move(SyncState.HELD, code="name_taken", reason=_reason(best[pk or 0]))
    known = set(Link.objects.filter(company=company, syncro__in=list(best)).values_list("syncro_id", flat=True))
    new = [pair for pk, pair in best.items() if pk not in known and pair.syncro.status == Status.ACTIVE]
    newborns = [Newborn(pair.syncro, SyncState.HELD, "name_taken", _reason(pair)) for pair in new]
    make_links(company, entity, newborns, Side.SYNCRO)


def _reason(pair: Pair) -> str:
    books = f"{pair.books} ({pair.books.external_id}; same {' and '.join(pair.reasons)})"
    return f"The books have {books}, which {pair.syncro} may be: the same or not?"


def _active(rows: Sequence[MirrorRow]) -> list[MirrorRow]:
    return [row for row in rows if row.status == Status.ACTIVE]
