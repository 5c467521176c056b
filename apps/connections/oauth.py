"""Connect by the vendor's consent page, and disconnect: administrators only, and only in the browser that began it.

A form may not lead to another host (the `form-action` of our content policy), so the form only notes the intent and its
answer leads on by a link.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta
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
from apps.connections.connecting import CannotConnect, connect_account, connection_of
from apps.connections.models import Company, Connection
from apps.connections.opening import PRIVATE, BadAccount, account_before, account_of, needs_sign_in
from apps.connections.screens import back, page
from apps.connections.vault import read_tokens, write_tokens
from apps.core.clock import db_now
from apps.core.fields import seal, unseal
from apps.platforms.base import Account, Side, Tokens
from apps.platforms.errors import PlatformError
from apps.platforms.registry import PLATFORMS, platform_class

SALT = "apps.connections.oauth"
#: Seconds a person may take on the consent page.
PATIENCE = 15 * 60
#: Where the session keeps what this browser has begun.
BEGUN = "connect_begun"
#: Where the session keeps the sign-in of a consent that opened several accounts, sealed, until one is chosen.
CHOICE = "connect_choice"
#: Leads on by itself, without a script and without being the form's own answer; and by a link.
ONWARD = (
    '<!doctype html><title>Connect</title><meta http-equiv="refresh" content="0;url={0}">'
    '<p><a href="{0}">Go on to {1} for {2}</a></p>'
)


class Consents(Protocol):
    """What the class of a platform with a consent page can do besides the contract.

    Where the callback does not name the account, it also has `accounts(account, tokens)`: the (id, name)s that this
    sign-in opens.
    """

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
    company, consent = _asked(request, slug, platform)
    state = request.GET.get("state", "")
    _read_state(request, state, platform)
    try:
        return redirect(consent.authorize_url(account_before(platform), redirect_uri(platform), state))
    except PlatformError as error:
        return back(request, str(error), company)


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
        sentence = f"{consent.title} was not connected: {request.GET.get('error') or 'no consent was given'}."
        return back(request, sentence, company)
    try:
        tokens = consent.exchange_code(account_before(platform, realm), code, redirect_uri(platform))
        found = _opened(consent, platform, realm, tokens)
        if len(found) == 1:
            return _keep(request, company, platform, next(iter(found)), tokens)
        return _ask_which(request, company, platform, found, tokens)
    except (PlatformError, CannotConnect, BadAccount) as error:
        return back(request, str(error), company)


def _opened(consent: Consents, platform: str, realm: str, tokens: Tokens) -> dict[str, str]:
    """The accounts this sign-in opens, by id, with their names. Raises CannotConnect when there is none."""
    if not hasattr(consent, "accounts"):
        return {realm: realm}
    listed: Sequence[tuple[str, str]] = consent.accounts(account_before(platform, tokens=tokens), tokens)
    if not listed:
        raise CannotConnect(f"{consent.title} was not connected: no organisation was chosen on its page.")
    return dict(listed)


def _keep(request: HttpRequest, company: Company, platform: str, account_id: str, tokens: Tokens) -> HttpResponse:
    """Look at the account and keep the connection. Raises PlatformError, CannotConnect, BadAccount."""
    health = connect_account(company, platform, account_id, tokens)
    for warning in [*health.warnings, *health.missing.values()]:
        messages.warning(request, warning)
    messages.success(request, f"{company.name} is connected to {health.title}.")
    return redirect("connections:company", company.slug)


def _ask_which(
    request: HttpRequest, company: Company, platform: str, found: dict[str, str], tokens: Tokens
) -> HttpResponse:
    """The account the company has already; else ask, and keep the sign-in on our side meanwhile, never in the browser."""
    own = connection_of(company, platform)
    if own is not None and own.account_id in found:
        return _keep(request, company, platform, own.account_id, tokens)
    taken = Connection.objects.filter(platform=platform, active=True, account_id__in=found)
    free = {key: name for key, name in found.items() if key not in set(taken.values_list("account_id", flat=True))}
    if own is not None or not free:
        title = PLATFORMS[platform].title
        whose = f"is connected to another {title} account" if own else "may have none of them: all are other companies'"
        raise CannotConnect(f"The sign-in opens {', '.join(found.values())}; {company.name} {whose}.")
    until = (db_now() + timedelta(seconds=PATIENCE)).timestamp()
    kept = {"company": company.slug, "platform": platform, "accounts": free, "until": until}
    request.session[CHOICE] = {**kept, "sealed": seal(write_tokens(tokens), SALT)}
    return redirect("connections:choose")


@login_required
@never_cache
def choose(request: HttpRequest) -> HttpResponse:
    """Which of the accounts that the sign-in opens is the company's?"""
    kept = request.session.get(CHOICE)
    if not kept or kept["until"] < db_now().timestamp():
        request.session.pop(CHOICE, None)
        return back(request, "There is nothing to choose from any more; connect again.")
    company, _consent = _asked(request, kept["company"], kept["platform"])
    if request.method != "POST":
        shown = {"company": company, "platform": PLATFORMS[kept["platform"]], "accounts": kept["accounts"]}
        return page(request, "connections/choose.html", f"Connect {company}", **shown)
    chosen = request.POST.get("account", "")
    if chosen not in kept["accounts"]:
        return back(request, "This account was not among those to choose from.", company)
    del request.session[CHOICE]
    try:
        return _keep(request, company, kept["platform"], chosen, read_tokens(unseal(kept["sealed"], SALT)))
    except (PlatformError, CannotConnect, BadAccount) as error:
        return back(request, str(error), company)


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
        return back(request, str(error), company)
    messages.success(request, f"{connection} is disconnected.")
    return redirect("connections:company", slug)


def give_back(connection: Connection, reason: str) -> None:
    """Revoke the sign-in where the vendor can, and forget it with the passwords we gave out.

    Raises TryLater when the vendor could not be asked.
    """
    kind: Any = platform_class(connection.platform)
    if hasattr(kind, "revoke"):
        kind.revoke(account_of(connection))
    kept = {key: value for key, value in connection.options.items() if key not in PRIVATE}
    Connection.objects.filter(pk=connection.pk).update(sealed="", options=kept)
    needs_sign_in(connection, reason)


def redirect_uri(platform: str) -> str:
    """The address the vendor sends people back to; it is registered there, so it comes from PUBLIC_URL alone."""
    return f"{settings.PUBLIC_URL}{reverse('connections:callback', args=[platform])}"


def _asked(request: HttpRequest, slug: str, platform: str) -> tuple[Company, Consents]:
    company = get_object_or_404(Company, slug=slug)
    require(request.user, "connect", company)
    kind = platform_class(platform) if platform in PLATFORMS and PLATFORMS[platform].client_id else None
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
