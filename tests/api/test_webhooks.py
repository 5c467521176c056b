"""Notifications: signed or not at all, one hint for however many, and an answer that says nothing."""

from __future__ import annotations

import base64
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django_q.models import OrmQ

from apps.connections.doors import new_webhook, webhook_address
from apps.connections.models import Company, Connection, ConnectionState
from apps.core.clock import db_now
from apps.core.tasks import is_waiting
from apps.platforms.base import BadSignature
from apps.platforms.registry import platform_class
from apps.sync.tasks import WHOLE_RUN

pytestmark = pytest.mark.django_db(transaction=True)

KEY = "verifier"


@pytest.fixture(autouse=True)
def _keys(settings: LazySettings) -> None:
    settings.QBO_WEBHOOK_VERIFIER, settings.PUBLIC_URL = KEY, "https://tieout.test"


@pytest.fixture
def acme() -> Company:
    """A connected company."""
    return connected("acme", "77")


def connected(slug: str, realm: str) -> Company:
    return Company.objects.create(
        slug=slug,
        name=slug,
        books_platform="quickbooks_online",
        syncro=Connection.objects.create(platform="syncro", account_id=slug),
        books=Connection.objects.create(platform="quickbooks_online", account_id=realm),
    )


def told(*realms: str) -> bytes:
    """A notification about invoices of these realms."""
    entities = [{"name": "Invoice", "id": "1", "operation": "Update"}]
    events = [{"realmId": realm, "dataChangeEvent": {"entities": entities}} for realm in realms]
    return json.dumps({"eventNotifications": events}).encode()


def send(client: Client, body: bytes, key: str = KEY, path: str = "/webhooks/qbo/") -> Any:
    signature = base64.b64encode(hmac.digest(key.encode(), body, "sha256")).decode()
    return client.post(path, body, content_type="application/json", headers={"intuit-signature": signature})


def waiting() -> list[int]:
    return [each.task["args"][0] for each in OrmQ.objects.order_by("id") if each.task["func"] == WHOLE_RUN]


def test_a_signed_notification_is_one_hint(client: Client, acme: Company) -> None:
    answer = send(client, told("77"))
    assert (answer.status_code, answer.content, dict(answer.cookies)) == (200, b"", {})
    assert waiting() == [acme.pk]


def test_a_flood_and_a_replay_are_one_hint_too(client: Client, acme: Company) -> None:
    for _ in range(20):
        assert send(client, told("77", "77")).status_code == 200
    assert waiting() == [acme.pk]


def test_once_a_worker_has_begun_the_next_one_counts_again(client: Client, acme: Company) -> None:
    send(client, told("77"))
    OrmQ.objects.update(lock=db_now() + timedelta(minutes=10))
    assert not is_waiting(WHOLE_RUN, acme.pk)
    send(client, told("77"))
    assert waiting() == [acme.pk, acme.pk]


def test_each_company_concerned_gets_its_own(client: Client, acme: Company) -> None:
    other = connected("other", "78")
    connected("third", "79")
    send(client, told("78", "77", "404"))
    assert sorted(waiting()) == sorted([acme.pk, other.pk])


def test_an_account_nobody_has_is_nothing(client: Client, acme: Company) -> None:
    assert send(client, told("404")).status_code == 200
    assert waiting() == []


def test_a_company_that_cannot_work_is_left_alone(client: Client, acme: Company) -> None:
    Connection.objects.filter(platform="syncro").update(state=ConnectionState.PAUSED)
    assert send(client, told("77")).status_code == 200
    assert waiting() == []


@pytest.mark.parametrize("key", ["", "other"])
def test_a_wrong_signature_is_refused_without_a_word(client: Client, acme: Company, key: str) -> None:
    answer = send(client, told("77"), key)
    assert (answer.status_code, answer.content, dict(answer.cookies)) == (401, b"", {})
    assert client.post("/webhooks/qbo/", told("77"), content_type="application/json").status_code == 401
    assert waiting() == []


