"""A payment edited in the books: amount, date, method or reference are no longer what Syncro has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from apps.reconciliation.kinds.base import HeldKind
from apps.reconciliation.kinds.cases import Case
from apps.reconciliation.kinds.fields import as_facts, changed_fields, in_words


class PaymentEdited(HeldKind):
    """Field by field, with the steps Syncro needs because its API cannot edit a payment."""

    name: ClassVar[str] = "payment_edited"
    title: ClassVar[str] = "Payment edited in the books"
    entity: ClassVar[str] = "payment"
    codes: ClassVar[tuple[str, ...]] = ("payment_edited",)
    resolutions: ClassVar[tuple[str, ...]] = ("done_in_syncro", "overwrite_from_syncro", "accept", "ignore")

    def facts(self, case: Case) -> Mapping[str, Any]:
        """What differs, and what to do in Syncro."""
        return {
            "fields": as_facts(changed_fields(case.link)),
            "steps": [
                "In Syncro delete the payment and enter it again as the books have it now.",
                "This item closes by itself once both sides say the same.",
            ],
        }

    def sentence(self, case: Case) -> str:
        """Which fields, both values."""
        return f"{case.what} was edited in the books: {in_words(changed_fields(case.link))}."
