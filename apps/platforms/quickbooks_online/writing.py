"""Writes become requests, and answers become outcomes by position."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from apps.platforms.base import Draft, Outcome, Verb, Write
from apps.platforms.errors import NeedsReconnect, PlatformError, RateLimited, TryLater, Unsure
from apps.platforms.quickbooks_online.client import Client
from apps.platforms.quickbooks_online.errors import REPLAYED_BATCH, Fault, find_fault, to_error
from apps.platforms.quickbooks_online.translate import KINDS, body_of, read
from apps.platforms.quickbooks_online.translate.values import Body, is_deleted
from apps.platforms.records import Facts

SIZE = 30
#: Errors of a whole request that send() raises: they are about the connection, not about a write.
RAISED = (TryLater, Unsure, NeedsReconnect)

Placed = tuple[int, Write, Body]


def draft_all(
    client: Client, entity: str, writes: Sequence[Write], facts: Facts, new_key: Callable[[], str]
) -> list[Draft]:
    """The requests of these writes. Raises ValueError when two change one document: their order would be chance."""
    named = [write.external_id for write in writes if write.external_id]
    if len(named) != len(set(named)):
        raise ValueError("two writes of one document in one batch")
    placed = list(_placed(writes, facts))
    alone = [one for one in placed if one[1].verb is Verb.VOID]
    together = [one for one in placed if one[1].verb is not Verb.VOID]
    chunks = [together[first : first + SIZE] for first in range(0, len(together), SIZE)]
    return [_one(client, entity, one, new_key()) for one in alone] + [
        _some(client, entity, chunk, new_key()) for chunk in chunks
    ]


def read_outcomes(client: Client, draft: Draft) -> list[Outcome]:
    """Send and read. Raises TryLater, Unsure, NeedsReconnect for the request as a whole; other faults are outcomes."""
    status, answer = client.send(draft)
    batch = _is_batch(draft)
    if (fault := find_fault(answer)) or status >= 400:
        error = _whole(fault, status, batch)
        if isinstance(error, RateLimited):
            raise client.slow_down(error, draft.bucket)
        if isinstance(error, RAISED):
            raise error
        return [Outcome(error=error) for _ in draft.positions]
    if not batch:
        return [_outcome(draft.entity, answer)]
    items = answer.get("BatchItemResponse") if isinstance(answer, Mapping) else None
    by_id = {str(item.get("bId")): item for item in items or []}
    return [_outcome(draft.entity, by_id.get(str(place))) for place in range(1, len(draft.positions) + 1)]


def _placed(writes: Sequence[Write], facts: Facts) -> Iterator[Placed]:
    for position, write in enumerate(writes):
        try:
            yield position, write, body_of(write, facts)
        except PlatformError:
            if len(writes) == 1:
                raise


def _one(client: Client, entity: str, placed: Placed, key: str) -> Draft:
    position, write, body = placed
    draft = client.one(KINDS[entity].name, write.verb, body, key)
    return replace(draft, entity=entity, verb=write.verb.value, positions=(position,))


def _some(client: Client, entity: str, placed: Sequence[Placed], key: str) -> Draft:
    if len(placed) == 1:
        return _one(client, entity, placed[0], key)
    draft = client.batch([(KINDS[entity].name, write.verb, body) for _, write, body in placed], key)
    verbs = {write.verb.value for _, write, _ in placed}
    verb = verbs.pop() if len(verbs) == 1 else ""
    return replace(draft, entity=entity, verb=verb, positions=tuple(position for position, _, _ in placed))


def _is_batch(draft: Draft) -> bool:
    return draft.path.endswith("/batch")


def _whole(fault: Fault | None, status: int, batch: bool) -> PlatformError:
    if batch and fault and fault.code in REPLAYED_BATCH:
        return Unsure(code=fault.code)
    return to_error(fault, status)


def _outcome(entity: str, answer: Any) -> Outcome:
    """What one answer, or one item of a batch, says of its write; nothing understandable means that nobody can say."""
    if fault := find_fault(answer):
        return Outcome(error=to_error(fault))
    raw = answer.get(KINDS[entity].name) if isinstance(answer, Mapping) else None
    if not isinstance(raw, Mapping) or not raw.get("Id"):
        return Outcome(error=Unsure())
    return Outcome() if is_deleted(raw) else Outcome(record=read(entity, raw))
