"""A record that one side sent in a shape that makes no sense: nothing of it is kept, so its money is not known either."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from apps.connections.models import Company
from apps.platforms.content import digest
from apps.reconciliation.kinds.base import Finding, MismatchKind
from apps.sync.models import Cursor


class UnreadableRecord(MismatchKind):
    """One item for each; it closes by itself once the record can be read, which is tried in every pass."""

    name: ClassVar[str] = "unreadable_record"
    title: ClassVar[str] = "Record that cannot be read"
    entity: ClassVar[str] = "invoice"
    codes: ClassVar[tuple[str, ...]] = ()
    resolutions: ClassVar[tuple[str, ...]] = ("ignore",)

    def find(self, company: Company) -> Iterable[Finding]:
        """What the last pull of each entity could not read."""
        for cursor in Cursor.objects.filter(company=company).exclude(unreadable=[]).order_by("pk"):
            for sentence in cursor.unreadable:
                subject = f"unreadable:{cursor.side}:{cursor.entity}:{digest(sentence)}"
                yield Finding(
                    kind=self.name, subject=subject, entity=cursor.entity, facts={"side": cursor.side, "said": sentence},
                    sentence=f"{sentence} It is left out of everything, the tie-out too, until it can be read; correct it there.",
                )  # fmt: skip
