"""`tieout SLUG`: receivables per customer on both sides, the difference, what explains it, the unexplained rest."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from apps.connections.commands import CheckFailed, TieoutCommand, calendar_day
from apps.reconciliation.reconcile import reconcile
from apps.reconciliation.tieout import TieOut, tie_out

WIDTHS = "{:<40.40} {:>14} {:>14} {:>14} {:>14} {:>14}"


class Command(TieoutCommand):
    """Prints the tie-out; with --check it fails when a cent is unexplained."""

    help = "Set the receivables of both sides against each other."

    def add_arguments(self, parser: CommandParser) -> None:
        """The company, the day and the check."""
        super().add_arguments(parser)
        parser.add_argument("slug")
        parser.add_argument("--as-of", type=calendar_day, metavar="DATE", help="only what is dated up to this day")
        parser.add_argument("--by", choices=["month"], help="also the movements of each month")
        parser.add_argument("--check", action="store_true", help="exit with 5 when anything is unexplained")

    def work(self, **options: Any) -> None:
        """Look again at what is true, then set the sides against each other."""
        company = self.company(options["slug"])
        reconcile(company)
        tie = tie_out(company, options["as_of"], by_month=options["by"] == "month")
        self.say_json(tie.as_json()) if self.as_json else self._say_all(tie)
        if options["check"] and tie.rings:
            rests = [f"{line.customer} {line.unexplained:.2f}" for line in tie.lines if line.unexplained]
            rests += [
                f"{each.customer} ({each.side} contradicts itself by {each.difference:.2f})" for each in tie.witness
            ]
            raise CheckFailed(f"Unexplained: {'; '.join(rests)}.")

    def _say_all(self, tie: TieOut) -> None:
        self.say(WIDTHS.format(f"as of {tie.as_of}", "Syncro", "books", "difference", "explained", "unexplained"))
        self._say_lines(tie)
        for month, movements in tie.months.items():
            self.say(f"\nmovements of {month or 'no date'}")
            self._say_lines(movements)
        for each in tie.witness:
            self.say(
                f"! {each.customer}: {each.side} says {each.says:.2f}, its documents add up to {each.computed:.2f}"
            )

    def _say_lines(self, tie: TieOut) -> None:
        for line in tie.lines:
            if line.syncro or line.books or line.explained:
                amounts = (line.syncro, line.books, line.difference, line.explained_amount, line.unexplained)
                self.say(WIDTHS.format(line.customer, *(f"{amount:.2f}" for amount in amounts)))
                for each in line.explained:
                    self.say(f"    {each.effect:.2f} {each.kind} ({each.by})")
        amounts = (tie.syncro, tie.books, tie.difference, tie.explained_amount, tie.unexplained)
        self.say(WIDTHS.format("total", *(f"{amount:.2f}" for amount in amounts)))
