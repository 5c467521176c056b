"""Pieces of records that came before the rest of them, kept until a first load has put them together."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from apps.connections.models import Company
from apps.platforms.base import Side


class Piece(models.Model):
    """One piece of the record `parent` of an entity: its head from a thin list, or a line from a feed of all lines."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    side = models.CharField(max_length=6, choices=[(side.value, side.value) for side in Side])
    entity = models.CharField(max_length=30)
    parent = models.CharField(max_length=120)
    key = models.CharField(max_length=120)
    raw = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["company", "side", "entity", "parent", "key"], name="piece_once")
        ]

    def __str__(self) -> str:
        return f"{self.key} of {self.entity} {self.parent}"
