"""The page on which a company is connected: how both sides stand, and what an administrator can do about it."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from apps.connections.access import companies_for, may, require
from apps.connections.connecting import CannotConnect
from apps.connections.doors import new_webhook, webhook_address
from apps.connections.mailboxes import connector_file, file_name, make_mailbox
from apps.connections.models import Company, Connection
from apps.connections.screens import back, page
from apps.platforms.base import Side
from apps.platforms.registry import PLATFORMS, Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class SideShown:
    """One side of a company as the page shows it; `webhook` is the address its notifications may be sent to."""

    side: Side
    platform: str
    entry: Entry
    connection: Connection | None
    webhook: str

    @property
    def consents(self) -> bool:
        """Whether its vendor has a consent page."""
        return bool(self.entry.client_id)

    @property
    def signed_in(self) -> bool:
        """Whether there is something to give back."""
        kept = self.connection
        return kept is not None and bool(kept.sealed or kept.options.get("password"))


@login_required
@never_cache
@require_safe
def company_page(request: HttpRequest, slug: str) -> HttpResponse:
    """How both sides are connected."""
    company = _company(request, slug)
    able = may(request.user, "connect", company)
    sides = [_shown(company, side) for side in Side]
    return page(
        request, "connections/company.html", f"Connections of {company}", company=company, sides=sides, able=able
    )


@login_required
@never_cache
@require_POST
def let_in(request: HttpRequest, slug: str) -> HttpResponse:
    """A new password for the program that calls us, shown this once, and the way to its file."""
    company = _company(request, slug)
    require(request.user, "connect", company)
    try:
        made = make_mailbox(company, _visitor(company))
    except CannotConnect as error:
        return back(request, str(error), company)
    return page(request, "connections/let_in.html", f"Connect {company}", company=company, made=made)


@login_required
@never_cache
@require_safe
def file(request: HttpRequest, slug: str) -> HttpResponse:
    """The file for the program that calls us; there is no secret in it."""
    company = _company(request, slug)
    require(request.user, "connect", company)
    _visitor(company)
    if company.books is None:
        raise Http404
    headers = {"Content-Disposition": f'attachment; filename="{file_name(company)}"'}
    return HttpResponse(
        connector_file(company, company.books), content_type="application/octet-stream", headers=headers
    )


@login_required
@never_cache
@require_POST
def webhook(request: HttpRequest, slug: str, side: str) -> HttpResponse:
    """A new address for a side's notifications, shown this once."""
    company = _company(request, slug)
    require(request.user, "connect", company)
    connection = company.connection(Side(side)) if side in set(Side) else None
    if connection is None or not PLATFORMS[connection.platform].webhook_in_address:
        raise Http404
    address, entry = new_webhook(connection), PLATFORMS[connection.platform]
    return page(
        request, "connections/webhook.html", f"Notifications of {entry.title}", company=company, address=address
    )


def _company(request: HttpRequest, slug: str) -> Company:
    """A company this person may see; 404 for any other, so that its existence is not given away."""
    return get_object_or_404(companies_for(request.user).select_related("syncro", "books"), slug=slug)


def _visitor(company: Company) -> str:
    """The platform of its books, which calls us; 404 for those that do not."""
    if not PLATFORMS[company.books_platform].fetches_letters:
        raise Http404
    return company.books_platform


def _shown(company: Company, side: Side) -> SideShown:
    platform = company.platform(side)
    return SideShown(
        side=side,
        platform=platform,
        entry=PLATFORMS[platform],
        connection=company.connection(side),
        webhook=webhook_address(platform),
    )
