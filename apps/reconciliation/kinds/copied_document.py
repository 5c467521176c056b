"""A document of the books that carries the mark of another one: people copy documents, marks included."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from apps.connections.models import Company
from apps.reconciliation.kinds.base import Finding, HeldKind
from apps.reconciliation.kinds.cases import Case
from apps.reconciliation.kinds.lone import LoneRow, lone_rows


class CopiedDocument(HeldKind):
    """Counts as the books' own."""

    name: ClassVar[str] = "copied_document"
    title: ClassVar[str] = "Copied document"
    entity: ClassVar[str] = "invoice"
    codes: ClassVar[tuple[str, ...]] = ("copied_document",)
    resolutions: ClassVar[tuple[str, ...]] = ("accept_as_books_only", "ignore")

    def find(self, company: Company) -> Iterable[Finding]:
        """Held links, and rows no link knows whose mark belongs to another document."""
        yield from super().find(company)
        for lone in lone_rows(company):
            if lone.original:
                yield lone.finding(self.name, _sentence(lone), {"original": lone.original})

    def sentence(self, case: Case) -> str:
        """Which document."""
        return f"{case.what}: {case.why}."


def _sentence(lone: LoneRow) -> str:
    original = f"{lone.row.entity.replace('_', ' ')} {lone.original}"
    return (
        f"{lone.what} in the books carries the mark of {original}: it seems to be a copy, and Syncro does not have it."
    )
