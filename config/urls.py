"""What is served where."""

from __future__ import annotations

from django.contrib import admin
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.cache import never_cache


@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """200 when this process and the database answer; says nothing else, as anyone may ask."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")


handler400, handler500 = "apps.api.urls.bad_request", "apps.api.urls.server_error"
urlpatterns = [
    path("healthz", healthz),
    path("accounts/", include("allauth.urls")),
    path("connections/", include("apps.connections.urls")),
    path("", include("apps.api.urls")),
    path("", admin.site.urls),
]
