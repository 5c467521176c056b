"""Signing in, which organisations there are, and the first look."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from apps.platforms import errors
from apps.platforms.base import Tokens
from apps.platforms.xero.platform import Xero
from tests.platforms.conftest import Bench
from tests.platforms.xero.conftest import ADDRESSES, BANK, FACTS, SALES, TENANT, Books, Stand, account_for, told

CONNECTIONS = [
    {"tenantId": "t1", "tenantType": "ORGANISATION", "tenantName": "Acme"},
    {"tenantId": "t2", "tenantType": "PRACTICEMANAGER", "tenantName": "Practice"},
    {"tenantId": "t3", "tenantType": "ORGANISATION", "tenantName": None},
]


def test_the_consent_page_asks_for_granular_scopes(bench: Bench, stand: Stand) -> None:
    url = urlsplit(Xero.authorize_url(account_for(bench, stand), "https://us.test/back", "s"))
    asked = parse_qs(url.query)
    assert f"{url.scheme}://{url.netloc}{url.path}" == "https://login.test/identity/connect/authorize"
    assert {"offline_access", "accounting.banktransactions", "accounting.payments"} <= set(asked["scope"][0].split())
    assert "accounting.transactions" not in asked["scope"][0].split()
    assert not stand.asked


def test_a_code_becomes_tokens(bench: Bench, stand: Stand) -> None:
    stand.on(
        "POST",
        "/connect/token",
        {"access_token": "a", "refresh_token": "r", "expires_in": 1800, "scope": "x", "new": 1},
    )
    tokens = Xero.exchange_code(account_for(bench, stand), "code", "https://us.test/back")
    assert (tokens.access, tokens.refresh, tokens.expires_at) != ("", "", None)
    assert str(stand.asked[0].url) == "https://identity.test/connect/token"
    assert stand.asked[0].headers["authorization"].startswith("Basic ")


def test_organisations_are_listed_and_nothing_else(bench: Bench, stand: Stand) -> None:
    stand.on("GET", "/connections", lambda request: httpx.Response(200, json=CONNECTIONS))
    found = Xero.accounts(account_for(bench, stand), Tokens(access="fresh"))
    assert found == [("t1", "Acme"), ("t3", "t3")]
    assert stand.asked[0].headers["authorization"] == "Bearer fresh"
    assert "xero-tenant-id" not in stand.asked[0].headers


@pytest.mark.parametrize(
    ("answer", "kind"),
    [(httpx.Response(401, json={}), errors.NeedsReconnect), (httpx.Response(404, text=""), errors.Unavailable), ({}, errors.Unavailable)],
)  # fmt: skip
def test_organisations_that_cannot_be_listed_are_an_error(
    bench: Bench, stand: Stand, answer: Any, kind: type[Exception]
) -> None:
    stand.on("GET", "/connections", answer)
    with pytest.raises(kind):
        Xero.accounts(account_for(bench, stand), Tokens(access="x"))


def disconnected(bench: Bench, stand: Stand, *tenants: str) -> list[tuple[str, str]]:
    """What is asked when this organisation is given up and the user has connected these."""
    rows = [{"id": f"id-{each}", "tenantId": each, "tenantType": "ORGANISATION"} for each in tenants]
    stand.on("GET", "/connections", lambda request: httpx.Response(200, json=rows))
    stand.on("DELETE", f"/connections/id-{TENANT}", httpx.Response(204))
    stand.on("POST", "/connect/revocation", httpx.Response(200))
    bench.tokens.tokens = Tokens(access="a", refresh="r")
    Xero.revoke(account_for(bench, stand))
    return [(call.method, str(call.url)) for call in stand.asked[1:]]


ENDED = ("DELETE", f"https://api.test/connections/id-{TENANT}")
GIVEN_BACK = ("POST", "https://identity.test/connect/revocation")


def test_disconnecting_the_last_organisation_gives_the_refresh_token_back(bench: Bench, stand: Stand) -> None:
    assert disconnected(bench, stand, TENANT) == [ENDED, GIVEN_BACK]
    assert stand.asked[-1].content == b"token=r"


def test_disconnecting_one_leaves_the_others_of_the_same_user_alone(bench: Bench, stand: Stand) -> None:
    assert disconnected(bench, stand, "other", TENANT) == [ENDED]


def test_one_that_xero_no_longer_knows_is_given_up_all_the_same(bench: Bench, stand: Stand) -> None:
    assert disconnected(bench, stand, "other") == []
    assert disconnected(bench, stand)[-1] == GIVEN_BACK


def test_without_a_sign_in_there_is_nothing_to_give_back(bench: Bench, stand: Stand) -> None:
    stand.on("POST", "/connect/token", httpx.Response(400, json={"error": "invalid_grant"}))
    bench.tokens.tokens = Tokens(refresh="dead")
    Xero.revoke(account_for(bench, stand))
    assert [call.url.path for call in stand.asked] == ["/connect/token"]


def test_what_could_not_be_ended_is_an_error(bench: Bench, stand: Stand) -> None:
    stand.on("GET", "/connections", lambda request: httpx.Response(200, json=[{"id": "i", "tenantId": TENANT}]))
    stand.on("DELETE", "/connections/i", httpx.Response(403, json={}))
    bench.tokens.tokens = Tokens(access="a", refresh="r")
    with pytest.raises(errors.Unavailable):
        Xero.revoke(account_for(bench, stand))
    assert not stand.of("POST")


@pytest.mark.parametrize("path", ["", "/", "/api.xro/2.0", "/api.xro/2.0/", "/xero", "/xero/", "/xero/api.xro/2.0"])
def test_the_address_may_end_where_it_likes(bench: Bench, stand: Stand, path: str) -> None:
    stand.on("GET", "/connections", lambda request: httpx.Response(200, json=[]))
    stand.on("GET", "/Contacts", told("Contacts"))
    account = account_for(bench, stand, f"https://api.test{path}")
    Xero.accounts(account, Tokens(access="x"))
    list(Xero(account).pull("customer", ""))
    prefix = "/xero" if "xero" in path.removesuffix("/").removesuffix("/api.xro/2.0") else ""
    assert [call.url.path for call in stand.asked] == [f"{prefix}/connections", f"{prefix}/api.xro/2.0/Contacts"]


def test_paths_before_the_sign_in_are_kept(bench: Bench, stand: Stand) -> None:
    stand.on("POST", "/connect/token", {"access_token": "a", "expires_in": 1800})
    account = account_for(bench, stand, addresses={name: f"{url}/pocket/" for name, url in ADDRESSES.items()})
    Xero.exchange_code(account, "c", "https://us.test")
    assert stand.asked[0].url.path == "/pocket/connect/token"
    assert Xero.authorize_url(account, "https://us.test", "s").startswith(
        "https://login.test/pocket/identity/connect/authorize?"
    )


ORGANISATION = {
    "OrganisationID": "o", "Name": "Demo", "BaseCurrency": "USD", "CountryCode": "US", "IsDemoCompany": True, "PaysTax": True,
    "Edition": "BUSINESS", "Class": "DEMO", "Version": "MARS", "Timezone": "EASTERNSTANDARDTIME", "ShortCode": "!x",
}  # fmt: skip


def healthy(stand: Stand, **fields: Any) -> None:
    stand.on("GET", "/Organisation", told("Organisations", {**ORGANISATION, **fields}))
    stand.on("GET", "/Accounts", told("Accounts", {"AccountID": SALES, "Code": "200"}, {"AccountID": BANK}))
    for root in ("Contacts", "Invoices", "Payments", "BankTransactions", "TaxRates"):
        stand.on("GET", f"/{root}", told(root))


def test_a_first_look_tells_who_we_are(books: Books, stand: Stand) -> None:
    healthy(stand)
    health = books.platform.check()
    assert (health.title, health.facts.currency, health.facts.time_zone) == ("Demo", "USD", "EASTERNSTANDARDTIME")
    assert health.missing == {}
    assert health.warnings == ("This is Xero's demo company: Xero empties it every 28 days.",)
    assert health.facts.defaults[f"code:{SALES}"] == "200"


def test_a_missing_scope_says_what_will_not_work(books: Books, stand: Stand) -> None:
    healthy(stand, IsDemoCompany=False, Edition="PARTNER", PaysTax="false")
    stand.on(
        "GET",
        "/BankTransactions",
        httpx.Response(403, headers={"WWW-Authenticate": "insufficient_scope"}, json={"a": 1}),
    )
    health = books.platform.check()
    assert list(health.missing) == ["accounting.banktransactions"]
    assert "on no invoice" in health.missing["accounting.banktransactions"]
    assert [("partner" in each, "sales tax" in each) for each in health.warnings] == [(True, False), (False, True)]


def test_pages_in_the_vendors_app(books: Books, bench: Bench, stand: Stand) -> None:
    login = "https://go.xero.com/organisationlogin/default.aspx?shortcode=!p&redirecturl=/"
    assert books.platform.url("invoice", "i") == f"{login}AccountsReceivable/View.aspx?InvoiceID=i"
    assert Xero(account_for(bench, stand)).url("customer", "c") == "https://go.xero.com/Contacts/View/c"
    assert FACTS.defaults["short_code"] == "!p"
