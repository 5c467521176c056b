"""Documents of the books that move the receivable and that Syncro knows nothing of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from apps.connections.models import Company
from apps.reconciliation.kinds.base import Finding, MismatchKind
from apps.reconciliation.kinds.lone import lone_rows


class NotSyncros(MismatchKind):
    """Invoices, credit memos, payments and other movements without a link, each with its own amount."""

    name: ClassVar[str] = "not_syncros"
    title: ClassVar[str] = "Not Syncro's"
    entity: ClassVar[str] = "receivable_movement"
    resolutions: ClassVar[tuple[str, ...]] = ("accept_as_books_only", "ignore")

    def find(self, company: Company) -> Iterable[Finding]:
        """One finding a document."""
        for lone in lone_rows(company):
            if not lone.original:
                yield lone.finding(self.name, f"{lone.what} is in the books only; Syncro does not have it.")
