"""What rows of both sides share: few columns, the neutral content and the whole payload."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models.functions import Now

from apps.connections.models import Company
from apps.mirror.states import SyncState
from apps.platforms.base import Side
from apps.platforms.records import Record, Status, read_record


class MirrorRow(models.Model):
    """What one side last told us of one record; written only by `store.save_records`.

    `party` is the customer's id on the same side. `digest` hashes the part of the content that only an edit changes.
    `sync_state` repeats the state of the row's link, so that lists need no join; `link` moves keep it true.
    """

    side: ClassVar[Side]

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    entity = models.CharField(max_length=30)
    external_id = models.CharField(max_length=120)
    revision = models.CharField(max_length=60, blank=True)
    label = models.CharField(max_length=500, blank=True)
    party = models.CharField(max_length=120, blank=True)
    date = models.DateField(null=True)
    amount = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    tax = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    balance = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    status = models.CharField(max_length=10, default=Status.ACTIVE)
    currency = models.CharField(max_length=3, blank=True)
    marker = models.CharField(max_length=120, blank=True)
    content = models.JSONField(default=dict)
    digest = models.CharField(max_length=32)
    raw = models.JSONField(default=dict)
    sync_state = models.CharField(max_length=10, choices=SyncState.choices, blank=True)
    first_seen = models.DateTimeField(db_default=Now())
    changed_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())
    gone_at = models.DateTimeField(null=True, help_text="When the side itself said it is no longer there.")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.label or f"{self.entity} {self.external_id}"

    def record(self) -> Record:
        """The frozen record this row was saved from."""
        envelope: dict[str, Any] = {
            "external_id": self.external_id, "revision": self.revision, "status": Status(self.status),
            "marker": self.marker, "raw": self.raw,
        }  # fmt: skip
        return read_record(self.entity, self.content, **envelope)

    @property
    def is_live(self) -> bool:
        """Whether it still counts: neither gone nor voided or deleted."""
        return self.gone_at is None and self.status in (Status.ACTIVE, Status.INACTIVE)


def row_constraints(prefix: str) -> list[models.BaseConstraint]:
    """One row per thing of a side."""
    return [models.UniqueConstraint(fields=["company", "entity", "external_id"], name=f"{prefix}_once")]


def row_indexes(prefix: str) -> list[models.Index]:
    """What lists and reconciliation search by."""
    return [
        models.Index(fields=["company", "entity", "party"], name=f"{prefix}_party"),
        models.Index(fields=["company", "entity", "-date", "-id"], name=f"{prefix}_date"),
        models.Index(fields=["company", "entity", "sync_state"], name=f"{prefix}_state"),
        models.Index(fields=["company", "marker"], name=f"{prefix}_marker", condition=~models.Q(marker="")),
    ]
