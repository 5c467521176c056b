"""Who sent a notification, and which organisations it is about."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest

from apps.platforms.base import BadSignature
from apps.platforms.xero.platform import Xero

KEY = "webhook-key"


def signed(body: bytes, key: str = KEY) -> dict[str, str]:
    digest = hmac.new(key.encode(), body, hashlib.sha256).digest()
    return {"X-Xero-Signature": base64.b64encode(digest).decode()}


def event(tenant: str) -> dict[str, str]:
    return {"resourceId": "1", "eventCategory": "INVOICE", "eventType": "UPDATE", "tenantId": tenant}


def test_each_organisation_is_named_once() -> None:
    body = json.dumps(
        {"events": [event("a"), event("b"), event("a"), {"tenantId": None}], "lastEventSequence": 3}
    ).encode()
    assert Xero.heard(KEY, signed(body), body) == {"a", "b"}


def test_an_intent_to_receive_names_none() -> None:
    body = b'{"events":[],"firstEventSequence": 0,"lastEventSequence": 0, "entropy": "X"}'
    assert Xero.heard(KEY, signed(body), body) == frozenset()


@pytest.mark.parametrize("headers", [{}, {"x-xero-signature": ""}, {"x-xero-signature": "ü"}, signed(b"{}", "wrong")])
def test_a_wrong_signature_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(BadSignature):
        Xero.heard(KEY, headers, b"{}")


def test_without_a_key_nobody_is_believed() -> None:
    with pytest.raises(BadSignature):
        Xero.heard("", signed(b"{}", ""), b"{}")


@pytest.mark.parametrize("change", [b" ", b"\n"])
def test_the_raw_bytes_count(change: bytes) -> None:
    body = b'{"events":[]}'
    with pytest.raises(BadSignature):
        Xero.heard(KEY, signed(body), body + change)


@pytest.mark.parametrize("body", [b"{}", b"[]", b"nothing", b'{"events": 3}'])
def test_signed_nonsense_is_an_error(body: bytes) -> None:
    with pytest.raises(ValueError):
        Xero.heard(KEY, signed(body), body)
