"""`import-csv SLUG REPORT FILE`: what Syncro's API does not tell, from its reports. Columns and samples: docs/import.md."""  # noqa: N999  the name of the command

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from apps.connections.commands import CheckFailed, TieoutCommand
from apps.mappings.imports import MOST_CHANGES, MOST_PROBLEMS, Imported, import_report
from apps.platforms.reports import Problem, Report

#: How what was counted is called.
WORDS = {"new": "new", "changed": "changed", "unchanged": "unchanged", "left_out": "left out"}


class Command(TieoutCommand):
    """Keeps what a file tells; rows with something wrong are left out and listed, and the exit code is then 5."""

    help = "Load what Syncro's API does not tell from a CSV file: customer purchases, tax rates, locations, refunds."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose file, of which report, and whether it is only looked at."""
        super().add_arguments(parser)
        parser.add_argument("slug")
        parser.add_argument("report", choices=[report.value for report in Report])
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would become of each row, and keep nothing"
        )

    def work(self, **options: Any) -> None:
        """Import, or preview; then say what came of it."""
        company = self.company(options["slug"], "map")
        report = Report(options["report"])
        done = import_report(company, report, options["file"], dry_run=options["dry_run"], note=self.note)
        if self.as_json:
            self.say_json({"company": company.slug, "file": options["file"].name, **done.as_json()})
        self._say_all(done)
        if done.counts["left_out"]:
            raise CheckFailed(
                f"{done.counts['left_out']:,} left out; correct the rows above and import the file again."
            )

    def _say_all(self, done: Imported) -> None:
        for kept in done.changes:
            self.say(f"line {kept.line}: {kept.verdict}: {kept.words}")
        if done.counts["new"] + done.counts["changed"] > MOST_CHANGES:
            self.say(f"(only the first {MOST_CHANGES} are listed)")
        for problem in done.problems:
            self.say(_words(problem))
        if len(done.problems) == MOST_PROBLEMS:
            self.say(f"(only the first {MOST_PROBLEMS} are listed)")
        for note in done.notes:
            self.say(note)
        if done.unused:
            self.say(f"Columns that are not used: {', '.join(done.unused)}.")
        counts = ", ".join(f"{count:,} {WORDS[name]}" for name, count in done.counts.items())
        self.say(f"{'Nothing was kept; it would be' if done.dry_run else 'Kept'}: {counts}.")


def _words(problem: Problem) -> str:
    where = f"line {problem.line}" + (f", {problem.column}" if problem.column else "")
    return f"{where}: {problem.value!r}: {problem.sentence}" if problem.value else f"{where}: {problem.sentence}"
