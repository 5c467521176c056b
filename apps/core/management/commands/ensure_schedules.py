"""`ensure_schedules`: the periodic tasks in the database become those of config/schedules.py."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django_q.models import Schedule

from config.schedules import SCHEDULES

PREFIX = "tieout "  # ours; schedules of other names are left alone


class Command(BaseCommand):
    """Safe to run at every start, on every machine."""

    help = "Make the periodic tasks in the database those of config/schedules.py."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """A schedule that is as it should be keeps its next time."""
        wanted = {PREFIX + each.name: each for each in SCHEDULES}
        Schedule.objects.filter(name__startswith=PREFIX).exclude(name__in=wanted).delete()
        for name, each in wanted.items():
            Schedule.objects.update_or_create(
                name=name,
                defaults={"func": each.task, "schedule_type": Schedule.MINUTES, "minutes": each.minutes, "repeats": -1},
            )
        self.stderr.write(f"{len(wanted)} schedules")
