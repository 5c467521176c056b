"""The page on which a company is connected: what it offers, to whom, and what is shown once."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.test import Client

from apps.connections.doors import behind_webhook
from apps.connections.mailboxes import signs_in
from apps.connections.models import Company, Connection, Membership, Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _public(settings: LazySettings) -> None:
    settings.PUBLIC_URL = "https://tieout.test"


def company(books: str) -> Company:
    syncro = Connection.objects.create(platform="syncro", account_id="acme")
    return Company.objects.create(slug="acme", name="Acme", books_platform=books, syncro=syncro)


def browser_of(role: str) -> Client:
    user, browser = User.objects.create_user(role, is_staff=True), Client()
    Membership.objects.create(user=user, company=Company.objects.get(), role=role)
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    browser.force_login(user)
    return browser


def text(browser: Client, path: str = "/connections/acme/accounts/") -> str:
    return browser.get(path).content.decode()


def test_books_with_a_consent_page_are_connected_by_a_button() -> None:
    company("xero")
    page = text(browser_of(Role.ADMINISTRATOR))
    assert 'action="/connections/acme/connect/xero/"' in page
    assert "https://tieout.test/webhooks/xero/" in page
    assert "manage.py connect acme syncro --subdomain" in page


def test_who_may_only_look_is_offered_nothing() -> None:
    company("quickbooks_desktop")
    bookkeeper = browser_of(Role.BOOKKEEPER)
    page = text(bookkeeper)
    assert "Not connected" in page
    assert "/connections/acme/" not in re.sub(r'href="[^"]*"', "", page)
    for path in ("mailbox/", "webhook/syncro/"):
        assert bookkeeper.post(f"/connections/acme/{path}").status_code == 403
    assert bookkeeper.get("/connections/acme/mailbox/file/").status_code == 403


def test_strangers_see_no_company() -> None:
    company("xero")
    assert Client().get("/connections/acme/accounts/").status_code == 302
    assert browser_of(Role.ADMINISTRATOR).get("/connections/other/").status_code == 404


def test_the_password_for_the_web_connector_is_shown_once() -> None:
    acme = company("quickbooks_desktop")
    administrator = browser_of(Role.ADMINISTRATOR)
    page = administrator.post("/connections/acme/mailbox/").content.decode()
    password = re.findall(r"<code>([\w-]{43})</code>", page)[0]
    acme.refresh_from_db()
    assert signs_in(acme, "tieout-acme", password) == acme.books
    assert password not in text(administrator)


def test_the_file_is_downloaded_without_the_password() -> None:
    acme = company("quickbooks_desktop")
    administrator = browser_of(Role.ADMINISTRATOR)
    assert administrator.get("/connections/acme/mailbox/file/").status_code == 404
    administrator.post("/connections/acme/mailbox/")
    answer = administrator.get("/connections/acme/mailbox/file/")
    assert answer["Content-Disposition"] == 'attachment; filename="tieout-acme.qwc"'
    acme.refresh_from_db()
    assert acme.books is not None
    assert acme.books.account_id.encode() in answer.content


def test_an_address_the_web_connector_would_not_call_is_said(settings: LazySettings) -> None:
    settings.PUBLIC_URL = "http://tieout.test"
    company("quickbooks_desktop")
    page = browser_of(Role.ADMINISTRATOR).post("/connections/acme/mailbox/", follow=True).content.decode()
    assert "the Web Connector only calls an https address" in page
    assert Connection.objects.count() == 1


def test_books_that_are_called_have_no_such_file() -> None:
    company("xero")
    administrator = browser_of(Role.ADMINISTRATOR)
    assert administrator.post("/connections/acme/mailbox/").status_code == 404
    assert administrator.get("/connections/acme/mailbox/file/").status_code == 404
    assert administrator.post("/connections/acme/webhook/books/").status_code == 404


def test_the_address_for_notifications_is_shown_once() -> None:
    acme = company("xero")
    administrator = browser_of(Role.ADMINISTRATOR)
    page = administrator.post("/connections/acme/webhook/syncro/").content.decode()
    secret = re.findall(r"https://tieout.test/webhooks/syncro/([\w-]+)/", page)[0]
    assert behind_webhook("syncro", secret) == acme.syncro
    assert secret not in text(administrator)


def test_the_help_page_says_how_it_went_to_those_who_may_see_it() -> None:
    company("quickbooks_desktop")
    administrator = browser_of(Role.ADMINISTRATOR)
    administrator.post("/connections/acme/mailbox/")
    path = "/webconnector/acme/help/"
    assert "The connector has never come." in text(administrator, path)
    answer = Client().get(path)
    assert (answer.status_code, dict(answer.cookies)) == (200, {})
    assert "Acme" not in answer.content.decode()
    assert answer.content == Client().get("/webconnector/nobody/help/").content
