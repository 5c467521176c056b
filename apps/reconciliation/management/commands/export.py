"""`export SLUG customers|products`: the whole list to the books at once; resumable, with a preview, nothing twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from apps.connections.commands import FAILED, TieoutCommand
from apps.connections.models import Company
from apps.reconciliation.management.commands.sync import STOPPED
from apps.reconciliation.rounds import whole_run
from apps.sync.engine import only_one
from apps.sync.exporting import Offered, offer
from apps.sync.preview import preview

ENTITIES: Mapping[str, str] = {"customers": "customer", "products": "item"}


class Command(TieoutCommand):
    """Reads both sides, ties what both have, sends the rest. Broken off, it goes on where it ended."""

    help = "Send all active customers or products to the books; --dry-run shows what would be sent."

    def add_arguments(self, parser: CommandParser) -> None:
        """The company, what, and whether to send."""
        super().add_arguments(parser)
        parser.add_argument("slug")
        parser.add_argument("what", choices=list(ENTITIES))
        parser.add_argument("--dry-run", action="store_true", help="print what would be sent, send nothing")

    def work(self, **options: Any) -> None:
        """Read, tie, send; the exit code says what stopped it."""
        company, entity = self.company(options["slug"], "sync"), ENTITIES[options["what"]]
        run = whole_run(company, dry_run=True, entities=[entity], cause="command", note=self.note)
        told: dict[str, Any] = {"company": company.slug, "entity": entity}
        if not run.get("stopped"):
            told |= _previewed(company, entity) if options["dry_run"] else self._sent(company, entity)
        stopped = run.get("stopped") or told.get("stopped")
        self.say_json(told) if self.as_json else self._say_all(told)
        if stopped:
            raise CommandError(stopped["sentence"], returncode=STOPPED.get(stopped["code"], FAILED))

    def _sent(self, company: Company, entity: str) -> dict[str, Any]:
        with only_one(company):
            offered = offer(company, entity)
        run = whole_run(company, entities=[entity], cause="command", note=self.note)
        kept = ("writes", "links", "stopped", "warnings", "seconds")
        return {**_counted(offered), **{name: run[name] for name in kept if name in run}}

    def _say_all(self, told: Mapping[str, Any]) -> None:
        for each in told.get("preview", []):
            self.say(f"would {each['verb']} in {each['side']}: {each['label']} {each.get('reason', '')}".rstrip())
        for each in told.get("look_alikes", []):
            self.say(f"decide first: {each['syncro']} = {each['books']}? (same {' and '.join(each['reasons'])})")
        for side, entities in told.get("writes", {}).items():
            for entity, counts in entities.items():
                self.say(f"to {side}: {entity} " + ", ".join(f"{count} {verb}" for verb, count in counts.items()))
        self.say(f"{told.get('tied', 0)} tied to what the books had, {told.get('due', 0)} to send")


def _previewed(company: Company, entity: str) -> dict[str, Any]:
    """What an export would do, done and taken back."""
    with only_one(company), transaction.atomic():
        offered = offer(company, entity)
        intended = [each for each in preview(company) if each["entity"] == entity and each["side"] == "books"]
        transaction.set_rollback(True)
    return {**_counted(offered), "preview": intended}


def _counted(offered: Offered) -> dict[str, Any]:
    alike = [
        {"syncro": str(pair.syncro), "books": str(pair.books), "score": pair.score, "reasons": list(pair.reasons)}
        for pair in offered.look_alikes
    ]
    return {"tied": len(offered.tied), "due": offered.due, "look_alikes": alike}
