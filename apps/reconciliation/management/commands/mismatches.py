"""`mismatches SLUG`: the queue."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from apps.connections.commands import TieoutCommand
from apps.reconciliation.kinds import KINDS
from apps.reconciliation.models import Mismatch, MismatchState
from apps.reconciliation.resolutions import offered


class Command(TieoutCommand):
    """Prints the open mismatches with what can be done about each, the safest first."""

    help = "The queue: what a person should look at."

    def add_arguments(self, parser: CommandParser) -> None:
        """The company and the kind."""
        super().add_arguments(parser)
        parser.add_argument("slug")
        parser.add_argument("--kind", choices=list(KINDS))

    def work(self, **options: Any) -> None:
        """List them in the order they were found."""
        rows = Mismatch.objects.filter(company=self.company(options["slug"]), state=MismatchState.OPEN).order_by("pk")
        if options["kind"]:
            rows = rows.filter(kind=options["kind"])
        self.say_json([as_json(each) for each in rows]) if self.as_json else self._say_all(list(rows))

    def _say_all(self, rows: list[Mismatch]) -> None:
        for each in rows:
            self.say(f"{each.pk}  {each.kind}  {each.amount:.2f}  {each.sentence}")
            for step in each.facts.get("steps", []):
                self.say(f"      · {step}")
            self.say(f"      → {', '.join(name for name, _ in offered(each))}")
        self.say(f"{len(rows)} open")


def as_json(mismatch: Mismatch) -> dict[str, Any]:
    """One mismatch as `mismatches --json` prints it."""
    effects = [{name: each[name] for name in ("customer", "date", "amount")} for each in mismatch.effects]
    return {
        "id": mismatch.pk, "kind": mismatch.kind, "entity": mismatch.entity, "customer": mismatch.customer,
        "effects": effects, "sentence": mismatch.sentence, "since": mismatch.since, "facts": mismatch.facts,
        "resolutions": [{"name": name, "sentence": each.sentence} for name, each in offered(mismatch)],
    }  # fmt: skip
