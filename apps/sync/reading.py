"""Read both sides of a company: what changed, what may have vanished, and what our own writes moved."""

from __future__ import annotations

from collections.abc import Container, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta

from apps.connections.models import Company
from apps.connections.opening import came_through, did_not_answer, needs_sign_in, open_platform, refresh_facts
from apps.connections.urgency import Urgency, asking
from apps.core.clock import db_now
from apps.mirror.kept import MirrorKept
from apps.mirror.models import SyncroRecord
from apps.platforms.base import DirectPlatform, Side
from apps.platforms.errors import Gone, NeedsReconnect, PermissionMissing, RateLimited, Refused, TryLater
from apps.platforms.registry import PLATFORMS, fetches_letters
from apps.sync import brake
from apps.sync.allocation import solve
from apps.sync.batch import connected
from apps.sync.current import Pass
from apps.sync.entities import NAMES
from apps.sync.loaded import read_open, settle_loaded
from apps.sync.models import SESSION, Cursor, PostRound, Run
from apps.sync.pull import Pulled, entities_of, pull, read_missing_customers, read_touched_invoices, watch_held
from apps.sync.sweeping import Truncated, Vanished, sweep

SWEEP_EVERY = timedelta(hours=24)
#: Whole lists that a pass of the schedule reads only so often; somebody who asks gets them each time.
SELDOM: dict[str, timedelta] = {"purchase_order": timedelta(hours=1)}


@contextmanager
def opened(company: Company) -> Iterator[dict[Side, DirectPlatform]]:
    """The platforms of a company that can be called, ready to work, let go at the end."""
    with ExitStack() as stack:
        platforms: dict[Side, DirectPlatform] = {}
        for side in Side:
            stored = connected(company, side)
            if not fetches_letters(stored.platform):
                platforms[side] = open_platform(stored, kept=MirrorKept(company, side))
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
        if entity not in platform.entities or _read_lately(this, side, entity):
            continue
        if this.out_of_time():
            this.more = True
            return
        try:
            whole = _read_entity(this, side, entity, platform)
        except (PermissionMissing, Refused, Gone) as error:
            if side is Side.BOOKS and entity in NAMES:
                raise  # what the books hold already must be known before anything is written to them
            this.warnings.append(f"{platform.title} does not let {entity.replace('_', ' ')} be read: {error.message}")
            continue
        if not whole:
            this.more = True
            return
    watch_held(this.company, side, platform)
    if side is Side.SYNCRO:
        _complete_syncro(this, platform)


def _read_entity(this: Pass, side: Side, entity: str, platform: DirectPlatform) -> bool:
    """Pull one entity, and compare its ids when that is due; False when time was up before the end."""
    with asking(_urgency(this, side, entity)):
        done = pull(this.company, side, entity, platform, full=this.full, stop=this.out_of_time)
    this.pulled[(side, entity)] = done
    this.warnings.extend(done.unreadable)
    if done.pulled:
        this.note(f"{platform.title}: read {done.pulled} {entity}")
    return done.whole and _sweep_when_due(this, side, entity, platform)


def _urgency(this: Pass, side: Side, entity: str) -> Urgency:
    """A list that is read whole lets by who asks for changes."""
    known = Cursor.objects.filter(company=this.company, side=side, entity=entity, loaded_at__isnull=False)
    return Urgency.CHANGES if known.exists() and not this.full else Urgency.BULK


def _read_lately(this: Pass, side: Side, entity: str) -> bool:
    every = SELDOM.get(entity)
    if every is None or this.until is None or this.full:
        return False
    return Cursor.objects.filter(
        company=this.company, side=side, entity=entity, pulled_at__gt=db_now() - every
    ).exists()


def _complete_syncro(this: Pass, platform: DirectPlatform) -> None:
    """What no list of Syncro tells, and what changed without a trace."""
    read_missing_customers(this.company, platform)
    payments = this.pulled.get((Side.SYNCRO, "payment"))
    try:
        if not _settle(this, platform):
            this.more = True
            return
        read_touched_invoices(this.company, platform, payments.changed_ids if payments else ())
        if (Side.SYNCRO, "invoice") in this.pulled:
            read_open(this.company, platform, this.started)
    except PermissionMissing as error:
        this.warnings.append(f"{platform.title} does not let single invoices be read: {error.message}")


def _settle(this: Pass, platform: DirectPlatform) -> bool:
    """Balances of a first load need the payments; where these cannot be read, each invoice is asked for."""
    payments = Cursor.objects.filter(company=this.company, side=Side.SYNCRO, entity="payment")
    known = payments.filter(loaded_at__isnull=False).exists()
    if not known and "payment" not in entities_of(Side.SYNCRO, this.entities):
        return True
    return settle_loaded(this.company, platform, this.out_of_time, payments=known)


def _refresh_facts(this: Pass, side: Side, platform: DirectPlatform) -> None:
    """What documents depend on. Of the books it must be known; of Syncro it is only told."""
    try:
        refresh_facts(connected(this.company, side), platform)
    except (PermissionMissing, Refused, Gone) as error:
        if side is Side.BOOKS:
            raise
        this.warnings.append(f"{platform.title}'s settings cannot be read: {error.message}")


def _sweep_when_due(this: Pass, side: Side, entity: str, platform: DirectPlatform) -> bool:
    """Deletions leave no trace: all ids are compared once a day, and on request. False when time was up."""
    cursor = Cursor.objects.get(company=this.company, side=side, entity=entity)
    last: datetime | None = cursor.swept_at or (None if this.full else cursor.loaded_at)
    swept = brake.SWEPT_IN_SYNCRO if side is Side.SYNCRO else brake.SWEPT
    if entity not in swept or (last is not None and db_now() - last < SWEEP_EVERY and not this.full):
        return True
    try:
        with asking(Urgency.BULK):
            done = sweep(this.company, side, entity, platform, this.out_of_time)
    except Vanished as vanished:
        brake.hold(this.company, vanished)
        return True
    except Truncated as truncated:
        this.warnings.append(str(truncated))
        return True
    if done.whole:
        brake.release(this.company, side, entity)
    _add(this.pulled[(side, entity)], done)
    return done.whole


def _add(pulled: Pulled, swept: Pulled) -> None:
    pulled.changed += swept.changed
    pulled.gone += swept.gone
    pulled.changed_ids.extend(swept.changed_ids)


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
