"""The tie-out as pages show it: totals for the first page, customer by customer on its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.urls import reverse

from apps.connections.models import Company
from apps.reconciliation.admin import kind_title
from apps.reconciliation.explanations import Explanation
from apps.reconciliation.tieout import Line, TieOut, tie_out
from apps.sync.models import Run

#: Which page shows who explains a difference, by the word before the number.
PAGES = {"mismatch": "admin:portal_mismatch", "ignored": "admin:portal_mismatch", "link": "admin:portal_link"}


@dataclass(frozen=True, slots=True)
class Summary:
    """What customers owe on both sides, in the company's currency, and how much of the difference is explained."""

    syncro: Decimal
    books: Decimal
    explained: Decimal
    unexplained: Decimal

    @property
    def difference(self) -> Decimal:
        """Syncro minus books."""
        return self.syncro - self.books

    @classmethod
    def read(cls, values: dict[str, Any]) -> Summary:
        """From the texts of `sync --json`."""
        return cls(**{name: Decimal(str(values[name])) for name in ("syncro", "books", "explained", "unexplained")})


def summaries(companies: Iterable[Company]) -> dict[int, Summary]:
    """The totals of the last pass that tied out, by company; the page of one company works them out anew."""
    tied = Run.objects.filter(company__in=companies, counts__tieout__isnull=False)
    newest = tied.order_by("company", "-id").distinct("company").values_list("company", "counts__tieout")
    return {company: Summary.read(values) for company, values in newest}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a difference that is explained, with the way to what explains it."""

    title: str
    address: str
    effect: Decimal


@dataclass(frozen=True, slots=True)
class Row:
    """One customer of the sheet."""

    line: Line
    parts: list[Part]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The tie-out of one company as of now."""

    total: TieOut
    rows: list[Row]
    everyone: bool


def sheet(company: Company, *, everyone: bool) -> Sheet:
    """Worked out anew; customers that agree are left out unless `everyone` is asked for."""
    found = tie_out(company)
    lines = [line for line in found.lines if everyone or line.difference or line.unexplained or line.explained]
    return Sheet(found, [Row(line, [_part(each) for each in line.explained]) for line in lines], everyone)


def _part(explanation: Explanation) -> Part:
    what, _, key = explanation.by.partition(":")
    name = PAGES.get(what)
    return Part(
        kind_title(explanation.kind), reverse(name, args=[key]) if name and key.isdigit() else "", explanation.effect
    )
