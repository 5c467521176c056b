"""How urgent the requests are that this thread makes now: people first, then changes, then what reads everything.

Whoever begins a stretch of work says so once (`with asking(Urgency.BULK): ...`); the shared budget asks. A thread
begun inside such a stretch must be given its context (`contextvars.copy_context().run`), else it counts as CHANGES.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import IntEnum


class Urgency(IntEnum):
    """Classes of requests; of two that wait, the one with the smaller number goes first."""

    PEOPLE = 0
    CHANGES = 1
    BULK = 2


_now: ContextVar[Urgency] = ContextVar("urgency", default=Urgency.CHANGES)


def urgency() -> Urgency:
    """How urgent what this thread does is."""
    return _now.get()


@contextmanager
def asking(how: Urgency) -> Iterator[None]:
    """Every request made inside is of this urgency."""
    token = _now.set(how)
    try:
        yield
    finally:
        _now.reset(token)
