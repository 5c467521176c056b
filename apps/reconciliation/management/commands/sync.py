"""`sync SLUG`: pull both sides, compare, push until nothing is due, reconcile."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from django.core.management.base import CommandError, CommandParser

from apps.connections.commands import FAILED, SIGN_IN, UNAVAILABLE, TieoutCommand
from apps.connections.models import Company
from apps.platforms.errors import PlatformError
from apps.reconciliation.rounds import whole_run
from apps.sync.entities import NAMES
from apps.sync.outlook import Plan, plan_of

#: The exit codes of what stopped a run early.
STOPPED: Mapping[str, int] = {"needs_sign_in": SIGN_IN, "unavailable": UNAVAILABLE}


class Command(TieoutCommand):
    """Runs a whole round of one company in the foreground."""

    help = "Pull both sides, compare, push until nothing is due, reconcile."

    def add_arguments(self, parser: CommandParser) -> None:
        """The company and how much of it."""
        super().add_arguments(parser)
        parser.add_argument("slug")
        parser.add_argument(
            "--dry-run", action="store_true", help="print every intended write field by field, send nothing"
        )
        parser.add_argument("--entity", action="append", choices=NAMES, help="only these, may be given several times")
        parser.add_argument("--full", action="store_true", help="read everything again")

    def work(self, **options: Any) -> None:
        """The round, its figures, and the exit code of what stopped it."""
        company = self.company(options["slug"], "sync")
        plan = self._plan(company, options["full"])
        told = whole_run(
            company,
            dry_run=options["dry_run"],
            entities=options["entity"],
            full=options["full"],
            cause="command",
            note=self.note,
        )
        if plan is not None:
            told["plan"] = plan.as_json()
        self.say_json(told) if self.as_json else self._say_all(told)
        stopped = told.get("stopped") or {}
        if stopped:
            raise CommandError(stopped["sentence"], returncode=STOPPED.get(stopped["code"], FAILED))

    def _plan(self, company: Company, full: bool) -> Plan | None:
        """Say what a first load will take; what keeps it from being told, the round itself tells."""
        with suppress(PlatformError):
            plan = plan_of(company, full=full)
            for sentence in plan.sentences if plan else ():
                self.note(sentence)
            return plan
        return None

    def _say_all(self, told: Mapping[str, Any]) -> None:
        for each in told["runs"]:
            self.say(f"{each['side']} {each['entity']}: {each['pulled']} read, {each['changed']} changed")
        for side, entities in told["writes"].items():
            for entity, counts in entities.items():
                self.say(f"to {side}: {entity} " + ", ".join(f"{count} {verb}" for verb, count in counts.items()))
        for each in told.get("preview", []):
            self._say_intended(each)
        for warning in told.get("warnings", []):
            self.note(warning)
        self.say("links: " + ", ".join(f"{count} {state}" for state, count in told["links"].items()))
        self.say("queue: " + ", ".join(f"{count} {what}" for what, count in told["mismatches"].items()))
        self.say("tie-out: " + ", ".join(f"{name} {amount}" for name, amount in told["tieout"].items()))

    def _say_intended(self, each: Mapping[str, Any]) -> None:
        self.say(f"would {each['verb']} in {each['side']}: {each['entity']} {each['label']} {each.get('reason', '')}")
        for field, values in each.get("fields", {}).items():
            self.say(f"    {field}: {values['now']} -> {values['then']}")
