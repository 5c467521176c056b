"""The portal's own pages: each checks the permission, calls one function and says what happened."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from apps.connections.access import companies_for, may, require
from apps.connections.models import Company
from apps.connections.policies import BadPolicy, set_policy
from apps.core.redact import redact_json
from apps.core.tasks import enqueue
from apps.mirror.models import BooksRecord, Link, SyncroRecord
from apps.platforms.base import Side
from apps.portal import choices, queue, side_by_side, switches, tie_out
from apps.reconciliation.explain import explain
from apps.reconciliation.models import Mismatch
from apps.sync.tasks import WHOLE_RUN

ROWS: dict[Side, Any] = {Side.SYNCRO: SyncroRecord.objects, Side.BOOKS: BooksRecord.objects}
BOTH = ("company__syncro", "company__books")


def page(request: HttpRequest, template: str, title: str, **values: Any) -> HttpResponse:
    """A page inside the portal's frame."""
    return TemplateResponse(request, template, {**admin.site.each_context(request), "title": title, **values})


def one_company(request: HttpRequest, slug: str) -> Company:
    """A company this person may see; 404 for any other, so that its existence is not given away."""
    return get_object_or_404(companies_for(request.user).select_related("syncro", "books"), slug=slug)


@require_POST
def start_pass(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for a pass over the company now."""
    company = one_company(request, slug)
    require(request.user, "sync", company)
    enqueue(WHOLE_RUN, company.pk)
    messages.success(request, f"{company} is being looked at now. Reload this page in a moment to see what came of it.")
    return redirect("admin:index")


def one_mismatch(request: HttpRequest, pk: int) -> Mismatch:
    """A mismatch of a company this person may see."""
    rows = Mismatch.objects.select_related(*BOTH, "link__syncro", "link__books", "syncro", "books")
    return get_object_or_404(rows.filter(company__in=companies_for(request.user)), pk=pk)


def mismatch(request: HttpRequest, pk: int) -> HttpResponse:
    """One item of the queue: what disagrees, side by side, and what can be done about it."""
    item = one_mismatch(request, pk)
    shown = queue.show(item, request.user)
    return page(request, "portal/mismatch.html", shown.title, item=item, shown=shown)


@require_POST
def resolve_mismatch(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Do what was chosen; what sends something is shown once more before."""
    item = one_mismatch(request, pk)
    choice = queue.choices_of(item, request.user).get(name)
    if choice is None:
        raise Http404("There is no such choice for this item.")
    require(request.user, choice.verb, item.company)
    values = queue.values_of(choice, request.POST)
    note = request.POST.get("note", "")
    if choice.sends and "confirmed" not in request.POST:
        return page(request, "portal/confirm.html", choice.sentence, item=item, choice=choice, values=values, note=note)
    done = queue.decide(item, choice, request.user, values, note)
    messages.add_message(request, done.level, done.sentence)
    return redirect("admin:portal_mismatch", pk)


def record(request: HttpRequest, side: str, pk: int) -> HttpResponse:
    """One mirror row: both sides, why it is as it is, and the payload."""
    if side not in list(Side):
        raise Http404("There are two sides: syncro and books.")
    rows = ROWS[Side(side)].select_related(*BOTH, "link__syncro", "link__books")
    row = get_object_or_404(rows.filter(company__in=companies_for(request.user)), pk=pk)
    link = getattr(row, "link", None)
    both = side_by_side.of_link(link) if link else side_by_side.of_row(row)
    raw = queue.as_text(redact_json(row.raw)) if may(request.user, "see_requests", row.company) else ""
    return page(request, "portal/record.html", str(row), row=row, link=link, both=both, why=explain(row), raw=raw)


def link(request: HttpRequest, pk: int) -> HttpResponse:
    """The record page of a link."""
    found = get_object_or_404(Link.objects.filter(company__in=companies_for(request.user)), pk=pk)
    side, row = (Side.SYNCRO, found.syncro_id) if found.syncro_id else (Side.BOOKS, found.books_id)
    return redirect("admin:portal_record", side.value, row)


def chosen_or_list(request: HttpRequest, name: str, title: str) -> HttpResponse:
    """Straight to the page of the only company, or a list of companies to choose from."""
    companies = list(companies_for(request.user))
    if len(companies) == 1:
        return redirect(name, companies[0].slug)
    return page(request, "portal/companies.html", title, companies=companies, name=name)


def tieouts(request: HttpRequest) -> HttpResponse:
    """Which company's tie-out?"""
    return chosen_or_list(request, "admin:portal_tieout", "Tie-out")


def tieout(request: HttpRequest, slug: str) -> HttpResponse:
    """Receivables per customer on both sides, and what explains every difference."""
    company = one_company(request, slug)
    shown = tie_out.sheet(company, everyone="all" in request.GET)
    return page(request, "portal/tieout.html", f"Tie-out of {company}", company=company, sheet=shown)


def mappings(request: HttpRequest) -> HttpResponse:
    """Which company's mappings?"""
    return chosen_or_list(request, "admin:portal_mapping", "Mappings")


def mapping(request: HttpRequest, slug: str) -> HttpResponse:
    """What Syncro's methods, taxes and categories are in the books: what is missing first."""
    company = one_company(request, slug)
    if request.method == "POST":
        require(request.user, "map", company)
        messages.success(request, choices.save(company, request.POST))
        return redirect("admin:portal_mapping", slug)
    able = may(request.user, "map", company)
    return page(
        request,
        "portal/mapping.html",
        f"Mappings of {company}",
        company=company,
        topics=choices.topics(company),
        able=able,
    )


def policies(request: HttpRequest) -> HttpResponse:
    """Which company's policies?"""
    return chosen_or_list(request, "admin:portal_policy", "Policies")


def policy(request: HttpRequest, slug: str) -> HttpResponse:
    """Every switch of a company."""
    company = one_company(request, slug)
    if request.method == "POST":
        return change_policy(request, company)
    able = may(request.user, "policy", company)
    return page(
        request,
        "portal/policy.html",
        f"Policies of {company}",
        company=company,
        switches=switches.of(company),
        able=able,
    )


def change_policy(request: HttpRequest, company: Company) -> HttpResponse:
    """Set one policy."""
    require(request.user, "policy", company)
    key, value = request.POST.get("key", ""), request.POST.get("value", "")
    try:
        set_policy(company, key, value)
        messages.success(request, f"Saved: {key} is now {value or 'empty'}.")
    except BadPolicy as error:
        messages.error(request, str(error))
    return redirect("admin:portal_policy", company.slug)
