"""Addresses for tests of single views."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from unfold.sites import UnfoldAdminSite

from apps.connections.middleware import secure_login


def page(request: HttpRequest) -> HttpResponse:
    """Any page."""
    return HttpResponse("here")


site = UnfoldAdminSite()
secure_login(site)
urlpatterns = [
    path("connections/", include("apps.connections.urls")),
    path("accounts/", include("allauth.urls")),
    path("page/", page),
    path("", site.urls),
]
