"""The pass that is under way: what was asked of it, and its counts."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count

from apps.connections.models import ApiCall, Company
from apps.core.clock import db_now
from apps.mirror.models import Link
from apps.mirror.states import SyncState
from apps.platforms.base import Side
from apps.sync.pull import Pulled

Note = Callable[[str], None]
#: What `sync --json` calls a write.
DONE = {"create": "created", "update": "updated", "void": "voided", "delete": "deleted"}


@dataclass(slots=True, kw_only=True)
class Pass:
    """One pass over a company while it goes. `until` is the monotonic second at which it stops in good order."""

    company: Company
    note: Note
    entities: list[str] | None = None
    full: bool = False
    dry_run: bool = False
    until: float | None = None
    started: datetime = field(default_factory=db_now)
    begun: float = field(default_factory=time.monotonic)
    pulled: dict[tuple[Side, str], Pulled] = field(default_factory=dict)
    writes: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    preview: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    stopped: dict[str, str] = field(default_factory=dict)
    more: bool = False

    def out_of_time(self) -> bool:
        """Whether this pass has used its time; what is left is done by the next."""
        return self.until is not None and time.monotonic() > self.until

    def counts(self) -> dict[str, Any]:
        """The counts of `sync --json`, as far as this layer knows them."""
        result: dict[str, Any] = {
            "company": self.company.slug, "runs": [pulled.as_json() for pulled in self.pulled.values()],
            "writes": self._written(), "requests": _requests(self.company, self.started),
            "links": link_counts(self.company), "seconds": round(time.monotonic() - self.begun, 1),
        }  # fmt: skip
        extra = {"preview": self.preview, "warnings": self.warnings, "stopped": self.stopped, "more": self.more}
        return result | {key: value for key, value in extra.items() if value}

    def _written(self) -> dict[str, dict[str, dict[str, int]]]:
        writes: dict[str, dict[str, dict[str, int]]] = {"books": {}, "syncro": {}}
        for (side, entity, verb), count in self.writes.items():
            row = writes[side].setdefault(entity, {"created": 0, "updated": 0, "voided": 0})
            row[DONE[verb]] = row.get(DONE[verb], 0) + count
        return writes


def link_counts(company: Company) -> dict[str, int]:
    """Links by state; those being sent count as pending."""
    found = dict(Link.objects.filter(company=company).values_list("state").annotate(Count("pk")))
    return {
        "in_sync": found.get(SyncState.IN_SYNC, 0),
        "pending": found.get(SyncState.PENDING, 0) + found.get(SyncState.PUSHING, 0),
        "held": found.get(SyncState.HELD, 0),
        "in_doubt": found.get(SyncState.IN_DOUBT, 0),
        "ignored": found.get(SyncState.IGNORED, 0),
    }


def _requests(company: Company, started: datetime) -> dict[str, int]:
    return {
        side.value: ApiCall.objects.filter(connection=stored, at__gte=started).count()
        if (stored := company.connection(side))
        else 0
        for side in Side
    }
