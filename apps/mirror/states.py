"""What the engine does next with a link, and which moves between these states there are."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models


class SyncState(models.TextChoices):
    """What the engine will do next; what a person should look at is a mismatch, not a state."""

    PENDING = "pending", "Pending"
    PUSHING = "pushing", "Being sent"
    IN_DOUBT = "in_doubt", "In doubt"
    IN_SYNC = "in_sync", "In sync"
    HELD = "held", "Held"
    IGNORED = "ignored", "Ignored"


#: From each state, where a link may go. PUSHING is left only by settling or by release.
MOVES: Mapping[SyncState, frozenset[SyncState]] = {
    SyncState.PENDING: frozenset(
        {SyncState.PUSHING, SyncState.IN_SYNC, SyncState.HELD, SyncState.IGNORED, SyncState.PENDING}
    ),
    SyncState.PUSHING: frozenset({SyncState.PENDING, SyncState.IN_DOUBT, SyncState.IN_SYNC, SyncState.HELD}),
    SyncState.IN_DOUBT: frozenset({SyncState.PENDING, SyncState.IN_SYNC, SyncState.HELD, SyncState.IN_DOUBT}),
    SyncState.IN_SYNC: frozenset({SyncState.PENDING, SyncState.HELD, SyncState.IGNORED, SyncState.IN_SYNC}),
    SyncState.HELD: frozenset(
        {SyncState.PENDING, SyncState.IN_DOUBT, SyncState.IN_SYNC, SyncState.IGNORED, SyncState.HELD}
    ),
    SyncState.IGNORED: frozenset({SyncState.PENDING}),
}


def sources_of(target: SyncState) -> list[str]:
    """The states from which a link may move to this one."""
    return [state.value for state, targets in MOVES.items() if target in targets]
