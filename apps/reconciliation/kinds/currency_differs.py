"""A document in a currency that is not the company's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from apps.reconciliation.kinds.base import HeldKind
from apps.reconciliation.kinds.cases import Case


class CurrencyDiffers(HeldKind):
    """Never converted by us."""

    name: ClassVar[str] = "currency_differs"
    title: ClassVar[str] = "Currency differs"
    entity: ClassVar[str] = "invoice"
    codes: ClassVar[tuple[str, ...]] = ("currency_differs",)
    resolutions: ClassVar[tuple[str, ...]] = ("retry", "ignore")

    def facts(self, case: Case) -> Mapping[str, Any]:
        """The document's currency."""
        return {"currency": case.row.currency}

    def sentence(self, case: Case) -> str:
        """Which currency."""
        currency = case.row.currency or "another currency"
        return f"{case.what} is in {currency}, which is not the company's; amounts are never converted here."
