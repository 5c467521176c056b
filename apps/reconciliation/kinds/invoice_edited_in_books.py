"""A linked document that somebody edited in the books, alone or while it was also edited in Syncro."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from apps.reconciliation.kinds.base import HeldKind
from apps.reconciliation.kinds.cases import Case
from apps.reconciliation.kinds.fields import as_facts, changed_fields, in_words


class InvoiceEditedInBooks(HeldKind):
    """Field by field: keep what the books say, or write Syncro's version over it."""

    name: ClassVar[str] = "invoice_edited_in_books"
    title: ClassVar[str] = "Edited in the books"
    entity: ClassVar[str] = "invoice"
    codes: ClassVar[tuple[str, ...]] = ("edited_in_books", "both_edited")
    resolutions: ClassVar[tuple[str, ...]] = ("keep_books", "overwrite_from_syncro", "ignore")

    def facts(self, case: Case) -> Mapping[str, Any]:
        """The fields side by side, and what to do in Syncro to follow the books."""
        fields = changed_fields(case.link)
        steps = [
            f"In Syncro set {each.field} to {each.books or 'empty'} (now {each.syncro or 'empty'})." for each in fields
        ]
        return {
            "fields": as_facts(fields),
            "steps": [*steps, "This item closes by itself once both sides say the same."],
        }

    def sentence(self, case: Case) -> str:
        """Which fields, both values."""
        where = "on both sides" if case.link.code == "both_edited" else "in the books"
        return f"{case.what} was edited {where}: {in_words(changed_fields(case.link))}."
