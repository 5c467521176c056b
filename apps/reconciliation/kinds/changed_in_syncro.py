"""Something that changed in Syncro in a way the books cannot follow by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from apps.reconciliation.kinds.base import HeldKind
from apps.reconciliation.kinds.cases import Case
from apps.reconciliation.kinds.fields import as_facts, changed_fields


class ChangedInSyncro(HeldKind):
    """Field by field, with the engine's reason."""

    name: ClassVar[str] = "changed_in_syncro"
    title: ClassVar[str] = "Changed in Syncro"
    entity: ClassVar[str] = "payment"
    codes: ClassVar[tuple[str, ...]] = ("changed_in_syncro",)
    resolutions: ClassVar[tuple[str, ...]] = ("overwrite_from_syncro", "accept", "ignore")

    def facts(self, case: Case) -> Mapping[str, Any]:
        """The fields side by side."""
        return {"fields": as_facts(changed_fields(case.link))}

    def sentence(self, case: Case) -> str:
        """What changed, and why it waits."""
        return f"{case.what} changed in Syncro. {case.why}."
