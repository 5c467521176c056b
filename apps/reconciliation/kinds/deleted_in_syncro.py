"""A linked document that is no longer there in Syncro, and that policy or applied money keeps us from taking back."""

from __future__ import annotations

from typing import ClassVar

from apps.reconciliation.kinds.base import HeldKind
from apps.reconciliation.kinds.cases import Case


class DeletedInSyncro(HeldKind):
    """Gone in Syncro while the books still have it."""

    name: ClassVar[str] = "deleted_in_syncro"
    title: ClassVar[str] = "Deleted in Syncro"
    entity: ClassVar[str] = "invoice"
    codes: ClassVar[tuple[str, ...]] = ("gone_in_syncro",)
    resolutions: ClassVar[tuple[str, ...]] = ("void_in_books", "accept", "ignore")

    def sentence(self, case: Case) -> str:
        """What is gone, and why it was not taken back in the books."""
        return f"{case.what} was deleted in Syncro; the books still have it. {case.why}."
