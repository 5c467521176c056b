"""Take links to work on, in one committed statement on the database's clock; and give back what was held too long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from apps.connections.models import Company
from apps.core.clock import DbNow, now_sql
from apps.mirror.models import Link
from apps.mirror.models.link import show_state
from apps.mirror.states import SyncState
from apps.platforms.base import Limits
from apps.platforms.http import LEAVES_WITHIN
from apps.sync.models import Request, RequestItem, RequestState

MOST_ATTEMPTS = 12
#: What was interrupted so often goes alone from then on: one bad record must not take its neighbours along for ever.
ALONE_AFTER = 2

_CLAIM = """
WITH due AS (
    SELECT id FROM mirror_link
    WHERE company_id = %(company)s AND entity = %(entity)s AND origin = %(origin)s AND state = 'pending' AND code <> 'refund_partner'
      AND (not_before IS NULL OR not_before <= %(since)s)
    ORDER BY effective_date NULLS FIRST, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
UPDATE mirror_link AS link SET state = 'pushing', attempts = link.attempts + 1, fence = link.fence + 1, not_before = NULL,
    moved_at = {now}, lease_until = {now} + make_interval(secs => %(lease)s)
FROM due WHERE link.id = due.id RETURNING link.id
"""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long things take on one platform, in seconds of this installation (LIMIT_SCALE divides waits, with floors)."""

    lease: float
    trust: float

    @classmethod
    def of(cls, limits: Limits) -> Patience:
        """From the moment the bytes are committed: LEAVES_WITHIN, the deadline, and what the vendor may still be at it."""
        scale = settings.LIMIT_SCALE
        return cls(
            lease=max((LEAVES_WITHIN + limits.deadline + limits.settle) / scale, settings.SHORTEST_LEASE),
            trust=max((LEAVES_WITHIN + limits.deadline + limits.settle) / scale, settings.SHORTEST_TRUST),
        )


def claim(company: Company, entity: str, origin: str, limit: int, patience: Patience, since: datetime) -> list[Link]:
    """Links that were due at `since` (the start of the wave, so that a wave ends), now held by us until the lease ends.
    Attempts count here, before the work.
    """
    values: dict[str, str | int | float | datetime] = {
        "company": company.pk, "entity": entity, "origin": origin, "limit": limit, "lease": patience.lease, "since": since,
    }  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM.format(now=now_sql()), values)
        ids = [row[0] for row in cursor.fetchall()]
        show_state(ids)
    links = Link.objects.filter(pk__in=ids).select_related(
        "company", "company__books", "company__syncro", "syncro", "books"
    )
    return list(links.prefetch_related("legs").order_by("effective_date", "pk"))


def still_ours(links: list[Link], patience: Patience) -> list[Link]:
    """Of these links, those whose claim still stands; their lease starts anew. Called in the transaction that commits
    the request, so that what is sent is sent by the holder alone.
    """
    held = {link.pk: link.fence for link in links}
    standing = dict(
        Link.objects.select_for_update().filter(pk__in=list(held), state=SyncState.PUSHING).values_list("pk", "fence")
    )
    ours = [link for link in links if standing.get(link.pk) == held[link.pk]]
    Link.objects.filter(pk__in=[link.pk for link in ours]).update(
        lease_until=DbNow() + timedelta(seconds=patience.lease)
    )
    return ours


def wake_waiting(company: Company) -> int:
    """Something went across: what waited for another record is due again."""
    waiting = Link.objects.filter(
        company=company, state=SyncState.PENDING, code="not_linked_yet", not_before__isnull=False
    )
    return waiting.update(not_before=None)


def release_expired(company: Company) -> int:
    """Links whose holder is gone: with a committed request they are in doubt, without one nothing left us."""
    with transaction.atomic():
        # Locked, so that a holder that is only late cannot commit a request between our look and our move.
        expired = Link.objects.select_for_update().filter(
            company=company, state=SyncState.PUSHING, lease_until__lt=DbNow()
        )
        ids = set(expired.values_list("pk", flat=True))
        sent = _perhaps_sent(ids)
        go_again(ids - sent, "It was interrupted before anything was sent.")
        Link.objects.filter(pk__in=sent).move(
            SyncState.IN_DOUBT, reason="It was sent, and the answer was lost; the other side is asked what it has."
        )
        Request.objects.filter(items__link_id__in=sent, state=RequestState.COMMITTED).update(state=RequestState.LOST)
    return len(ids)


def give_back(links: list[Link]) -> None:
    """Of a claim that is broken off, what was not sent is due again at once, and counts as not attempted."""
    held = {link.pk: link.fence for link in links}
    with transaction.atomic():
        rows = Link.objects.select_for_update().filter(pk__in=list(held), state=SyncState.PUSHING)
        mine = {pk for pk, fence in rows.values_list("pk", "fence") if held[pk] == fence}
        unsent = mine - _perhaps_sent(mine)
        Link.objects.filter(pk__in=unsent).update(attempts=F("attempts") - 1)
        Link.objects.filter(pk__in=unsent).move(SyncState.PENDING)


def go_again(link_ids: set[int], reason: str) -> int:
    """Known not to be on the other side: due again, but for what was attempted too often."""
    links = Link.objects.filter(pk__in=link_ids)
    moved = links.filter(attempts__lt=MOST_ATTEMPTS).move(SyncState.PENDING, code="try_later", reason=reason)
    often = links.filter(attempts__gte=MOST_ATTEMPTS).exclude(state=SyncState.PENDING)
    return moved + often.move(
        SyncState.HELD, code="too_many_attempts", reason=f"Tried {MOST_ATTEMPTS} times. The last time: {reason}"
    )


def _perhaps_sent(link_ids: set[int]) -> set[int]:
    """Links with a request under their present claim of which nobody has settled what became of it."""
    items = RequestItem.objects.filter(
        link_id__in=link_ids, fence=F("link__fence"), outcome="",
        request__state__in=[RequestState.COMMITTED, RequestState.LOST],
    )  # fmt: skip
    return set(items.values_list("link_id", flat=True))
