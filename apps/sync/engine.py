"""One pass over a company: pull both sides, tie, notice, push until nothing is due."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Min
from django.db.models.functions import Now

from apps.connections.models import ApiCall, Company
from apps.connections.opening import came_through, did_not_answer, needs_sign_in, open_platform, refresh_facts
from apps.connections.policies import Policies
from apps.core.clock import db_now
from apps.mirror.models import Link, SyncroRecord
from apps.mirror.states import SyncState
from apps.platforms.base import DirectPlatform, Side
from apps.platforms.errors import Gone, NeedsReconnect, PermissionMissing, PlatformError, RateLimited, Refused, TryLater
from apps.platforms.registry import PLATFORMS
from apps.sync import brake
from apps.sync.adopt import adopt
from apps.sync.allocation import solve
from apps.sync.claim import release_expired, wake_waiting
from apps.sync.entities import NAMES
from apps.sync.links import ensure_links
from apps.sync.look import look_at_doubts
from apps.sync.models import Cursor, Run
from apps.sync.newborn_payments import ensure_payment_links
from apps.sync.notice import notice_changes
from apps.sync.preview import preview
from apps.sync.pull import Pulled, Vanished, entities_of, pull, read_touched_invoices, sweep, watch_held
from apps.sync.push import Pushed, connected, push_due
from apps.sync.retie import retie

SWEEP_EVERY = timedelta(hours=24)
#: How long one run waits for links that are due soon (after a rate limit, a lost answer), in seconds.
LONGEST_PATIENCE = 300.0
MOST_ROUNDS = 200

Note = Callable[[str], None]


class AlreadyRunning(Exception):
    """Another pass over this company is under way."""


@dataclass(slots=True)
class _Pass:
    """The counts of one run while it goes."""

    company: Company
    note: Note
    started: datetime = field(default_factory=db_now)
    pulled: dict[tuple[Side, str], Pulled] = field(default_factory=dict)
    writes: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    preview: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    stopped: dict[str, str] = field(default_factory=dict)
    until: float | None = None
    more: bool = False

    def out_of_time(self) -> bool:
        """Whether this pass has used its time; what is left is done by the next."""
        return self.until is not None and time.monotonic() > self.until


def bring_in_step(
    company: Company, *, entities: Iterable[str] | None = None, full: bool = False, dry_run: bool = False,
    cause: str = "command", note: Note | None = None, seconds: float | None = None, wait: bool = True,
) -> Run:  # fmt: skip
    """Bring a company in step and say what was done. Never raises for what a platform refuses: `counts["stopped"]` tells.

    With `seconds` the pass stops in good order after about so long, and `counts["more"]` says that work is left.
    Without `wait` raises AlreadyRunning when another pass over the company is under way.
    """
    with only_one(company, wait=wait):
        return _run(company, list(entities) if entities else None, full, dry_run, cause, note, seconds)


def _run(
    company: Company,
    entities: list[str] | None,
    full: bool,
    dry_run: bool,
    cause: str,
    note: Note | None,
    seconds: float | None,
) -> Run:
    run = Run.objects.create(company=company, cause=cause)
    this = _Pass(company, note or (lambda text: None), until=time.monotonic() + seconds if seconds else None)
    clock = time.monotonic()
    try:
        _pass(this, entities, full=full, dry_run=dry_run)
    except PlatformError as error:
        this.stopped = _stopped(error)
        this.note(error.message)
    counts = _counts(this, this.started, time.monotonic() - clock)
    Run.objects.filter(pk=run.pk).update(ended_at=Now(), counts=counts, error=this.stopped.get("sentence", ""))
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


def _pass(this: _Pass, entities: list[str] | None, *, full: bool, dry_run: bool) -> None:
    with opened(this.company) as platforms:
        for side, platform in platforms.items():
            with watched(this.company, side):
                _read(this, side, platform, entities, full=full)
        policies = Policies.of(this.company)
        if this.more:  # nothing is compared, let alone written, before both sides are read to the end
            return
        if not dry_run:
            _until_nothing_is_due(this, platforms, policies)
            _read_after_writing(this, platforms)
            return
    settle_newborns(this.company, policies)
    this.preview = list(preview(this.company))


@contextmanager
def opened(company: Company) -> Iterator[dict[Side, DirectPlatform]]:
    """Both platforms of a company, ready to work, let go at the end."""
    with ExitStack() as stack:
        platforms: dict[Side, DirectPlatform] = {}
        for side in Side:
            platforms[side] = _opened(company, side)
            stack.callback(platforms[side].close)
        yield platforms


def _opened(company: Company, side: Side) -> DirectPlatform:
    return open_platform(connected(company, side))


@contextmanager
def watched(company: Company, side: Side) -> Iterator[None]:
    """Keep the connection's own state true by what came of the calls inside."""
    stored = connected(company, side)
    try:
        yield
    except NeedsReconnect as error:
        error.name(PLATFORMS[stored.platform].title)
        needs_sign_in(stored, error.message)
        raise
    except TryLater as error:
        error.name(PLATFORMS[stored.platform].title)
        if not isinstance(error, RateLimited):  # that one answered, and said when to come again
            did_not_answer(stored, error)
        raise
    came_through(stored)


