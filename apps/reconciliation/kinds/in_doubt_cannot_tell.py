"""Something that was sent and never answered, and that cannot be found again with certainty."""

from __future__ import annotations

from typing import ClassVar

from apps.reconciliation.kinds.base import HeldKind
from apps.reconciliation.kinds.cases import Case


class InDoubtCannotTell(HeldKind):
    """A person looks, because with money nothing is guessed."""

    name: ClassVar[str] = "in_doubt_cannot_tell"
    title: ClassVar[str] = "Cannot tell whether it was done"
    entity: ClassVar[str] = "payment"
    codes: ClassVar[tuple[str, ...]] = ("cannot_tell",)
    resolutions: ClassVar[tuple[str, ...]] = ("look_again", "it_is_there", "it_is_not_there", "ignore")

    def sentence(self, case: Case) -> str:
        """What was sent where."""
        where = "the books" if case.link.target == "books" else "Syncro"
        return f"{case.what} was sent to {where} and no answer came; whether it is there cannot be told. {case.why}."
