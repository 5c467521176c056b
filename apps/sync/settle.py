"""What became of an attempt: errors in, states out; the answer stored and the link moved by the holder of the fence alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from random import uniform
from typing import Any

from django.conf import settings
from django.db import transaction

from apps.connections.models import Company
from apps.mirror.models import Leg, LegState, Link, MirrorRow
from apps.mirror.states import SyncState
from apps.mirror.store import mark_gone, rows_of, save_records
from apps.platforms import errors
from apps.platforms.base import Outcome, Side, Verb, Write
from apps.platforms.records import Record, SalesDocument, Status
from apps.sync.claim import MOST_ATTEMPTS
from apps.sync.compare import TOLERANCE
from apps.sync.customers import not_agreed
from apps.sync.links import agree_all

FIRST_WAIT, LONGEST_WAIT = 5.0, 3600.0
#: Of these no record is the cause: however often they come, it waits.
NOBODYS_FAULT = (errors.NeedsReconnect, errors.RateLimited, errors.BudgetExhausted)
TAKING_BACK = frozenset({Verb.VOID, Verb.DELETE})


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
    errors.Unreadable: Next(SyncState.PENDING, "try_later", wait=True),
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
    errors.Withheld: Next(SyncState.HELD, "refused"),
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
    if state is SyncState.PENDING and link.attempts >= MOST_ATTEMPTS and not isinstance(error, NOBODYS_FAULT):
        state, code, wait, reason = SyncState.HELD, "too_many_attempts", None, f"Tried {link.attempts} times. {reason}"
    mine(link).move(state, code=code, reason=reason, wait=wait)
    return state


def backoff(attempts: int, asked: float | None = None) -> timedelta:
    """How long to wait: what the other side asked for, else longer each time, with jitter."""
    seconds = (
        asked if asked is not None else min(FIRST_WAIT * 2 ** min(attempts, 12), LONGEST_WAIT) / settings.LIMIT_SCALE
    )
    return timedelta(seconds=seconds * uniform(1.0, 1.25))  # noqa: S311 - jitter, no secret


def mine(link: Link) -> Any:
    """The link, if the claim it was taken under still stands."""
    return Link.objects.filter(pk=link.pk, fence=link.fence, state__in=[SyncState.PUSHING, SyncState.IN_DOUBT])


Attempted = tuple[Link, Write, Outcome]


def settle(company: Company, side: Side, attempted: Sequence[Attempted]) -> dict[int, SyncState]:
    """Write down the answers to a batch of writes: records stored, legs and links settled, errors moved; by link.

    Only links whose claim still stands are touched; for the others the state they are in by now is given.
    """
    states = {link.pk: settle_error(link, outcome.error) for link, _, outcome in attempted if outcome.error is not None}
    done = [each for each in attempted if each[2].error is None]
    with transaction.atomic():
        held = still_held([link for link, _, _ in done])
        ours = [each for each in done if each[0].pk in held]
        _take_back([each for each in ours if each[1].verb in TAKING_BACK], side)
        states |= _store([each for each in ours if each[1].verb not in TAKING_BACK], company, side)
        states |= _go_on([each for each in ours if each[0].pk not in states and not each[1].last], side)
        agree_all([link.pk for link, _, _ in ours if states.get(link.pk, SyncState.IN_SYNC) == SyncState.IN_SYNC])
        states |= _check_totals(ours, states)
        states |= _complained([each for each in ours if each[0].pk not in states])
        _agreed_as_sent([each for each in ours if each[1].verb not in TAKING_BACK])
    settled = {link.pk: SyncState.IN_SYNC for link, _, _ in ours} | states
    lost = [link.pk for link, _, _ in done if link.pk not in held]
    return settled | {pk: SyncState(state) for pk, state in Link.objects.filter(pk__in=lost).values_list("pk", "state")}


def settle_found(link: Link, write: Write, record: Record, complaint: str = "") -> SyncState:
    """The look found what the lost request had made: as if its answer had come."""
    return settle(link.company, link.target, [(link, write, Outcome(record=record, complaint=complaint))])[link.pk]


def still_held(links: Sequence[Link]) -> set[int]:
    """Of these links, locked for this transaction, those whose claim is still the one they were taken under."""
    rows = Link.objects.select_for_update().filter(
        pk__in=[link.pk for link in links], state__in=[SyncState.PUSHING, SyncState.IN_DOUBT]
    )
    fences = dict(rows.order_by("pk").values_list("pk", "fence"))
    return {link.pk for link in links if fences.get(link.pk) == link.fence}


def _store(done: Sequence[Attempted], company: Company, side: Side) -> dict[int, SyncState]:
    """Store the records and tie them; a document that already belongs to another link is for a person."""
    if not done:
        return {}
    records = {
        link.pk: _record_of(write, outcome)
        if outcome.complaint
        else _with_told_parts(_record_of(write, outcome), write)
        for link, write, outcome in done
    }
    save_records(company, side, list(records.values()))
    entities = {record.entity for record in records.values()}
    rows = {
        (row.entity, row.external_id): row
        for row in rows_of(side)._default_manager.filter(
            company=company, entity__in=entities, external_id__in=[record.external_id for record in records.values()]
        )
    }
    row_of = {pk: rows[(record.entity, record.external_id)] for pk, record in records.items()}
    taken = _taken(side, row_of)
    free = {pk: row for pk, row in row_of.items() if pk not in taken}
    _tie(side, free, {link.pk: write.leg for link, write, _ in done})
    for pk, reason in taken.items():
        Link.objects.filter(pk=pk).move(SyncState.HELD, code="already_there", reason=reason)
    return dict.fromkeys(taken, SyncState.HELD)


def _record_of(write: Write, outcome: Outcome) -> Record:
    if outcome.record is None:
        raise LookupError(f"{write.verb} of {write.entity} succeeded without a record")
    return outcome.record


def _taken(side: Side, row_of: Mapping[int, MirrorRow]) -> dict[int, str]:
    """Links whose document belongs to another link already, or to two of this batch, with the sentence for each."""
    path = f"{side.value}_id"
    others = Link.objects.filter(**{f"{path}__in": [row.pk for row in row_of.values()]}).select_related(
        "syncro", "books"
    )
    owner = {getattr(link, path): link for link in others}
    taken: dict[int, str] = {}
    seen: set[int] = set()
    for pk, row in row_of.items():
        other = owner.get(row.pk)
        if (other is not None and other.pk != pk) or row.pk in seen:
            holder = other.row(Side(other.origin)) if other is not None else "another record of the same batch"
            taken[pk] = f"{row} of the other side already belongs to {holder}."
        seen.add(row.pk)
    return taken


def _tie(side: Side, row_of: Mapping[int, MirrorRow], leg_of: Mapping[int, int]) -> None:
    """The first document of a link is the link's own; further ones are named by their legs alone."""
    path = f"{side.value}_id"
    links = [Link(pk=pk, **{path: row.pk}) for pk, row in row_of.items() if not leg_of[pk]]
    Link.objects.bulk_update(links, [path])
    every = Leg.objects.filter(link_id__in=list(row_of))
    legs = [leg for leg in every if leg.position == leg_of[leg.link_id]]
    for leg in legs:
        row = row_of[leg.link_id]
        leg.external_id, leg.entity, leg.state = row.external_id, row.entity, LegState.DONE
    Leg.objects.bulk_update(legs, ["external_id", "entity", "state"])


