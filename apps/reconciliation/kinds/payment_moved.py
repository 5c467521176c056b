"""A payment that somebody put on another invoice in the books: Syncro's API cannot follow, a person can."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from apps.platforms.base import Side
from apps.reconciliation.kinds.base import HeldKind
from apps.reconciliation.kinds.cases import Case, Part, money, split, texts


class PaymentMoved(HeldKind):
    """Gives both applications and the exact steps; closes by itself when Syncro agrees."""

    name: ClassVar[str] = "payment_moved"
    title: ClassVar[str] = "Payment moved to another invoice"
    entity: ClassVar[str] = "payment"
    codes: ClassVar[tuple[str, ...]] = ("payment_moved",)
    resolutions: ClassVar[tuple[str, ...]] = ("done_in_syncro", "accept", "ignore")

    def facts(self, case: Case) -> Mapping[str, Any]:
        """Where the money was, where it is now, and what to do in Syncro."""
        old, new = _old(case), _new(case)
        return {"old": split(old), "new": split(new), "steps": steps(case, old, new)}

    def sentence(self, case: Case) -> str:
        """From where to where."""
        old, new = texts(_old(case)), texts(_new(case))
        return f"{case.what} was moved in the books from {old} to {new}; Syncro still has it where it was."


def steps(case: Case, old: tuple[Part, ...], new: tuple[Part, ...]) -> list[str]:
    """The exact steps in Syncro, whose API can neither edit nor delete a payment."""
    row = case.link.syncro or case.row
    paid = f"the payment of {money(row.amount)} of {row.date} (reference {row.content.get('reference') or 'none'})"
    return [
        f"In Syncro open {paid} on {texts(old)} and delete it.",
        f"Enter a payment of {money(row.amount)} dated {row.date} with the same method and reference on {texts(new)}.",
        "Nothing else: this item closes by itself once Syncro shows the payment there.",
    ]


def _old(case: Case) -> tuple[Part, ...]:
    agreed = case.parts(Side.BOOKS, case.link.base_books)
    ours = case.parts(Side.SYNCRO, case.link.syncro.content) if case.link.syncro else ()
    return agreed or ours


def _new(case: Case) -> tuple[Part, ...]:
    return case.parts(Side.BOOKS, case.link.books.content) if case.link.books else ()
