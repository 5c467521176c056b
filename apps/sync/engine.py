"""One pass over a company: pull both sides, tie, notice, push until nothing is due."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.models import Min
from django.db.models.functions import Now

from apps.connections.models import Company
from apps.connections.policies import Policies
from apps.core.clock import db_now
from apps.mirror.models import Link
from apps.mirror.states import SyncState
from apps.platforms.base import DirectPlatform, Side
from apps.platforms.errors import NeedsReconnect, PlatformError, TryLater
from apps.sync.adopt import adopt
from apps.sync.allocation import solve
from apps.sync.batch import Pushed
from apps.sync.claim import release_expired, wake_waiting
from apps.sync.current import Note, Pass
from apps.sync.links import ensure_links
from apps.sync.look import look_at_doubts
from apps.sync.models import Run
from apps.sync.moved import follow_moved
from apps.sync.newborn_payments import ensure_payment_links
from apps.sync.notice import notice_changes
from apps.sync.preview import preview
from apps.sync.push import push_due
from apps.sync.reading import is_loaded, opened, read_after_writing, read_side, watched
from apps.sync.retie import retie
from apps.sync.tax.judge import rebuild_taxes

#: How long one run waits for links that are due soon (after a rate limit, a lost answer), in seconds.
LONGEST_PATIENCE = 300.0
MOST_ROUNDS = 200


class AlreadyRunning(Exception):
    """Another pass over this company is under way."""


def bring_in_step(
    company: Company, *, entities: Iterable[str] | None = None, full: bool = False, dry_run: bool = False,
    cause: str = "command", note: Note | None = None, seconds: float | None = None, wait: bool = True,
) -> Run:  # fmt: skip
    """Bring a company in step and say what was done. Never raises for what a platform refuses: `counts["stopped"]` tells.

    With `seconds` the pass stops in good order after about so long, and `counts["more"]` says that work is left.
    Without `wait` raises AlreadyRunning when another pass over the company is under way.
    """
    with only_one(company, wait=wait):
        until = time.monotonic() + seconds if seconds else None
        chosen = list(entities) if entities else None
        this = Pass(
            company=company, note=note or (lambda text: None), entities=chosen, full=full, dry_run=dry_run, until=until
        )
        return _recorded(this, cause)


def _recorded(this: Pass, cause: str) -> Run:
    run = Run.objects.create(company=this.company, cause=cause)
    try:
        _pass(this)
    except PlatformError as error:
        this.stopped = _stopped(error)
        this.note(error.message)
    sentence = this.stopped.get("sentence", "")
    Run.objects.filter(pk=run.pk).update(ended_at=Now(), counts=this.counts(), error=sentence)
    run.refresh_from_db()
    return run


@contextmanager
def only_one(company: Company, *, wait: bool = True) -> Iterator[None]:
    """One pass over a company at a time, over all workers; the lock goes with the process that holds it.

    Without `wait` raises AlreadyRunning when somebody else is at it.
    """
    with connection.cursor() as cursor:
        verb = "pg_advisory_lock(7141, %s), true" if wait else "null, pg_try_advisory_lock(7141, %s)"
        cursor.execute(f"SELECT {verb}", [company.pk])
        if not cursor.fetchone()[1]:
            raise AlreadyRunning(f"{company} is being worked on already.")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(7141, %s)", [company.pk])


def _stopped(error: PlatformError) -> dict[str, str]:
    if isinstance(error, NeedsReconnect):
        return {"code": "needs_sign_in", "sentence": error.message}
    return {"code": "unavailable" if isinstance(error, TryLater) else "refused", "sentence": error.message}


def _pass(this: Pass) -> None:
    with opened(this.company) as platforms:
        for side, platform in platforms.items():
            with watched(this.company, side):
                read_side(this, side, platform)
        policies = Policies.of(this.company)
        if this.more or not is_loaded(this.company, just_read=platforms):
            return
        rebuild_taxes(this.company)
        if not this.dry_run:
            _until_nothing_is_due(this, platforms, policies)
            read_after_writing(this, platforms)
            return
    settle_newborns(this.company, policies)
    this.preview = list(preview(this.company))


def settle_newborns(company: Company, policies: Policies) -> int:
    """Tie what is new, notice what changed; no request is sent. One process of a company at a time thinks."""
    with _thinking(company):
        solve(company)
        moved = retie(company) + follow_moved(company)
        moved += ensure_links(company, policies)
        moved += adopt(company)
        moved += ensure_payment_links(company, policies)
        return moved + notice_changes(company, policies)


@contextmanager
def _thinking(company: Company) -> Iterator[None]:
    """A pass and a session of a platform that calls us may go on side by side; what both see is judged by one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(7142, %s)", [company.pk])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(7142, %s)", [company.pk])


def _until_nothing_is_due(this: Pass, platforms: dict[Side, DirectPlatform], policies: Policies) -> None:
    company, deadline = this.company, time.monotonic() + LONGEST_PATIENCE
    for _ in range(MOST_ROUNDS):
        moved = release_expired(company) + settle_newborns(company, policies)
        looked = look_at_doubts(company, platforms, lambda side: watched(company, side))
        if looked:
            wake_waiting(company)
        moved += looked
        pushed = _push(this, platforms)
        if moved + pushed.settled and not this.out_of_time():
            continue
        if this.out_of_time():
            this.more = True
            return
        wait = _until_due(company, platforms)
        if wait is None or time.monotonic() + wait > deadline:
            return
        time.sleep(min(wait + 0.05, 5.0))


def _push(this: Pass, platforms: dict[Side, DirectPlatform]) -> Pushed:
    pushed = Pushed(writes=this.writes)
    return push_due(
        this.company,
        platforms,
        this.note,
        this.out_of_time,
        lambda side: watched(this.company, side),
        pushed,
        this.entities,
    )


def _until_due(company: Company, sides: Iterable[Side]) -> float | None:
    """Seconds until something waits no longer; None when nothing does. A wait for another record that itself waits
    for a person is no work.
    """
    waiting = Link.objects.filter(
        company=company, origin__in=[side.other for side in sides],
        state__in=[SyncState.PENDING, SyncState.PUSHING, SyncState.IN_DOUBT],
    ).exclude(code__in=["refund_partner", "not_linked_yet", "no_sign_in"])  # fmt: skip
    times = waiting.aggregate(first=Min("not_before"), lease=Min("lease_until"))
    if waiting.filter(state=SyncState.IN_DOUBT, not_before=None).exists():
        return 0.0
    known = [moment for moment in times.values() if moment is not None]
    if not known:
        return None
    seconds: float = (min(known) - db_now()).total_seconds()
    return max(seconds, 0.0)
