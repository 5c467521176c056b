"""Applications of money: rows that are compared, never linked."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from apps.connections.models import Company
from apps.platforms.base import Side


class Application(models.Model):
    """A part of a payment on one document of the same side.

    `amount` is None where the side does not tell it (Syncro) and it could not be solved. `solved` marks amounts that
    were worked out from totals and balances rather than told.
    """

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    side = models.CharField(max_length=6, choices=[(side.value, side.value) for side in Side])
    payment_id = models.CharField(max_length=120)
    document_entity = models.CharField(max_length=30)
    document_id = models.CharField(max_length=120)
    amount = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    solved = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["company", "side", "payment_id", "document_entity", "document_id"], name="application_once"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["company", "side", "document_entity", "document_id"], name="application_document")
        ]

    def __str__(self) -> str:
        return f"{self.payment_id} on {self.document_entity} {self.document_id}: {self.amount}"
