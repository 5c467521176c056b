"""The embedded PostgreSQL outlives anything that is done to the processes that use it."""

from __future__ import annotations

import importlib.util
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from apps.core import embedded_postgres
from apps.core.embedded_postgres.place import PACKAGE, PROGRAMS, copied, locate
from apps.core.embedded_postgres.probe import answers
from tests.core.processes import gone, kill, until

ROOT = Path(__file__).resolve().parents[2]
USER = (
    "import sys, time; from pathlib import Path; from apps.core import embedded_postgres as pg;"
    "print(pg.ensure(Path(sys.argv[1])), flush=True); time.sleep(60)"
)
CLOSED = 0o700


@pytest.fixture
def base() -> Iterator[Path]:
    parent = Path(tempfile.mkdtemp())
    parent.chmod(0o755)
    yield parent / "pg"
    with_home = locate(parent / "pg") if (parent / "pg").exists() else None
    embedded_postgres.leave(parent / "pg")
    if with_home:
        assert until(lambda: not answers(with_home.sockets))
        shutil.rmtree(with_home.home, ignore_errors=True)
    shutil.rmtree(parent)


def user(base: Path) -> subprocess.Popen[str]:
    """Another process that uses the server, in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", USER, base], cwd=ROOT, stdout=subprocess.PIPE, text=True, process_group=0
    )


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def watchdog(base: Path) -> int:
    return int((base / "server.lock").read_text().split()[0])


def postmaster(base: Path) -> int:
    return int((locate(base).pgdata / "postmaster.pid").read_text().split()[0])


def remembered(base: Path) -> int:
    """How many rows are there; the first call makes the table."""
    with psycopg.connect(host=embedded_postgres.ensure(base), user="postgres", dbname="tieout") as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS note (id int)")
        connection.execute("INSERT INTO note VALUES (1)")
        return len(connection.execute("SELECT * FROM note").fetchall())


def test_eight_processes_that_race_for_the_first_start_share_one_server(base: Path) -> None:
    users = [user(base) for _ in range(8)]
    said = {each.stdout.readline() for each in users if each.stdout}
    assert len(said) == 1
    assert (base / "server.log").read_text().count("starting PostgreSQL") == 1
    for each in users:
        end(each)


def test_the_server_stops_by_itself_when_its_last_user_was_killed(base: Path) -> None:
    last = user(base)
    assert last.stdout
    assert last.stdout.readline()
    end(last)
    assert until(lambda: not answers(locate(base).sockets))


def test_the_last_to_leave_waits_until_the_server_is_gone(base: Path) -> None:
    embedded_postgres.ensure(base)
    server = postmaster(base)
    embedded_postgres.leave(base)
    assert gone(server)


def test_a_killed_server_is_started_again_and_has_lost_nothing(base: Path) -> None:
    assert remembered(base) == 1
    kill(postmaster(base))
    assert remembered(base) == 2


def test_a_killed_watchdog_takes_its_server_along_and_the_next_user_starts_both(base: Path) -> None:
    assert remembered(base) == 1
    kill(watchdog(base))
    assert remembered(base) == 2


def test_everything_killed_at_once_leaves_nothing_in_the_way(base: Path) -> None:
    assert remembered(base) == 1
    server = postmaster(base)
    os.kill(watchdog(base), signal.SIGSTOP)
    kill(server)
    kill(watchdog(base))
    assert remembered(base) == 2


def test_a_note_of_a_process_id_that_a_stranger_has_now_is_no_obstacle(base: Path) -> None:
    assert remembered(base) == 1
    embedded_postgres.leave(base)
    note = locate(base).pgdata / "postmaster.pid"
    note.write_text(f"{os.getpid()}\n{note.parent}\n1\n5432\n{note.parent}\n\n  1 1\nready\n")
    shutil.chown(note, note.parent.stat().st_uid)
    assert remembered(base) == 2


def test_a_first_start_killed_anywhere_is_done_again(base: Path) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    pauses = random.Random(seed)
    base.mkdir()
    for _ in range(5):
        first = user(base)
        time.sleep(pauses.uniform(0.05, 0.7))
        if embedded_postgres.is_watched(base) and (base / "server.lock").read_text():
            kill(watchdog(base))
        end(first)
    assert remembered(base) == 1


def test_a_removed_directory_ends_its_server_and_a_new_one_starts_empty(base: Path) -> None:
    assert remembered(base) == 1
    server = postmaster(base)
    shutil.rmtree(base)
    assert until(lambda: gone(server))
    assert remembered(base) == 1


def test_behind_a_closed_directory_the_data_live_elsewhere_and_stay_there(base: Path) -> None:
    base.parent.chmod(CLOSED)
    assert remembered(base) == 1
    embedded_postgres.leave(base)
    assert base.parent.stat().st_mode & 0o777 == CLOSED
    base.parent.chmod(0o755)
    assert remembered(base) == 2


def test_binaries_that_the_server_may_not_reach_are_copied_whole(tmp_path: Path) -> None:
    spec = importlib.util.find_spec(PACKAGE)
    assert spec
    assert spec.origin
    copy = copied(Path(spec.origin).parents[1], tmp_path / "runtime")
    said = subprocess.run([copy / PROGRAMS / "initdb", "--version"], capture_output=True, text=True, check=True)
    assert "PostgreSQL" in said.stdout
    assert all(path.stat().st_mode & 0o004 for path in copy.rglob("*") if not path.is_symlink())
