"""What the engine keeps of its own: cursors, committed requests, runs."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from apps.connections.models import Company, Connection
from apps.mirror.models import Leg, Link, SyncroRecord
from apps.platforms.base import Side, Verb


class Cursor(models.Model):
    """Where the next pull of one entity of one side starts, and when it was last read and compared whole."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="cursors")
    side = models.CharField(max_length=6, choices=[(side.value, side.value) for side in Side])
    entity = models.CharField(max_length=30)
    value = models.TextField(blank=True)
    loaded_at = models.DateTimeField(null=True, help_text="When the first load was complete.")
    pulled_at = models.DateTimeField(null=True, help_text="When a pull last came to its end.")
    swept_at = models.DateTimeField(null=True, help_text="When all ids were last compared.")
    rounds = models.JSONField(
        default=dict, blank=True, help_text="Where a sweep and the re-reading of open ones go on."
    )
    unreadable = models.JSONField(default=list, blank=True, help_text="Records that made no sense, a sentence each.")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["company", "side", "entity"], name="cursor_once")
        ]

    def __str__(self) -> str:
        return f"{self.side} {self.entity}"


class RequestState(models.TextChoices):
    """What is known of a committed request."""

    COMMITTED = "committed", "Committed, perhaps sent"
    SETTLED = "settled", "Answered"
    LOST = "lost", "Sent, no answer"
    UNSENT = "unsent", "Known not to have been done"


class Request(models.Model):
    """The exact bytes of one changing request, committed before they leave, and what came of them.

    A key and its bytes belong to this row: changed bytes always mean a new row with a new key.
    """

    company = models.ForeignKey(Company, models.CASCADE, related_name="requests")
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="requests")
    entity = models.CharField(max_length=30)
    verb = models.CharField(max_length=10, choices=[(verb.value, verb.value) for verb in Verb])
    key = models.CharField(max_length=60)
    method = models.CharField(max_length=8)
    path = models.TextField()
    query = models.JSONField(default=dict)
    content_type = models.CharField(max_length=60)
    body = models.BinaryField()
    bucket = models.CharField(max_length=40, default="requests")
    state = models.CharField(max_length=10, choices=RequestState.choices, default=RequestState.COMMITTED)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now())
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["connection", "key"], condition=~Q(key=""), name="request_key_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["state"], name="request_open", condition=Q(state=RequestState.COMMITTED))
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.entity} ({self.get_state_display()})"


class RequestItem(models.Model):
    """One leg's place in a request, the fence it was claimed under, and what became of it."""

    request = models.ForeignKey(Request, models.CASCADE, related_name="items")
    link = models.ForeignKey(Link, models.CASCADE, related_name="request_items")
    leg = models.ForeignKey(Leg, models.CASCADE, related_name="request_items")
    position = models.PositiveSmallIntegerField()
    fence = models.PositiveIntegerField()
    write = models.JSONField(default=dict, help_text="The write in neutral words, so that it can be looked for later.")
    outcome = models.CharField(max_length=40, blank=True)
    sentence = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["request", "position"], name="request_item_once")
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.outcome or 'open'}"


class PostRound(models.Model):
    """One session of a platform that calls us: its ticket, what it still has to do, and how far it came.

    `plan` is what is left: the `stage`, the `entities` still to be read, the records to be read `again`.
    """

    company = models.ForeignKey(Company, models.CASCADE, related_name="post_rounds")
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="post_rounds")
    ticket = models.CharField(max_length=64, unique=True)
    plan = models.JSONField(default=dict)
    handed = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    began_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["connection"], condition=Q(ended_at__isnull=True), name="post_round_one_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.company} {self.began_at:%Y-%m-%d %H:%M}"


class LetterKind(models.TextChoices):
    """What a letter is for."""

    READ = "read", "Reads"
    WRITE = "write", "Writes"
    LOOK = "look", "Looks for what was in doubt"
    FAREWELL = "farewell", "Takes leave"


class LetterState(models.TextChoices):
    """How far a letter is."""

    READY = "ready", "Ready"
    OUT = "out", "Handed out"
    ANSWERED = "answered", "Answered, not read yet"
    DONE = "done", "Done"
    DROPPED = "dropped", "Dropped"


class PostedLetter(models.Model):
    """The exact text of one letter, committed before it is handed out, and its answer as it came.

    One that writes never runs out: until its answer is there its very text is the first thing the next session gets.
    """

    round = models.ForeignKey(PostRound, models.CASCADE, related_name="letters")
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="letters")
    kind = models.CharField(max_length=8, choices=LetterKind.choices)
    state = models.CharField(max_length=8, choices=LetterState.choices, default=LetterState.READY)
    entity = models.CharField(max_length=30, blank=True)
    verb = models.CharField(max_length=10, blank=True)
    key = models.CharField(max_length=60, blank=True)
    text = models.TextField()
    context = models.JSONField(default=dict)
    request = models.OneToOneField(Request, models.CASCADE, null=True, related_name="letter")
    links = models.JSONField(default=list, help_text="The links a looking letter asks about.")
    answer = models.TextField(blank=True)
    code = models.CharField(max_length=40, blank=True)
    message = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now())
    handed_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["connection", "id"], name="letter_open", condition=Q(state__in=["ready", "out", "answered"])
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.entity} ({self.get_state_display()})"


#: The cause of a run that was a session of a platform that calls us.
SESSION = "session"


class Run(models.Model):
    """One pass over a company with its counts; the counts are those `sync --json` prints."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="runs")
    cause = models.CharField(max_length=20, default="schedule")
    started_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)
    error = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["company", "-id"], name="run_of_company")]

    def __str__(self) -> str:
        return f"{self.company} {self.started_at:%Y-%m-%d %H:%M}"


class InvoiceTax(models.Model):
    """What was worked out of one Syncro invoice's tax, line by line, and from what: Syncro itself tells only the sum.

    `lines` are told only where the verdict is sure: id, key of the rate, percent, tax. `several`: they have different
    rates. `arithmetic` shows a person why nothing comes out. `seen`, `rates` and `products` are digests of what it was
    worked out from; it is done again when they change.
    """

    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    invoice = models.OneToOneField(SyncroRecord, models.CASCADE, related_name="line_tax")
    verdict = models.CharField(max_length=20)
    several = models.BooleanField(default=False)
    lines = models.JSONField(default=list)
    arithmetic = models.JSONField(default=dict)
    missing = models.JSONField(default=list)
    seen = models.CharField(max_length=32)
    rates = models.CharField(max_length=32)
    products = models.CharField(max_length=32)
    judged_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["company", "verdict"], name="invoice_tax_verdict")
        ]

    def __str__(self) -> str:
        return f"Tax of invoice {self.invoice}"


class Installation(models.Model):
    """Our installation's short code in every mark, so that two installations never take each other's documents."""

    code = models.CharField(max_length=12)

    def __str__(self) -> str:
        return self.code
