"""After a lost answer: look before anything is sent again. Absent counts only once the other side can no longer be at it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q

from apps.connections.models import Company
from apps.core.clock import DbNow, db_now
from apps.mirror.models import Link
from apps.mirror.states import SyncState
from apps.platforms.base import CANNOT_TELL, DirectPlatform, Found, Side, Verb, Write
from apps.platforms.content import from_content
from apps.platforms.errors import NotCovered, PlatformError
from apps.platforms.records import RECORDS
from apps.sync.claim import Patience
from apps.sync.models import RequestItem
from apps.sync.settle import backoff, mine, settle_found

BATCH = 50
SECOND_LOOK = 60.0


def look_at_doubts(company: Company, platforms: dict[Side, DirectPlatform]) -> int:
    """Ask about every link in doubt that is due; gives how many came to rest or may be sent again."""
    due = Q(not_before__isnull=True) | Q(not_before__lte=DbNow())
    links = Link.objects.filter(company=company, state=SyncState.IN_DOUBT).filter(due).order_by("pk")
    settled = 0
    for link in links.select_related("company", "syncro", "books").prefetch_related("legs")[:BATCH]:
        settled += _look(link, platforms[link.target])
    return settled


def _look(link: Link, platform: DirectPlatform) -> bool:
    item = link.request_items.select_related("request").order_by("-pk").first()
    if item is None:
        return bool(mine(link).move(SyncState.PENDING))
    write = write_of(item)
    try:
        answer = platform.find(write.entity, write)
    except NotCovered:  # it is not there; whether it may still go is asked again right before it is sent
        return _absent(link, item, platform)
    except PlatformError as error:
        mine(link).move(SyncState.IN_DOUBT, reason=error.message, wait=backoff(link.attempts, error.retry_after))
        return False
    if isinstance(answer, Found):
        settle_found(link, write, answer.record)
        _note(item, "found")
        return True
    if answer is CANNOT_TELL:
        reason = "It was sent and no answer came; whether it was done cannot be told. Look for it in the other system, then decide."
        mine(link).move(SyncState.HELD, code="cannot_tell", reason=reason)
        return True
    return _absent(link, item, platform)


def _absent(link: Link, item: RequestItem, platform: DirectPlatform) -> bool:
    """Not there: believed once the request can no longer be under way, and without a key only at a second look."""
    trusted = item.request.created_at + timedelta(seconds=Patience.of(platform.limits).trust)
    now = db_now()
    if now < trusted:
        return _look_again(link, trusted - now)
    if not item.request.key and not _looked_before(link, now):
        Link.objects.filter(pk=link.pk).update(hints={**link.hints, "looked_at": now.isoformat()})
        return _look_again(link, timedelta(seconds=SECOND_LOOK / settings.LIMIT_SCALE))
    _note(item, "absent")
    Link.objects.filter(pk=link.pk).update(
        hints={key: value for key, value in link.hints.items() if key != "looked_at"}
    )
    return bool(mine(link).move(SyncState.PENDING, code="try_later", reason="It was not there, so it is sent again."))


def _looked_before(link: Link, now: datetime) -> bool:
    looked = link.hints.get("looked_at")
    return bool(looked) and now - datetime.fromisoformat(looked) >= timedelta(
        seconds=SECOND_LOOK / settings.LIMIT_SCALE
    )


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
        revision=stored["revision"], marker=stored["marker"],
    )  # fmt: skip
