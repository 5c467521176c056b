"""`doctor [SLUG]`: everything that must be right for the work to go on, each green or with the cure."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from apps.connections.access import companies_for
from apps.connections.commands import CheckFailed, TieoutCommand
from apps.connections.health import readings


class Command(TieoutCommand):
    """Look at the installation and its companies; exit code 5 when something is red."""

    help = "Check database, worker, schedules, clock, keys, limits, connections and mappings."

    def add_arguments(self, parser: CommandParser) -> None:
        """One company, or all."""
        super().add_arguments(parser)
        parser.add_argument("slug", nargs="?")

    def work(self, **options: Any) -> None:
        """Say every reading."""
        slug = options["slug"]
        companies = (
            [self.company(slug)] if slug else list(companies_for(self.operator).select_related("syncro", "books"))
        )
        found = []
        for reading in readings(companies):
            found.append(reading)
            self.say(f"{'ok ' if reading.ok else 'RED'}  {reading.name}: {reading.sentence}")
            if not reading.ok:
                self.say(f"     → {reading.cure}")
        red = sum(not reading.ok for reading in found)
        if self.as_json:
            self.say_json({"ok": not red, "checks": [asdict(reading) for reading in found]})
        if red:
            raise CheckFailed(f"{red} of {len(found)} checks are red.")
