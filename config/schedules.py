"""Every periodic task; `ensure_schedules` makes the database say the same."""

from __future__ import annotations

from typing import NamedTuple


class Periodic(NamedTuple):
    """A task that is put on the queue every so many minutes."""

    name: str
    task: str
    minutes: int


SCHEDULES = [
    Periodic("pump", "apps.sync.tasks.pump_all", 1),
    Periodic("reconcile", "apps.reconciliation.tasks.reconcile_all", 5),
]
