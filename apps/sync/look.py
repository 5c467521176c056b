"""After a lost answer: look before anything is sent again. Absent counts only once the other side can no longer be at it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from apps.connections.models import Company
from apps.core.clock import DbNow, db_now
from apps.mirror.models import Link
from apps.mirror.states import SyncState
from apps.platforms.base import CANNOT_TELL, Answer, DirectPlatform, Found, Side, Verb, Write
from apps.platforms.content import from_content
from apps.platforms.errors import (
    BadReference,
    Gone,
    NeedsReconnect,
    NotCovered,
    PlatformError,
    RateLimited,
    TryLater,
    Unreadable,
    Withheld,
)
from apps.platforms.records import RECORDS
from apps.sync.claim import Patience, go_again
from apps.sync.models import RequestItem
from apps.sync.settle import backoff, mine, settle_found, still_held

BATCH = 50
SECOND_LOOK = 60.0
#: Looks that came to nothing; the waits between them double, so this is days.
MOST_LOOKS = 60
CANNOT_BE_TOLD = (
    "It was sent and no answer came; whether it was done cannot be told. Look for it in the other system, then decide."
)


def look_at_doubts(
    company: Company,
    platforms: dict[Side, DirectPlatform],
    watch: Callable[[Side], AbstractContextManager[object]] = nullcontext,
) -> int:
    """Ask about every link in doubt that is due; gives how many came to rest or may be sent again.

    `watch` is entered with the side that is asked. Raises TryLater and NeedsReconnect when it cannot be asked at all.
    """
    settled = 0
    busy: set[Side] = set()
    for link in due_doubts(company, platforms):
        if link.target in busy:
            continue
        try:
            with watch(link.target):
                settled += _look(link, platforms[link.target])
        except RateLimited:
            busy.add(link.target)
    return settled


def due_doubts(company: Company, targets: Iterable[Side]) -> list[Link]:
    """Links in doubt that are due and whose documents are on one of these sides; at most BATCH."""
    due = Q(not_before__isnull=True) | Q(not_before__lte=DbNow())
    origins = [side.other for side in targets]
    links = Link.objects.filter(due, company=company, state=SyncState.IN_DOUBT, origin__in=origins).order_by("pk")
    return list(links.select_related("company", "syncro", "books").prefetch_related("legs")[:BATCH])


def last_item(link: Link) -> RequestItem | None:
    """The last thing that was sent for a link."""
    return link.request_items.select_related("request").order_by("-pk").first()


def _look(link: Link, platform: DirectPlatform) -> bool:
    item = last_item(link)
    if item is None:
        return bool(mine(link).move(SyncState.PENDING))
    write = write_of(item)
    looks = _count_look(link)
    if looks > MOST_LOOKS:
        return _hold(link)
    try:
        answer = platform.find(write.entity, write)
    except (NotCovered, Withheld):  # it is not there; whether it may go is asked again right before it is sent
        return _absent(link, item, platform)
    except (BadReference, Gone):  # where it would be is no longer there to be looked at
        return _hold(link)
    except PlatformError as error:
        mine(link).move(SyncState.IN_DOUBT, reason=error.message, wait=backoff(looks, error.retry_after))
        if isinstance(error, TryLater | NeedsReconnect) and not isinstance(error, Unreadable):
            raise
        return False
    if isinstance(answer, Found) or answer is CANNOT_TELL:
        return settle_look(link, item, answer)
    return _absent(link, item, platform)


def settle_look(link: Link, item: RequestItem, answer: Found | Answer) -> bool:
    """It is there, as if its answer had come; or it cannot be told, and a person decides."""
    if not isinstance(answer, Found):
        return _hold(link)
    settle_found(_as_sent(link, item), write_of(item), answer.record, answer.complaint)
    _note(item, "found")
    return True


def _count_look(link: Link) -> int:
    """Counted before the look, and not due again for a while: one that ends this process ends no other run for long."""
    looks = int(link.hints.get("looks", 0)) + 1
    link.hints = {**link.hints, "looks": looks}
    Link.objects.filter(pk=link.pk).update(hints=link.hints)
    mine(link).move(SyncState.IN_DOUBT, code=link.code, reason=link.reason, wait=backoff(looks))
    return looks


def _hold(link: Link) -> bool:
    """For a person; who asks to look again gets all looks anew."""
    Link.objects.filter(pk=link.pk).update(hints=_without_looks(link))
    return bool(mine(link).move(SyncState.HELD, code="cannot_tell", reason=CANNOT_BE_TOLD))


def _as_sent(link: Link, item: RequestItem) -> Link:
    """The link with its record of origin as it was when the request was made."""
    row, source = link.row(Side(link.origin)), item.write.get("source")
    if row is not None and source:
        row.digest, row.content = source["digest"], source["content"]
    return link


def _absent(link: Link, item: RequestItem, platform: DirectPlatform) -> bool:
    """Not there: believed once the request can no longer be under way, and where a platform has neither key nor undo
    only at a second look.
    """
    trusted = item.request.created_at + timedelta(seconds=Patience.of(platform.limits).trust)
    now = db_now()
    if now < trusted:
        return _look_again(link, trusted - now)
    keyless = not item.request.key or item.write["entity"] in platform.looks_first
    if keyless and not _looked_before(link, trusted, now):
        Link.objects.filter(pk=link.pk).update(hints={**link.hints, "looked_at": now.isoformat()})
        return _look_again(link, timedelta(seconds=SECOND_LOOK / settings.LIMIT_SCALE))
    return sure_it_is_absent(link, item)


def sure_it_is_absent(link: Link, item: RequestItem) -> bool:
    """It is not there and will not come: sent again."""
    _note(item, "absent")
    Link.objects.filter(pk=link.pk).update(hints=_without_looks(link))
    with transaction.atomic():
        return bool(go_again(still_held([link]), "It was not there, so it is sent again."))


def _without_looks(link: Link) -> dict[str, Any]:
    return {key: value for key, value in link.hints.items() if key not in ("looked_at", "looks")}


def _looked_before(link: Link, trusted: datetime, now: datetime) -> bool:
    """Whether an earlier look at this very request found nothing when that already counted."""
    looked = datetime.fromisoformat(link.hints["looked_at"]) if link.hints.get("looked_at") else None
    return looked is not None and trusted <= looked <= now - timedelta(seconds=SECOND_LOOK / settings.LIMIT_SCALE)


def _look_again(link: Link, wait: timedelta) -> bool:
    mine(link).move(SyncState.IN_DOUBT, reason=link.reason, wait=wait)
    return False


def _note(item: RequestItem, outcome: str) -> None:
    RequestItem.objects.filter(pk=item.pk).update(outcome=outcome)


def write_of(item: RequestItem) -> Write:
    """The write a request was made of."""
    stored: dict[str, Any] = item.write
    record = from_content(RECORDS[stored["entity"]], stored["record"])
    return Write(
        verb=Verb(stored["verb"]), entity=stored["entity"], record=record, external_id=stored["external_id"],
        revision=stored["revision"], marker=stored["marker"], leg=stored.get("leg", 0), last=stored.get("last", True),
    )  # fmt: skip
