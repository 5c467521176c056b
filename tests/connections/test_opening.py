"""Opening a platform: where it is, what it is handed, and what is noted of how it went."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.conf import settings as django_settings

from apps.connections import opening
from apps.connections.models import ApiCall, Connection, ConnectionState
from apps.connections.opening import BadAccount, Ledger, account_of, base_url, open_platform
from apps.connections.vault import ConnectionTokens
from apps.core.clock import shifted
from apps.platforms.base import Call, Tokens
from apps.platforms.errors import NeedsReconnect, Unavailable
from apps.platforms.mailbox import MailboxPlatform
from apps.platforms.registry import PLATFORMS, platform_class
from tests.connections.vendor import Vendor

CALL = Call(method="GET", url="https://acme.test/me", status=200, milliseconds=12, answer="a\x00b", error="e" * 999)


def test_the_subdomain_is_put_into_the_address_of_the_settings() -> None:
    assert base_url("syncro", "acme") == "https://acme.syncromsp.com/api/v1"


@pytest.mark.parametrize("account_id", ["evil.test/", "a.b", "ACME", "x" * 64, "a@b", "", " "])
def test_a_subdomain_that_could_lead_elsewhere_is_refused(account_id: str) -> None:
    with pytest.raises(BadAccount, match="small letters, digits and dashes"):
        opening.check_account_id("syncro", account_id)


def test_a_realm_is_a_number() -> None:
    with pytest.raises(BadAccount, match="is a number"):
        base_url("quickbooks_online", "12a")


@pytest.mark.parametrize("key", list(PLATFORMS))
def test_every_platform_that_is_called_has_its_settings(key: str) -> None:
    entry = PLATFORMS[key]
    named = [entry.base, entry.client_id, entry.client_secret, entry.webhook_key, *entry.addresses.values()]
    assert all(hasattr(django_settings, name) for name in named if name)
    assert bool(entry.base) is not entry.fetches_letters


@pytest.mark.parametrize("key", list(PLATFORMS))
def test_the_registry_says_of_a_platform_what_its_class_says(key: str) -> None:
    kind, entry = platform_class(key), PLATFORMS[key]
    assert (kind.key, kind.title, kind.side) == (key, entry.title, entry.side)
    assert issubclass(kind, MailboxPlatform) is entry.fetches_letters
    assert hasattr(kind, "authorize_url") is bool(entry.client_id)


@pytest.mark.parametrize(
    ("platform", "account_id"),
    [
        ("xero", "B0B2F7A0-0000-4000-8000-000000000001"),
        ("xero", "../connections"),
        ("quickbooks_desktop", "90A44FB5-33D9-4815-AC85-BC87A7E7D1EB"),
    ],
)
def test_an_id_that_is_no_guid_as_written_there_is_refused(platform: str, account_id: str) -> None:
    with pytest.raises(BadAccount, match="is a GUID"):
        opening.check_account_id(platform, account_id)


def test_a_platform_is_handed_the_facts_and_no_password(connection: Connection) -> None:
    connection.options = {"every": 5, "password": "hash", "webhook": "hash"}
    assert account_of(connection).options == {"every": 5}
    connection.facts = {"currency": "USD"}
    assert account_of(connection).options == {"every": 5, "facts": {"currency": "USD"}}


def test_the_account_holds_what_the_settings_say(db: None, settings: LazySettings) -> None:
    settings.QBO_API_URL, settings.QBO_CLIENT_ID = "https://books.test", "client"
    settings.QBO_DISCOVERY_URL, settings.LIMIT_SCALE = "https://sign-in.test/doc", 7
    account = account_of(Connection.objects.create(platform="quickbooks_online", account_id="1"))
    assert (account.base_url, account.client_id, account.scale) == ("https://books.test", "client", 7)
    assert account.addresses == {"discovery": "https://sign-in.test/doc"}


@pytest.mark.django_db(transaction=True)
def test_an_opened_platform_works_and_its_calls_are_kept(connection: Connection, vendor: Vendor) -> None:
    ConnectionTokens(connection).save(Tokens(access="right"))
    platform = open_platform(connection)
    assert platform.check().title == "acme"
    assert vendor.asked[0] == "/acme/api/v1/me"
    call = ApiCall.objects.order_by("id").first()
    assert call is not None
    assert (call.method, call.status) == ("GET", 200)
    assert not ApiCall.objects.filter(answer__contains="never kept").exists()
    platform.close()


@pytest.mark.parametrize("become", [opening.pause, opening.needs_sign_in])
def test_a_connection_that_may_not_be_used_is_not_opened(connection: Connection, become: object) -> None:
    become(connection, "Somebody said so.")  # type: ignore[operator]
    with pytest.raises(NeedsReconnect, match="Somebody said so"):
        open_platform(Connection.objects.get())
    opening.resume(connection)
    assert Connection.objects.get().state == ConnectionState.CONNECTED


def test_a_mailbox_is_opened_only_while_it_is_connected(connection: Connection) -> None:
    connection.platform, connection.account_id = "quickbooks_desktop", "{90A44FB5-33D9-4815-AC85-BC87A7E7D1EB}"
    assert opening.open_mailbox(connection).url("invoice", "1") == ""
    opening.pause(connection, "Somebody said so.")
    with pytest.raises(NeedsReconnect, match="Somebody said so"):
        opening.open_mailbox(connection)


def test_after_three_failures_it_rests_and_each_further_one_doubles_the_rest(connection: Connection) -> None:
    rests = []
    for _ in range(12):
        opening.did_not_answer(connection, Unavailable())
        rests.append(connection.opened_until)
    assert rests[:2] == [None, None]
    with pytest.raises(Unavailable) as told:
        open_platform(connection)
    assert told.value.retry_after is not None
    assert 14 * 60 < told.value.retry_after <= 15 * 60


def test_the_rest_ends_by_itself_and_an_answer_forgets_the_failures(connection: Connection) -> None:
    for _ in range(3):
        opening.did_not_answer(connection, Unavailable())
    with shifted(timedelta(minutes=2)):
        open_platform(connection).close()
    opening.came_through(connection)
    assert (connection.failures, connection.opened_until) == (0, None)
    assert connection.last_ok_at is not None


@pytest.mark.django_db(transaction=True)
def test_the_ledger_takes_whatever_an_answer_held(connection: Connection) -> None:
    Ledger(connection.pk)(CALL)
    call = ApiCall.objects.get()
    assert call.answer == "a\N{REPLACEMENT CHARACTER}b"
    assert len(call.error) == 300


@pytest.mark.django_db(transaction=True)
def test_a_ledger_that_cannot_write_fails_no_call(connection: Connection) -> None:
    Ledger(connection.pk + 1)(CALL)
    assert not ApiCall.objects.exists()
