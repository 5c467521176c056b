"""Notifications: whose they are, and what to look at."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest

from apps.platforms.quickbooks_online.webhooks import events, verify


def cloud(kind: str, key: str, realm: str, **more: object) -> dict[str, object]:
    return {"specversion": "1.0", "type": f"qbo.{kind}.v1", "intuitentityid": key, "intuitaccountid": realm, **more}


CLOUD = [
    cloud("invoice.updated", "1234", "310687", id="88cd", time="2025-09-10T21:31:25.179851517Z"),
    cloud("customer.merged", "43", "9", data={"deletedid": "44"}),
    cloud("journalentry.created", "5", "9", data={}),
    cloud("timeactivity.created", "6", "9"),
]
MERGED = {"name": "Customer", "id": "43", "operation": "Merge", "deletedId": "44"}
LEGACY = {"eventNotifications": [{"realmId": "9", "dataChangeEvent": {"entities": [MERGED, MERGED]}}]}


def signed(body: bytes, verifier: str) -> dict[str, str]:
    digest = hmac.new(verifier.encode(), body, hashlib.sha256).digest()
    return {"Intuit-Signature": base64.b64encode(digest).decode()}


def test_only_the_holder_of_the_verifier_is_believed() -> None:
    body = json.dumps(CLOUD).encode()
    assert verify(signed(body, "secret"), body, "secret")
    assert not verify(signed(body, "other"), body, "secret")
    assert not verify(signed(body, "secret"), body + b" ", "secret")


@pytest.mark.parametrize("signature", ["", "no base64!", "ÿ", "AAAA"])
def test_a_bad_signature_is_an_answer_not_an_error(signature: str) -> None:
    assert not verify({"intuit-signature": signature}, b"{}", "secret")


def test_without_a_verifier_nobody_is_believed() -> None:
    assert not verify(signed(b"{}", ""), b"{}", "")


def test_cloud_events_of_several_companies_are_told_apart() -> None:
    found = events(json.dumps(CLOUD).encode())
    assert found == [
        ("310687", "invoice", "1234"),
        ("9", "customer", "43"),
        ("9", "customer", "44"),
        ("9", "receivable_movement", "JournalEntry:5"),
    ]


def test_the_older_format_says_the_same_and_a_repeated_entity_once() -> None:
    assert events(json.dumps(LEGACY).encode()) == [("9", "customer", "43"), ("9", "customer", "44")]


def test_another_body_is_refused() -> None:
    with pytest.raises(ValueError, match="neither"):
        events(b'{"hello": 1}')
