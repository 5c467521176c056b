"""What staff say: what a thing of Syncro is called in the books, and what Syncro's API does not tell."""

from __future__ import annotations

from typing import ClassVar

import pghistory
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now

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


@pghistory.track()
class TaxRate(models.Model):
    """A tax rate of Syncro, which its API knows by id only; what else is here was told by staff or by a file.

    A discovered rate has an id and no name yet; one of a file without ids has a name and no id ("") until somebody says
    which id it is. `percent` is None until it is told. A group has in `parts` the ids of its rates, in Syncro's order;
    `part_names` is what a file called them, and becomes `parts` once each name has an id.
    """

    company = models.ForeignKey(Company, models.CASCADE, related_name="tax_rates")
    external_id = models.CharField("id in Syncro", max_length=120, blank=True)
    name = models.CharField(max_length=300, blank=True)
    percent = models.DecimalField(max_digits=9, decimal_places=5, null=True, blank=True)
    parts = models.JSONField("rates of the group", default=list, blank=True)
    part_names = models.JSONField(default=list, blank=True)
    archived = models.BooleanField(default=False)
    is_default = models.BooleanField("the account's default", default=False)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["company", "external_id"], name="tax_rate_once", condition=~Q(external_id="")
            ),
            models.UniqueConstraint(
                "company", Lower("name"), name="tax_rate_without_id_once", condition=Q(external_id="")
            ),
            models.UniqueConstraint(fields=["company"], name="tax_rate_one_default", condition=Q(is_default=True)),
            models.CheckConstraint(condition=~Q(external_id="", name=""), name="tax_rate_is_called_something"),
        ]

    def __str__(self) -> str:
        return self.name or f"Tax rate {self.external_id}"

    @property
    def is_group(self) -> bool:
        """Whether it is made of other rates."""
        return bool(self.parts or self.part_names)


@pghistory.track()
class Location(models.Model):
    """A location of Syncro, which its API knows by id only (a customer may name its own); the name is told by staff or a file."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="locations")
    external_id = models.CharField("id in Syncro", max_length=120)
    name = models.CharField(max_length=300, blank=True)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["company", "external_id"], name="location_once"),
            models.CheckConstraint(condition=~Q(external_id=""), name="location_has_an_id"),
        ]

    def __str__(self) -> str:
        return self.name or f"Location {self.external_id}"


@pghistory.track()
class RefundOrigin(models.Model):
    """Which invoice a refund invoice gives back, by Syncro's numbers, as its refund report tells; either may not be read yet."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="refund_origins")
    refund_number = models.CharField("refund invoice", max_length=120)
    original_number = models.CharField("original invoice", max_length=120)
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["company", "refund_number"], name="refund_origin_once"),
            models.CheckConstraint(condition=~Q(refund_number=F("original_number")), name="refund_origin_is_another"),
        ]

    def __str__(self) -> str:
        return f"{self.refund_number} gives back {self.original_number}"
