"""Notifications of Intuit: who sent them, and which records to look at. They never carry the record itself.

https://developer.intuit.com/app/developer/qbo/docs/develop/webhooks
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterator, Mapping
from typing import Any

from apps.platforms.exact_json import read_json

#: Names of the vendor's entities, by their lower-case form, to ours.
ENTITIES = {
    "account": "account",
    "paymentmethod": "payment_method",
    "item": "item",
    "customer": "customer",
    "invoice": "invoice",
    "payment": "payment",
    "creditmemo": "credit_memo",
    "refundreceipt": "refund_receipt",
    "journalentry": "receivable_movement",
    "deposit": "receivable_movement",
    "purchase": "receivable_movement",
}
#: Documents of which a record is only a part: their ids carry the name of the document.
PREFIXES = {"journalentry": "JournalEntry:", "deposit": "Deposit:", "purchase": "Purchase:"}

Event = tuple[str, str, str]


def verify(headers: Mapping[str, str], body: bytes, verifier: str) -> bool:
    """Whether the raw body was signed with our verifier token; False, never an error, for anything else."""
    given = next((value for name, value in headers.items() if name.lower() == "intuit-signature"), "")
    expected = base64.b64encode(hmac.digest(verifier.encode(), body, "sha256"))
    return bool(verifier) and hmac.compare_digest(expected, given.strip().encode("utf-8", "replace"))


def events(body: bytes) -> list[Event]:
    """The (realm, entity, id)s to look at, each once, in either format; one body may name several realms.

    Unknown entities are left out. A merge names both ids. Raises ValueError for what is neither format.
    """
    given = read_json(body)
    if isinstance(given, list):
        found = [event for item in given for event in _cloud(item)]
    elif isinstance(given, Mapping) and "eventNotifications" in given:
        found = [event for item in given["eventNotifications"] for event in _legacy(item)]
    else:
        raise ValueError("neither CloudEvents nor eventNotifications")
    return list(dict.fromkeys(found))


def _cloud(item: Mapping[str, Any]) -> Iterator[Event]:
    name = str(item.get("type", "")).partition(".")[2].partition(".")[0]
    more = item.get("data") or {}
    ids = (item.get("intuitentityid"), more.get("deletedid") or more.get("deletedId"))
    yield from _named(str(item.get("intuitaccountid", "")), name, ids)


def _legacy(item: Mapping[str, Any]) -> Iterator[Event]:
    for entity in (item.get("dataChangeEvent") or {}).get("entities") or []:
        ids = (entity.get("id"), entity.get("deletedId"))
        yield from _named(str(item.get("realmId", "")), str(entity.get("name", "")), ids)


def _named(realm: str, name: str, ids: tuple[Any, ...]) -> Iterator[Event]:
    entity = ENTITIES.get(name.lower())
    for key in ids:
        if entity and realm and key:
            yield realm, entity, f"{PREFIXES.get(name.lower(), '')}{key}"
