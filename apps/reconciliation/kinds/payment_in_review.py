"""A payment of the books that waits for confirmation because the company's policy says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from apps.platforms.base import Side
from apps.reconciliation.kinds.base import HeldKind
from apps.reconciliation.kinds.cases import Case, split, texts


class PaymentInReview(HeldKind):
    """Nothing is wrong with it; it needs a yes."""

    name: ClassVar[str] = "payment_in_review"
    title: ClassVar[str] = "Payment waits for confirmation"
    entity: ClassVar[str] = "payment"
    codes: ClassVar[tuple[str, ...]] = ("payment_in_review",)
    resolutions: ClassVar[tuple[str, ...]] = ("post_to_syncro", "keep_in_books_only", "ignore")

    def facts(self, case: Case) -> Mapping[str, Any]:
        """What it is applied to."""
        return {"split": split(case.parts(Side.BOOKS, case.row.content))}

    def sentence(self, case: Case) -> str:
        """What would be posted."""
        applied = texts(case.parts(Side.BOOKS, case.row.content))
        return f"{case.what} was taken in the books on {applied} and waits for confirmation before it goes to Syncro."
