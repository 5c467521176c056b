"""The tie-out as pages show it: totals for the first page, customer by customer on its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apps.connections.models import Company
from apps.reconciliation.tieout import tie_out
from apps.sync.models import Run


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


def sheet(company: Company, *, everyone: bool) -> Any:
    """The tie-out as of now; customers that agree are left out unless `everyone` is asked for."""
    found = tie_out(company)
    if not everyone:
        found["customers"] = [row for row in found["customers"] if Decimal(row["difference"]) or Decimal(row["unexplained"])]
    return found
