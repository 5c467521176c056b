"""What a platform refused, in its own words, with a cure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from apps.reconciliation.kinds.base import HeldKind
from apps.reconciliation.kinds.cases import Case

#: What to do about each code.
CURES: Mapping[str, str] = {
    "refused": "Change what is refused in Syncro or in the books, then try again.",
    "bad_reference": "Make what it names active again, or choose another under Mappings, then try again.",
    "no_permission": "Give the account used the missing permission (see the connection), then try again.",
    "too_many_attempts": "See the last answer under Requests, cure it, then try again.",
    "bad_input": "Correct the value in Syncro; it is tried again by itself when the record changes.",
    "not_covered": "Check the invoice's open balance and the other payments on it, then try again.",
    "locked": "Take the deposit or the settled payment apart in the books, or leave it, then try again.",
    "deposit_mapping": "Choose the item that posts to the deposits liability under Mappings, then try again.",
    "number_taken": "Renumber one of the two documents, then try again.",
}


class RefusedByPlatform(HeldKind):
    """The platform's words, and what to do."""

    name: ClassVar[str] = "refused_by_platform"
    title: ClassVar[str] = "Refused by the platform"
    entity: ClassVar[str] = "invoice"
    codes: ClassVar[tuple[str, ...]] = tuple(CURES)
    resolutions: ClassVar[tuple[str, ...]] = ("retry", "ignore")

    def facts(self, case: Case) -> Mapping[str, Any]:
        """The cure."""
        return {"cure": CURES[case.link.code]}

    def sentence(self, case: Case) -> str:
        """What, the platform's words, the cure."""
        return f"{case.what}: {case.why}. {CURES[case.link.code]}"
