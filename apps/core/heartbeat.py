"""Whether a worker group still carries tasks through: django-q2 can freeze for ever without a word."""

from __future__ import annotations

import os
import socket

from apps.core.clock import DbNow
from apps.core.models import Heartbeat

WORKER = "TIEOUT_WORKER"  # the environment variable that tells a worker group its own name


def worker_name() -> str:
    """A name for the worker group this process supervises."""
    return f"{socket.gethostname()}:{os.getpid()}"


def stamp(worker: str) -> None:
    """Note that the group has just shown life."""
    beat = Heartbeat(worker=worker, beaten_at=DbNow())
    Heartbeat.objects.bulk_create([beat], update_conflicts=True, unique_fields=["worker"], update_fields=["beaten_at"])


def seconds_since(worker: str) -> float | None:
    """Age of the group's last sign of life by the database's clock; None when it never gave one."""
    row = Heartbeat.objects.filter(worker=worker).values_list("beaten_at", DbNow()).first()
    return (row[1] - row[0]).total_seconds() if row else None


def forget(worker: str) -> None:
    """The group has ended in good order."""
    Heartbeat.objects.filter(worker=worker).delete()