def _with_told_parts(record: Record, write: Write) -> Record:
    """A platform that does not tell the parts of a payment was told them by us."""
    wanted = getattr(write.record, "applications", ())
    parts = getattr(record, "applications", ())
    if wanted and any(part.amount is None for part in parts):
        return replace(record, applications=wanted)  # type: ignore[call-arg]
    return record


def _check_totals(done: Sequence[Attempted], states: Mapping[int, SyncState]) -> dict[int, SyncState]:
    """The other side may have computed another total: cents are accepted and listed, more is for a person."""
    differing = {}
    for link, write, outcome in done:
        record = outcome.record
        if link.pk in states or not isinstance(record, SalesDocument) or not isinstance(write.record, SalesDocument):
            continue
        if write.verb in TAKING_BACK or abs(record.total - write.record.total) <= TOLERANCE:
            continue
        code, reason = _total_differs(link, write.record, record)
        Link.objects.filter(pk=link.pk).move(SyncState.HELD, code=code, reason=reason)
        differing[link.pk] = SyncState.HELD
    return differing


def _total_differs(link: Link, wanted: SalesDocument, made: SalesDocument) -> tuple[str, str]:
    if link.target is Side.SYNCRO:
        taxes = f"tax {made.tax:.2f} and {wanted.tax:.2f}"
        return "not_taken", f"Syncro made its total {made.total:.2f}, the books say {wanted.total:.2f} ({taxes})."
    taxes = f"tax {wanted.tax:.2f} and {made.tax:.2f}"
    return "total_differs", f"Syncro's total is {wanted.total:.2f}, the books made it {made.total:.2f} ({taxes})."