def test_without_a_key_of_ours_nothing_is_believed(client: Client, acme: Company, settings: LazySettings) -> None:
    settings.QBO_WEBHOOK_VERIFIER = ""
    assert send(client, told("77"), "").status_code == 401


def test_what_is_signed_and_makes_no_sense_is_not_sent_again(client: Client, acme: Company) -> None:
    assert send(client, b"{}").status_code == 200
    assert send(client, b"nonsense").status_code == 200
    assert waiting() == []


def test_a_long_notification_is_not_read(client: Client, acme: Company) -> None:
    assert send(client, b" " * (1024 * 1024 + 1)).status_code == 413
    assert send(client, told("77") + b" " * 1000).status_code == 200


def test_nobody_looks_at_these_addresses(client: Client) -> None:
    assert client.get("/webhooks/qbo/").status_code == 405
    assert client.post("/webhooks/qbd/").status_code == 404
    assert client.post("/webhooks/nothing/").status_code == 404


def test_the_intent_to_receive_is_answered_right(client: Client, settings: LazySettings) -> None:
    settings.XERO_WEBHOOK_KEY = "k"
    body = b'{"events":[],"firstEventSequence":0,"lastEventSequence":0,"entropy":"FXN"}'
    right = base64.b64encode(hmac.digest(b"k", body, "sha256")).decode()
    for signature, status in ((right, 200), (right[::-1], 401), ("", 401), (right, 200)):
        headers = {"x-xero-signature": signature}
        answer = client.post("/webhooks/xero/", body, content_type="application/json", headers=headers)
        assert (answer.status_code, answer.content, dict(answer.cookies)) == (status, b"", {})


def test_a_platform_that_signs_nothing_has_an_address_nobody_knows(client: Client, acme: Company) -> None:
    assert acme.syncro is not None
    address = new_webhook(acme.syncro)
    path = address.removeprefix("https://tieout.test")
    answer = client.post(path, {"text": "Invoice #1 was paid"}, content_type="application/json")
    assert (answer.status_code, answer.content, dict(answer.cookies)) == (200, b"", {})
    assert waiting() == [acme.pk]
    wrong = client.post("/webhooks/syncro/guess/")
    assert (wrong.status_code, wrong.content, dict(wrong.cookies)) == (404, b"", {})
    assert client.post("/webhooks/syncro/").status_code == 401
    assert client.post(path, b" " * (1024 * 1024 + 1), content_type="text/plain").status_code == 413


def test_a_new_address_shuts_the_old_one_and_is_not_kept(client: Client, acme: Company) -> None:
    assert acme.syncro is not None
    old, new = (new_webhook(acme.syncro).removeprefix("https://tieout.test") for _ in range(2))
    assert [client.post(path).status_code for path in (old, new)] == [404, 200]
    assert new.split("/")[3] not in json.dumps(Connection.objects.get(platform="syncro").options)


def test_another_platforms_address_opens_nothing(client: Client, acme: Company) -> None:
    assert acme.syncro is not None
    secret = new_webhook(acme.syncro).split("/")[-2]
    assert client.post(f"/webhooks/qbo/{secret}/").status_code == 404


def test_the_addresses_told_are_the_addresses_served(acme: Company) -> None:
    from django.urls import reverse

    assert webhook_address("xero") == "https://tieout.test" + reverse("api:signed", args=["xero"])
    assert webhook_address("syncro", "s") == "https://tieout.test" + reverse("api:addressed", args=["syncro", "s"])
    assert (webhook_address("syncro"), webhook_address("quickbooks_desktop")) == ("", "")


def test_quickbooks_online_hears_the_realms_of_a_notification() -> None:
    body = told("77", "78")
    signature = base64.b64encode(hmac.digest(b"k", body, "sha256")).decode()
    kind = platform_class("quickbooks_online")
    assert kind.heard("k", {"Intuit-Signature": signature}, body) == {"77", "78"}
    with pytest.raises(BadSignature):
        kind.heard("k", {}, body)
