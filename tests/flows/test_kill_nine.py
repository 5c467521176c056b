"""The demo of each books, killed without warning at ten random moments of its first load and started again each time."""

from __future__ import annotations

import json
import os
import random
import re
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
from dataclasses import dataclass
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
MARK = re.compile(r"tieout:[\w:/-]+")


@dataclass(frozen=True)
class Kept:
    """How the pocket of some books keeps a demo company: kinds of documents, and what tells them apart."""

    slug: str
    pocket: str
    syncro: str
    customer: tuple[str, str]
    invoice: tuple[str, str]
    payments: tuple[str, ...]
    revision: str

    @property
    def kinds(self) -> tuple[str, ...]:
        """Everything that we write there."""
        return self.customer[0], self.invoice[0], *self.payments


DEMOS = (
    Kept("acme-qbo", "quickbooks_online", "syncro", ("Customer", "DisplayName"), ("Invoice", "DocNumber"), ("Payment",), "SyncToken"),
    Kept("acme-qbd", "quickbooks_desktop", "syncro-repairs", ("Customer", "Name"), ("Invoice", "RefNumber"), ("ReceivePayment",), "EditSequence"),
    Kept("acme-xero", "xero", "syncro-networks", ("Contact", "Name"), ("Invoice", "InvoiceNumber"), ("Payment", "BatchPayment", "Overpayment"), "UpdatedDateUTC"),
)  # fmt: skip


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


def start(var: Path, demo: Kept) -> subprocess.Popen[str]:
    """The demo of one company, in a session of its own."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(NOT_OURS)}
    command = [sys.executable, "manage.py", "demo", "--once", "--json", "--company", demo.slug]
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


def to_the_end(var: Path, demo: Kept) -> dict[str, Any]:
    """What the demo prints when nobody disturbs it."""
    process = start(var, demo)
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


def how_far(var: Path, demo: Kept) -> int:
    """Documents that had reached the books."""
    file = var / "sandbox" / f"{demo.pocket}.sqlite"
    if not file.exists():
        return 0
    wanted = " OR ".join(f"kind LIKE '%{kind}'" for kind in demo.kinds)
    with closing(sqlite3.connect(file)) as database:
        try:
            number: int = database.execute(f"SELECT count(*) FROM doc WHERE {wanted}").fetchone()[0]
        except sqlite3.OperationalError:  # it is just being made
            return 0
    return number


def documents(var: Path, demo: Kept) -> dict[str, dict[str, str]]:
    """Every document of the two vendors with its revision: any write would show."""
    books, syncro = stored(var, demo.pocket), stored(var, demo.syncro)
    shown = {kind: {key: str(doc[demo.revision]) for key, doc in books.get(kind, {}).items()} for kind in demo.kinds}
    here = ("customer", "payment")
    return shown | {f"syncro {kind}": {key: doc["updated_at"] for key, doc in syncro[kind].items()} for kind in here}


def more_than_once(values: list[str]) -> dict[str, int]:
    """What stands twice."""
    return {value: count for value, count in Counter(values).items() if value and count > 1}


def mark(document: Any) -> str:
    """Our mark in a document, "" without one."""
    found = MARK.search(json.dumps(document))
    return found.group() if found else ""


def marks(books: Store, kinds: tuple[str, ...]) -> list[str]:
    """The marks of all that stands by itself: members of a batch stand with their batch."""
    members = {key for batch in books.get("BatchPayment", {}).values() for key in batch["PaymentIDs"]}
    return [mark(doc) for kind in kinds for key, doc in books.get(kind, {}).items() if key not in members]


def nothing_stands_twice(var: Path, demo: Kept) -> None:
    """In both vendors' own stores: by number, by name, by mark."""
    books, syncro = stored(var, demo.pocket), stored(var, demo.syncro)
    for kind, name in (demo.customer, demo.invoice):
        assert more_than_once([str(doc.get(name, "")) for doc in books[kind].values()]) == {}
    assert more_than_once(marks(books, (demo.invoice[0],))) == {}
    assert more_than_once(marks(books, demo.payments)) == {}
    assert more_than_once([mark(doc["ref_num"]) for doc in syncro["payment"].values()]) == {}


def kill_once(var: Path, demo: Kept, dice: random.Random, *, writing: bool) -> None:
    """One start and its end, at some moment after the start or, with `writing`, while documents arrive."""
    before, process = how_far(var, demo), start(var, demo)
    try:
        if writing:
            assert until(lambda: how_far(var, demo) > before, 90), "nothing arrives any more"
            time.sleep(dice.uniform(0, WRITING))
        else:
            time.sleep(dice.uniform(EARLIEST, LATEST))
        assert process.poll() is None, "it ended by itself: " + process.communicate()[1][-3000:]
    finally:
        killed(process, tree=dice.random() < 0.5)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("demo", DEMOS, ids=lambda demo: demo.pocket)
def test_ten_kills_during_the_first_load_change_nothing(var: Path, demo: Kept) -> None:
    seed = random.randrange(10**6)
    sys.stdout.write(f"seed {seed}\n")
    dice = random.Random(seed)
    reached = []
    for number in range(KILLS):
        kill_once(var, demo, dice, writing=bool(number % 2))
        reached.append(how_far(var, demo))
    sys.stdout.write(f"documents in the books at each kill: {reached}\n")
    end = to_the_end(var, demo)
    nothing_stands_twice(var, demo)
    assert end["tieout"]["unexplained"] == "0.00"
    assert {state for states in end["documents"].values() for state in states} <= {"in_sync", "held", "ignored"}
    assert sum(end["documents"]["invoice"].values()) == len(stored(var, demo.syncro)["invoice"])
    before = documents(var, demo)
    assert to_the_end(var, demo) == end
    assert documents(var, demo) == before, "a second start writes nothing"