def _complained(done: Sequence[Attempted]) -> dict[int, SyncState]:
    """It was done, and not as it was wanted: the two are tied, and a person hears of it."""
    wrong = [(link, outcome.complaint) for link, _, outcome in done if outcome.complaint]
    for link, complaint in wrong:
        Link.objects.filter(pk=link.pk).move(SyncState.HELD, code="misapplied", reason=complaint)
    return {link.pk: SyncState.HELD for link, _ in wrong}


def _agreed_as_sent(done: Sequence[Attempted]) -> None:
    """What changed while the answer was awaited was not in what was sent, and what was voided meanwhile no longer
    stands: neither is agreed, so that it is noticed.
    """
    now = {link.pk: link for link in Link.objects.filter(pk__in=[link.pk for link, _, _ in done])}
    for link, _, outcome in done:
        origin, source = link.origin, link.row(Side(link.origin))
        values: dict[str, Any] = {}
        if source is not None and source.digest != getattr(now[link.pk], f"digest_{origin}"):
            values = {f"digest_{origin}": source.digest, f"base_{origin}": source.content}
        if outcome.record is not None and outcome.record.status in (Status.VOIDED, Status.DELETED):
            values[f"digest_{link.target.value}"] = ""
        if unseen := not_agreed(link):
            values |= {"base_syncro": {**now[link.pk].base_syncro, **unseen}, "digest_syncro": ""}
        if values:
            Link.objects.filter(pk=link.pk, state=SyncState.IN_SYNC).update(**values)


def _take_back(done: Sequence[Attempted], side: Side) -> None:
    """Documents voided or deleted: as the answer says, or gone."""
    for link, write, outcome in done:
        if outcome.record is not None:
            save_records(link.company, side, [outcome.record])
        else:
            mark_gone(link.company, side, write.entity, [write.external_id])


def _go_on(done: Sequence[Attempted], side: Side) -> dict[int, SyncState]:
    """One of several steps is done: what it made is as we wanted it, what it took away is no longer the link's, and the
    next step is due at once.
    """
    cleared = [(link, write) for link, write, _ in done if write.verb in TAKING_BACK]
    Link.objects.filter(pk__in=[link.pk for link, write in cleared if not write.leg]).update(**{f"{side.value}": None})
    for link, write in cleared:
        Leg.objects.filter(link=link, position=write.leg).update(external_id="", digest="", state=LegState.WANTED)
    for link in Link.objects.filter(pk__in=[link.pk for link, _, _ in done]).select_related("syncro", "books"):
        row = link.row(side)
        values = {f"digest_{side.value}": row.digest, f"base_{side.value}": row.content} if row is not None else {}
        hints = {**link.hints, "steps": link.hints.get("steps", 0) + 1}
        Link.objects.filter(pk=link.pk).update(attempts=0, hints=hints, **values)
    ids = [link.pk for link, _, _ in done]
    Link.objects.filter(pk__in=ids).move(SyncState.PENDING, code="next_step")
    return dict.fromkeys(ids, SyncState.PENDING)
