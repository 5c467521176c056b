"""Rows of the books that move the receivable and that no link knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.connections.models import Company
from apps.mirror.models import BooksRecord, Leg
from apps.platforms.base import Side
from apps.reconciliation.effects import Effect, effects_of_lone_rows, names_of
from apps.reconciliation.kinds.base import Finding, short_subject
from apps.reconciliation.kinds.cases import describe


@dataclass(frozen=True, slots=True)
class LoneRow:
    """One such row; `original` is the document whose mark it carries, if it is a copy."""

    row: BooksRecord
    customer: str
    effects: tuple[Effect, ...]
    original: str = ""

    @property
    def what(self) -> str:
        """The row with its values."""
        words = describe(self.row, self.customer)
        kind = self.row.content.get("document_type")
        return f"{words} ({kind})" if kind else words

    def finding(self, kind: str, sentence: str, extra: Mapping[str, Any] | None = None) -> Finding:
        """The finding of this row."""
        row = self.row
        facts = {
            "amount": f"{row.amount:.2f}" if row.amount is not None else None,
            "date": row.date.isoformat() if row.date else None,
            "number": row.content.get("number", ""), "reference": row.content.get("reference", ""), **(extra or {}),
        }  # fmt: skip
        return Finding(
            kind=kind, subject=short_subject("books", row.entity, row.external_id), entity=row.entity, books=row.pk,
            customer=self.customer, facts=facts, effects=self.effects, sentence=sentence,
        )  # fmt: skip


def lone_rows(company: Company) -> list[LoneRow]:
    """The rows staff should see: not those before the start date, and not our own writes still on their way back."""
    effects = effects_of_lone_rows(company, Side.BOOKS)
    rows = list(BooksRecord.objects.filter(pk__in=list(effects)).defer("raw").order_by("date", "pk"))
    legs = _legs(company, {row.marker for row in rows if row.marker})
    names = names_of(company, {f"books:{row.party}" for row in rows})
    return [
        LoneRow(row, names[f"books:{row.party}"], effects[row.pk], legs.get(row.marker, ""))
        for row in rows
        if not is_before_start(company, row) and legs.get(row.marker) != ""
    ]


def is_before_start(company: Company, row: BooksRecord) -> bool:
    """Whether a row is of the time that is mirrored and never worked on."""
    return bool(company.start_date and row.date and row.date < company.start_date)


def _legs(company: Company, markers: set[str]) -> dict[str, str]:
    """For each mark of ours the document that carries it rightfully; "" while that one is still on its way."""
    if not markers:
        return {}
    legs = Leg.objects.filter(link__company=company, side=Side.BOOKS, marker__in=markers)
    return dict(legs.values_list("marker", "external_id"))
