"""PostgreSQL without setting anything up: the first process starts it, all share it, the last one ends it.

Every process that uses the server holds a *shared* lock on `users.lock` for its life; the kernel drops it even
after kill -9. A watchdog in a session of its own is the server's parent: it restarts a crashed server, and stops
it once it can take that lock *exclusively*. For the demo, the tests and small installations on one machine.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from apps.core.embedded_postgres.place import EmbeddedPostgresError, Place, locate
from apps.core.embedded_postgres.probe import answers

__all__ = ["DATABASE", "SUPERUSER", "EmbeddedPostgresError", "ensure", "is_watched", "leave"]

DATABASE = "tieout"
SUPERUSER = "postgres"
READY = "ready"  # what a watchdog notes beside its process id, and says to its starter
START_WITHIN = 60.0  # seconds; a cold start takes one, recovery after a crash a few
STOP_WITHIN = 20.0
TRIES = 3  # a watchdog that was killed has said nothing
ROOT = Path(__file__).resolve().parents[3]

_held: dict[Path, int] = {}  # open for the life of the process; forked workers inherit them


def ensure(base: Path, options: Sequence[str] = ()) -> str:
    """Start the server of `base`, or join it; returns the directory of its socket.

    `options` go to the server when this call is the one that starts it. Raises EmbeddedPostgresError with one
    sentence that says what to do.
    """
    base = base.resolve()
    try:
        base.mkdir(parents=True, exist_ok=True)
        _hold(base)
        with _locked(base / "start.lock"):
            place = locate(base)
            if not _serves(place):
                _bring_up(place, options)
    except PermissionError as error:
        raise EmbeddedPostgresError(
            f"{error.filename or base} belongs to another user: run as that user, or remove {base}."
        ) from error
    return str(place.sockets)


def leave(base: Path) -> None:
    """Give the server up; when nobody else uses it, return only after it has stopped."""
    base = base.resolve()
    if base not in _held:
        return
    os.close(_held.pop(base))
    users = os.open(base / "users.lock", os.O_RDWR | os.O_CLOEXEC)
    try:
        if _try_lock(users, within=0.5):  # newcomers now wait until the server is gone
            _stop(base)
    finally:
        os.close(users)


def _stop(base: Path) -> None:
    lock = os.open(base / "server.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if not _try_lock(lock, within=0):
            os.kill(int(os.read(lock, 20).split()[0]), signal.SIGTERM)
            _try_lock(lock, within=STOP_WITHIN)
    except (IndexError, ProcessLookupError):
        pass  # the watchdog went away in between
    finally:
        os.close(lock)


def _hold(base: Path) -> None:
    """Say that this process uses the server; waits while a watchdog is stopping it."""
    path = base / "users.lock"
    if base in _held and path.exists() and os.fstat(_held[base]).st_ino == path.stat().st_ino:
        return
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    _held[base] = descriptor


def _bring_up(place: Place, options: Sequence[str]) -> None:
    """Under start.lock: wait for a server that is on its way, or start a watchdog when none lives."""
    deadline = time.monotonic() + START_WITHIN
    tries = 0
    while time.monotonic() < deadline and tries < TRIES:
        if _serves(place):
            return
        if not is_watched(place.base):
            tries += not _start_watchdog(place, options)
        time.sleep(0.02)
    raise EmbeddedPostgresError(f"The embedded PostgreSQL did not start; {place.log} says why.")


def _serves(place: Place) -> bool:
    """Whether a server answers that will stay: one whose watchdog was killed answers for a moment, too."""
    said = (place.base / "server.lock").read_text() if is_watched(place.base) else ""
    return READY in said and answers(place.sockets)


def is_watched(base: Path) -> bool:
    """Whether a watchdog lives, starting, serving or stopping the server."""
    lock = os.open(base / "server.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        return not _try_lock(lock, within=0, kind=fcntl.LOCK_SH)  # shared: two who look do not see each other
    finally:
        os.close(lock)


def _start_watchdog(place: Place, options: Sequence[str]) -> bool:
    """True when the server takes connections, False when the watchdog ended without a word.

    The watchdog speaks through a pipe and then lives on by itself; what keeps it from starting is raised.
    """
    hear, say = os.pipe()
    command = [sys.executable, "-m", "apps.core.embedded_postgres.watchdog", str(place.base), str(say), *options]
    with place.log.open("a") as log, os.fdopen(hear) as answer:
        subprocess.run(
            command, cwd=ROOT, pass_fds=[say], start_new_session=True, stdin=subprocess.DEVNULL,
            stdout=log, stderr=log, check=False,
        )  # fmt: skip
        os.close(say)
        heard = answer.read()
    if heard not in {"", READY}:
        raise EmbeddedPostgresError(heard)
    return heard == READY


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _try_lock(descriptor: int, within: float, kind: int = fcntl.LOCK_EX) -> bool:
    deadline = time.monotonic() + within
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.02)
        else:
            return True
