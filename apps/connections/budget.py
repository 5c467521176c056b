"""The budget of a connection, shared by every worker on every machine: one row per published limit.

A place is given only at the moment it is used, so those who wait can be put in order: people first, then changes,
then loads and sweeps, and among equals the connection that was served longest ago. So a first load of one company
never keeps the others of its address waiting longer than one of their own places. Nobody polls: who must wait is
told how long it takes until the places ahead are gone, and asks again then.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, LiteralString

from django.conf import settings
from django.db import connection as database

from apps.connections.beside import ask
from apps.connections.models import Connection
from apps.connections.urgency import Urgency, urgency
from apps.platforms.base import Bucket
from apps.platforms.errors import RateLimited

#: Seconds a caller may be made to wait; longer waits belong to the queue. What nobody waits for may wait longer.
LONGEST_WAIT: Mapping[Urgency, float] = {Urgency.PEOPLE: 20.0, Urgency.CHANGES: 20.0, Urgency.BULK: 60.0}
#: While changes and loads both wait, each so many-th place is a load's: a busy address must not starve it.
SHARE = 4
#: Seconds a caller may come late without losing its turn; one that died keeps its place open no longer.
GRACE = 0.25
#: Seconds it sleeps at least.
NAP = 0.001

#: `step` seconds lie between two places, `slack` seconds of them may be used up at once (the burst).
TAKE: LiteralString = """
INSERT INTO connections_budget AS budget (key, next_free)
VALUES (%(key)s, clock_timestamp() + make_interval(secs => %(step)s))
ON CONFLICT (key) DO UPDATE
SET next_free = greatest(budget.next_free, clock_timestamp()) + make_interval(secs => %(step)s)
WHERE greatest(budget.next_free - make_interval(secs => %(slack)s), budget.blocked_until) <= clock_timestamp()
RETURNING key
"""
#: Who is ahead is told by how the statement found the line when it began, which may be a moment old: that can cost
#: somebody a turn. Whether there is a place is told by the locked row as it is now: that is never wrong.
NEXT_PLACE: LiteralString = """
WITH mine AS (
    SELECT coalesce(max(served_at), '-infinity') AS served_at FROM connections_turn
    WHERE key = %(key)s AND connection = %(connection)s AND urgency = %(urgency)s
), others AS (
    SELECT turn.urgency,
        (coalesce(turn.served_at, '-infinity'), turn.connection) < (mine.served_at, %(connection)s) AS earlier
    FROM connections_turn AS turn, mine
    WHERE turn.key = %(key)s AND turn.waiting_until > clock_timestamp()
        AND (turn.connection, turn.urgency) <> (%(connection)s, %(urgency)s)
), line AS (
    SELECT count(*) FILTER (WHERE urgency = 0 AND (earlier OR %(urgency)s > 0)) AS people,
        count(*) FILTER (WHERE urgency = 1 AND (earlier OR %(urgency)s > 1)) AS changes,
        count(*) FILTER (WHERE urgency = 2 AND (earlier OR %(urgency)s < 2)) AS loads
    FROM others
), since AS (
    SELECT floor(least(coalesce(extract(epoch FROM clock_timestamp() - max(served_at)) / %(step)s, %(share)s),
        %(share)s)) AS places
    FROM connections_turn WHERE key = %(key)s AND urgency = 2
), ahead AS (
    SELECT (CASE %(urgency)s
        WHEN 0 THEN people
        WHEN 1 THEN people + changes + least(loads, floor((since.places + changes) / %(share)s))
        ELSE people + loads + least(changes, greatest(%(share)s * (loads + 1) - since.places, 0))
    END * %(step)s)::float AS seconds
    FROM line, since
), taken AS (
    INSERT INTO connections_budget AS budget (key, next_free)
    VALUES (%(key)s, clock_timestamp() + make_interval(secs => %(step)s))
    ON CONFLICT (key) DO UPDATE
    SET next_free = greatest(budget.next_free, clock_timestamp()) + make_interval(secs => %(step)s)
    WHERE greatest(budget.blocked_until, greatest(budget.next_free, clock_timestamp())
        + make_interval(secs => (SELECT seconds FROM ahead) - %(slack)s)) <= clock_timestamp()
    RETURNING key
), told AS (
    SELECT EXISTS (SELECT 1 FROM taken) AS taken, coalesce((
        SELECT extract(epoch FROM greatest(budget.blocked_until,
            greatest(budget.next_free, budget.blocked_until, clock_timestamp())
            + make_interval(secs => (SELECT seconds FROM ahead) - %(slack)s)) - clock_timestamp())::float
        FROM connections_budget AS budget WHERE budget.key = %(key)s), 0) AS wait
)
INSERT INTO connections_turn AS turn (key, connection, urgency, served_at, waiting_until)
SELECT %(key)s, %(connection)s, %(urgency)s, CASE WHEN taken THEN clock_timestamp() END,
    CASE WHEN NOT taken AND wait <= %(longest)s THEN clock_timestamp() + make_interval(secs => wait + %(grace)s) END
FROM told
ON CONFLICT (key, connection, urgency) DO UPDATE
SET served_at = coalesce(excluded.served_at, turn.served_at), waiting_until = excluded.waiting_until
RETURNING (SELECT CASE WHEN taken THEN NULL ELSE wait END FROM told)
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
        """Wait for a place as long as its urgency allows; RateLimited with `retry_after` (seconds) when it takes longer."""
        how = urgency()
        left = LONGEST_WAIT[how]
        while (wait := self._next_place(bucket, how, left)) is not None:
            nap = max(wait, NAP)
            if nap > left:
                raise RateLimited(retry_after=nap)
            time.sleep(nap)
            left -= nap

    def penalize(self, bucket: Bucket, seconds: float) -> None:
        """Nobody draws on this bucket for so many seconds; a shorter block never shortens a longer one."""
        ask(BLOCK, {"key": self.key(bucket), "seconds": max(seconds, 0.0)})

    def key(self, bucket: Bucket) -> str:
        """The row this bucket is kept in."""
        return f"{SCOPES[bucket.scope](self.connection)}:{bucket.name}"

    def _next_place(self, bucket: Bucket, how: Urgency, longest: float) -> float | None:
        """None when a place was taken, else the seconds after which to ask again."""
        step = 60.0 / (bucket.per_minute * self.scale)
        place = ask(
            NEXT_PLACE,
            {
                "key": self.key(bucket),
                "connection": self.connection.pk or 0,
                "urgency": int(how),
                "step": step,
                "slack": step * (bucket.burst - 1),
                "longest": max(longest, 0.0),
                "share": SHARE,
                "grace": GRACE,
            },
        )
        return None if place is None or place[0] is None else float(place[0])


def take(key: str, a_minute: int) -> bool:
    """Take one of so many places a minute of what no connection owns; False, at once, when all are taken.

    For views: it goes by Django's own connection, and counts when the caller's transaction commits.
    """
    step = 60.0 / a_minute
    values: dict[str, Any] = {"key": key, "step": step, "slack": step * (a_minute - 1)}
    with database.cursor() as cursor:
        cursor.execute(TAKE, values)
        return cursor.fetchone() is not None
