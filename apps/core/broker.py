"""django-q2's queue table, fetched with SKIP LOCKED in order, by the database's clock, woken by NOTIFY.

The stock broker compares the clocks of the hosts, and a skew of two minutes makes a task run twice.
"""

from __future__ import annotations

import os
import time
from typing import Any

from django.db import connections
from django_q.brokers.orm import ORM
from django_q.conf import Conf

from apps.core.heartbeat import WORKER, stamp

CHANNEL = "tieout_queue"
FETCH = """
WITH due AS (
    SELECT id FROM django_q_ormq WHERE key = %s AND lock < clock_timestamp()
    ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
)
UPDATE django_q_ormq AS queued SET lock = clock_timestamp() + make_interval(secs => %s)
FROM due WHERE queued.id = due.id RETURNING queued.id, queued.payload
"""


class PgSkip(ORM):  # type: ignore[misc]  # django-q2 has no types
    """First in, first out, over any number of machines."""

    _listening: object = None
    _stamped_at = 0.0

    def enqueue(self, task: str) -> Any:
        """Queue the task and wake a worker: both happen only if and when the transaction commits."""
        key = super().enqueue(task)
        with connections[Conf.ORM].cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, self.list_key or ""])
        return key

    def dequeue(self) -> list[tuple[int, str]] | None:
        """The next due tasks, or None after waiting a moment for one."""
        self.get_connection()  # drops a connection that has died
        connection = connections[Conf.ORM]
        connection.ensure_connection()
        self._listen(connection)
        with connection.cursor() as cursor:
            cursor.execute(FETCH, [self.list_key, Conf.BULK, Conf.RETRY])
            rows = cursor.fetchall()
        if rows:
            return sorted(rows)
        for _ in connection.connection.notifies(timeout=max(Conf.POLL, 0.05), stop_after=1):
            break
        return None

    def acknowledge(self, task_id: int) -> None:
        """The task is done; at most once a second this is also the worker group's sign of life."""
        super().acknowledge(task_id)
        worker = os.environ.get(WORKER)
        if worker and time.monotonic() - self._stamped_at > 1:
            self._stamped_at = time.monotonic()
            stamp(worker)

    def _listen(self, connection: Any) -> None:
        if self._listening is not connection.connection:
            with connection.cursor() as cursor:
                cursor.execute(f"LISTEN {CHANNEL}")
            self._listening = connection.connection
