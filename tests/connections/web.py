"""Addresses for tests of single views."""

from __future__ import annotations

from django.urls import include, path
from unfold.sites import UnfoldAdminSite

from apps.connections.middleware import secure_login

site = UnfoldAdminSite()
secure_login(site)
urlpatterns = [
    path("connections/", include("apps.connections.urls")),
    path("accounts/", include("allauth.urls")),
    path("", site.urls),
]
