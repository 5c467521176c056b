"""The tie-out: the receivables of both sides set against each other, and what explains every cent of the difference.

Amounts are in the company's currency; differences and effects are Syncro minus books; days are effective dates
(design.md 6, recipes.md 1). Each side is summed from its own rows. What explains is told by mismatches, links and rows,
each from its own facts; none is given the difference, so that the proof can fail.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from apps.connections.models import Company
from apps.core.clock import db_now
from apps.reconciliation.effects import ZERO, aliases, names_of
from apps.reconciliation.explanations import Explanation, explanations
from apps.reconciliation.receivable import moves
from apps.reconciliation.witness import Witness, witnesses

_SUMS = """
SELECT line, side, to_char(day, 'YYYY-MM'), SUM(amount) FROM moves
WHERE %(as_of)s::date IS NULL OR day IS NULL OR day <= %(as_of)s::date GROUP BY 1, 2, 3
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One customer: linked ones are one line for both sides."""

    key: str
    customer: str
    syncro: Decimal
    books: Decimal
    explained: tuple[Explanation, ...] = ()

    @property
    def difference(self) -> Decimal:
        """Syncro minus books."""
        return self.syncro - self.books

    @property
    def explained_amount(self) -> Decimal:
        """The sum of what explains."""
        return sum((each.effect for each in self.explained), ZERO)

    @property
    def unexplained(self) -> Decimal:
        """What nobody explains; anything but 0.00 rings."""
        return self.difference - self.explained_amount

    def as_json(self) -> dict[str, Any]:
        """The line as `tieout --json` prints it."""
        return {
            "customer": self.customer, **_sums_json(self),
            "explained": [each.as_json() for each in self.explained],
            "unexplained": f"{self.unexplained:.2f}",
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class TieOut:
    """The lines of all customers, by name; `months` holds the movements of each month where they were asked for."""

    as_of: date
    lines: tuple[Line, ...]
    witness: tuple[Witness, ...] = ()
    months: Mapping[str, TieOut] = field(default_factory=dict)

    @property
    def syncro(self) -> Decimal:
        """Syncro's receivable."""
        return sum((line.syncro for line in self.lines), ZERO)

    @property
    def books(self) -> Decimal:
        """The books' receivable."""
        return sum((line.books for line in self.lines), ZERO)

    @property
    def difference(self) -> Decimal:
        """Syncro minus books."""
        return self.syncro - self.books

    @property
    def explained_amount(self) -> Decimal:
        """The sum of all that explains."""
        return sum((line.explained_amount for line in self.lines), ZERO)

    @property
    def unexplained(self) -> Decimal:
        """What is left over; lines that would cancel each other are added up without signs: none hides another."""
        rests = [line.unexplained for line in self.lines]
        one_sign = min(rests, default=ZERO) >= 0 or max(rests, default=ZERO) <= 0
        return sum(rests if one_sign else map(abs, rests), ZERO)

    @property
    def rings(self) -> bool:
        """Whether somebody must look: a cent nobody explains, or a side that contradicts its own documents."""
        return any(line.unexplained for line in self.lines) or bool(self.witness)

    def summary(self) -> dict[str, str]:
        """The four figures of `sync --json`, as text with two decimals."""
        return {
            "syncro": f"{self.syncro:.2f}", "books": f"{self.books:.2f}", "explained": f"{self.explained_amount:.2f}",
            "unexplained": f"{self.unexplained:.2f}",
        }  # fmt: skip

    def as_json(self) -> dict[str, Any]:
        """The whole as `tieout --json` prints it."""
        total = {
            **_sums_json(self),
            "explained": f"{self.explained_amount:.2f}",
            "unexplained": f"{self.unexplained:.2f}",
        }
        printed = {
            "as_of": self.as_of.isoformat(), "customers": [line.as_json() for line in self.lines], "total": total,
            "witness": [each.as_json() for each in self.witness],
        }  # fmt: skip
        if not self.months:
            return printed
        months = [{"month": month, **_month_json(tie)} for month, tie in self.months.items()]
        return {**printed, "months": months}


def tie_out(company: Company, as_of: date | None = None, *, by_month: bool = False) -> TieOut:
    """Set the receivables of both sides against each other, with everything dated up to `as_of` (None: everything).

    `by_month` adds the movements of each month by effective date; what has no date is in the month "". The standing
    mismatches are taken as `reconcile` left them: call it first. Witnesses are heard only for everything, because a
    side's own balance knows no day. Raises nothing of its own; nothing is asked of a platform.
    """
    sums = [_Sum(*row) for row in moves(company, _SUMS, as_of=as_of)]
    found = [each for each in explanations(company) if as_of is None or each.date is None or each.date <= as_of]
    same = aliases(company)
    found = [each.at(same.get(each.line, each.line)) for each in found]
    names = names_of(company, {each.line for each in sums} | {each.line for each in found})
    day = as_of or db_now().date()
    months = sorted({each.month for each in sums} | {each.month for each in found}) if by_month else []
    return TieOut(
        day, _lines(sums, found, names), witnesses(company) if as_of is None else (),
        {month: TieOut(day, _lines(_within(sums, month), _within(found, month), names)) for month in months},
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Sum:
    """What one side moved at one line in one month."""

    line: str
    side: str
    month: str
    amount: Decimal


def _within(items: Iterable[Any], month: str) -> list[Any]:
    return [each for each in items if (each.month or "") == month]


def _lines(sums: Sequence[_Sum], found: Sequence[Explanation], names: Mapping[str, str]) -> tuple[Line, ...]:
    of_side: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for each in sums:
        of_side[(each.line, each.side)] += each.amount
    explained: dict[str, list[Explanation]] = defaultdict(list)
    for part in found:
        explained[part.line].append(part)
    lines = [
        Line(key, names[key], of_side[(key, "syncro")], of_side[(key, "books")], tuple(explained[key]))
        for key in {key for key, _ in of_side} | set(explained)
    ]
    return tuple(sorted(lines, key=lambda line: (line.customer.casefold(), line.key)))


def _sums_json(sums: Line | TieOut) -> dict[str, str]:
    return {"syncro": f"{sums.syncro:.2f}", "books": f"{sums.books:.2f}", "difference": f"{sums.difference:.2f}"}


def _month_json(tie: TieOut) -> dict[str, Any]:
    printed = tie.as_json()
    return {"customers": printed["customers"], "total": printed["total"]}
