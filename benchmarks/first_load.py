"""A first load of a large Syncro account, killed on the way: requests against the fewest possible, memory, changes.

`python -m benchmarks.first_load` at full size (10,000 customers, 50,000 invoices of three lines, 45,000 payments);
`--size 0.02` for a part of it; `--kills 3` kills the reading process so often without warning.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import signal
import sys
import time
from math import ceil
from multiprocessing import get_context
from multiprocessing.connection import Connection as Pipe
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("TIEOUT_TEST", "1")

SCALE = 100.0
FULL = {"customers": 10_000, "invoices": 50_000, "payments": 45_000, "products": 200}
PAGE, LINES_PAGE, LINES = 25, 100, 3
CHANGES = 200
SLUG = "large"


def pocket(size: dict[str, int], out: Pipe) -> None:
    """A pocket Syncro in a process of its own, so that its memory is not counted as ours."""
    from apps.sandbox.frame import PocketServer
    from apps.sandbox.store import Store
    from apps.sandbox.syncro.app import PocketSyncro

    app = PocketSyncro(Store())
    app.limit_scale = SCALE
    app.control_bulk(**size)
    server = PocketServer(app)
    out.send(server.url)
    server.serve_forever()


def fewest(size: dict[str, int]) -> int:
    """The pages of the lists that must be read when the token may read the feed."""
    lists = ("customers", "invoices", "payments", "products")
    return sum(ceil(size[name] / PAGE) for name in lists) + ceil(size["invoices"] * LINES / LINES_PAGE)


def read_whole(out: Pipe | None = None) -> None:
    """Read Syncro's side of the company to the end; tells the peak of this process in megabytes."""
    from contextlib import closing

    from apps.connections.models import Company
    from apps.connections.opening import open_platform
    from apps.mirror.kept import MirrorKept
    from apps.platforms.base import Side
    from apps.platforms.errors import RateLimited
    from apps.sync.current import Pass
    from apps.sync.reading import read_side

    company = Company.objects.get(slug=SLUG)
    stored = company.connection(Side.SYNCRO)
    assert stored is not None
    while True:
        try:
            with closing(open_platform(stored, kept=MirrorKept(company, Side.SYNCRO))) as platform:
                read_side(Pass(company=company, note=lambda text: None), Side.SYNCRO, platform)
            break
        except RateLimited as busy:
            time.sleep(busy.retry_after or 1)
    if out:
        out.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def killed_and_resumed(kills: int, seed: int) -> float:
    """Read in child processes, so many of which are killed at a random moment; the peak of the last one."""
    chance = random.Random(seed)
    here, there = get_context("fork").Pipe()
    for left in range(kills, -1, -1):
        let_go()
        pid = os.fork()
        if not pid:
            read_whole(there)
            os._exit(0)
        if left:
            time.sleep(chance.uniform(2, 20))
            os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    peak: float = here.recv()
    return peak


def let_go() -> None:
    """No connection to the database goes over into a child."""
    from django.db import connections

    from apps.connections.beside import close_beside

    connections.close_all()
    close_beside()


def connect(url: str) -> Any:
    """The company, tied to the pocket."""
    from django.conf import settings

    from apps.connections.connecting import connect_account
    from apps.connections.models import Company
    from apps.platforms.base import Tokens
    from apps.sandbox.control import Control

    settings.LIMIT_SCALE, settings.SYNCRO_API_URL = SCALE, f"{url}/api/v1"
    control = Control(url)
    company = Company.objects.create(slug=SLUG, name="Large", books_platform="quickbooks_online")
    connect_account(company, "syncro", "acme", Tokens(access=control.create_token()))
    return control


def asked() -> tuple[int, int, int]:
    """Requests since the last time, those refused for the limit, and details of invoices."""
    from apps.connections.models import ApiCall

    calls = ApiCall.objects.all()
    found = calls.count(), calls.filter(status=429).count(), calls.filter(url__regex=r"/invoices/\d+$").count()
    calls.delete()
    return found


def figures(url: str, size: dict[str, int], kills: int) -> None:
    """One load, a run with changes, an idle run: printed as ratios."""
    control = connect(url)
    asked()
    began = time.monotonic()
    seed = random.randrange(10**6)
    print(f"kills: {kills}, seed {seed}", file=sys.stderr)
    peak = killed_and_resumed(kills, seed)
    requests, refused, details = asked()
    print(
        f"first load: requests for the fewest possible    {requests / fewest(size):8.3f}   ({requests}, {details} details)"
    )
    print(f"first load: refused for the limit               {refused:8d}   {time.monotonic() - began:.0f} s")
    print(f"first load: peak memory of the reading process  {peak:8.0f}   MB")
    for row in control.state("invoices")[:CHANGES]:
        control.edit_invoice(id=str(row["id"]), note="changed")
    read_whole()
    requests, _, details = asked()
    least = CHANGES + ceil(CHANGES / PAGE) + 8
    print(
        f"{CHANGES} changes: requests for the fewest possible   {requests / least:8.3f}   ({requests}, {details} details)"
    )
    read_whole()
    print(f"nothing changed: requests                       {asked()[0]:8d}")


def main() -> None:
    """On the tests' database, which is gone afterwards."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=float, default=1.0)
    parser.add_argument("--kills", type=int, default=3)
    chosen = parser.parse_args()
    size = {name: max(int(count * chosen.size), 30) for name, count in FULL.items()}
    here, there = get_context("fork").Pipe()
    server = get_context("fork").Process(target=pocket, args=(size, there), daemon=True)
    server.start()
    url = here.recv()
    import django

    django.setup()
    from django.test.utils import setup_databases, teardown_databases

    databases = setup_databases(verbosity=0, interactive=False)
    try:
        figures(url, size, chosen.kills)
    finally:
        let_go()
        teardown_databases(databases, verbosity=0)
        server.terminate()


if __name__ == "__main__":
    main()
