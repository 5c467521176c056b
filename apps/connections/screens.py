"""What every list of company rows shares: nobody sees a row of a company that is not theirs, and nothing is written here."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

from apps.connections.access import companies_for
from apps.connections.models import Connection
from apps.connections.opening import account_before
from apps.core.admin import ReadOnlyAdmin
from apps.platforms.base import DirectPlatform
from apps.platforms.registry import connect, platform_class

#: How a state is shown: the word a bookkeeper reads and the colour of its badge.
STATES: dict[str, tuple[str, str]] = {
    "in_sync": ("In sync", "good"),
    "pending": ("Waiting to be sent", "busy"),
    "pushing": ("Being sent", "busy"),
    "in_doubt": ("Checking", "warn"),
    "held": ("Needs a look", "bad"),
    "ignored": ("Left alone", "quiet"),
    "connected": ("Connected", "good"),
    "needs_sign_in": ("Needs a new sign-in", "bad"),
    "paused": ("Paused", "warn"),
    "open": ("Open", "warn"),
    "closed": ("Solved", "good"),
    "committed": ("Perhaps sent", "warn"),
    "settled": ("Answered", "good"),
    "lost": ("No answer", "bad"),
    "unsent": ("Not done", "quiet"),
}
NOTHING = "—"


def badge(state: str) -> SafeString | str:
    """A state as a coloured word."""
    word, tone = STATES.get(state, (state.replace("_", " ").capitalize(), "quiet"))
    return format_html('<span class="t-badge t-{}">{}</span>', tone, word) if state else NOTHING


def age(moment: Any) -> str:
    """How long ago, in its largest unit."""
    return f"{timesince(moment, depth=1)} ago" if moment else "never"


def money(amount: Any) -> SafeString | str:
    """An amount with thousands and two decimals."""
    return format_html('<span class="t-money">{}</span>', f"{amount:,.2f}") if amount is not None else NOTHING


@lru_cache(maxsize=200)
def _signpost(platform: str, account_id: str) -> DirectPlatform:
    """A platform that is only asked for addresses: it has no sign-in."""
    return connect(platform, account_before(platform, account_id))


def outside_link(connection: Connection | None, entity: str, external_id: str) -> SafeString | str:
    """A link into the vendor's own web app; asks nobody."""
    if connection is None or not external_id:
        return NOTHING
    address = _signpost(connection.platform, connection.account_id).url(entity, external_id)
    if not address:
        return NOTHING
    title = platform_class(connection.platform).title
    return format_html('<a class="t-out" href="{}" target="_blank" rel="noopener noreferrer">{} ↗</a>', address, title)


class CompanyFilter(admin.SimpleListFilter):
    """Only the companies one may see, and only when there is more than one."""

    title = "company"
    parameter_name = "company"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The companies of this person."""
        return [(company.slug, company.name) for company in companies_for(request.user)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows of the chosen company."""
        return queryset.filter(company__slug=self.value()) if self.value() else queryset


class SeenByMembers:
    """Whoever may do `verb` in a company may look; Django's own permissions play no part."""

    verb = "see"

    def has_module_permission(self, request: HttpRequest) -> bool:
        """In the navigation for everybody who may see a company."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Rows of other companies are not in the queryset, so any company will do."""
        return bool(request.user.is_active) and companies_for(request.user, self.verb).exists()


class CompanyRows(SeenByMembers, ReadOnlyAdmin):
    """Rows of the companies one may see. `page` names the portal page that shows one row whole."""

    company_path = "company"
    page = ""
    list_display_links = None
    list_filter_sheet = False
    actions = None
    show_facets = admin.ShowFacets.NEVER

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Limited to one's companies."""
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.filter(**{f"{self.company_path}__in": companies_for(request.user, self.verb)})

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """The portal's own page where there is one."""
        if self.page:
            return HttpResponseRedirect(self.page_of(object_id))
        answer: HttpResponse = super().change_view(request, object_id, *args, **kwargs)
        return answer

    def page_of(self, object_id: Any) -> str:
        """The address of the page of one row."""
        return reverse(f"admin:{self.page}", args=[object_id])




