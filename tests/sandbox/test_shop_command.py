"""The sandbox command as a supervisor sees it: a process that is started, killed and started again."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx

from apps.sandbox.control import Control

RUN = [sys.executable, "-m", "tests.sandbox.run_sandbox", "--dir"]
PATIENCE = 60.0


@contextmanager
def started(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([*RUN, str(folder)])
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def ready(folder: Path, process: subprocess.Popen[bytes]) -> Any:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        if (folder / "ready.json").exists():
            content = json.loads((folder / "ready.json").read_text())
            if content["pid"] == process.pid:
                return content
        time.sleep(0.05)
    raise AssertionError("the sandbox did not get ready")


def test_it_says_where_it_is_and_goes_on_at_the_same_place(tmp_path: Path) -> None:
    with started(tmp_path) as process:
        first = ready(tmp_path, process)
        syncro = first["companies"]["acme-qbo"]["syncro"]
        listed = httpx.get(f"{syncro['url']}/api/v1/customers", headers={"Authorization": f"Bearer {syncro['token']}"})
        assert listed.json()["meta"]["total_entries"] == 60
        process.kill()
    with started(tmp_path) as process:
        again = ready(tmp_path, process)
        assert {**again, "pid": 0} == {**first, "pid": 0}
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
        assert not (tmp_path / "ready.json").exists()


def steps_played(folder: Path) -> int:
    """How far the seed has come, read from the file itself."""
    try:
        with closing(sqlite3.connect(f"file:{folder}/syncro.sqlite?mode=ro", uri=True)) as db:
            return int(db.execute("SELECT count(*) FROM doc WHERE kind = 'chapter'").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def test_killed_while_seeding_it_doubles_nothing(tmp_path: Path) -> None:
    for steps in (1, 3, 5, 6):
        with started(tmp_path) as process:
            while steps_played(tmp_path) < steps and process.poll() is None:
                time.sleep(0.002)
            process.kill()
    with started(tmp_path) as process:
        syncro = Control(ready(tmp_path, process)["companies"]["acme-qbo"]["syncro"]["url"])
        assert [len(syncro.state(kind=kind)) for kind in ("customers", "invoices", "products")] == [60, 400, 25]
        assert len(syncro.state(kind="tokens")) == 1


def test_a_chapter_is_played_from_outside_and_says_what_is_missing(tmp_path: Path) -> None:
    with started(tmp_path) as process:
        ready(tmp_path, process)
        played = subprocess.run(
            [*RUN, str(tmp_path), "--play", "books_day"], capture_output=True, text=True, check=False
        )
    assert played.returncode != 0
    assert "is not in the books yet" in played.stderr


def test_a_folder_belongs_to_one_sandbox(tmp_path: Path) -> None:
    with started(tmp_path) as process:
        ready(tmp_path, process)
        second = subprocess.run([*RUN, str(tmp_path)], capture_output=True, text=True, check=False)
    assert "another sandbox runs on" in second.stderr
