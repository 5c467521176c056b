"""One first load, one pass with nothing to do, and a tie-out at two sizes, each as a ratio to something of the same run."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Callable
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("TIEOUT_TEST", "1")

SCALE = 10_000.0
SMALL, LARGE = 1_000, 10_000


def seconds(work: Callable[[], Any]) -> float:
    """How long it takes, best of three for what can be repeated."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def shop() -> Any:
    """A company tied to pocket vendors with the demo shop in them."""
    from django.conf import settings

    from apps.connections.connecting import connect_account
    from apps.connections.models import Company
    from apps.platforms.base import Tokens
    from apps.sandbox.control import Control
    from apps.sandbox.frame import PocketServer
    from apps.sandbox.shop import seed
    from apps.sandbox.store import Store
    from apps.sandbox.syncro.app import PocketSyncro
    from tests.features.ledger import QuickBooksOnline
    from tests.world import World

    servers = (PocketServer(PocketSyncro(Store())).start(), PocketServer(QuickBooksOnline.app(Store())).start())
    syncro, books = (Control(server.url) for server in servers)
    for control in (syncro, books):
        control.setting(name="limit_scale", value=SCALE)
    settings.LIMIT_SCALE, settings.SYNCRO_API_URL = SCALE, f"{syncro.url}/api/v1"
    company = Company.objects.create(slug="bench", name="Bench", books_platform="quickbooks_online")
    connect_account(company, "syncro", "acme", Tokens(access=syncro.create_token()))
    ledger = QuickBooksOnline(books)
    ledger.connect(company, settings)
    seed(syncro, books, dt.date(2026, 11, 20))
    company.refresh_from_db()
    return World(company, syncro, books, servers, ledger)


def loop() -> None:
    """The demo shop once whole, then again with nothing to do."""
    world = shop()
    runs: list[Any] = []
    first = seconds(lambda: runs.append(world.sync(dry_run=True)))
    first += seconds(lambda: runs.append(world.sync()))
    idle = seconds(lambda: runs.append(world.sync()))
    written = sum(count for rows in runs[1].counts["writes"]["books"].values() for count in rows.values())
    print(f"documents written for each request to the books    {written / runs[1].counts['requests']['books']:8.1f}")
    print(f"a pass with nothing to do, as a part of the first   {idle / first:8.3f}")


def tie_out_growth() -> None:
    """Ten times the invoices must cost about ten times the tie-out."""
    from apps.connections.models import Company
    from apps.mirror.store import save_records
    from apps.platforms.base import Side
    from apps.platforms.records import Invoice
    from apps.reconciliation.tieout import tie_out

    took = []
    for size in (SMALL, LARGE):
        company = Company.objects.create(slug=f"size-{size}", name="Size", books_platform="quickbooks_online")
        made = [
            Invoice(
                external_id=str(number),
                number=str(number),
                customer_id=str(number % 50),
                date=dt.date(2026, 1, 1),
                total=number,
            )  # type: ignore[arg-type]
            for number in range(size)
        ]
        for side in Side:
            save_records(company, side, made)
        took.append(seconds(lambda company=company: tie_out(company)))  # type: ignore[misc]
    print(f"tie-out of {LARGE:,} invoices against {SMALL:,}             {took[1] / took[0]:8.1f}")


def main() -> None:
    """Everything on the tests' database, which is gone afterwards."""
    import django

    django.setup()
    from django.test.utils import setup_databases, teardown_databases

    from apps.connections.beside import close_beside

    databases = setup_databases(verbosity=0, interactive=False)
    try:
        loop()
        tie_out_growth()
    finally:
        close_beside()
        teardown_databases(databases, verbosity=0)


if __name__ == "__main__":
    main()
