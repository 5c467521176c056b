"""The queue: what a person should look at."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.connections.screens import CompanyFilter, CompanyRows
from apps.connections.words import age, badge, money
from apps.reconciliation.kinds import KINDS, kind, kind_choices
from apps.reconciliation.models import Decision, Mismatch, MismatchState
from apps.reconciliation.resolutions import RESOLUTIONS

#: Who may do what the safest resolution of a kind needs.
TURNS = {"resolve": "Bookkeeper", "map": "Bookkeeper", "ignore": "Bookkeeper", "approve": "Approver"}


class StateFilter(admin.SimpleListFilter):
    """Open ones unless asked otherwise."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Without a choice the open ones are shown."""
        return [("closed", "Solved"), ("ignored", "Left alone"), ("all", "All")]

    def choices(self, changelist: Any) -> Any:
        """Say Open where Django says All."""
        chosen = list(super().choices(changelist))
        return [{**chosen[0], "display": "Open"}, *chosen[1:]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows in the chosen state."""
        return queryset if self.value() == "all" else queryset.filter(state=self.value() or MismatchState.OPEN)


class KindFilter(admin.SimpleListFilter):
    """By kind."""

    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Every kind there is."""
        return kind_choices()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows of the chosen kind."""
        return queryset.filter(kind=self.value()) if self.value() else queryset


def kind_title(name: str) -> str:
    """What people call a kind; a kind that is gone keeps its name."""
    return kind(name).title if name in KINDS else name.replace("_", " ").capitalize()


def turn(name: str) -> str:
    """Who has to do something about a kind: its safest resolution tells."""
    first = kind(name).resolutions[:1] if name in KINDS else ()
    return TURNS.get(RESOLUTIONS[first[0]].verb, "Bookkeeper") if first else "Bookkeeper"


@admin.register(Mismatch)
class MismatchAdmin(CompanyRows):
    """What disagrees, how much money it moves, since when, and whose turn it is."""

    page = "portal_mismatch"
    list_display = (
        "what",
        "customer",
        "amount_in_question",
        "money_moved",
        "waiting",
        "turn",
        "shown_state",
        "company",
    )
    list_filter = (CompanyFilter, KindFilter, StateFilter)
    list_select_related = ("company",)
    search_fields = ("customer", "sentence")
    ordering = ("-id",)
    sortable_by = ()

    @admin.display(description="what")
    def what(self, mismatch: Mismatch) -> SafeString:
        """Kind and sentence, with the way to its page."""
        return format_html(
            '<a class="t-link" href="{}">{}</a><span class="t-sentence">{}</span>',
            self.page_of(mismatch.pk), kind_title(mismatch.kind), mismatch.sentence,
        )  # fmt: skip

    @admin.display(description="amount")
    def amount_in_question(self, mismatch: Mismatch) -> SafeString | str:
        """The amount of the document it is about."""
        told = mismatch.facts.get("amount")
        return money(Decimal(told) if told else None)

    @admin.display(description="difference")
    def money_moved(self, mismatch: Mismatch) -> SafeString | str:
        """By how much the two receivables differ because of it."""
        return money(mismatch.amount)

    @admin.display(description="since")
    def waiting(self, mismatch: Mismatch) -> str:
        """How long it has stood."""
        return age(mismatch.since)

    @admin.display(description="whose turn")
    def turn(self, mismatch: Mismatch) -> str:
        """Who has to do something."""
        return turn(mismatch.kind)

    @admin.display(description="state")
    def shown_state(self, mismatch: Mismatch) -> SafeString | str:
        """As a badge."""
        return badge(mismatch.state)


@admin.register(Decision)
class DecisionAdmin(CompanyRows):
    """What people decided; never changed, never deleted."""

    company_path = "mismatch__company"
    list_display = ("at", "mismatch", "resolution", "user", "note", "result")
    list_display_links = ("at",)
    list_select_related = ("mismatch", "user")
    ordering = ("-id",)
    sortable_by = ()
