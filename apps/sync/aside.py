"""Links that are not sent after all: each put where its verdict says, those of one verdict together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from apps.mappings.lookup import MappingMissing
from apps.mirror.models import Link
from apps.mirror.states import SyncState
from apps.sync.compose import Held, NothingToDo, StandsAside
from apps.sync.links import agree_all
from apps.sync.settle import backoff, still_held

#: What waits for another record is woken when anything goes across; this is for when that happened elsewhere.
WAIT_FOR_ANOTHER = 600.0


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a verdict puts a link."""

    state: SyncState
    code: str
    reason: str
    wait: bool = False


def put_aside(link: Link, verdict: Exception) -> None:
    """Put a link where its verdict says; only while its claim stands."""
    put_all_aside([(link, verdict)])


def put_all_aside(verdicts: Sequence[tuple[Link, Exception]]) -> None:
    """Put links where their verdicts say, those of one verdict together."""
    groups: dict[_Place, list[Link]] = defaultdict(list)
    for link, verdict in verdicts:
        groups[_place(verdict)].append(link)
        if isinstance(verdict, MappingMissing):
            Link.objects.filter(pk=link.pk).update(
                hints={**link.hints, "mapping": {"topic": verdict.topic, "key": verdict.key}}
            )
    for place, links in groups.items():
        with transaction.atomic():
            _put(place, still_held(links))


def _put(place: _Place, ids: set[int]) -> None:
    if place.state is SyncState.IN_SYNC:
        agree_all(list(ids))
        return
    if place.state is SyncState.IGNORED:  # being sent is not left but by settling: it comes to rest first
        Link.objects.filter(pk__in=ids).move(SyncState.PENDING)
    if place.wait:
        Link.objects.filter(pk__in=ids).update(attempts=0)
    wait = backoff(0, WAIT_FOR_ANOTHER) if place.wait else None
    Link.objects.filter(pk__in=ids).move(place.state, code=place.code, reason=place.reason, wait=wait)


def _place(verdict: Exception) -> _Place:
    if isinstance(verdict, MappingMissing):
        code = "deposit_mapping" if verdict.topic == "deposit_item" else "mapping_missing"
        return _Place(SyncState.HELD, code, verdict.sentence)
    if isinstance(verdict, Held):
        return _Place(SyncState.HELD, verdict.code, verdict.reason)
    if isinstance(verdict, StandsAside):
        return _Place(SyncState.IGNORED, verdict.code, verdict.reason)
    if isinstance(verdict, NothingToDo):
        return _Place(SyncState.IN_SYNC, "", "")
    return _Place(SyncState.PENDING, "not_linked_yet", str(verdict), wait=True)
