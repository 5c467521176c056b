"""What every list of company rows shares: nobody sees a row of a company that is not theirs, and nothing is written here."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.views import ChangeList

from apps.connections.access import companies_for
from apps.connections.models import Connection
from apps.connections.opening import signpost
from apps.connections.words import NOTHING
from apps.core.admin import ReadOnlyAdmin
from apps.platforms.registry import PLATFORMS

_signpost = lru_cache(maxsize=200)(signpost)


def outside_link(connection: Connection | None, entity: str, external_id: str) -> SafeString | str:
    """A link into the vendor's own web app; asks nobody."""
    if connection is None or not external_id:
        return NOTHING
    address = _signpost(connection.platform, connection.account_id).url(entity, external_id)
    if not address:
        return NOTHING
    title = PLATFORMS[connection.platform].title
    return format_html('<a class="t-out" href="{}" target="_blank" rel="noopener noreferrer">{} ↗</a>', address, title)


class CompanyFilter(admin.SimpleListFilter):
    """Only the companies one may see, and only when there is more than one."""

    title = "company"
    parameter_name = "company"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """The companies of this person."""
        found = [(company.slug, company.name) for company in companies_for(request.user)]
        return found if len(found) > 1 else []

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
        asked: dict[str, bool] = request.__dict__.setdefault(
            "_sees_companies", {}
        )  # each page asks for every model there is
        if self.verb not in asked:
            asked[self.verb] = bool(request.user.is_active) and companies_for(request.user, self.verb).exists()
        return asked[self.verb]


class PlainChangeList(ChangeList):  # type: ignore[misc]  # unfold has no types
    """Says how many rows there are without counting them a second time."""

    def get_results(self, request: HttpRequest) -> None:
        """Without filters the result is everything."""
        super().get_results(request)
        self.full_result_count = self.result_count


class CompanyRows(SeenByMembers, ReadOnlyAdmin):
    """Rows of the companies one may see. `page` names the portal page that shows one row whole."""

    company_path = "company"
    page = ""
    list_display_links: Sequence[str] | None = None
    list_filter_sheet = False
    actions = None
    show_facets = admin.ShowFacets.NEVER

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Limited to one's companies."""
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.filter(**{f"{self.company_path}__in": companies_for(request.user, self.verb)})

    def get_list_display(self, request: HttpRequest) -> Sequence[str]:
        """Without the company where there is only one."""
        shown: Sequence[str] = super().get_list_display(request)
        many = "company" in shown and companies_for(request.user).count() > 1
        return shown if many else [name for name in shown if name != "company"]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """The list that counts once."""
        return PlainChangeList

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Titled by what it lists."""
        title = str(self.opts.verbose_name_plural).capitalize()
        answer: HttpResponse = super().changelist_view(request, {"title": title, **(extra_context or {})})
        return answer

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """The portal's own page where there is one."""
        if self.page:
            return HttpResponseRedirect(self.page_of(object_id))
        answer: HttpResponse = super().change_view(request, object_id, *args, **kwargs)
        return answer

    def page_of(self, object_id: Any) -> str:
        """The address of the page of one row."""
        return reverse(f"admin:{self.page}", args=[object_id])
