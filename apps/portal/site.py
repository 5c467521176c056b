"""The admin site everything is registered on: its pages beyond Django's lists, and who gets in."""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import secure_admin_login
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from unfold.sites import UnfoldAdminSite


class TieoutSite(UnfoldAdminSite):  # type: ignore[misc]  # unfold has no types
    """Unfold's site with our first page; signing in is allauth's business, second factor included."""

    index_title = "Overview"
    index_template = "portal/overview.html"

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The first page."""
        from apps.portal.dashboard import overview

        answer: HttpResponse = super().index(request, {"companies": overview(request.user), **(extra_context or {})})
        return answer

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Never Django's own form: it knows neither limits nor second factors."""
        answer: HttpResponse = secure_admin_login(super().login)(request, extra_context)
        return answer

    def extra_urls(self) -> list[URLPattern]:
        """The portal's own pages."""
        from apps.portal.urls import PAGES

        return [path(route, self.admin_view(view), name=name) for route, view, name in PAGES]
