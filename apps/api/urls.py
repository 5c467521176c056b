"""Addresses for machines; the slash at the end may be left out, as nobody is led on from a POST."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views import defaults

from apps.api import webconnector, webhooks

app_name = "api"
urlpatterns = [
    path("webconnector/<slug:slug>/help/", webconnector.support, name="webconnector_help"),
    path("webconnector/<slug:slug>/", webconnector.connector, name="webconnector"),
    path("webconnector/<slug:slug>", webconnector.connector),
    path("webhooks/<slug:short>/", webhooks.signed, name="signed"),
    path("webhooks/<slug:short>", webhooks.signed),
    path("webhooks/<slug:short>/<slug:secret>/", webhooks.addressed, name="addressed"),
    path("webhooks/<slug:short>/<slug:secret>", webhooks.addressed),
]


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What nobody gets a page for who speaks SOAP: a wrong host, say."""
    if _speaks_soap(request):
        return webconnector.fault("This portal is not called by this name, or the call makes no sense.", status=400)
    return defaults.bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """A mistake of ours, or a database that does not answer; it is in the log."""
    if _speaks_soap(request):
        return webconnector.fault("The portal could not answer; try again.", "Server")
    return defaults.server_error(request)


def _speaks_soap(request: HttpRequest) -> bool:
    return request.path_info.startswith("/webconnector/") and request.method == "POST"
