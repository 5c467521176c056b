"""Connecting to Xero as it is: by a token from a shell, and by a consent page that does not say which organisation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from io import StringIO
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.test import Client

from apps.connections.connecting import connect_account
from apps.connections.models import Company, Connection, ConnectionState, Role
from apps.connections.oauth import give_back
from apps.connections.opening import account_of, open_platform
from apps.connections.vault import ConnectionTokens
from apps.platforms.base import Tokens
from apps.platforms.errors import NeedsReconnect
from apps.platforms.xero.platform import Xero
from apps.sandbox.control import Control
from apps.sandbox.frame import PocketServer
from apps.sandbox.store import Store
from apps.sandbox.xero.app import PocketXero
from tests.connections.test_choosing import CHOOSE
from tests.connections.test_oauth import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def xero(settings: LazySettings) -> Iterator[Control]:
    """A Xero on loopback, where our app is registered."""
    server = PocketServer(PocketXero(Store())).start()
    control = Control(server.url)
    control.setting(name="limit_scale", value=1000)
    settings.PUBLIC_URL, settings.LIMIT_SCALE = "https://tieout.test", 1000
    settings.XERO_API_URL = settings.XERO_IDENTITY_URL = settings.XERO_LOGIN_URL = server.url
    app = control.registration(redirect_uris=["https://tieout.test/connections/callback/xero/"])
    settings.XERO_CLIENT_ID, settings.XERO_CLIENT_SECRET = app["client_id"], app["client_secret"]
    settings.XERO_WEBHOOK_KEY = app["webhook_key"]
    yield control
    server.shutdown()
    server.server_close()


def company(slug: str) -> Company:
    return Company.objects.create(slug=slug, name=slug.title(), books_platform="xero")


def consented(browser: Client, slug: str, tenant: str) -> str:
    """Where the browser ends up after the consent to one organisation."""
    page = browser.post(f"/connections/{slug}/connect/xero/").content.decode()
    onward = browser.get(page.partition('href="')[2].partition('"')[0])
    answer = httpx.get(f"{onward['Location']}&tenant={tenant}")
    back = urlsplit(answer.headers["Location"])
    return str(browser.get(f"{back.path}?{back.query}")["Location"])


def test_a_refresh_token_from_a_file_connects(xero: Control, tmp_path: Path) -> None:
    acme, tenant = company("acme"), xero.new_company(name="Acme Ltd")["tenant"]
    (tmp_path / "token").write_text(xero.grant(tenant=tenant)["refresh_token"])
    out = StringIO()
    words = ("--tenant", tenant, "--refresh-token-file", str(tmp_path / "token"), "--json")
    call_command("connect", "acme", "xero", *words, stdout=out)
    said = json.loads(out.getvalue())
    assert (said["title"], said["webhook"]) == ("Acme Ltd", "https://tieout.test/webhooks/xero/")
    acme.refresh_from_db()
    assert acme.books is not None
    assert (acme.books.account_id, acme.books.state) == (tenant, ConnectionState.CONNECTED)


def test_the_consent_to_one_organisation_connects_it(xero: Control, client: Client) -> None:
    acme, tenant = company("acme"), xero.new_company()["tenant"]
    browser = signed_in(client, acme, Role.ADMINISTRATOR)
    assert consented(browser, "acme", tenant) == "/connections/acme/accounts/"
    assert Connection.objects.get().account_id == tenant


def test_where_several_are_open_somebody_chooses(xero: Control, client: Client) -> None:
    acme, first, second = company("acme"), xero.new_company()["tenant"], xero.new_company()["tenant"]
    xero.grant(tenant=first)
    browser = signed_in(client, acme, Role.ADMINISTRATOR)
    assert consented(browser, "acme", second) == CHOOSE
    browser.post(CHOOSE, {"account": second})
    connection = Connection.objects.get()
    assert connection.account_id == second
    assert ConnectionTokens(connection).read().refresh
    assert consented(browser, "acme", second) == "/connections/acme/accounts/"


def test_giving_up_one_company_leaves_the_others_connected(xero: Control) -> None:
    tenants = [xero.new_company(name=name)["tenant"] for name in ("Acme Ltd", "Bolt Inc")]
    for slug, tenant in zip(("acme", "bolt"), tenants, strict=True):
        connect_account(company(slug), "xero", tenant, Tokens(refresh=xero.grant(tenant=tenant)["refresh_token"]))
    acme, bolt = (Connection.objects.get(account_id=tenant) for tenant in tenants)
    give_back(acme, "By request.")
    with closing(open_platform(bolt)) as platform:
        assert platform.check().title == "Bolt Inc"
    tokens = ConnectionTokens(bolt).read()
    assert [key for key, _ in Xero.accounts(account_of(bolt), tokens)] == [bolt.account_id]
    give_back(bolt, "By request.")
    with pytest.raises(NeedsReconnect):
        Xero.accounts(account_of(bolt), tokens)
