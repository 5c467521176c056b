"""A payment of the books on something Syncro does not have, or partly on nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from apps.platforms.base import Side
from apps.reconciliation.kinds.base import HeldKind
from apps.reconciliation.kinds.cases import Case, split, texts


class PaymentOfUnknownInvoice(HeldKind):
    """Names the documents, so that somebody can link them or say that the payment is the books' own."""

    name: ClassVar[str] = "payment_of_unknown_invoice"
    title: ClassVar[str] = "Payment of an unknown invoice"
    entity: ClassVar[str] = "payment"
    codes: ClassVar[tuple[str, ...]] = ("unknown_invoice", "unapplied_review")
    resolutions: ClassVar[tuple[str, ...]] = ("retry", "post_to_syncro", "keep_in_books_only", "ignore")

    def facts(self, case: Case) -> Mapping[str, Any]:
        """What it is applied to, known or not."""
        return {"split": split(case.parts(Side.BOOKS, case.row.content))}

    def sentence(self, case: Case) -> str:
        """What is known, and why it waits."""
        applied = texts(case.parts(Side.BOOKS, case.row.content))
        return f"{case.what} was taken in the books on {applied}. {case.why}."
