"""Companies, their two connections, their policies, who may see them, and the ledger of every request."""

from __future__ import annotations

from typing import ClassVar

import pghistory
from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from apps.core.fields import SealedTextField
from apps.platforms.base import Side
from apps.platforms.registry import PLATFORMS, of_side


def platform_choices() -> list[tuple[str, str]]:
    """Every platform of the registry; a callable, so that a new one needs no migration."""
    return [(key, entry.title) for key, entry in PLATFORMS.items()]


class ConnectionState(models.TextChoices):
    """Whether work can be done over a connection."""

    CONNECTED = "connected", "Connected"
    NEEDS_SIGN_IN = "needs_sign_in", "Needs a new sign-in"
    PAUSED = "paused", "Paused"


class Connection(models.Model):
    """One account on one platform, with its sign-in; the tokens are encrypted and never shown."""

    platform = models.CharField(max_length=40, choices=platform_choices)
    account_id = models.CharField("account", max_length=120, help_text="Subdomain, realm or tenant.")
    title = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=20, choices=ConnectionState.choices, default=ConnectionState.CONNECTED)
    reason = models.TextField(blank=True, help_text="Why it is paused or needs a new sign-in.")
    active = models.BooleanField(default=True)
    sealed = SealedTextField(blank=True, default="", editable=False)
    options = models.JSONField(default=dict, blank=True)
    facts = models.JSONField(default=dict, blank=True, help_text="What the platform said of the account.")
    missing = models.JSONField(default=dict, blank=True, help_text="Missing permissions and what each costs.")
    failures = models.PositiveIntegerField(default=0)
    opened_until = models.DateTimeField(null=True, blank=True, help_text="No requests before this moment.")
    last_ok_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["platform", "account_id"],
                condition=Q(active=True),
                name="connection_account_belongs_to_one",
                violation_error_message="This account already belongs to another company.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_platform_display()}: {self.title or self.account_id}"

    @property
    def side(self) -> Side:
        """Which side of a company this platform is."""
        return PLATFORMS[self.platform].side


class Company(models.Model):
    """One business: a Syncro connection, a books connection, and its policies."""

    slug = models.CharField(
        max_length=60,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9][a-z0-9-]*$", "Small letters, digits and dashes.")],
    )
    name = models.CharField(max_length=200)
    books_platform = models.CharField(max_length=40, choices=platform_choices)
    syncro = models.OneToOneField(Connection, models.PROTECT, null=True, blank=True, related_name="company_as_syncro")
    books = models.OneToOneField(Connection, models.PROTECT, null=True, blank=True, related_name="company_as_books")
    currency = models.CharField(max_length=3, default="USD")
    start_date = models.DateField(
        null=True, blank=True, help_text="Documents before this day are mirrored, never written."
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering: ClassVar[list[str]] = ["slug"]
        verbose_name_plural = "companies"

    def __str__(self) -> str:
        return self.name

    def connection(self, side: Side) -> Connection | None:
        """The connection of one side, or None while it is not connected."""
        return self.syncro if side is Side.SYNCRO else self.books

    def platform(self, side: Side) -> str:
        """The key of the platform of one side, connected or not."""
        return self.books_platform if side is Side.BOOKS else of_side(side)[0]


@pghistory.track()
class Policy(models.Model):
    """One switch of one company that differs from its default; names and values are those of POLICIES."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="policies")
    key = models.CharField(max_length=60)
    value = models.CharField(max_length=4000)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["company", "key"], name="policy_once")
        ]
        verbose_name_plural = "policies"

    def __str__(self) -> str:
        return f"{self.key}={self.value}"


class Role(models.TextChoices):
    """What a person may do in a company; each includes the ones before it."""

    VIEWER = "viewer", "Viewer"
    BOOKKEEPER = "bookkeeper", "Bookkeeper"
    APPROVER = "approver", "Approver"
    ADMINISTRATOR = "administrator", "Administrator"


@pghistory.track()
class Membership(models.Model):
    """A person's role in one company, or in all of them when no company is named."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    company = models.ForeignKey(Company, models.CASCADE, null=True, blank=True, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.VIEWER)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "company"], name="membership_once", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()} in {self.company or 'all companies'}"


class Budget(models.Model):
    """One published limit as all workers share it: when the next place is free, and until when nobody may ask."""

    key = models.CharField(max_length=200, primary_key=True)
    next_free = models.DateTimeField()
    blocked_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.key


class Turn(models.Model):
    """Whose turn it is at a limit: when a connection was last served there, and until when it waits.

    Written by `budget.py` beside all transactions; so it names the connection by number, which may be gone meanwhile.
    """

    key = models.CharField(max_length=200)
    connection = models.BigIntegerField(help_text="0 before there is a connection.")
    urgency = models.PositiveSmallIntegerField()
    served_at = models.DateTimeField(null=True)
    waiting_until = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["key", "connection", "urgency"], name="turn_once")
        ]

    def __str__(self) -> str:
        return f"{self.connection} at {self.key}"


class ApiCall(models.Model):
    """One request to a platform, redacted: the ledger that audit and explain read."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="calls")
    at = models.DateTimeField(db_default=Now())
    method = models.CharField(max_length=8)
    url = models.TextField()
    status = models.PositiveSmallIntegerField(default=0, help_text="0 when no answer came.")
    milliseconds = models.PositiveIntegerField(default=0)
    vendor_id = models.CharField(max_length=80, blank=True)
    request = models.TextField(blank=True)
    answer = models.TextField(blank=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["connection", "-id"], name="apicall_of_connection")
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.url} {self.status}"
