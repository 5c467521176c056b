"""One staff choice each: what a thing of Syncro is called in the books."""

from __future__ import annotations

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models.functions import Now

from apps.connections.models import Company


class Topic(models.TextChoices):
    """What is mapped. The key of a mapping is Syncro's name or id; "" is the default for keys without their own."""

    PAYMENT_METHOD = "payment_method", "Payment method"
    TAX = "tax", "Tax rate"
    ITEM = "item", "Item for lines without a product"
    INCOME_ACCOUNT = "income_account", "Income account by category"
    EXPENSE_ACCOUNT = "expense_account", "Cost account by category"
    DEPOSIT_ITEM = "deposit_item", "Item that posts to the deposits liability"
    SYNCRO_METHOD = "syncro_method", "Syncro method for payments from the books"


class MethodKind(models.TextChoices):
    """What a payment method is (recipes.md 2)."""

    MONEY = "money", "Money"
    STORE_CREDIT = "store_credit", "Store credit"
    BAD_DEBT = "bad_debt", "Bad debt"
    OUTSIDE = "outside", "Outside"
    IGNORE = "ignore", "Ignore"


@pghistory.track()
class Mapping(models.Model):
    """One choice of one company. `external_id` is an id of the books (or Syncro's method name for SYNCRO_METHOD).

    For payment methods `kind` says what it is, `external_id` is the method in the books and `account_id` the account
    the money is deposited to; books without payment methods leave the former empty. A tax maps to a tax code of the books, or to "automatic" where the books choose it.
    """

    company = models.ForeignKey(Company, models.CASCADE, related_name="mappings")
    topic = models.CharField(max_length=30, choices=Topic.choices)
    key = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=20, choices=MethodKind.choices, blank=True)
    external_id = models.CharField(max_length=120, blank=True)
    account_id = models.CharField(max_length=120, blank=True)
    label = models.CharField(max_length=300, blank=True, help_text="What the choice was called when it was made.")
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["company", "topic", "key"], name="mapping_once")
        ]

    def __str__(self) -> str:
        return f"{self.get_topic_display()} {self.key or '(default)'} → {self.label or self.external_id}"
