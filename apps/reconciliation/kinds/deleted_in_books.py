"""A linked document that is no longer there in the books."""

from __future__ import annotations

from typing import ClassVar

from apps.reconciliation.kinds.base import HeldKind
from apps.reconciliation.kinds.cases import Case


class DeletedInBooks(HeldKind):
    """Voided or deleted in the books while Syncro still has it."""

    name: ClassVar[str] = "deleted_in_books"
    title: ClassVar[str] = "Deleted in the books"
    entity: ClassVar[str] = "invoice"
    codes: ClassVar[tuple[str, ...]] = ("gone_in_books",)
    resolutions: ClassVar[tuple[str, ...]] = ("send_again", "accept", "ignore")

    def sentence(self, case: Case) -> str:
        """What is gone where."""
        gone = "voided" if case.link.books and case.link.books.status == "voided" else "deleted"
        return f"{case.what} was {gone} in the books; Syncro still has it."
