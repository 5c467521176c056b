"""A report of Syncro into our rows: what is new, what changed, what is left out and why. Nothing is deleted, nothing sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from django.db import transaction

from apps.connections.models import Company
from apps.mappings.imports.kept import Keeper, Kept
from apps.mappings.imports.lists import Locations, Refunds
from apps.mappings.imports.purchases import Purchases
from apps.mappings.imports.rates import TaxRates
from apps.platforms.base import Side
from apps.platforms.registry import open_report
from apps.platforms.reports import LeftOut, Problem, Reading, Report

KEEPERS: Mapping[Report, type[Keeper]] = {
    Report.CUSTOMER_PURCHASES: Purchases,
    Report.TAX_RATES: TaxRates,
    Report.LOCATIONS: Locations,
    Report.REFUNDS: Refunds,
}
BATCH = 1000
#: More is counted, not listed: a file of the wrong kind would list every row.
MOST_PROBLEMS, MOST_CHANGES = 1000, 50

#: How many batches pass before the person at the machine hears of them.
TOLD_EVERY = 5

T = TypeVar("T")
Note = Callable[[str], None]


@dataclass(slots=True)
class Imported:
    """What an import did, or with `dry_run` would do. Counts are documents, not lines of the file."""

    report: Report
    dry_run: bool
    encoding: str = ""
    delimiter: str = ""
    unused: tuple[str, ...] = ()
    counts: dict[str, int] = field(default_factory=lambda: {"new": 0, "changed": 0, "unchanged": 0, "left_out": 0})
    problems: list[Problem] = field(default_factory=list)
    changes: list[Kept] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, each: Kept | LeftOut) -> None:
        """Count one, and list it while there is room."""
        if isinstance(each, LeftOut):
            self.counts["left_out"] += 1
            self.problems.extend(each.problems[: max(0, MOST_PROBLEMS - len(self.problems))])
            return
        self.counts[each.verdict] += 1
        if each.verdict != "unchanged" and len(self.changes) < MOST_CHANGES:
            self.changes.append(each)

    def as_json(self) -> dict[str, Any]:
        """What `import-csv --json` prints besides the company."""
        return {
            "report": self.report.value, "dry_run": self.dry_run, "encoding": self.encoding, "delimiter": self.delimiter,
            "unused_columns": list(self.unused), **self.counts,
            "changes": [{"line": each.line, "verdict": each.verdict, "what": each.words} for each in self.changes],
            "problems": [
                {"line": each.line, "column": each.column, "value": each.value, "sentence": each.sentence} for each in self.problems
            ],
            "notes": self.notes,
        }  # fmt: skip


def import_report(
    company: Company, report: Report, path: Path, *, dry_run: bool = False, note: Note = lambda text: None
) -> Imported:
    """Read a report and keep what it tells, in batches of 1,000; a second time it changes nothing.

    A dry run does the very same and takes it back. Raises BadFile for a file of another kind, NotReady when what it
    refers to was not read yet, OSError.
    """
    reading = open_report(company.platform(Side.SYNCRO), report, path, date_format(company))
    done = Imported(report, dry_run, reading.encoding, reading.delimiter, reading.unused)
    with transaction.atomic() if dry_run else nullcontext():
        _import(reading, KEEPERS[report](company), done, note)
        if dry_run:
            transaction.set_rollback(True)
    done.problems.sort(key=lambda problem: problem.line)
    return done


def _import(reading: Reading, keeper: Keeper, done: Imported, note: Note) -> None:
    for number, batch in enumerate(batched(reading.rows(), BATCH)):
        if number and number % TOLD_EVERY == 0:
            note(f"{number * BATCH:,} read")
        for each in batch:
            if isinstance(each, LeftOut):
                done.add(each)
        for kept in keeper.keep([each for each in batch if not isinstance(each, LeftOut)]):
            done.add(kept)
    done.notes = keeper.finish()


def date_format(company: Company) -> str:
    """How this company's Syncro writes dates, as its settings told; "" when they were not read."""
    facts: Mapping[str, Any] = company.syncro.facts if company.syncro else {}
    return str((facts.get("defaults") or {}).get("date_format") or "")


def batched(each: Iterator[T], size: int) -> Iterator[Sequence[T]]:
    """The same in lists of so many."""
    while batch := list(islice(each, size)):
        yield batch
