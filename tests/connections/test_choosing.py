"""A sign-in that opens several accounts: the company's own is taken, else somebody chooses, and no token leaves us."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from django.conf import LazySettings
from django.contrib.sessions.models import Session
from django.test import Client

from apps.connections.models import Company, Connection, Role
from apps.connections.vault import ConnectionTokens
from apps.core.clock import shifted
from apps.platforms.base import Account, Tokens
from apps.platforms.registry import PLATFORMS
from tests.connections.test_oauth import Pocket, begun, called_back, signed_in

pytestmark = pytest.mark.django_db

CHOOSE = "/connections/callback/choose/"


class Office(Pocket):
    """A platform whose consent page lets several organisations be ticked."""

    ticked: ClassVar[list[tuple[str, str]]] = []

    @staticmethod
    def accounts(account: Account, tokens: Tokens) -> list[tuple[str, str]]:
        assert account.tokens.read() == tokens
        return Office.ticked


@pytest.fixture(autouse=True)
def _office(monkeypatch: pytest.MonkeyPatch, settings: LazySettings) -> None:
    from apps.connections import connecting

    line = replace(PLATFORMS["quickbooks_online"], path=f"{__name__}:Office", title="Office", short="pocket")
    monkeypatch.setitem(PLATFORMS, "pocket", line)
    monkeypatch.setattr(connecting, "connect", lambda key, account: Office(account))
    monkeypatch.setattr(Office, "ticked", [("1", "Acme Ltd"), ("2", "Acme Trust")])
    settings.PUBLIC_URL = "https://tieout.test"


@pytest.fixture
def acme() -> Company:
    """A company whose books are kept there."""
    return Company.objects.create(slug="acme", name="Acme", books_platform="pocket")


@pytest.fixture
def browser(acme: Company, client: Client) -> Client:
    """The browser of an administrator."""
    return signed_in(client, acme, Role.ADMINISTRATOR)


def consented(browser: Client) -> Any:
    return called_back(browser, state=begun(browser), code="good")


def books(company: Company) -> Connection:
    company.refresh_from_db()
    assert company.books is not None
    return company.books


def test_the_only_one_is_connected(browser: Client, acme: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Office, "ticked", [("2", "Acme Trust")])
    assert consented(browser)["Location"] == "/connections/acme/accounts/"
    assert books(acme).account_id == "2"


def test_of_several_one_is_chosen(browser: Client, acme: Company) -> None:
    assert consented(browser)["Location"] == CHOOSE
    page = browser.get(CHOOSE).content.decode()
    assert "Acme Ltd" in page
    assert "Acme Trust" in page
    browser.post(CHOOSE, {"account": "2"})
    assert books(acme).account_id == "2"
    assert ConnectionTokens(books(acme)).read().refresh == "r"
    assert browser.post(CHOOSE, {"account": "1"})["Location"] == "/"


def test_no_token_is_in_the_browser_nor_readable_in_the_session(
    browser: Client, acme: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Office, "exchange_code", lambda *given: Tokens(access="open-sesame", refresh="open-barley"))
    consented(browser)
    seen = browser.get(CHOOSE)
    kept = str([session.get_decoded() for session in Session.objects.all()])
    assert all("open-" not in text for text in (seen.content.decode(), str(browser.cookies), kept))


def test_the_account_a_company_has_is_taken_without_asking(browser: Client, acme: Company) -> None:
    consented(browser)
    browser.post(CHOOSE, {"account": "2"})
    assert consented(browser)["Location"] == "/connections/acme/accounts/"
    assert books(acme).account_id == "2"


def test_a_sign_in_to_other_accounts_than_the_companys_changes_nothing(
    browser: Client, acme: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    consented(browser)
    browser.post(CHOOSE, {"account": "2"})
    monkeypatch.setattr(Office, "ticked", [("1", "Acme Ltd"), ("3", "Acme Pension")])
    assert consented(browser)["Location"] == "/connections/acme/accounts/"
    assert books(acme).account_id == "2"


def test_an_account_of_another_company_is_not_offered(browser: Client, acme: Company) -> None:
    Connection.objects.create(platform="pocket", account_id="2")
    consented(browser)
    assert "Acme Trust" not in browser.get(CHOOSE).content.decode()
    browser.post(CHOOSE, {"account": "2"})
    acme.refresh_from_db()
    assert acme.books is None


def test_without_any_account_nothing_is_connected(
    browser: Client, acme: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Office, "ticked", [])
    assert consented(browser)["Location"] == "/connections/acme/accounts/"
    assert not Connection.objects.exists()


def test_what_was_not_offered_cannot_be_chosen(browser: Client, acme: Company) -> None:
    consented(browser)
    assert browser.post(CHOOSE, {"account": "9"})["Location"] == "/connections/acme/accounts/"
    assert not Connection.objects.exists()


def test_another_browser_has_nothing_to_choose_from(browser: Client, acme: Company) -> None:
    consented(browser)
    other = signed_in(Client(), acme, Role.ADMINISTRATOR)
    assert other.get(CHOOSE)["Location"] == "/"


def test_who_waits_too_long_begins_again(browser: Client, acme: Company) -> None:
    consented(browser)
    with shifted(timedelta(minutes=16)):
        assert browser.post(CHOOSE, {"account": "1"})["Location"] == "/"
    assert not Connection.objects.exists()
