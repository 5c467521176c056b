"""`mapping SLUG list|suggest|load|dump`: what things of Syncro are called in the books."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from apps.connections.commands import USAGE, TieoutCommand
from apps.connections.models import Company
from apps.mappings.files import COLUMNS, dump, load
from apps.mappings.models import Mapping
from apps.mappings.needs import missing
from apps.mappings.suggest import apply, suggest


class Command(TieoutCommand):
    """List, propose, load or dump the choices of a company."""

    help = "List mappings, propose those that are missing, load them from a YAML file, or dump them."

    def add_arguments(self, parser: CommandParser) -> None:
        """The company, the action, and the file of `load`."""
        super().add_arguments(parser)
        parser.add_argument("slug")
        parser.add_argument("action", choices=list(ACTIONS))
        parser.add_argument("file", nargs="?", type=Path, help="load: the YAML file")
        parser.add_argument("--apply", action="store_true", help="suggest: save what is proposed")

    def work(self, **options: Any) -> None:
        """One action."""
        changes = options["action"] == "load" or options["apply"]
        company = self.company(options["slug"], "map" if changes else "see")
        ACTIONS[options["action"]](self, company, options)

    def list(self, company: Company, options: dict[str, Any]) -> None:
        """What is chosen, and what is still missing."""
        mappings = Mapping.objects.filter(company=company).order_by("topic", "key")
        problems = missing(company)
        self._say(company, mappings, missing=[problem.sentence for problem in problems])

    def suggest(self, company: Company, options: dict[str, Any]) -> None:
        """What could be chosen; with --apply it is."""
        proposals = suggest(company)
        if options["apply"]:
            apply(company, proposals)
        self._say(company, proposals, missing=[problem.sentence for problem in missing(company)])

    def load(self, company: Company, options: dict[str, Any]) -> None:
        """Set what a file says."""
        if options["file"] is None:
            raise CommandError("mapping load needs a file.", returncode=USAGE)
        changed = load(company, options["file"].read_text(encoding="utf-8"))
        if self.as_json:
            self.say_json({"company": company.slug, "loaded": [{"topic": topic, "key": key} for topic, key in changed]})
        self.say(f"{len(changed)} mappings are set.")

    def dump(self, company: Company, options: dict[str, Any]) -> None:
        """All mappings as a file that `load` takes; with --json as rows."""
        if self.as_json:
            self._say(company, Mapping.objects.filter(company=company).order_by("topic", "key"))
        self.say(dump(company).rstrip())

    def _say(self, company: Company, mappings: Iterable[Mapping], **more: Any) -> None:
        rows = [{"topic": each.topic, **{name: getattr(each, name) for name in COLUMNS}} for each in mappings]
        if self.as_json:
            self.say_json({"company": company.slug, "mappings": rows, **more})
            return
        for row in rows:
            self.say(
                " · ".join(
                    filter(
                        None, [row["topic"], row["key"] or "(default)", row["kind"], row["external_id"], row["label"]]
                    )
                )
            )
        for sentence in more.get("missing", []):
            self.say(f"Missing: {sentence}")


ACTIONS = {"list": Command.list, "suggest": Command.suggest, "load": Command.load, "dump": Command.dump}
