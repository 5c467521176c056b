"""The parent of an embedded server: starts it, restarts it, stops it when nobody is left."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

from apps.core.embedded_postgres import DATABASE, READY, SUPERUSER
from apps.core.embedded_postgres.place import (
    EmbeddedPostgresError,
    Place,
    binaries,
    locate,
    major_version,
    prepare_sockets,
)
from apps.core.embedded_postgres.probe import answers
from apps.core.lifeline import signal_with_parent

GRACE = 2.0  # seconds without a user before the server is stopped
POLL = 0.25
# Ends in a row, each less than a minute after its start: with the growing pauses between them about 20 seconds, since
# what a killed server leaves behind on a busy machine may need as long to let its shared memory go.
MOST_CRASHES = 14
LONGEST_PAUSE = 2.0
LOG_MOST = 5_000_000  # bytes kept of server.log
SERVER = ("-h", "", "-c", "logging_collector=off", "-c", "timezone=UTC", "-c", "log_timezone=UTC", "-c", "jit=off")


class Watchdog:
    """One server and the locks around it."""

    def __init__(self, place: Place, options: list[str]) -> None:
        self.place = place
        self.options = options
        self.stopping = False
        self.crashes = 0
        self.users = os.open(place.base / "users.lock", os.O_RDWR | os.O_CLOEXEC)
        self.bin = binaries(place)
        prepare_sockets(place)
        if not (place.pgdata / "PG_VERSION").exists():
            make_cluster(place, self.bin)
        end_orphan(place.pgdata)
        self.server = self.start()

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server; it ends by itself, in good order, should this process be killed."""
        self.born = time.monotonic()
        where = ["-D", str(self.place.pgdata), "-k", str(self.place.sockets)]
        server: subprocess.Popen[bytes] = subprocess.Popen(
            [str(self.bin / "postgres"), *where, *SERVER, *self.options], stdin=subprocess.DEVNULL, cwd="/",
            preexec_fn=signal_with_parent(signal.SIGINT), **self.place.popen(),  # noqa: PLW1509  there is one thread
        )  # fmt: skip
        return server

    def wait_until_ready(self) -> None:
        """Returns when the server takes connections; EmbeddedPostgresError when it keeps ending."""
        while not answers(self.place.sockets):
            self.look_after()
            time.sleep(0.01)

    def look_after(self) -> None:
        """Start the server again when it has ended."""
        if self.server.poll() is None:
            return
        self.crashes = 1 if time.monotonic() - self.born > 60 else self.crashes + 1
        sys.stderr.write(f"watchdog: the server ended with {self.server.returncode}\n")
        if self.crashes > MOST_CRASHES:
            raise EmbeddedPostgresError(f"The embedded PostgreSQL keeps ending; {self.place.log} says why.")
        time.sleep(min(0.15 * self.crashes, LONGEST_PAUSE))
        end_orphan(self.place.pgdata)
        self.server = self.start()

    def watch(self) -> None:
        """Serve until asked to stop, the base is removed, or nobody has used the server for the grace time."""
        lonely_since: float | None = None
        while not self.stopping and self.base_is_ours():
            self.look_after()
            if not self.is_unused():
                lonely_since = None
            elif lonely_since is None:
                lonely_since = time.monotonic()
            elif time.monotonic() - lonely_since >= GRACE and self.is_unused(keep=True):
                break
            time.sleep(POLL)

    def is_unused(self, keep: bool = False) -> bool:
        """Whether no process holds the users' lock; `keep` holds newcomers back until this process has ended."""
        try:
            fcntl.flock(self.users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        if not keep:
            fcntl.flock(self.users, fcntl.LOCK_UN)
        return True

    def base_is_ours(self) -> bool:
        """False once somebody has removed the directory, or made a new one in its place."""
        try:
            return (self.place.base / "users.lock").stat().st_ino == os.fstat(self.users).st_ino
        except FileNotFoundError:
            return False

    def stop(self) -> None:
        """A fast shutdown, and a hard one for a server that does not heed it."""
        for signal_number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            if self.server.poll() is None:
                self.server.send_signal(signal_number)
            try:
                self.server.wait(15)
            except subprocess.TimeoutExpired:
                continue
            return

    def on_term(self, number: int, frame: FrameType | None) -> None:
        """SIGTERM: the loop ends at its next turn."""
        self.stopping = True


def make_cluster(place: Place, directory: Path) -> None:
    """Make the data directory with our database in it; it gets its name only when complete."""
    for leftover in (place.pgdata, *place.home.glob("data.new.*")):
        shutil.rmtree(leftover, ignore_errors=True)
    # A name of its own: the initdb of a watchdog that was killed may live on for a moment.
    draft = place.home / f"data.new.{os.getpid()}"
    draft.mkdir(mode=0o700)
    if place.account:
        os.chown(draft, place.account.uid, place.account.gid)
    locale = ["--locale=C", "--encoding=UTF8"]
    if major_version(directory) >= 17:
        locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    access = ["-U", SUPERUSER, "--auth=trust", "--no-sync"]
    _run(place, [directory / "initdb", "-D", draft, *access, *locale])
    single: list[str | Path] = [directory / "postgres", "--single", "-D", draft, "-c", "fsync=off", "template1"]
    _run(place, single, f"CREATE DATABASE {DATABASE}\n".encode())
    draft.rename(place.pgdata)


def _run(place: Place, command: list[str | Path], say: bytes = b"") -> None:
    """Run one of PostgreSQL's programs as the server's user; what it prints is of interest only when it fails."""
    done = subprocess.run(
        command, input=say, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd="/", check=False,
        preexec_fn=signal_with_parent(signal.SIGINT), **place.popen(),
    )  # fmt: skip
    if done.returncode != 0:
        sys.stderr.write(done.stdout.decode(errors="replace"))
        raise EmbeddedPostgresError(f"The database could not be made; {place.log} says why.")


def end_orphan(data: Path) -> None:
    """Make way for a new server: end one whose watchdog was killed, and drop the note of one that is dead.

    PostgreSQL would mistake a zombie, or a stranger that has the old process id, for a running server.
    """
    note = data / "postmaster.pid"
    if not note.exists():
        return
    lines = note.read_text().split("\n")
    pid = int(lines[0]) if lines[0].isdigit() else 0
    for signal_number, patience in ((signal.SIGINT, 15), (signal.SIGQUIT, 15), (signal.SIGKILL, 5)):
        if not _serves(pid, data):
            break
        os.kill(pid, signal_number)
        deadline = time.monotonic() + patience
        while _serves(pid, data) and time.monotonic() < deadline:
            time.sleep(0.02)
    note.unlink(missing_ok=True)


def _serves(pid: int, data: Path) -> bool:
    """Whether `pid` is a live server of `data`; a zombie has no command line."""
    if sys.platform == "linux":
        try:
            return f"-D\0{data}\0".encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return False
    command = ["ps", "-o", "args=", "-p", str(pid)]
    return f"-D {data} " in subprocess.run(command, capture_output=True, text=True, check=False).stdout


def _only_one(base: Path) -> int:
    """The lock that says a watchdog lives here; held until this process ends."""
    lock = os.open(base / "server.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)
    return lock


def serve(base: Path, say: int, options: list[str]) -> None:
    """Bring the server up, tell the starter through the descriptor `say`, and watch."""
    lock = _only_one(base)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    place = locate(base)
    if place.log.stat().st_size > LOG_MOST:
        os.truncate(place.log, 0)
    watchdog: Watchdog | None = None
    try:
        watchdog = Watchdog(place, options)
        signal.signal(signal.SIGTERM, watchdog.on_term)
        watchdog.wait_until_ready()
        os.pwrite(lock, f"{os.getpid()} {READY}".encode(), 0)
        os.write(say, READY.encode())
        os.close(say)
        watchdog.watch()
    except EmbeddedPostgresError as error:
        os.write(say, str(error).encode())
    finally:
        if watchdog:
            watchdog.stop()


if __name__ == "__main__":
    if os.fork() == 0:  # the starter waits for the parent only: nobody is left with a child to reap
        serve(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
