"""A customer that only the books have, while Syncro has one it may be."""

from __future__ import annotations

from typing import ClassVar

from apps.reconciliation.kinds.base import HeldKind
from apps.reconciliation.kinds.cases import Case


class CustomerMaybeInSyncro(HeldKind):
    """Tied to the one Syncro has, or made there beside it; never guessed."""

    name: ClassVar[str] = "customer_maybe_in_syncro"
    title: ClassVar[str] = "Maybe in Syncro already"
    entity: ClassVar[str] = "customer"
    codes: ClassVar[tuple[str, ...]] = ("maybe_in_syncro",)
    resolutions: ClassVar[tuple[str, ...]] = ("same_in_syncro", "make_in_syncro", "keep_in_books_only", "ignore")

    def sentence(self, case: Case) -> str:
        """Who, and whom Syncro has."""
        return f"{case.what} of the books: {case.link.reason}"