def _read(this: _Pass, side: Side, platform: DirectPlatform, entities: list[str] | None, *, full: bool) -> None:
    stored = this.company.connection(side)
    if stored is not None:
        _refresh_facts(this, side, platform)
        stored.refresh_from_db()
    for entity in entities_of(side, entities):
        if this.out_of_time():
            this.more = True
            return
        try:
            self_done = pull(this.company, side, entity, platform, full=full, stop=this.out_of_time)
        except (PermissionMissing, Refused, Gone) as error:
            if side is Side.BOOKS and entity in NAMES:
                raise  # what the books hold already must be known before anything is written to them
            this.warnings.append(f"{platform.title} does not let {entity.replace('_', ' ')} be read: {error.message}")
            continue
        this.pulled[(side, entity)] = self_done
        this.warnings.extend(self_done.unreadable)
        if self_done.pulled:
            this.note(f"{platform.title}: read {self_done.pulled} {entity}")
        if not self_done.whole:
            this.more = True
            return
        _sweep_when_due(this, side, entity, platform, full=full)
    watch_held(this.company, side, platform)
    if side is Side.SYNCRO:
        payments = this.pulled.get((side, "payment"))
        read_touched_invoices(this.company, platform, payments.changed_ids if payments else ())


def _refresh_facts(this: _Pass, side: Side, platform: DirectPlatform) -> None:
    """What documents depend on. Of the books it must be known; of Syncro it is only told."""
    try:
        refresh_facts(connected(this.company, side), platform)
    except (PermissionMissing, Refused, Gone) as error:
        if side is Side.BOOKS:
            raise
        this.warnings.append(f"{platform.title}'s settings cannot be read: {error.message}")


def _sweep_when_due(this: _Pass, side: Side, entity: str, platform: DirectPlatform, *, full: bool) -> None:
    """Deletions leave no trace: all ids are compared once a day, and on request."""
    cursor = Cursor.objects.get(company=this.company, side=side, entity=entity)
    last: datetime | None = cursor.swept_at or (None if full else cursor.loaded_at)
    if entity not in brake.SWEPT or (last is not None and db_now() - last < SWEEP_EVERY and not full):
        return
    try:
        swept = sweep(this.company, side, entity, platform)
    except Vanished as vanished:
        brake.hold(this.company, vanished)
        return
    brake.release(this.company, side, entity)
    pulled = this.pulled[(side, entity)]
    pulled.changed += swept.changed
    pulled.changed_ids += swept.changed_ids


def settle_newborns(company: Company, policies: Policies) -> int:
    """Tie what is new, notice what changed; no request is sent."""
    solve(company)
    moved = retie(company)
    moved += ensure_links(company, policies)
    moved += adopt(company)
    moved += ensure_payment_links(company, policies)
    return moved + notice_changes(company, policies)


