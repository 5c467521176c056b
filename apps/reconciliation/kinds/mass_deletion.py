"""The brake: unusually many records of one side vanished at once, so nothing is voided, deleted or made again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, ClassVar

from apps.connections.models import Company
from apps.reconciliation.kinds.base import Finding, MismatchKind
from apps.reconciliation.kinds.cases import Case, cases

SHOWN = 10


class MassDeletion(MismatchKind):
    """One item for each side and entity, with the list."""

    name: ClassVar[str] = "mass_deletion"
    title: ClassVar[str] = "Mass deletion"
    entity: ClassVar[str] = "invoice"
    codes: ClassVar[tuple[str, ...]] = ("brake",)
    resolutions: ClassVar[tuple[str, ...]] = ("retry", "confirm_deletion", "ignore")

    def find(self, company: Company) -> Iterable[Finding]:
        """All braked links of a side and entity together."""
        groups: dict[tuple[str, str], list[Case]] = defaultdict(list)
        for case in cases(company, self.codes):
            groups[(_vanished_from(case), case.link.entity)].append(case)
        return [self._of_group(side, entity, group) for (side, entity), group in groups.items()]

    def _of_group(self, side: str, entity: str, group: list[Case]) -> Finding:
        listed = [case.what for case in group]
        more = f" and {len(listed) - SHOWN} more" if len(listed) > SHOWN else ""
        facts: dict[str, Any] = {
            "side": side,
            "count": len(group),
            "records": listed,
            "links": [case.link.pk for case in group],
        }
        return Finding(
            kind=self.name, subject=f"brake:{side}:{entity}", entity=entity, facts=facts,
            effects=tuple(effect for case in group for effect in case.effects),
            sentence=f"{len(group)} vanished from {_SIDES[side]} at once, so nothing is voided, deleted or made again: "
            f"{'; '.join(listed[:SHOWN])}{more}.",
        )  # fmt: skip


_SIDES = {"syncro": "Syncro", "books": "the books"}


def _vanished_from(case: Case) -> str:
    """The side the engine named; the rows themselves stay as they were until somebody has decided."""
    told = case.link.hints.get("vanished_from")
    return told or ("books" if case.link.books and "from books" in case.link.reason else "syncro")
