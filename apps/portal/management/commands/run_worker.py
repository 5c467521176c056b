"""`run_worker`: the background side under a supervisor with a heartbeat; any number, on any machine of the same database."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from apps.core.supervisor import Child, QueueHeartbeat, Supervisor

GRACE = 75.0  # seconds for what a worker holds; below the time the service manager gives us


class Command(BaseCommand):
    """Runs until SIGTERM or SIGINT; the work that was begun is finished first."""

    help = "Run the background side: pull, push, reconcile."

    def handle(self, *args: Any, **options: Any) -> None:
        """Schedules first: without them nothing ever starts."""
        call_command("ensure_schedules", stderr=self.stderr)
        worker = queue_worker(GRACE)
        self.stderr.write("Working. Ctrl-C ends it.")
        Supervisor([worker], QueueHeartbeat(worker)).run()


def queue_worker(grace: float) -> Child:
    """The queue's process group."""
    return Child("worker", [sys.executable, "manage.py", "qcluster"], grace=grace)
