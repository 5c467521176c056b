"""Signs of life of the background side."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Heartbeat(models.Model):
    """One worker group and when it last carried a task all the way through."""

    worker = models.CharField(max_length=200, primary_key=True)
    beaten_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.worker
