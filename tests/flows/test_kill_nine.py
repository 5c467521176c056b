"""The whole demo, killed without warning at ten random moments of its first load and started again each time."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from apps.core.embedded_postgres.place import locate
from apps.core.embedded_postgres.probe import answers
from tests.core.processes import until

ROOT = Path(__file__).resolve().parents[2]
KILLS = 10
#: Seconds after the start, and after the first document has arrived.
EARLIEST, LATEST, WRITING = 1.0, 8.0, 3.0
#: Of the tests' own environment; the demo runs as on anybody's machine.
NOT_OURS = ("PYTEST", "DJANGO", "DATABASE_URL", "TIEOUT")
Store = dict[str, dict[str, Any]]


@pytest.fixture
def var() -> Iterator[Path]:
    """A place of its own for the demo, that the database's user may enter."""
    parent = Path(tempfile.mkdtemp(prefix="tieout-"))
    parent.chmod(0o755)
    yield parent / "var"
    base = parent / "var" / "pg"
    if base.exists():
        place = locate(base)
        assert until(lambda: not answers(place.sockets)), "the database outlived its last user"
    shutil.rmtree(parent)


def start(var: Path) -> subprocess.Popen[str]:
    """The demo, in a session of its own."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(NOT_OURS)}
    command = [sys.executable, "manage.py", "demo", "--once", "--json"]
    return subprocess.Popen(
        command, cwd=ROOT, env={**env, "VAR_DIR": str(var), "LIMIT_SCALE": "1000"}, start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def children(pid: int) -> list[int]:
    """Every process below this one; the database's watchdog has nobody above it and is not among them."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            below = [int(word) for word in task.read_text().split()]
        except OSError:
            continue
        found += [each for one in below for each in (one, *children(one))]
    return found


def killed(process: subprocess.Popen[str], tree: bool) -> None:
    """kill -9 of its group, or of every process below it as well, all at once."""
    below = children(process.pid) if tree else []
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    for pid in below:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    process.communicate()


def to_the_end(var: Path) -> dict[str, Any]:
    """What the demo prints when nobody disturbs it."""
    process = start(var)
    try:
        out, said = process.communicate(timeout=280)
    finally:
        if process.poll() is None:
            killed(process, tree=True)
    assert process.returncode == 0, said[-3000:]
    (company,) = json.loads(out)["companies"].values()
    return dict(company)


def stored(var: Path, pocket: str) -> Store:
    """What a pocket vendor keeps, by kind and id."""
    kept: Store = {}
    with closing(sqlite3.connect(var / "sandbox" / f"{pocket}.sqlite")) as database:
        for kind, key, body in database.execute("SELECT kind, id, body FROM doc"):
            kept.setdefault(kind.rpartition("/")[2], {})[key] = json.loads(body)
    return kept


def how_far(var: Path) -> int:
    """Documents that had reached the books."""
    if not (var / "sandbox" / "quickbooks_online.sqlite").exists():
        return 0
    count = "SELECT count(*) FROM doc WHERE kind LIKE '%/Customer' OR kind LIKE '%/Invoice' OR kind LIKE '%/Payment'"
    with closing(sqlite3.connect(var / "sandbox" / "quickbooks_online.sqlite")) as database:
        try:
            number: int = database.execute(count).fetchone()[0]
        except sqlite3.OperationalError:  # it is just being made
            return 0
    return number


def documents(var: Path) -> dict[str, dict[str, str]]:
    """Every document of the two vendors with its revision: any write would show."""
    books, syncro = stored(var, "quickbooks_online"), stored(var, "syncro")
    shown = {
        kind: {key: doc["SyncToken"] for key, doc in books[kind].items()} for kind in ("Customer", "Invoice", "Payment")
    }
    return shown | {
        kind: {key: doc["updated_at"] for key, doc in syncro[kind].items()} for kind in ("customer", "payment")
    }


def more_than_once(values: list[str]) -> dict[str, int]:
    """What stands twice."""
    return {value: count for value, count in Counter(values).items() if value and count > 1}


def mark(text: str) -> str:
    """Our mark in a text, "" without one."""
    return next((word for word in text.split() if word.startswith("tieout:")), "")


def nothing_stands_twice(var: Path) -> None:
    """In both vendors' own stores: by number, by name, by mark."""
    books, syncro = stored(var, "quickbooks_online"), stored(var, "syncro")
    assert more_than_once([doc.get("DocNumber", "") for doc in books["Invoice"].values()]) == {}
    assert more_than_once([doc["DisplayName"] for doc in books["Customer"].values()]) == {}
    for kind in ("Invoice", "Payment"):
        assert more_than_once([mark(doc.get("PrivateNote", "")) for doc in books[kind].values()]) == {}
    assert more_than_once([mark(doc["ref_num"] or "") for doc in syncro["payment"].values()]) == {}


def kill_once(var: Path, dice: random.Random, *, writing: bool) -> None:
    """One start and its end, at some moment after the start or, with `writing`, while documents arrive."""
    before, process = how_far(var), start(var)
    try:
        if writing:
            assert until(lambda: how_far(var) > before, 90), "nothing arrives any more"
            time.sleep(dice.uniform(0, WRITING))
        else:
            time.sleep(dice.uniform(EARLIEST, LATEST))
        assert process.poll() is None, "it ended by itself: " + process.communicate()[1][-3000:]
    finally:
        killed(process, tree=dice.random() < 0.5)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_ten_kills_during_the_first_load_change_nothing(var: Path) -> None:
    seed = random.randrange(10**6)
    sys.stdout.write(f"seed {seed}\n")
    dice = random.Random(seed)
    reached = []
    for number in range(KILLS):
        kill_once(var, dice, writing=bool(number % 2))
        reached.append(how_far(var))
    sys.stdout.write(f"documents in the books at each kill: {reached}\n")
    end = to_the_end(var)
    nothing_stands_twice(var)
    assert end["tieout"]["unexplained"] == "0.00"
    assert {state for states in end["documents"].values() for state in states} <= {"in_sync", "held", "ignored"}
    syncro = stored(var, "syncro")
    assert sum(end["documents"]["invoice"].values()) == len(syncro["invoice"])
    before = documents(var)
    assert to_the_end(var) == end
    assert documents(var) == before, "a second start writes nothing"
