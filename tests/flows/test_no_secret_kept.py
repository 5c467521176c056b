"""After a pass nothing that signs in, pays or signs for somebody stands anywhere in the database or in a log."""

from __future__ import annotations

import logging
from typing import Any

import httpx
import pytest
from django.db import connection

from apps.connections.doors import new_webhook
from apps.connections.vault import ConnectionTokens
from tests.world import World

#: What Syncro may tell of a payment made by card and signed for on a screen.
CARD = {"credit_card_number": "4111111111111111", "cvv": "cvv-7391", "signature_data": "data:ink-on-glass",
        "signature_name": "Ink Signer", "payment_page": "https://acme.syncromsp.com/pay?portal_key=pay-me-now"}  # fmt: skip
COLUMNS = """
SELECT table_name, column_name, data_type FROM information_schema.columns
WHERE table_schema = 'public' AND data_type IN ('text', 'character varying', 'json', 'jsonb', 'bytea', 'ARRAY')
"""
#: A column as text.
SHOWN = {"bytea": "encode(\"{}\", 'escape')"}


def places(secrets: list[str]) -> list[str]:
    """Every column of every table in which one of these words stands."""
    found, patterns = [], [f"%{secret}%" for secret in secrets]
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS)
        for table, column, kind in cursor.fetchall():
            shown = SHOWN.get(kind, '"{}"::text').format(column)
            cursor.execute(f'SELECT count(*) FROM "{table}" WHERE {shown} LIKE ANY(%s)', [patterns])
            if cursor.fetchone()[0]:
                found.append(f"{table}.{column}")
    return sorted(found)


def told_by(world: World, path: str) -> Any:
    """What the pocket Syncro itself answers."""
    token = ConnectionTokens(world.company.syncro).read().access  # type: ignore[arg-type]
    url = f"{world.syncro.url}/api/v1{path}"
    return httpx.get(url, headers={"Authorization": f"Bearer {token}"}).json()


def shop_with_secrets(world: World) -> list[str]:
    """A shop of everything, and the words that must not be found again."""
    acme = world.customer()
    invoice = world.invoice(acme, "100.00")
    world.pays(acme, "40.00", {invoice: "40.00"})
    customer = told_by(world, "/customers")["customers"][0]
    payments = told_by(world, "/payments")
    payments["payments"][0] |= CARD
    world.syncro.fault(kind="status", method="GET", path="/payments$", status=200, body=payments)
    stored = world.company.syncro
    assert stored is not None
    webhook = new_webhook(stored).split("/")[-2]
    token = ConnectionTokens(stored).read().access
    portal_key = customer["online_profile_url"].partition("portal_key=")[2]
    return [token, webhook, told_by(world, "/me")["user_token"], portal_key, *CARD.values(), "pay-me-now"]


def test_a_pass_leaves_no_secret_behind(world: World, caplog: pytest.LogCaptureFixture, settings: Any) -> None:
    settings.PUBLIC_URL = "https://tieout.test"
    secrets = shop_with_secrets(world)
    assert all(len(secret) > 7 for secret in secrets)
    caplog.set_level(logging.DEBUG)
    world.sync()
    assert [row["path"] for row in world.syncro.log() if row["path"].endswith("/payments")], "it was told the secrets"
    kept = {"connections_apicall.answer", "mirror_syncrorecord.raw", "sync_request.body"}
    assert set(places(["Work done"])) >= kept, "what may be kept is found, so the search finds"
    assert places(secrets) == []
    assert not [secret for secret in secrets if secret in caplog.text]
