"""A change dated in a period that is closed in the books."""

from __future__ import annotations

from typing import ClassVar

from apps.reconciliation.kinds.base import HeldKind
from apps.reconciliation.kinds.cases import Case


class ClosedPeriod(HeldKind):
    """Waits until the period is open again, or is left."""

    name: ClassVar[str] = "closed_period"
    title: ClassVar[str] = "Closed period"
    entity: ClassVar[str] = "invoice"
    codes: ClassVar[tuple[str, ...]] = ("period_closed",)
    resolutions: ClassVar[tuple[str, ...]] = ("retry", "ignore")

    def sentence(self, case: Case) -> str:
        """Which day, in the engine's words."""
        return f"{case.what}: {case.why}. Open the period and try again, or leave it."
