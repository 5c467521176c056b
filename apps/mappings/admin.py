"""Choices of staff as a list (they are made on the portal's mapping page), and what staff tell of Syncro beyond its API."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import ForeignKey
from django.db.models.functions import Now
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.views import ChangeList

from apps.connections.access import companies_for, may, require
from apps.connections.screens import CompanyFilter, CompanyRows, PlainChangeList
from apps.connections.words import NOTHING
from apps.mappings.discovered import seen_on
from apps.mappings.forms import TaxRateForm, TaxRateLine, plain
from apps.mappings.models import Location, Mapping, RefundOrigin, TaxRate
from apps.mappings.told import CannotTie, make_default, resolve_parts, tie
from apps.mirror.models import SyncroRecord


@admin.register(Mapping)
class MappingAdmin(CompanyRows):
    """Every choice that was made."""

    list_display = ("company", "topic", "key", "kind", "label", "external_id", "account_id", "changed_at")
    list_filter = (CompanyFilter, "topic")
    list_select_related = ("company",)
    search_fields = ("key", "label")
    ordering = ("company", "topic", "key")


class SeenList(PlainChangeList):
    """Says of each row what names its id."""

    def get_results(self, request: HttpRequest) -> None:
        """One query for the page."""
        super().get_results(request)
        seen = seen_on(self.model, {row.company_id for row in self.result_list})
        for row in self.result_list:
            row.seen = seen.get((row.company_id, row.external_id), "")


class ToldRows(CompanyRows):
    """Rows that whoever may see the company may read, and whoever may map there may tell, add and never delete."""

    list_filter: Sequence[Any] = (CompanyFilter,)
    list_select_related = ("company",)
    list_display_links = ("shown_id",)
    search_fields: Sequence[str] = ("name", "external_id__exact")
    search_help_text = "Name or id"
    sortable_by = ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Somewhere one may map."""
        return companies_for(request.user, "map").exists()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """In the company of the row; for the list, in every company it shows."""
        if obj is not None:
            return may(request.user, "map", obj.company)
        shown = companies_for(request.user)
        if slug := request.GET.get(CompanyFilter.parameter_name):
            shown = shown.filter(slug=slug)
        return shown.exists() and not shown.exclude(pk__in=companies_for(request.user, "map").values("pk")).exists()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        """What a row is stays as it is."""
        known = ("external_id",) if obj is not None and obj.external_id else ()
        return ("company", *known) if obj is not None else ()

    def formfield_for_foreignkey(self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        """A company in which one may map."""
        field = super().formfield_for_foreignkey(
            db_field, request, queryset=companies_for(request.user, "map"), **kwargs
        )
        if field is not None and companies_for(request.user, "map").count() == 1:
            field.initial = companies_for(request.user, "map").get().pk
        return field

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """The list that counts once and says where each was seen."""
        return SeenList

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """With the moment at which it was told; a posted list may name rows that it did not show."""
        require(request.user, "map", obj.company)
        obj.changed_at = Now()
        super().save_model(request, obj, form, change)

    @admin.display(description="id in Syncro")
    def shown_id(self, row: Any) -> SafeString:
        """The id, or that nobody knows it."""
        return format_html('<span class="t-link">{}</span>', row.external_id or "Not known yet")

    @admin.display(description="seen on")
    def seen(self, row: Any) -> str:
        """What names this id."""
        return getattr(row, "seen", "") or NOTHING


class RateList(SeenList):
    """Says of each group what it is made of."""

    def get_results(self, request: HttpRequest) -> None:
        """One more query for the page."""
        super().get_results(request)
        names = _names({row.company_id for row in self.result_list})
        for row in self.result_list:
            row.names = names


def _names(companies: Iterable[int]) -> dict[tuple[int, str], str]:
    """What the rates of these companies are called, by company and id."""
    rates = TaxRate.objects.filter(company__in=companies).exclude(external_id="")
    return {(company, key): name for company, key, name in rates.values_list("company", "external_id", "name")}


@admin.register(TaxRate)
class TaxRateAdmin(ToldRows):
    """Syncro's tax rates: ids that were met, with what staff or a file told of them."""

    list_display = ("shown_id", "company", "name", "percent", "made_of", "seen", "shown_default", "archived")
    list_editable = ("name", "percent", "archived")
    list_filter = (CompanyFilter, "archived")
    form = TaxRateForm
    fields = ("company", "external_id", "name", "percent", "first", "second", "default", "archived")
    seen_fields = ("company", "shown_id", "name", "shown_percent", "made_of", "shown_default", "archived")
    ordering = ("company", "archived", "name", "external_id")

    def get_list_display(self, request: HttpRequest) -> Sequence[str]:
        """Whoever may not change the percent reads it without its zeros."""
        shown = super().get_list_display(request)
        able = self.has_change_permission(request)
        return shown if able else ["shown_percent" if name == "percent" else name for name in shown]

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> type[forms.ModelForm[Any]]:
        """A rate in the list."""
        form: type[forms.ModelForm[Any]] = super().get_changelist_form(request, form=TaxRateLine, **kwargs)
        return form

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        """As a form, or to read."""
        return self.fields if obj is None or self.has_change_permission(request, obj) else self.seen_fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        """All of them for whoever may only look."""
        if obj is not None and not self.has_change_permission(request, obj):
            return self.seen_fields
        return super().get_readonly_fields(request, obj)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """The list that also knows what groups are made of."""
        return RateList

    def save_model(self, request: HttpRequest, obj: TaxRate, form: Any, change: Any) -> None:
        """Save what was told; tie it to its id, make it the default, put groups together."""
        require(request.user, "map", obj.company)
        chosen = obj.external_id if "external_id" in form.changed_data and change else ""
        if chosen:
            obj.external_id = ""
        if isinstance(form, TaxRateForm):
            self._save_choices(obj, form, change=bool(change))
        super().save_model(request, obj, form, change)
        try:
            tie(obj, chosen) if chosen else resolve_parts(obj.company)
        except CannotTie as error:
            messages.error(request, str(error))

    def _save_choices(self, rate: TaxRate, form: TaxRateForm, *, change: bool) -> None:
        rate.is_default = form.cleaned_data["default"]
        if rate.is_default:
            make_default(rate.company, rate.pk or 0)
        if change and {"first", "second"} & set(form.changed_data):
            rate.part_names, rate.parts = form.parts, form.parts

    @admin.display(description="made of")
    def made_of(self, rate: TaxRate) -> str:
        """The rates of a group; in brackets those that a file names and nobody knows."""
        if rate.parts:
            names = rate.__dict__.get("names") or _names([rate.company_id])
            return " + ".join(names.get((rate.company_id, part)) or part for part in rate.parts)
        return f"({' + '.join(rate.part_names)})" if rate.part_names else NOTHING

    @admin.display(description="percent")
    def shown_percent(self, rate: TaxRate) -> str:
        """The rate."""
        return f"{plain(rate.percent)} %" if rate.percent is not None else NOTHING

    @admin.display(description="default")
    def shown_default(self, rate: TaxRate) -> SafeString | str:
        """Whether customers without a rate have it; nothing is shown for all others."""
        return format_html('<span class="t-badge t-good">{}</span>', "Default") if rate.is_default else ""


@admin.register(Location)
class LocationAdmin(ToldRows):
    """Syncro's locations: ids that were met, with their names."""

    list_display = ("shown_id", "company", "name", "seen")
    list_editable = ("name",)
    fields = ("company", "external_id", "name")
    ordering = ("company", "external_id")


class RefundList(PlainChangeList):
    """Ties the numbers of a page to the invoices that were read, in one query."""

    def get_results(self, request: HttpRequest) -> None:
        """One query for the page."""
        super().get_results(request)
        rows: list[RefundOrigin] = list(self.result_list)
        numbers = {number for row in rows for number in (row.refund_number, row.original_number)}
        invoices = SyncroRecord.objects.filter(
            entity="invoice", label__in=numbers, company__in={row.company_id for row in rows}, gone_at=None
        )
        self.result_list: Any = rows
        known = {(company, label): pk for company, label, pk in invoices.values_list("company", "label", "pk")}
        for row in rows:
            row.__dict__["known"] = known


@admin.register(RefundOrigin)
class RefundOriginAdmin(CompanyRows):
    """Which invoice each refund gives back, as Syncro's report told."""

    list_display = ("refund", "company", "original", "changed_at")
    list_filter = (CompanyFilter,)
    list_select_related = ("company",)
    search_fields = ("refund_number__exact", "original_number__exact")
    search_help_text = "Number of the refund or of the original"
    ordering = ("-id",)
    sortable_by = ()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """The list that knows the invoices."""
        return RefundList

    @admin.display(description="refund invoice")
    def refund(self, row: RefundOrigin) -> SafeString | str:
        """The refund, with the way to it."""
        return _invoice(row, row.refund_number)

    @admin.display(description="gives back")
    def original(self, row: RefundOrigin) -> SafeString | str:
        """The original, with the way to it."""
        return _invoice(row, row.original_number)


def _invoice(row: RefundOrigin, number: str) -> SafeString | str:
    pk = row.__dict__.get("known", {}).get((row.company_id, number))
    if pk is None:
        return f"{number} (not read yet)"
    return format_html(
        '<a class="t-link" href="{}">{}</a>', reverse("admin:portal_record", args=["syncro", pk]), number
    )
