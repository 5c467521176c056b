"""The process tree recovers from whatever happens to a part of it, and ends in good order."""

from __future__ import annotations

import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from apps.core import heartbeat
from apps.core.clock import shifted
from apps.core.supervisor import Child, QueueHeartbeat, Supervisor
from tests.core.processes import gone, kill, until

SLEEPER = "import time; print('up', flush=True); time.sleep(60)"
# Finishes its work when asked to stop, and has a child of its own that does not.
WORKER = """
import pathlib, signal, subprocess, sys, time
orphan = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
pathlib.Path(sys.argv[1]).write_text(str(orphan.pid))
def stop(number, frame):
    pathlib.Path(sys.argv[1]).with_suffix(".done").touch()
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
time.sleep(60)
"""


def pid_of(child: Child) -> int:
    assert child.process
    return child.process.pid


def turned(tree: Supervisor, child: Child) -> int | None:
    tree.turn()
    return child.process.pid if child.process else None


def test_a_child_that_ends_is_started_again() -> None:
    child = Child("sleeper", [sys.executable, "-c", SLEEPER])
    tree = Supervisor([child])
    tree.turn()
    first = pid_of(child)
    kill(first)
    assert until(lambda: turned(tree, child) not in {first, None})
    tree.stop()
    assert child.process is None


def test_stopping_asks_the_parent_and_leaves_no_orphan(tmp_path: Path) -> None:
    note = tmp_path / "orphan.pid"
    child = Child("worker", [sys.executable, "-c", WORKER, str(note)])
    tree = Supervisor([child])
    tree.turn()
    assert until(lambda: note.exists() and note.read_text())
    time.sleep(0.3)
    tree.stop()
    assert note.with_suffix(".done").exists()
    assert until(lambda: gone(int(note.read_text())))


def test_a_child_that_does_not_heed_is_killed_after_its_grace() -> None:
    stubborn = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
    )
    child = Child("stubborn", [sys.executable, "-c", stubborn], grace=0.5)
    tree = Supervisor([child])
    tree.turn()
    pid = pid_of(child)
    time.sleep(0.3)
    tree.stop()
    assert gone(pid)


@pytest.mark.django_db(transaction=True)
def test_a_silent_queue_is_killed_and_started_again() -> None:
    child = Child("queue", [sys.executable, "-c", SLEEPER])
    watch = QueueHeartbeat(child, worker="here:1", every=0, limit=30)
    tree = Supervisor([child], watch)
    tree.turn()
    first = pid_of(child)
    heartbeat.stamp("here:1")
    child.born -= 3600
    with shifted(timedelta(seconds=31)):
        tree.turn()
    assert gone(first)
    tree.stop()
    assert heartbeat.seconds_since("here:1") is None
