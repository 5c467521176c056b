"""Connect by the vendor's consent page, and disconnect: administrators only, and only in the browser that began it.

A form may not lead to another host (the `form-action` of our content policy), so the form only notes the intent and its
answer leads on by a link.
"""

from __future__ import annotations

import secrets
from typing import Any, Protocol, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from apps.connections.access import require
from apps.connections.connecting import CannotConnect, connect_account
from apps.connections.models import Company, Connection
from apps.connections.opening import BadAccount, account_before, account_of, needs_sign_in
from apps.platforms.base import Account, Side, Tokens
from apps.platforms.errors import PlatformError
from apps.platforms.registry import PLATFORMS, platform_class

SALT = "apps.connections.oauth"
#: Seconds a person may take on the consent page.
PATIENCE = 15 * 60
#: Where the session keeps what this browser has begun.
BEGUN = "connect_begun"
#: Leads on by itself, without a script and without being the form's own answer; and by a link.
ONWARD = (
    '<!doctype html><title>Connect</title><meta http-equiv="refresh" content="0;url={0}">'
    '<p><a href="{0}">Go on to {1} for {2}</a></p>'
)


class Consents(Protocol):
    """What the class of a platform with a consent page can do besides the contract."""

    title: str

    def authorize_url(self, account: Account, redirect_uri: str, state: str) -> str:
        """Where to send the person who connects."""

    def exchange_code(self, account: Account, code: str, redirect_uri: str) -> Tokens:
        """The first tokens for the code the callback brought."""

    def revoke(self, account: Account) -> None:
        """Give the sign-in back."""


@login_required
@require_POST
@never_cache
def begin(request: HttpRequest, slug: str, platform: str) -> HttpResponse:
    """Note that this browser wants to connect, and lead it to the consent page."""
    company, consent = _asked(request, slug, platform)
    nonce = secrets.token_urlsafe(16)
    request.session[BEGUN] = nonce
    state = signing.dumps({"company": slug, "platform": platform, "nonce": nonce}, salt=SALT)
    link = f"{reverse('connections:go', args=[slug, platform])}?state={state}"
    return HttpResponse(format_html(ONWARD, link, consent.title, company.name))


@login_required
@require_GET
@never_cache
def go(request: HttpRequest, slug: str, platform: str) -> HttpResponse:
    """To the vendor's consent page, with the signed state."""
    _company, consent = _asked(request, slug, platform)
    state = request.GET.get("state", "")
    _read_state(request, state, platform)
    try:
        return redirect(consent.authorize_url(account_before(platform), redirect_uri(platform), state))
    except PlatformError as error:
        return _back(request, str(error))


@login_required
@require_GET
@never_cache
def callback(request: HttpRequest, platform: str) -> HttpResponse:
    """Back from the consent page: exchange the code, look at the account, keep the connection."""
    begun = _read_state(request, request.GET.get("state", ""), platform)
    company, consent = _asked(request, begun["company"], platform)
    del request.session[BEGUN]
    code, realm = request.GET.get("code", ""), request.GET.get("realmId", "")
    if not code:
        return _back(
            request, f"{consent.title} was not connected: {request.GET.get('error') or 'no consent was given'}."
        )
    try:
        tokens = consent.exchange_code(account_before(platform, realm), code, redirect_uri(platform))
        health = connect_account(company, platform, realm, tokens)
    except (PlatformError, CannotConnect, BadAccount) as error:
        return _back(request, str(error))
    for warning in [*health.warnings, *health.missing.values()]:
        messages.warning(request, warning)
    messages.success(request, f"{company.name} is connected to {health.title}.")
    return redirect("/")


@login_required
@require_POST
def disconnect(request: HttpRequest, slug: str, side: str) -> HttpResponse:
    """Give the sign-in back to the vendor and forget it; the records stay."""
    company = get_object_or_404(Company, slug=slug)
    require(request.user, "connect", company)
    connection = company.connection(Side(side)) if side in set(Side) else None
    if connection is None:
        raise Http404
    try:
        give_back(connection, f"Disconnected by {request.user}.")
    except PlatformError as error:
        return _back(request, str(error))
    messages.success(request, f"{connection} is disconnected.")
    return redirect("/")


def give_back(connection: Connection, reason: str) -> None:
    """Revoke the sign-in where the vendor can, and forget it. Raises TryLater when the vendor could not be asked."""
    kind: Any = platform_class(connection.platform)
    if hasattr(kind, "revoke"):
        kind.revoke(account_of(connection))
    Connection.objects.filter(pk=connection.pk).update(sealed="")
    needs_sign_in(connection, reason)


def redirect_uri(platform: str) -> str:
    """The address the vendor sends people back to; it is registered there, so it comes from PUBLIC_URL alone."""
    return f"{settings.PUBLIC_URL}{reverse('connections:callback', args=[platform])}"


def _asked(request: HttpRequest, slug: str, platform: str) -> tuple[Company, Consents]:
    company = get_object_or_404(Company, slug=slug)
    require(request.user, "connect", company)
    kind = platform_class(platform) if platform in PLATFORMS else None
    if not hasattr(kind, "authorize_url"):
        raise Http404
    return company, cast("Consents", kind)


def _read_state(request: HttpRequest, state: str, platform: str) -> dict[str, str]:
    try:
        begun: dict[str, str] = signing.loads(state, salt=SALT, max_age=PATIENCE)
    except signing.BadSignature as error:
        raise PermissionDenied("This connection was begun too long ago, or not by this portal; begin again.") from error
    nonce = str(request.session.get(BEGUN, ""))
    if not (nonce and secrets.compare_digest(nonce, begun["nonce"]) and begun["platform"] == platform):
        raise PermissionDenied("This connection was not begun in this browser; begin again.")
    return begun


def _back(request: HttpRequest, sentence: str) -> HttpResponse:
    messages.error(request, sentence)
    return redirect("/")
