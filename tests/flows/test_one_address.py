"""Twenty companies behind one address, one of them huge: together they keep Syncro's limit, and nobody starves."""

from __future__ import annotations

import time
from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest
from django.db import connection as database

from apps.connections.beside import close_beside
from apps.connections.models import Company, Connection
from apps.connections.opening import open_platform
from apps.connections.urgency import Urgency, asking
from apps.connections.vault import write_tokens
from apps.mirror.kept import MirrorKept
from apps.platforms.base import Side, Tokens
from apps.sandbox.control import Control
from apps.sandbox.frame import PocketServer
from apps.sandbox.store import Store
from apps.sandbox.syncro.account import PERMISSIONS, Gate
from apps.sandbox.syncro.accounts import PocketSyncros
from apps.sync.models import Cursor
from apps.sync.pull import entities_of, pull

pytestmark = pytest.mark.django_db(transaction=True)

#: Our limits, and the pocket's clock, run so many times as fast: 180 requests in any 3 seconds.
FAST = 20.0
SMALL = [f"small-{number}" for number in range(19)]
HUGE = "huge"
#: Without the feed of all lines each invoice is a request of its own.
RIGHTS = {permission for _, _, permission in PERMISSIONS} - {"Global Admin"}
LINE = {"item": "Work", "name": "Work done", "quantity": "1", "price": "10.00", "taxable": False}


class FastGate(Gate):
    """The gate of the address, whose minute is over sooner."""

    def wait(self, address: str, now: float, scale: float) -> int | None:
        """As a minute would be."""
        return super().wait(address, now * FAST, scale)


@pytest.fixture
def street() -> Iterator[tuple[PocketSyncros, str]]:
    """One pocket server with all twenty accounts, and its address."""
    app = PocketSyncros({name: Store() for name in (HUGE, *SMALL)})
    gate = FastGate()
    for account in app.accounts.values():
        account.gate = gate
    server = PocketServer(app).start()
    yield app, server.url
    server.shutdown()
    server.server_close()


def made(url: str, name: str, invoices: int) -> Company:
    """A company connected to its account, in which there are so many invoices."""
    screens = Control(f"{url}/{name}")
    customer = screens.customer(business_name="Acme")
    invoice = {"customer_id": customer, "lines": [LINE], "date": "2026-11-01"}
    screens.many([["invoice", invoice] for _ in range(invoices)])
    sealed = write_tokens(Tokens(access=screens.create_token(permissions=sorted(RIGHTS))))
    kept = Connection.objects.create(platform="syncro", account_id=name, sealed=sealed)
    return Company.objects.create(slug=name, name=name, books_platform="quickbooks_online", syncro=kept)


def read(company: Company, how: Urgency) -> None:
    """All of one account, as a pass reads it."""
    assert company.syncro is not None
    platform = open_platform(company.syncro, kept=MirrorKept(company, Side.SYNCRO))
    with asking(how):
        for entity in entities_of(Side.SYNCRO):
            if entity in platform.entities:
                pull(company, Side.SYNCRO, entity, platform)
    platform.close()
    close_beside()
    database.close()


def asked(app: PocketSyncros, name: str) -> list[dict[str, Any]]:
    """What one account was asked."""
    return [row for row in app.accounts[name].log if "/api/" in row["path"]]


def test_twenty_companies_keep_one_limit_and_the_huge_one_lets_the_others_by(
    street: tuple[PocketSyncros, str], settings: Any
) -> None:
    app, url = street
    settings.LIMIT_SCALE, settings.SYNCRO_API_URL = FAST, f"{url}/{{subdomain}}/api/v1"
    huge, small = made(url, HUGE, 200), [made(url, name, 1) for name in SMALL]
    threads = [Thread(target=read, args=(huge, Urgency.BULK))]
    threads += [Thread(target=read, args=(company, Urgency.CHANGES)) for company in small]
    for thread in threads:
        thread.start()
        while not asked(app, HUGE):
            time.sleep(0.01)  # it was here first
    for thread in threads:
        thread.join()
    everything = sorted((row for name in (HUGE, *SMALL) for row in asked(app, name)), key=lambda row: row["at"])
    assert len(everything) > 300
    assert 429 not in {row["status"] for row in everything}
    assert Cursor.objects.filter(entity="invoice", loaded_at__isnull=False).count() == 20
    last_small = max(asked(app, name)[-1]["at"] for name in SMALL)
    meanwhile = [row for row in asked(app, HUGE) if row["at"] < last_small]
    assert 0 < len(meanwhile) < len(asked(app, HUGE)) / 2, "the small ones are done while the huge one is still loading"
