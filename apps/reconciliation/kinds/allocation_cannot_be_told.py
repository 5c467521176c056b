"""A Syncro payment over several invoices whose split Syncro does not tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from apps.platforms.base import Side
from apps.reconciliation.kinds.base import HeldKind
from apps.reconciliation.kinds.cases import Case, split, texts


class AllocationCannotBeTold(HeldKind):
    """Lists the invoices; the split follows by itself once balances allow only one."""

    name: ClassVar[str] = "allocation_cannot_be_told"
    title: ClassVar[str] = "Split of a payment cannot be told"
    entity: ClassVar[str] = "payment"
    codes: ClassVar[tuple[str, ...]] = ("allocation_unknown",)
    resolutions: ClassVar[tuple[str, ...]] = ("retry", "ignore")

    def facts(self, case: Case) -> Mapping[str, Any]:
        """The invoices it is on."""
        return {"split": split(case.parts(Side.SYNCRO, case.row.content))}

    def sentence(self, case: Case) -> str:
        """Which payment on which invoices."""
        applied = texts(case.parts(Side.SYNCRO, case.row.content))
        return f"{case.what} is on {applied}; Syncro does not tell how much on each, and it cannot be worked out."
