"""Mismatches that stand, and what people decided about them."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from apps.connections.models import Company
from apps.mirror.models import BooksRecord, Link, SyncroRecord


class MismatchState(models.TextChoices):
    """Whether a mismatch still stands."""

    OPEN = "open", "Open"
    CLOSED = "closed", "Closed"
    IGNORED = "ignored", "Ignored"


class Mismatch(models.Model):
    """One truth a person should look at, as of the last reconciliation.

    `subject` names what it is about (side:entity:id), so that the same finding stays the same row. `facts` are the
    values its sentence is made of; `effects` are [{customer, date, amount}] by which it moves the difference of the two
    receivables (Syncro minus books), always from its own facts. `facts_digest` notices when an ignored one changes.
    """

    company = models.ForeignKey(Company, models.CASCADE, related_name="mismatches")
    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=200)
    entity = models.CharField(max_length=30)
    link = models.ForeignKey(Link, models.SET_NULL, null=True, blank=True, related_name="mismatches")
    syncro = models.ForeignKey(SyncroRecord, models.SET_NULL, null=True, blank=True, related_name="mismatches")
    books = models.ForeignKey(BooksRecord, models.SET_NULL, null=True, blank=True, related_name="mismatches")
    customer = models.CharField(max_length=500, blank=True)
    facts = models.JSONField(default=dict)
    facts_digest = models.CharField(max_length=32, blank=True)
    effects = models.JSONField(default=list)
    amount = models.DecimalField(max_digits=18, decimal_places=2, default=0, help_text="Sum of its effects.")
    sentence = models.TextField()
    state = models.CharField(max_length=8, choices=MismatchState.choices, default=MismatchState.OPEN)
    since = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["company", "kind", "subject"], name="mismatch_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["company", "kind", "-id"], name="mismatch_open", condition=Q(state=MismatchState.OPEN))
        ]
        verbose_name = "queue item"
        verbose_name_plural = "queue"

    def __str__(self) -> str:
        return self.sentence


class Decision(models.Model):
    """What someone did about a mismatch, when and why; never changed, never deleted."""

    mismatch = models.ForeignKey(Mismatch, models.PROTECT, related_name="decisions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True)
    resolution = models.CharField(max_length=60)
    values = models.JSONField(default=dict)
    note = models.TextField(blank=True)
    shown = models.JSONField(default=dict, help_text="Sentence, facts and effects as they were shown.")
    result = models.TextField(blank=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        triggers: ClassVar[list[pgtrigger.Trigger]] = [
            pgtrigger.Protect(name="decision_stands", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.resolution} by {self.user or 'the command line'}"
