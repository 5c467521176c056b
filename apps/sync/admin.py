"""What was sent, and what each pass did: to read, never to change."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

from apps.connections.screens import CompanyFilter, CompanyRows
from apps.connections.words import badge
from apps.core.redact import redact_text
from apps.sync.models import PostedLetter, PostRound, Request, Run


@admin.register(Request)
class RequestAdmin(CompanyRows):
    """Every changing request as it was committed before it left."""

    verb = "see_requests"
    list_display = ("created_at", "company", "connection", "sentence", "documents", "shown_state", "error")
    list_display_links = ("created_at",)
    list_filter = (CompanyFilter, "state", "verb")
    list_select_related = ("company", "connection")
    ordering = ("-id",)
    sortable_by = ()
    fields = ("company", "connection", "sentence", "shown_state", "method", "path", "key", "bytes_sent", "outcomes", "error",
              "created_at", "settled_at")  # fmt: skip
    readonly_fields = ("sentence", "shown_state", "bytes_sent", "outcomes")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Request]:
        """With the count of its documents; the bytes are read only on the page of one."""
        return super().get_queryset(request).prefetch_related("items")

    @admin.display(description="what")
    def sentence(self, request: Request) -> str:
        """What it asks for, in words."""
        return f"{request.verb.capitalize()} {request.entity.replace('_', ' ')}"

    @admin.display(description="documents")
    def documents(self, request: Request) -> int:
        """How many documents are in it."""
        return len(request.items.all())

    @admin.display(description="state")
    def shown_state(self, request: Request) -> SafeString | str:
        """As a badge."""
        return badge(request.state)

    @admin.display(description="sent, redacted")
    def bytes_sent(self, request: Request) -> SafeString:
        """The bytes without anything that signs in."""
        return format_html('<pre class="t-raw">{}</pre>', redact_text(bytes(request.body).decode("utf-8", "replace")))

    @admin.display(description="what became of it")
    def outcomes(self, request: Request) -> SafeString:
        """One line for each document."""
        lines = "\n".join(
            f"{item.position + 1}. {item.outcome or 'open'} {item.sentence}" for item in request.items.all()
        )
        return format_html('<pre class="t-raw">{}</pre>', lines)


@admin.register(Run)
class RunAdmin(CompanyRows):
    """Passes over a company, newest first."""

    list_display = ("started_at", "company", "cause", "took", "summary", "error")
    list_display_links = ("started_at",)
    list_filter = (CompanyFilter, "cause")
    list_select_related = ("company",)
    ordering = ("-id",)
    sortable_by = ()
    fields = ("company", "cause", "started_at", "ended_at", "counts", "error")

    @admin.display(description="took")
    def took(self, run: Run) -> str:
        """How long it ran."""
        if run.ended_at is None:
            return "still running"
        seconds = (run.ended_at - run.started_at).total_seconds()
        return f"{seconds:.1f} s" if seconds < 120 else timesince(run.started_at, run.ended_at)

    @admin.display(description="what it did")
    def summary(self, run: Run) -> str:
        """The counts in one line."""
        return run_sentence(run.counts)


@admin.register(PostRound)
class PostRoundAdmin(CompanyRows):
    """Sessions of a platform that calls us, newest first."""

    list_display = ("began_at", "company", "letters_out", "ended_at", "error")
    list_display_links = ("began_at",)
    list_filter = (CompanyFilter,)
    list_select_related = ("company",)
    ordering = ("-id",)
    sortable_by = ()
    fields = ("company", "connection", "began_at", "seen_at", "ended_at", "handed", "counts", "error")

    @admin.display(description="letters")
    def letters_out(self, round_: PostRound) -> int:
        """How many letters it was given."""
        return round_.handed


@admin.register(PostedLetter)
class PostedLetterAdmin(CompanyRows):
    """Every letter with the very text that was handed out, and its answer."""

    verb = "see_requests"
    company_path = "round__company"
    list_display = ("created_at", "company_name", "kind", "entity", "state", "code", "handed_at", "answered_at")
    list_display_links = ("created_at",)
    list_filter = ("kind", "state")
    list_select_related = ("round__company", "connection")
    ordering = ("-id",)
    sortable_by = ()
    fields = ("connection", "kind", "state", "entity", "key", "created_at", "handed_at", "answered_at", "code", "message",
              "sent", "came")  # fmt: skip
    readonly_fields = ("sent", "came")

    @admin.display(description="company")
    def company_name(self, letter: PostedLetter) -> str:
        """Whose session it was."""
        return str(letter.round.company)

    @admin.display(description="sent, redacted")
    def sent(self, letter: PostedLetter) -> SafeString:
        """The text as it was handed out."""
        return format_html('<pre class="t-raw">{}</pre>', redact_text(letter.text))

    @admin.display(description="answer, redacted")
    def came(self, letter: PostedLetter) -> SafeString:
        """The answer as it came."""
        return format_html('<pre class="t-raw">{}</pre>', redact_text(letter.answer))


def run_sentence(counts: dict[str, Any]) -> str:
    """What a pass did, for people: "read 120, changed 7 of them, wrote 5"."""
    pulls = counts.get("runs", [])
    read, changed = (sum(int(pull.get(key, 0)) for pull in pulls) for key in ("pulled", "changed"))
    wrote = sum(int(n) for side in counts.get("writes", {}).values() for verbs in side.values() for n in verbs.values())
    return f"read {read:,}, of which new or changed {changed:,}; wrote {wrote:,}" if pulls or wrote else "nothing to do"
