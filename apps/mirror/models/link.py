"""Links: what belongs together on the two sides, and what the engine does next about it."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from apps.connections.models import Company
from apps.mirror.models.books import BooksRecord
from apps.mirror.models.record import MirrorRow
from apps.mirror.models.syncro import SyncroRecord
from apps.mirror.states import SyncState, sources_of
from apps.platforms.base import Side


class LinkQuerySet(models.QuerySet["Link"]):
    """Sets of links, and the one way their state changes."""

    def move(self, to: SyncState, *, code: str = "", reason: str = "", wait: timedelta | None = None) -> int:
        """Move every link of this set that may move; gives how many did. Rows show the new state in the same statement."""
        values = {"state": to, "code": code, "reason": reason, "moved_at": Now(), "lease_until": None}
        values["not_before"] = Now() + wait if wait else None
        ids = list(self.filter(state__in=sources_of(to)).values_list("id", flat=True))
        if not ids:
            return 0
        moved = Link.objects.filter(id__in=ids, state__in=sources_of(to)).update(**values)
        show_state(ids)
        return moved


def show_state(link_ids: list[int]) -> None:
    """Repeat the state of links on the rows they tie, in one statement a side."""
    for model, path in ((SyncroRecord, "syncro"), (BooksRecord, "books")):
        state = Link.objects.filter(**{f"{path}_id": models.OuterRef("pk")}).values("state")[:1]
        rows = Link.objects.filter(id__in=link_ids, **{f"{path}__isnull": False}).values(f"{path}_id")
        model.objects.filter(pk__in=rows).update(
            sync_state=models.functions.Coalesce(models.Subquery(state), models.Value(""))
        )


class Link(models.Model):
    """What belongs together on the two sides, its state, and why.

    `base_syncro` and `base_books` are the contents both sides last agreed on: the base of every three-way merge.
    `partner` is the link this one is settled with (the payment of a refund with its negative invoice).
    `fence` goes up with every claim; whoever settles must hold the current one. `attempts` is counted before the work.
    """

    company = models.ForeignKey(Company, models.CASCADE, related_name="links")
    entity = models.CharField(max_length=30)
    origin = models.CharField(max_length=6, choices=[(side.value, side.value) for side in Side])
    syncro = models.OneToOneField(SyncroRecord, models.CASCADE, null=True, blank=True, related_name="link")
    books = models.OneToOneField(BooksRecord, models.CASCADE, null=True, blank=True, related_name="link")
    partner = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="partners")
    state = models.CharField(max_length=10, choices=SyncState.choices, default=SyncState.PENDING)
    code = models.CharField(max_length=60, blank=True, help_text="The reason in one word, for lists and kinds.")
    reason = models.TextField(blank=True, help_text="The reason as a sentence.")
    hints = models.JSONField(
        default=dict, blank=True, help_text="What staff or an earlier attempt decided for the next one."
    )
    not_before = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    effective_date = models.DateField(null=True, blank=True)
    base_syncro = models.JSONField(default=dict, blank=True)
    base_books = models.JSONField(default=dict, blank=True)
    digest_syncro = models.CharField(
        max_length=32, blank=True, help_text="Digest of the Syncro row at the last agreement."
    )
    digest_books = models.CharField(
        max_length=32, blank=True, help_text="Digest of the books row at the last agreement."
    )
    created_at = models.DateTimeField(db_default=Now())
    moved_at = models.DateTimeField(db_default=Now())

    objects = LinkQuerySet.as_manager()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(syncro__isnull=False) | Q(books__isnull=False), name="link_has_a_row"),
            models.CheckConstraint(
                condition=Q(state=SyncState.PUSHING) | Q(lease_until__isnull=True), name="link_lease_only_while_pushing"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["company", "entity", "state"], name="link_of_state"),
            models.Index(
                fields=["company", "entity", "not_before", "id"],
                name="link_due",
                condition=Q(state__in=[SyncState.PENDING, SyncState.IN_DOUBT]),
            ),
            models.Index(fields=["lease_until"], name="link_leased", condition=Q(state=SyncState.PUSHING)),
        ]

    def __str__(self) -> str:
        return f"{self.entity}: {self.syncro or '—'} ↔ {self.books or '—'}"

    def row(self, side: Side) -> MirrorRow | None:
        """The row of one side, if there is one."""
        return self.syncro if side is Side.SYNCRO else self.books

    @property
    def target(self) -> Side:
        """The side that documents of this link are written to."""
        return Side(self.origin).other


class LegState(models.TextChoices):
    """How far one document of a link is."""

    WANTED = "wanted", "Wanted"
    DONE = "done", "Done"


class Leg(models.Model):
    """One document of a link on the side across, in fixed order; the link is in sync when all its legs are done.

    `wanted` is the frozen neutral content of the last write: an echo may join only where it equals. `digest` is that of
    a further leg's document at the last agreement; the first leg's is the link's own.
    """

    link = models.ForeignKey(Link, models.CASCADE, related_name="legs")
    position = models.PositiveSmallIntegerField(default=0)
    side = models.CharField(max_length=6, choices=[(side.value, side.value) for side in Side])
    entity = models.CharField(max_length=30)
    external_id = models.CharField(max_length=120, blank=True)
    marker = models.CharField(max_length=120, blank=True)
    generation = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=8, choices=LegState.choices, default=LegState.WANTED)
    wanted = models.JSONField(default=dict, blank=True)
    digest = models.CharField(max_length=32, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["link_id", "position"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["link", "position"], name="leg_position_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["marker"], name="leg_marker", condition=~Q(marker="")),
            models.Index(fields=["side", "entity", "external_id"], name="leg_external"),
        ]

    def __str__(self) -> str:
        return f"{self.entity} {self.external_id or '(not yet)'}"
