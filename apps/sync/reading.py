"""Read both sides of a company: what changed, what may have vanished, and what our own writes moved."""

from __future__ import annotations

from collections.abc import Container, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta

from apps.connections.models import Company
from apps.connections.opening import came_through, did_not_answer, needs_sign_in, open_platform, refresh_facts
from apps.core.clock import db_now
from apps.mirror.models import SyncroRecord
from apps.platforms.base import DirectPlatform, Side
from apps.platforms.errors import Gone, NeedsReconnect, PermissionMissing, RateLimited, Refused, TryLater
from apps.platforms.registry import PLATFORMS, fetches_letters
from apps.sync import brake
from apps.sync.allocation import solve
from apps.sync.batch import connected
from apps.sync.current import Pass
from apps.sync.entities import NAMES
from apps.sync.models import SESSION, Cursor, PostRound, Run
from apps.sync.pull import Vanished, entities_of, pull, read_missing_customers, read_touched_invoices, sweep, watch_held

SWEEP_EVERY = timedelta(hours=24)


@contextmanager
def opened(company: Company) -> Iterator[dict[Side, DirectPlatform]]:
    """The platforms of a company that can be called, ready to work, let go at the end."""
    with ExitStack() as stack:
        platforms: dict[Side, DirectPlatform] = {}
        for side in Side:
            stored = connected(company, side)
            if not fetches_letters(stored.platform):
                platforms[side] = open_platform(stored)
                stack.callback(platforms[side].close)
        yield platforms


def is_loaded(company: Company, just_read: Container[Side] = ()) -> bool:
    """Whether both sides have been read to the end once: before that nothing is compared, let alone written."""
    return all(side in just_read or _was_read(company, side) for side in Side)


def _was_read(company: Company, side: Side) -> bool:
    """A side that calls us was read by a session; one that we call by a pass."""
    if fetches_letters(connected(company, side).platform):
        return PostRound.objects.filter(company=company, counts__read=True).exists()
    whole = Run.objects.filter(company=company, error="", counts__links__isnull=False, counts__more__isnull=True)
    return whole.exclude(cause=SESSION).exists()


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


def read_side(this: Pass, side: Side, platform: DirectPlatform) -> None:
    """Read what changed on one side, or as much of it as there is time for."""
    stored = this.company.connection(side)
    if stored is not None:
        _refresh_facts(this, side, platform)
        stored.refresh_from_db()
    for entity in entities_of(side, this.entities):
        if entity not in platform.entities:
            continue
        if this.out_of_time():
            this.more = True
            return
        try:
            self_done = pull(this.company, side, entity, platform, full=this.full, stop=this.out_of_time)
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
        _sweep_when_due(this, side, entity, platform)
    watch_held(this.company, side, platform)
    if side is Side.SYNCRO:
        read_missing_customers(this.company, platform)
        payments = this.pulled.get((side, "payment"))
        read_touched_invoices(this.company, platform, payments.changed_ids if payments else ())


def _refresh_facts(this: Pass, side: Side, platform: DirectPlatform) -> None:
    """What documents depend on. Of the books it must be known; of Syncro it is only told."""
    try:
        refresh_facts(connected(this.company, side), platform)
    except (PermissionMissing, Refused, Gone) as error:
        if side is Side.BOOKS:
            raise
        this.warnings.append(f"{platform.title}'s settings cannot be read: {error.message}")


def _sweep_when_due(this: Pass, side: Side, entity: str, platform: DirectPlatform) -> None:
    """Deletions leave no trace: all ids are compared once a day, and on request."""
    cursor = Cursor.objects.get(company=this.company, side=side, entity=entity)
    last: datetime | None = cursor.swept_at or (None if this.full else cursor.loaded_at)
    if entity not in brake.SWEPT or (last is not None and db_now() - last < SWEEP_EVERY and not this.full):
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


def read_after_writing(this: Pass, platforms: dict[Side, DirectPlatform]) -> None:
    """What our writes moved on the other side: balances of invoices and customers, by which the tie-out is witnessed."""
    sides = {side for side, _, _ in this.writes}
    if Side.BOOKS in platforms and (
        Side.BOOKS in sides or any(pulled.changed for (side, _), pulled in this.pulled.items() if side is Side.BOOKS)
    ):
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
