"""Why a record is as it is, what happened, and what comes next, in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Q

from apps.mirror.models import BooksRecord, Link, MirrorRow, SyncroRecord
from apps.mirror.states import SyncState
from apps.platforms.base import Side
from apps.reconciliation.models import Decision, Mismatch, MismatchState
from apps.reconciliation.resolutions import offered
from apps.sync.models import RequestItem

SIDES: Mapping[Side, str] = {Side.SYNCRO: "Syncro", Side.BOOKS: "the books"}
#: What the engine does next with a link of each state.
NEXT: Mapping[str, str] = {
    SyncState.PENDING: "It is sent with the next run.",
    SyncState.PUSHING: "It is being sent right now.",
    SyncState.IN_DOUBT: "We look for it on the other side before anything is sent again.",
    SyncState.IN_SYNC: "Nothing, until one of the sides changes it.",
    SyncState.HELD: "Nothing goes by itself; somebody decides in the queue.",
    SyncState.IGNORED: "Nothing; it is left out on purpose.",
}


def explain(row: MirrorRow) -> dict[str, Any]:
    """The state of a row, the reason, its history (oldest first) and what comes next."""
    link = _link_of(row)
    standing = list(_mismatches(row, link).filter(state=MismatchState.OPEN))
    return {
        "state": link.state if link else "unlinked",
        "reason": _reason(row, link, standing),
        "history": [
            {"at": at.isoformat(), "what": what} for at, what in sorted(_history(row, link), key=lambda each: each[0])
        ],
        "next": _next(link, standing),
    }


def _link_of(row: MirrorRow) -> Link | None:
    """The link that names the row, or one of whose legs it is."""
    direct = Q(**{f"{row.side.value}_id": row.pk})
    leg = Q(legs__side=row.side.value, legs__entity=row.entity, legs__external_id=row.external_id)
    links = Link.objects.filter(direct | leg, company=row.company).select_related("syncro", "books").distinct()
    return max(links, key=lambda link: getattr(link, f"{row.side.value}_id") == row.pk, default=None)


def _mismatches(row: MirrorRow, link: Link | None) -> Any:
    mine = Q(**{row.side.value: row.pk})
    if link:
        mine |= Q(link=link) | Q(facts__links__contains=link.pk)
    return Mismatch.objects.filter(mine, company=row.company).order_by("pk")


def _reason(row: MirrorRow, link: Link | None, standing: list[Mismatch]) -> str:
    if not row.is_live:
        gone = "was deleted" if row.gone_at or row.status == "deleted" else "was voided"
        return f"It {gone} in {SIDES[row.side]}. {link.reason if link else ''}".strip()
    if standing:
        return standing[0].sentence
    if link is None:
        return f"It is known from {SIDES[row.side]} only; nothing on the other side belongs to it yet."
    if link.state == SyncState.IN_SYNC:
        other = link.books if row.side is Side.SYNCRO else link.syncro
        return f"Both sides agree: it is {other or 'booked'} in {SIDES[row.side.other]}. {link.reason}".strip()
    return link.reason or f"It is {link.get_state_display().lower()}."


def _next(link: Link | None, standing: list[Mismatch]) -> str:
    if standing:
        choices = "; ".join(f"{name}: {resolution.sentence}" for name, resolution in offered(standing[0]))
        return f"Somebody decides about mismatch {standing[0].pk}: {choices}"
    if link is None:
        return "The next run looks at it; reference data and the books' own documents stay without a link."
    after = (
        f" Not before {link.not_before:%Y-%m-%d %H:%M} UTC."
        if link.not_before and link.state != SyncState.IN_SYNC
        else ""
    )
    return f"{NEXT[SyncState(link.state)]}{after}"


def _history(row: MirrorRow, link: Link | None) -> Iterator[tuple[Any, str]]:
    yield row.first_seen, f"First seen in {SIDES[row.side]}."
    if row.changed_at > row.first_seen:
        yield row.changed_at, f"Last changed in {SIDES[row.side]}."
    if row.gone_at:
        yield row.gone_at, f"{SIDES[row.side].capitalize()} said it is no longer there."
    if link:
        yield link.created_at, f"Linked; it started in {SIDES[Side(link.origin)]}."
        yield link.moved_at, f"Became {link.get_state_display().lower()}. {link.reason}".strip()
        yield from _requests(link)
    for mismatch in _mismatches(row, link):
        yield mismatch.since, f"Queue: {mismatch.sentence}"
        if mismatch.closed_at:
            yield mismatch.closed_at, f"Mismatch {mismatch.pk} closed: no longer true."
    yield from _decisions(row, link)


def _requests(link: Link) -> Iterator[tuple[Any, str]]:
    for item in RequestItem.objects.filter(link=link).select_related("request").order_by("pk"):
        request = item.request
        outcome = f": {item.sentence or item.outcome}" if item.sentence or item.outcome else ""
        yield (
            request.created_at,
            f"Request to {request.verb} {request.entity}, {request.get_state_display().lower()}{outcome}.",
        )


def _decisions(row: MirrorRow, link: Link | None) -> Iterator[tuple[Any, str]]:
    decisions = Decision.objects.filter(mismatch__in=_mismatches(row, link)).select_related("user").order_by("pk")
    for decision in decisions:
        note = f" ({decision.note})" if decision.note else ""
        yield decision.at, f"{decision}{note}: {decision.result}"


def find_row(company: Any, entity: str, side: Side, external_id: str) -> MirrorRow | None:
    """The row of one side by its id."""
    model: type[MirrorRow] = SyncroRecord if side is Side.SYNCRO else BooksRecord
    rows = model._default_manager.filter(company=company, entity=entity, external_id=external_id)
    return rows.first()
