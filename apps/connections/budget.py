"""The budget of a connection, shared by every worker on every machine: one row per published limit.

Each caller reserves the next free place and is told how long to sleep (generic cell rate algorithm), so nobody polls
and places are given in the order of asking.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, LiteralString

from django.conf import settings
from django.db import connection as database

from apps.connections.beside import ask
from apps.connections.models import Connection
from apps.platforms.base import Bucket
from apps.platforms.errors import RateLimited

#: Seconds a caller may be made to wait; longer waits belong to the queue.
LONGEST_WAIT = 20.0

#: `step` seconds lie between two places, `slack` seconds of them may be used up at once (the burst).
RESERVE: LiteralString = """
INSERT INTO connections_budget AS budget (key, next_free)
VALUES (%(key)s, clock_timestamp() + make_interval(secs => %(step)s))
ON CONFLICT (key) DO UPDATE
SET next_free = greatest(budget.next_free, budget.blocked_until, clock_timestamp()) + make_interval(secs => %(step)s)
WHERE greatest(budget.next_free - make_interval(secs => %(slack)s), budget.blocked_until)
    <= clock_timestamp() + make_interval(secs => %(longest)s)
RETURNING extract(epoch FROM greatest(
    next_free - make_interval(secs => %(step)s) - make_interval(secs => %(slack)s), blocked_until) - clock_timestamp())
"""
WAIT: LiteralString = """
SELECT extract(epoch FROM greatest(next_free - make_interval(secs => %(slack)s), blocked_until) - clock_timestamp())
FROM connections_budget WHERE key = %(key)s
"""
BLOCKED: LiteralString = """
SELECT extract(epoch FROM blocked_until - clock_timestamp()) FROM connections_budget WHERE key = %(key)s
"""
BLOCK: LiteralString = """
INSERT INTO connections_budget AS budget (key, next_free, blocked_until)
VALUES (%(key)s, clock_timestamp(), clock_timestamp() + make_interval(secs => %(seconds)s))
ON CONFLICT (key) DO UPDATE SET blocked_until = greatest(budget.blocked_until, excluded.blocked_until)
"""

#: What shares a bucket, by its scope.
SCOPES: dict[str, Callable[[Connection], str]] = {
    "connection": lambda connection: f"connection:{connection.pk}",
    "app": lambda connection: f"app:{connection.platform}",
    "egress": lambda connection: f"egress:{settings.EGRESS_ADDRESS}:{connection.platform}",
}


class SharedLimiter:
    """The Limiter of one connection; `scale` multiplies every published limit."""

    def __init__(self, connection: Connection, scale: float = 1.0) -> None:
        self.connection = connection
        self.scale = scale

    def acquire(self, bucket: Bucket) -> None:
        """Wait for a place, at most 20 seconds; RateLimited with `retry_after` (seconds) when it would take longer."""
        left = LONGEST_WAIT
        while True:
            wait = self._reserve(bucket, left)
            if wait <= 0:
                return
            time.sleep(wait)
            left -= wait
            # Somebody may have been told to stop while we slept.
            if _seconds(ask(BLOCKED, {"key": self.key(bucket)})) <= 0:
                return

    def penalize(self, bucket: Bucket, seconds: float) -> None:
        """Nobody draws on this bucket for so many seconds; a shorter block never shortens a longer one."""
        ask(BLOCK, {"key": self.key(bucket), "seconds": max(seconds, 0.0)})

    def key(self, bucket: Bucket) -> str:
        """The row this bucket is kept in."""
        return f"{SCOPES[bucket.scope](self.connection)}:{bucket.name}"

    def _reserve(self, bucket: Bucket, longest: float) -> float:
        step = 60.0 / (bucket.per_minute * self.scale)
        values = {
            "key": self.key(bucket),
            "step": step,
            "slack": step * (bucket.burst - 1),
            "longest": max(longest, 0.0),
        }
        place = ask(RESERVE, values)
        if place is None:
            raise RateLimited(retry_after=max(_seconds(ask(WAIT, values)), step))
        return _seconds(place)


def take(key: str, a_minute: int) -> bool:
    """Take one of so many places a minute of what no connection owns; False, at once, when all are taken.

    For views: it goes by Django's own connection, and counts when the caller's transaction commits.
    """
    step = 60.0 / a_minute
    with database.cursor() as cursor:
        cursor.execute(RESERVE, {"key": key, "step": step, "slack": step * (a_minute - 1), "longest": 0.0})
        return cursor.fetchone() is not None


def _seconds(row: tuple[Any, ...] | None) -> float:
    return float(row[0]) if row and row[0] is not None else 0.0
