"""Connecting by the consent page: administrators only, in one browser, and never by somebody else's link."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.test import Client

from apps.connections.models import Company, Connection, ConnectionState, Membership, Role
from apps.connections.vault import ConnectionTokens
from apps.platforms.base import Account, Health, Side, Tokens
from apps.platforms.errors import NeedsReconnect
from apps.platforms.records import Facts
from apps.platforms.registry import PLATFORMS, platform_class

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.connections.web")]

BEGIN = "/connections/acme/connect/pocket/"


class Pocket:
    """A platform with a consent page."""

    key, title, side = "pocket", "Pocket Books", Side.BOOKS
    revoked: list[str] = []

    def __init__(self, account: Account) -> None:
        self.account = account

    @classmethod
    def authorize_url(cls, account: Account, redirect_uri: str, state: str) -> str:
        return f"https://consent.test/?redirect_uri={redirect_uri}&state={state}"

    @classmethod
    def exchange_code(cls, account: Account, code: str, redirect_uri: str) -> Tokens:
        if code != "good":
            raise NeedsReconnect("The code is spent.")
        return Tokens(access="a", refresh="r")

    @classmethod
    def revoke(cls, account: Account) -> None:
        cls.revoked.append(account.tokens.read().refresh)

    def close(self) -> None:
        """Nothing is open."""

    def check(self) -> Health:
        return Health(title="Acme Inc.", facts=Facts(name="Acme Inc.", currency="USD"))


@pytest.fixture(autouse=True)
def _pocket(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> None:
    from apps.connections import connecting

    line = replace(PLATFORMS["quickbooks_online"], path=f"{__name__}:Pocket", title="Pocket Books", short="pocket")
    monkeypatch.setitem(PLATFORMS, "pocket", line)
    monkeypatch.setattr(connecting, "connect", lambda key, account: Pocket(account))
    settings.PUBLIC_URL = "https://tieout.test"


@pytest.fixture
def acme() -> Company:
    """A company whose books have a consent page."""
    return Company.objects.create(slug="acme", name="Acme", books_platform="pocket")


@pytest.fixture
def browser(acme: Company, client: Client) -> Client:
    """The browser of an administrator."""
    return signed_in(client, acme, Role.ADMINISTRATOR)


def signed_in(client: Client, company: Company, role: str) -> Client:
    user = User.objects.create_user(f"{role}-{id(client)}")
    Membership.objects.create(user=user, company=company, role=role)
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    client.force_login(user)
    return client


def begun(browser: Client) -> str:
    """The state that the consent page would give back."""
    page = browser.post(BEGIN)
    link = re.findall(r'href="([^"]+)"', page.content.decode())[0]
    answer = browser.get(link)
    assert answer.status_code == 302
    return str(answer.url.partition("&state=")[2])  # type: ignore[attr-defined]


def called_back(browser: Client, **query: Any) -> Any:
    return browser.get("/connections/callback/pocket/", query)


def test_the_form_does_not_lead_to_the_vendor_by_itself(browser: Client) -> None:
    page = browser.post(BEGIN)
    assert page.status_code == 200
    assert b"Go on to Pocket Books for Acme" in page.content


def test_consent_becomes_a_connection(browser: Client, acme: Company) -> None:
    called_back(browser, state=begun(browser), code="good", realmId="77")
    acme.refresh_from_db()
    assert acme.books is not None
    assert (acme.books.account_id, acme.books.state, acme.books.title) == ("77", ConnectionState.CONNECTED, "Acme Inc.")
    assert ConnectionTokens(acme.books).read().refresh == "r"


@pytest.mark.parametrize(
    "query", [{"error": "access_denied"}, {"code": "spent", "realmId": "77"}, {"code": "good", "realmId": "../x"}]
)
def test_what_goes_wrong_at_the_vendor_is_told_and_connects_nothing(browser: Client, query: dict[str, str]) -> None:
    assert called_back(browser, state=begun(browser), **query).status_code == 302
    assert not Connection.objects.exists()


def test_a_state_works_once(browser: Client) -> None:
    state = begun(browser)
    called_back(browser, state=state, error="access_denied")
    assert called_back(browser, state=state, code="good", realmId="77").status_code == 403


def test_a_state_of_another_browser_is_refused(browser: Client, acme: Company) -> None:
    other = signed_in(Client(), acme, Role.ADMINISTRATOR)
    assert called_back(other, state=begun(browser), code="good", realmId="77").status_code == 403
    assert not Connection.objects.exists()


@pytest.mark.parametrize("state", ["", "made-up"])
def test_a_state_that_is_not_ours_is_refused(browser: Client, state: str) -> None:
    begun(browser)
    assert called_back(browser, state=state, code="good", realmId="77").status_code == 403


@pytest.mark.parametrize("role", [Role.VIEWER, Role.BOOKKEEPER, Role.APPROVER])
def test_only_administrators_connect(acme: Company, client: Client, role: Role) -> None:
    assert signed_in(client, acme, role).post(BEGIN).status_code == 403


def test_nobody_is_led_away_by_a_mere_link(browser: Client) -> None:
    assert browser.get(BEGIN).status_code == 405
    assert browser.get(f"{BEGIN}go/").status_code == 403


def test_platforms_without_a_consent_page_have_none(browser: Client) -> None:
    assert not hasattr(platform_class("syncro"), "authorize_url")
    assert browser.post("/connections/acme/connect/syncro/").status_code == 404
    assert browser.post("/connections/acme/connect/nothing/").status_code == 404


def test_disconnecting_gives_the_sign_in_back_and_forgets_it(browser: Client, acme: Company) -> None:
    called_back(browser, state=begun(browser), code="good", realmId="77")
    browser.post("/connections/acme/disconnect/books/")
    connection = Connection.objects.get()
    assert (connection.state, connection.sealed) == (ConnectionState.NEEDS_SIGN_IN, "")
    assert Pocket.revoked[-1] == "r"
