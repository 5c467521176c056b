"""What a platform's reports tell that its API does not: rows of a file in neutral words, and what is wrong with the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from apps.platforms.records import CustomerPurchase


class Report(StrEnum):
    """The reports there are, by the word of the command line."""

    CUSTOMER_PURCHASES = "customer-purchases"
    TAX_RATES = "tax-rates"
    LOCATIONS = "locations"
    REFUNDS = "refunds"


class BadFile(ValueError):
    """The file cannot be read at all; nothing of it is used."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in one place of the file: `line` counts from 1 as an editor shows it, `column` is the file's heading."""

    line: int
    column: str
    value: str
    sentence: str


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Rows that cannot be used, from `line` to `last`, and why; what belongs to one document is left out as a whole."""

    line: int
    last: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Rows that can be used. `headings` are the file's own words for our columns, for problems that are found later."""

    line: int
    last: int = 0
    headings: dict[str, str] = field(default_factory=dict, compare=False)

    def problem(self, column: str, value: str, sentence: str) -> LeftOut:
        """The same rows, left out for this reason."""
        return LeftOut(
            self.line, self.last or self.line, (Problem(self.line, self.headings.get(column, column), value, sentence),)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldPurchase(Told):
    """A customer purchase; the record has no customer yet, as a report may give a name only."""

    record: CustomerPurchase
    customer: str = ""
    customer_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldRefund(Told):
    """Which invoice a refund invoice gives back, by number."""

    refund_number: str
    original_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldTaxRate(Told):
    """A tax rate; None is what the file does not tell. `parts` are names or ids of the rates of a group, in order."""

    external_id: str = ""
    name: str
    percent: Decimal | None = None
    parts: tuple[str, ...] | None = None
    archived: bool | None = None
    is_default: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldLocation(Told):
    """What a location is called."""

    external_id: str
    name: str


AnyTold = ToldPurchase | ToldRefund | ToldTaxRate | ToldLocation


@dataclass(frozen=True, slots=True)
class Reading:
    """A file that can be read: how it is written, which of its headings nobody asks for, and its rows, one at a time."""

    report: Report
    encoding: str
    delimiter: str
    unused: tuple[str, ...]
    rows: Callable[[], Iterator[AnyTold | LeftOut]]