def _until_nothing_is_due(this: _Pass, platforms: dict[Side, DirectPlatform], policies: Policies) -> None:
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
        wait = _until_due(company)
        if wait is None or time.monotonic() + wait > deadline:
            return
        time.sleep(min(wait + 0.05, 5.0))


def _read_after_writing(this: _Pass, platforms: dict[Side, DirectPlatform]) -> None:
    """What our writes moved on the other side: balances of invoices and customers, by which the tie-out is witnessed."""
    sides = {side for side, _, _ in this.writes}
    if Side.BOOKS in sides or any(pulled.changed for (side, _), pulled in this.pulled.items() if side is Side.BOOKS):
        with watched(this.company, Side.BOOKS):
            for entity in ("invoice", "customer"):
                pull(this.company, Side.BOOKS, entity, platforms[Side.BOOKS])
    if Side.SYNCRO in sides:
        paid = SyncroRecord.objects.filter(
            company=this.company, entity="payment", link__origin=Side.BOOKS, changed_at__gte=this.started
        )
        with watched(this.company, Side.SYNCRO):
            read_touched_invoices(
                this.company, platforms[Side.SYNCRO], list(paid.values_list("external_id", flat=True))
            )
        solve(this.company)


def _push(this: _Pass, platforms: dict[Side, DirectPlatform]) -> Pushed:
    pushed = Pushed(writes=this.writes)
    return push_due(
        this.company, platforms, this.note, this.out_of_time, lambda side: watched(this.company, side), pushed
    )


def _until_due(company: Company) -> float | None:
    """Seconds until something waits no longer; None when nothing does. A wait for another record that itself waits
    for a person is no work.
    """
    waiting = Link.objects.filter(
        company=company, state__in=[SyncState.PENDING, SyncState.PUSHING, SyncState.IN_DOUBT]
    ).exclude(code__in=["refund_partner", "not_linked_yet", "no_sign_in"])
    times = waiting.aggregate(first=Min("not_before"), lease=Min("lease_until"))
    if waiting.filter(state=SyncState.IN_DOUBT, not_before=None).exists():
        return 0.0
    known = [moment for moment in times.values() if moment is not None]
    if not known:
        return None
    seconds: float = (min(known) - db_now()).total_seconds()
    return max(seconds, 0.0)


def _counts(this: _Pass, started: datetime, seconds: float) -> dict[str, Any]:
    """The counts of `sync --json`, as far as this layer knows them."""
    writes: dict[str, dict[str, dict[str, int]]] = {"books": {}, "syncro": {}}
    words = {"create": "created", "update": "updated", "void": "voided", "delete": "deleted"}
    for (side, entity, verb), count in this.writes.items():
        row = writes[side].setdefault(entity, {"created": 0, "updated": 0, "voided": 0})
        row[words[verb]] = row.get(words[verb], 0) + count
    result: dict[str, Any] = {
        "company": this.company.slug, "runs": [pulled.as_json() for pulled in this.pulled.values()], "writes": writes,
        "requests": _requests(this.company, started), "links": link_counts(this.company), "seconds": round(seconds, 1),
    }  # fmt: skip
    extra = {"preview": this.preview, "warnings": this.warnings, "stopped": this.stopped, "more": this.more}
    return result | {key: value for key, value in extra.items() if value}


def link_counts(company: Company) -> dict[str, int]:
    """Links by state; those being sent count as pending."""
    found = dict(Link.objects.filter(company=company).values_list("state").annotate(Count("pk")))
    return {
        "in_sync": found.get(SyncState.IN_SYNC, 0),
        "pending": found.get(SyncState.PENDING, 0) + found.get(SyncState.PUSHING, 0),
        "held": found.get(SyncState.HELD, 0),
        "in_doubt": found.get(SyncState.IN_DOUBT, 0),
        "ignored": found.get(SyncState.IGNORED, 0),
    }


def _requests(company: Company, started: datetime) -> dict[str, int]:
    return {
        side.value: ApiCall.objects.filter(connection=stored, at__gte=started).count()
        if (stored := company.connection(side))
        else 0
        for side in Side
    }
