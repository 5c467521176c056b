"""Notifications of Xero: who sent them, and which organisations to look at. They never carry the record itself.

To prove that we check signatures Xero sends empty ones, some of them signed wrongly on purpose ("intent to receive").
https://developer.xero.com/documentation/guides/webhooks/overview
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping

from apps.platforms.exact_json import read_json

SIGNATURE = "x-xero-signature"


def verify(headers: Mapping[str, str], body: bytes, key: str) -> bool:
    """Whether the raw body was signed with our webhook key; False, never an error, for anything else."""
    given = next((value for name, value in headers.items() if name.lower() == SIGNATURE), "")
    expected = base64.b64encode(hmac.digest(key.encode(), body, "sha256"))
    return bool(key) and hmac.compare_digest(expected, given.strip().encode("utf-8", "replace"))


def tenants(body: bytes) -> frozenset[str]:
    """The organisations named, none for an intent to receive. Raises ValueError for what is no notification."""
    given = read_json(body)
    events = given.get("events") if isinstance(given, Mapping) else None
    if not isinstance(events, list):
        raise ValueError("a notification of Xero has a list of events")  # noqa: TRY004  callers catch one error
    named = (event.get("tenantId") for event in events if isinstance(event, Mapping))
    return frozenset(str(tenant) for tenant in named if tenant)
