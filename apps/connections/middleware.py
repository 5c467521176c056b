"""Whoever may act signs in with a second factor: allauth offers one, this makes it a rule."""

from __future__ import annotations

from collections.abc import Callable

from allauth.account.decorators import secure_admin_login
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from apps.connections.access import second_factor_needed

#: Names of the pages somebody without a second factor may reach, with everything below them.
OPEN = ("mfa_index", "account_logout", "account_login", "account_reauthenticate")


class SecondFactorMiddleware:
    """People who may act and have no second factor only reach the pages that set one up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.open: tuple[str, ...] = ()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The page, or the way to the second factor."""
        if self._must_set_up(request):
            return redirect("mfa_activate_totp")
        return self.get_response(request)

    def _must_set_up(self, request: HttpRequest) -> bool:
        user = request.user
        if not user.is_authenticated or request.path.startswith(self._open_paths()):
            return False
        return second_factor_needed(user) and not is_mfa_enabled(user)

    def _open_paths(self) -> tuple[str, ...]:
        # Not known before the first request: addresses are read after the middleware is made.
        if not self.open:
            self.open = (*(reverse(name) for name in OPEN), f"/{settings.STATIC_URL.lstrip('/')}")
        return self.open


def secure_login(site: AdminSite) -> None:
    """Let people sign in to the admin by allauth alone: its own page would pass by limits and second factor."""
    site.login = secure_admin_login(site.login)  # type: ignore[method-assign]
