"""A document whose sums the books computed differently: totals or taxes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from apps.reconciliation.kinds.base import HeldKind
from apps.reconciliation.kinds.cases import Case, money
from apps.reconciliation.kinds.fields import as_facts, changed_fields


class InvoiceTotalDiffers(HeldKind):
    """Both totals and taxes; accepting a difference leaves it as a named line of the tie-out."""

    name: ClassVar[str] = "invoice_total_differs"
    title: ClassVar[str] = "Invoice total differs"
    entity: ClassVar[str] = "invoice"
    codes: ClassVar[tuple[str, ...]] = ("total_differs",)
    resolutions: ClassVar[tuple[str, ...]] = ("push_again", "accept_difference", "ignore")

    def facts(self, case: Case) -> Mapping[str, Any]:
        """The sums side by side, and every field that differs."""
        sums = {
            side: {"total": f"{row.amount or 0:.2f}", "tax": f"{row.tax or 0:.2f}"}
            for side, row in (("syncro", case.link.syncro), ("books", case.link.books))
            if row
        }
        return {"sums": sums, "fields": as_facts(changed_fields(case.link))}

    def sentence(self, case: Case) -> str:
        """Both totals with their taxes."""
        ours, theirs = case.link.syncro, case.link.books
        if not ours or not theirs:
            return f"{case.what}: {case.why}."
        return (
            f"{case.what} is {money(ours.amount)} in Syncro (tax {money(ours.tax)}) "
            f"and {money(theirs.amount)} in the books (tax {money(theirs.tax)})."
        )
