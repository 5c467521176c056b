"""Choices of staff, as a list; they are made on the portal's mapping page."""

from __future__ import annotations

from django.contrib import admin

from apps.connections.screens import CompanyFilter, CompanyRows
from apps.mappings.models import Mapping


@admin.register(Mapping)
class MappingAdmin(CompanyRows):
    """Every choice that was made."""

    list_display = ("company", "topic", "key", "kind", "label", "external_id", "account_id", "changed_at")
    list_filter = (CompanyFilter, "topic")
    list_select_related = ("company",)
    search_fields = ("key", "label")
    ordering = ("company", "topic", "key")
