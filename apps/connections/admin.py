"""Companies, connections, calls and people."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin, TabularInline
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from apps.connections.access import companies_for
from apps.connections.models import ApiCall, Company, Connection, Membership
from apps.connections.opening import PRIVATE
from apps.connections.screens import CompanyFilter, CompanyRows
from apps.connections.words import age, badge

admin.site.unregister(User)
admin.site.unregister(Group)


class MembershipInline(TabularInline):  # type: ignore[misc]  # unfold has no types
    """What a person may do, company by company; no company means all of them."""

    model = Membership
    extra = 0


@admin.register(User)
class PeopleAdmin(UserAdmin, ModelAdmin):  # type: ignore[misc,type-arg]  # not generic when it runs
    """People and their roles; only for those who administer the installation."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    inlines = (MembershipInline,)
    list_display = ("username", "email", "roles", "is_active", "last_login")
    list_filter = ("is_active", "is_superuser")
    fieldsets = (
        (None, {"fields": ("username", "password", "first_name", "last_name", "email")}),
        ("Sign-in", {"fields": ("is_active", "is_staff", "is_superuser")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """With the roles, read once for the page."""
        return super().get_queryset(request).prefetch_related("memberships__company")

    @admin.display(description="roles")
    def roles(self, user: User) -> str:
        """Every role in words."""
        roles = [f"{each.get_role_display()} of {each.company or 'all companies'}" for each in user.memberships.all()]
        return ", ".join(["Administers the installation", *roles] if user.is_superuser else roles) or "None"


@admin.register(Company)
class CompanyAdmin(CompanyRows):
    """The companies and what they are connected to."""

    list_display = ("name", "books_platform", "syncro_state", "books_state", "start_date", "currency")
    list_select_related = ("syncro", "books")
    search_fields = ("name", "slug")
    fields = ("name", "slug", "books_platform", "syncro", "books", "currency", "start_date")
    list_display_links = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Company]:
        """One's own companies."""
        rows: QuerySet[Company] = super(CompanyRows, self).get_queryset(request)
        return rows.filter(pk__in=companies_for(request.user).values("pk"))

    @admin.display(description="Syncro")
    def syncro_state(self, company: Company) -> SafeString | str:
        """How the Syncro side is connected."""
        return badge(company.syncro.state) if company.syncro else "Not connected"

    @admin.display(description="books")
    def books_state(self, company: Company) -> SafeString | str:
        """How the books are connected."""
        return badge(company.books.state) if company.books else "Not connected"


@admin.register(Connection)
class ConnectionAdmin(CompanyRows):
    """Accounts on the platforms; tokens are in no list and on no page."""

    list_display = ("__str__", "account_id", "shown_state", "reason", "last_success", "missing_rights")
    list_display_links = ("__str__",)
    fields = ("platform", "account_id", "title", "state", "reason", "last_ok_at", "facts", "missing", "chosen")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Connection]:
        """Of one's own companies."""
        mine = companies_for(request.user).values("pk")
        rows: QuerySet[Connection] = super(CompanyRows, self).get_queryset(request)
        return rows.filter(Q(company_as_syncro__in=mine) | Q(company_as_books__in=mine)).distinct()

    @admin.display(description="state", ordering="state")
    def shown_state(self, connection: Connection) -> SafeString | str:
        """As a badge."""
        return badge(connection.state)

    @admin.display(description="last success")
    def last_success(self, connection: Connection) -> str:
        """How long ago a request last succeeded."""
        return age(connection.last_ok_at)

    @admin.display(description="options")
    def chosen(self, connection: Connection) -> str:
        """What was chosen for it; of passwords not even the hash."""
        shown = {key: value for key, value in connection.options.items() if key not in PRIVATE}
        return ", ".join(f"{key}: {value}" for key, value in shown.items()) or "None"

    @admin.display(description="missing permissions")
    def missing_rights(self, connection: Connection) -> str:
        """What the sign-in is not allowed to do."""
        return ", ".join(connection.missing) or "None"


class CallCompanyFilter(CompanyFilter):
    """By company, over the connection."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Calls of either connection of the chosen company."""
        slug = self.value()
        either = Q(connection__company_as_syncro__slug=slug) | Q(connection__company_as_books__slug=slug)
        return queryset.filter(either) if slug else queryset


@admin.register(ApiCall)
class ApiCallAdmin(CompanyRows):
    """Every request to a platform, as it may be shown."""

    verb = "see_requests"
    list_display = ("at", "connection", "method", "address", "answer_status", "milliseconds", "error")
    list_display_links = ("at",)
    list_filter = (CallCompanyFilter, "method")
    list_select_related = ("connection",)
    ordering = ("-id",)
    sortable_by = ()
    fields = ("at", "connection", "method", "url", "status", "milliseconds", "vendor_id", "request", "answer", "error")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiCall]:
        """Of one's own companies."""
        mine = companies_for(request.user, self.verb)
        connections = [pk for pair in mine.values_list("syncro_id", "books_id") for pk in pair if pk]
        rows: QuerySet[ApiCall] = super(CompanyRows, self).get_queryset(request)
        return rows.filter(connection__in=connections)

    @admin.display(description="address")
    def address(self, call: ApiCall) -> SafeString:
        """The path, cut in the middle of nothing important."""
        return format_html('<code class="t-path" title="{}">{}</code>', call.url, call.url.split("?")[0][-60:])

    @admin.display(description="answer", ordering="status")
    def answer_status(self, call: ApiCall) -> SafeString:
        """The status, red when it is none of success."""
        tone = "good" if 200 <= call.status < 300 else "bad"
        return format_html('<span class="t-badge t-{}">{}</span>', tone, call.status or "no answer")
