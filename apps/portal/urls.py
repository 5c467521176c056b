"""The portal's own pages beside the lists: route, view, name."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponse

from apps.portal import views

PAGES: tuple[tuple[str, Callable[..., HttpResponse], str], ...] = (
    ("sync-now/<slug:slug>/", views.start_pass, "portal_sync_now"),
    ("queue/<int:pk>/", views.mismatch, "portal_mismatch"),
    ("queue/<int:pk>/<slug:name>/", views.resolve_mismatch, "portal_resolve"),
    ("record/<slug:side>/<int:pk>/", views.record, "portal_record"),
    ("link/<int:pk>/", views.link, "portal_link"),
    ("tie-out/", views.tieouts, "portal_tieouts"),
    ("tie-out/<slug:slug>/", views.tieout, "portal_tieout"),
    ("map/", views.mappings, "portal_mappings"),
    ("map/<slug:slug>/", views.mapping, "portal_mapping"),
    ("policies/", views.policies, "portal_policies"),
    ("policies/<slug:slug>/", views.policy, "portal_policy"),
)
