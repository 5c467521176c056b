"""What every record has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from apps.platforms.content import to_content


class Status(StrEnum):
    """What the side says of the record itself."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    VOIDED = "voided"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What every record has. `volatile` names the fields that change without anybody editing the record."""

    entity: ClassVar[str] = ""
    volatile: ClassVar[frozenset[str]] = frozenset()

    external_id: str = ""
    revision: str = ""
    status: Status = Status.ACTIVE
    updated_at: datetime | None = None
    marker: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def content(self) -> dict[str, Any]:
        """Its neutral fields as JSON values, without id, revision, times and payload."""
        content: dict[str, Any] = to_content(self, skip=_ENVELOPE)
        return content

    def agreed(self) -> dict[str, Any]:
        """The part of its content that only an edit can change: what digests and three-way merges compare."""
        content: dict[str, Any] = to_content(self, skip=_ENVELOPE | self.volatile, agreed=True)
        return content


_ENVELOPE = frozenset({"external_id", "revision", "status", "updated_at", "marker", "raw"})
