"""Whether a worker group still carries tasks through: django-q2 can freeze for ever without a word."""

from __future__ import annotations

import os
import socket

from django.db import connection

from apps.core.clock import now_sql
from apps.core.models import Heartbeat

WORKER = "TIEOUT_WORKER"  # the environment variable that tells a worker group its own name


def worker_name() -> str:
    """A name for the worker group this process supervises."""
    return f"{socket.gethostname()}:{os.getpid()}"


def stamp(worker: str) -> None:
    """Note that the group has just shown life."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO core_heartbeat (worker, beaten_at) VALUES (%s, {now_sql()}) "
            "ON CONFLICT (worker) DO UPDATE SET beaten_at = excluded.beaten_at",
            [worker],
        )


def seconds_since(worker: str) -> float | None:
    """Age of the group's last sign of life by the database's clock; None when it never gave one."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT extract(epoch FROM {now_sql()} - beaten_at) FROM core_heartbeat WHERE worker = %s", [worker]
        )
        row = cursor.fetchone()
    return float(row[0]) if row else None


def forget(worker: str) -> None:
    """The group has ended in good order."""
    Heartbeat.objects.filter(worker=worker).delete()
