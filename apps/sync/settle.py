"""What became of an attempt: errors in, states out; the answer stored and the link moved by the holder of the fence alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from random import uniform
from typing import Any

from django.conf import settings
from django.db import transaction

from apps.mirror.models import Leg, LegState, Link, MirrorRow
from apps.mirror.states import SyncState
from apps.mirror.store import mark_gone, rows_of, save_records
from apps.platforms import errors
from apps.platforms.base import Outcome, Side, Verb, Write
from apps.platforms.records import Record, SalesDocument
from apps.sync.claim import MOST_ATTEMPTS
from apps.sync.compare import TOLERANCE
from apps.sync.links import agree

FIRST_WAIT, LONGEST_WAIT = 5.0, 3600.0


@dataclass(frozen=True, slots=True)
class Next:
    """What a link becomes after an error; `wait` asks for a pause before the next attempt."""

    state: SyncState
    code: str
    wait: bool = False


#: One row for each leaf of the error tree; a class without a row takes its parent's. A test walks the tree.
NEXT_STATE: Mapping[type[errors.PlatformError], Next] = {
    errors.TryLater: Next(SyncState.PENDING, "try_later", wait=True),
    errors.RateLimited: Next(SyncState.PENDING, "try_later", wait=True),
    errors.Unavailable: Next(SyncState.PENDING, "try_later", wait=True),
    errors.BudgetExhausted: Next(SyncState.PENDING, "try_later", wait=True),
    errors.Unsure: Next(SyncState.IN_DOUBT, "unsure"),
    errors.NeedsReconnect: Next(SyncState.PENDING, "no_sign_in", wait=True),
    errors.PermissionMissing: Next(SyncState.HELD, "no_permission"),
    errors.OutOfDate: Next(SyncState.PENDING, "out_of_date"),
    errors.AlreadyThere: Next(SyncState.HELD, "already_there"),
    errors.Refused: Next(SyncState.HELD, "refused"),
    errors.PeriodClosed: Next(SyncState.HELD, "period_closed"),
    errors.LockedByPayment: Next(SyncState.HELD, "locked"),
    errors.NotCovered: Next(SyncState.HELD, "not_covered"),
    errors.BadReference: Next(SyncState.HELD, "bad_reference"),
    errors.Gone: Next(SyncState.HELD, "gone_in_books"),
}


def next_state(error: errors.PlatformError) -> Next:
    """The row of the error's class, or of its nearest parent that has one."""
    return next(NEXT_STATE[kind] for kind in type(error).__mro__ if kind in NEXT_STATE)


def settle_error(link: Link, error: errors.PlatformError) -> SyncState:
    """Write down what an error means for the link; nothing when somebody else holds it by now."""
    verdict = next_state(error)
    state, code, reason = verdict.state, verdict.code, error.message
    wait = backoff(link.attempts, error.retry_after) if verdict.wait else None
    if state is SyncState.PENDING and link.attempts >= MOST_ATTEMPTS and not isinstance(error, errors.NeedsReconnect):
        state, code, wait, reason = SyncState.HELD, "too_many_attempts", None, f"Tried {link.attempts} times. {reason}"
    mine(link).move(state, code=code, reason=reason, wait=wait)
    return state


def backoff(attempts: int, asked: float | None = None) -> timedelta:
    """How long to wait: what the other side asked for, else longer each time, with jitter."""
    seconds = asked if asked is not None else min(FIRST_WAIT * 2 ** min(attempts, 12), LONGEST_WAIT) / settings.LIMIT_SCALE
    return timedelta(seconds=seconds * uniform(1.0, 1.25))


def mine(link: Link) -> Any:
    """The link, if the claim it was taken under still stands."""
    return Link.objects.filter(pk=link.pk, fence=link.fence, state__in=[SyncState.PUSHING, SyncState.IN_DOUBT])


def settle_outcome(link: Link, write: Write, outcome: Outcome) -> SyncState:
    """Write down the answer to one write: its record stored, its leg and link settled; or its error."""
    if outcome.error is not None:
        return settle_error(link, outcome.error)
    with transaction.atomic():
        if not mine(link).select_for_update().exists():
            return SyncState(Link.objects.values_list("state", flat=True).get(pk=link.pk))
        return _settle_done(link, write, outcome.record)


def settle_found(link: Link, write: Write, record: Record) -> SyncState:
    """The look found what the lost request had made: as if its answer had come."""
    return settle_outcome(link, write, Outcome(record=record))


def _settle_done(link: Link, write: Write, record: Record | None) -> SyncState:
    side = link.target
    if write.verb in (Verb.VOID, Verb.DELETE):
        return _settle_taken_back(link, write, record)
    if record is None:
        raise LookupError(f"{write.verb} of {write.entity} succeeded without a record")
    stored = _with_told_parts(record, write)
    save_records(link.company, side, [stored])
    row = rows_of(side)._default_manager.get(company=link.company, entity=record.entity, external_id=record.external_id)
    taken = Link.objects.filter(**{f"{side.value}_id": row.pk}).exclude(pk=link.pk).first()
    if taken is not None:
        return _already_linked(link, row, taken)
    leg = link.legs.all()[0]
    Leg.objects.filter(pk=leg.pk).update(external_id=row.external_id, entity=row.entity, state=LegState.DONE)
    Link.objects.filter(pk=link.pk).update(**{f"{side.value}_id": row.pk})
    link.refresh_from_db()
    agree(link)
    return _check_total(link, write, record)


def _with_told_parts(record: Record, write: Write) -> Record:
    """A platform that does not tell the parts of a payment was told them by us."""
    wanted = getattr(write.record, "applications", ())
    parts = getattr(record, "applications", ())
    if wanted and any(part.amount is None for part in parts):
        return replace(record, applications=wanted)  # type: ignore[call-arg]
    return record


def _already_linked(link: Link, row: MirrorRow, taken: Link) -> SyncState:
    reason = f"{row} of the other side already belongs to {taken.row(Side(taken.origin))}."
    mine(link).move(SyncState.HELD, code="already_there", reason=reason)
    return SyncState.HELD


def _check_total(link: Link, write: Write, record: Record) -> SyncState:
    """The other side may have computed another total: cents are accepted and listed, more is for a person."""
    if not isinstance(record, SalesDocument) or not isinstance(write.record, SalesDocument):
        return SyncState.IN_SYNC
    difference = record.total - write.record.total
    if abs(difference) <= TOLERANCE:
        return SyncState.IN_SYNC
    reason = f"Syncro's total is {write.record.total:.2f}, the books made it {record.total:.2f} (tax {write.record.tax:.2f} and {record.tax:.2f})."
    Link.objects.filter(pk=link.pk).move(SyncState.HELD, code="total_differs", reason=reason)
    return SyncState.HELD


def _settle_taken_back(link: Link, write: Write, record: Record | None) -> SyncState:
    if record is not None:
        save_records(link.company, link.target, [record])
    else:
        mark_gone(link.company, link.target, write.entity, [write.external_id])
    link.refresh_from_db()
    agree(link)
    return SyncState.IN_SYNC


