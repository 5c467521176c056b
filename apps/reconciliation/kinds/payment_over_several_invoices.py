"""One payment of the books on several invoices: Syncro can take it as one, once somebody confirmed the split."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from apps.platforms.base import Side
from apps.reconciliation.kinds.base import HeldKind
from apps.reconciliation.kinds.cases import Case, Part, split, texts


class PaymentOverSeveralInvoices(HeldKind):
    """Shows the split and proposes to post it to Syncro as one payment with a part on each invoice."""

    name: ClassVar[str] = "payment_over_several_invoices"
    title: ClassVar[str] = "Payment over several invoices"
    entity: ClassVar[str] = "payment"
    codes: ClassVar[tuple[str, ...]] = ("multi_invoice_payment",)
    resolutions: ClassVar[tuple[str, ...]] = ("post_to_syncro", "keep_in_books_only", "ignore")

    def facts(self, case: Case) -> Mapping[str, Any]:
        """The split by invoice number."""
        return {"split": split(_parts(case))}

    def sentence(self, case: Case) -> str:
        """What would be posted."""
        parts = _parts(case)
        return (
            f"{case.what} was taken in the books on {len(parts)} invoices: {texts(parts)}. Syncro does not have it yet."
        )


def _parts(case: Case) -> tuple[Part, ...]:
    return case.parts(Side.BOOKS, case.link.books.content) if case.link.books else ()
