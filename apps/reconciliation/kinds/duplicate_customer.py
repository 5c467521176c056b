"""A record whose name or number somebody else has on the other side: the same one, or another?"""

from __future__ import annotations

from typing import ClassVar

from apps.reconciliation.kinds.base import HeldKind
from apps.reconciliation.kinds.cases import Case


class DuplicateCustomer(HeldKind):
    """Linked to the one that is there, or sent under a name of its own; never guessed."""

    name: ClassVar[str] = "duplicate_customer"
    title: ClassVar[str] = "Already there"
    entity: ClassVar[str] = "customer"
    codes: ClassVar[tuple[str, ...]] = ("name_taken", "already_there")
    resolutions: ClassVar[tuple[str, ...]] = ("same_customer", "send_with_suffix", "ignore")

    def sentence(self, case: Case) -> str:
        """Whose name, and what the other side said."""
        return f"{case.what}: {case.why}. Is it the same one?"
