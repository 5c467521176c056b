"""The first payment written to Syncro was applied otherwise than it was told: the unit of its parts is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from apps.reconciliation.kinds.base import HeldKind
from apps.reconciliation.kinds.cases import Case


class PaymentMisapplied(HeldKind):
    """What Syncro did, and how to put it right; no other payment is written there meanwhile."""

    name: ClassVar[str] = "payment_misapplied"
    title: ClassVar[str] = "Payment applied wrongly by Syncro"
    entity: ClassVar[str] = "payment"
    codes: ClassVar[tuple[str, ...]] = ("misapplied",)
    resolutions: ClassVar[tuple[str, ...]] = ("post_again", "accept", "ignore")

    def facts(self, case: Case) -> Mapping[str, Any]:
        """The steps."""
        made = case.link.syncro.external_id if case.link.syncro else ""
        return {
            "steps": [
                f"In Syncro delete payment {made}.",
                "Set the policy apply_payments_unit of this company as the sentence above says.",
                "Then let it be written again here; the first payment is watched anew.",
            ],
        }

    def sentence(self, case: Case) -> str:
        """What was written, what Syncro did, the cure."""
        return f"{case.what}: {case.why}."
