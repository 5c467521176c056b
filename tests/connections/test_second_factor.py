"""Who may act reaches nothing without a second factor, and the admin's own log-in is no way around allauth."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.test import Client

from apps.connections.models import Company, Membership, Role

MIDDLEWARE = "apps.connections.middleware.SecondFactorMiddleware"
pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.connections.web")]


@pytest.fixture(autouse=True)
def _ruled(settings: LazySettings) -> None:
    if MIDDLEWARE not in settings.MIDDLEWARE:
        settings.MIDDLEWARE = [*settings.MIDDLEWARE, MIDDLEWARE]


def person(role: str) -> User:
    user = User.objects.create_user(str(role), is_staff=True)
    company = Company.objects.create(slug="acme", name="Acme", books_platform="quickbooks_online")
    Membership.objects.create(user=user, company=company, role=role)
    return user


def test_who_may_act_is_led_to_the_second_factor(client: Client) -> None:
    client.force_login(person(Role.BOOKKEEPER))
    answer = client.get("/page/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/2fa/totp/activate/")
    assert client.post("/connections/acme/disconnect/books/").status_code == 302


def test_the_pages_that_set_it_up_are_open(client: Client) -> None:
    client.force_login(person(Role.BOOKKEEPER))
    for path in ("/accounts/2fa/", "/accounts/logout/"):
        assert client.get(path).status_code == 200


def test_with_a_second_factor_everything_is_reached(client: Client) -> None:
    user = person(Role.BOOKKEEPER)
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    client.force_login(user)
    assert client.get("/page/").status_code == 200


def test_who_may_only_see_needs_none(client: Client) -> None:
    client.force_login(person(Role.VIEWER))
    assert client.get("/page/").status_code == 200


def test_the_admins_log_in_leads_to_allauth(client: Client) -> None:
    answer = client.get("/login/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")
