"""One process tree: starts children, starts them again, tells a frozen queue, and ends everything in good order.

Used by `run_worker` and `demo`. A child leads a session of its own. SIGTERM goes to the child alone, whose own
children finish their work; when a child has ended, what is left of its session is killed, as orphaned queue
workers go on taking tasks. Should the supervisor itself be killed, the kernel ends its children.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from django.db import DatabaseError, connection

from apps.core import heartbeat
from apps.core.lifeline import signal_with_parent
from apps.core.tasks import enqueue

log = logging.getLogger("tieout.supervisor")
ROOT = Path(__file__).resolve().parents[2]
POLL = 0.2
SETTLED = 30.0  # seconds a child must live for its earlier failures to be forgotten
LONGEST_PAUSE = 30.0  # seconds between two tries to start a child that keeps ending


@dataclass
class Child:
    """One program that is kept running."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    stop: signal.Signals = signal.SIGTERM
    grace: float = 30.0

    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    born: float = field(default=0.0, init=False)
    failures: int = field(default=0, init=False)
    not_before: float = field(default=0.0, init=False)

    def start(self) -> None:
        """Start the program in a session of its own."""
        self.born = time.monotonic()
        self.process = subprocess.Popen(
            list(self.argv), env={**os.environ, **self.env}, cwd=ROOT, stdin=subprocess.DEVNULL,
            start_new_session=True, preexec_fn=signal_with_parent(signal.SIGTERM),  # noqa: PLW1509  the supervisor has one thread
        )  # fmt: skip
        log.info("%s started, process %s", self.name, self.process.pid)

    def look_after(self) -> None:
        """Start the program when it is due; note its end."""
        if self.process is None:
            if time.monotonic() >= self.not_before:
                self.start()
        elif self.process.poll() is not None:
            log.warning("%s ended with %s", self.name, self.process.returncode)
            self.bury()

    def bury(self) -> None:
        """Kill the whole session, and set when to start again: sooner for a child that had lived for a while."""
        if self.process is None:
            return
        _kill_group(self.process.pid)
        self.process.wait()
        self.process = None
        self.failures = 0 if self.age() > SETTLED else self.failures + 1
        self.not_before = time.monotonic() + min(LONGEST_PAUSE, 0.25 * 2.0**self.failures)

    def age(self) -> float:
        """Seconds since the last start."""
        return time.monotonic() - self.born

    def ask_to_stop(self) -> None:
        """The stop signal, to the parent of the group only: its workers finish what they hold."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(self.stop)

    def wait_stopped(self, deadline: float) -> None:
        """Wait for the end until `deadline` (monotonic seconds), then kill."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.warning("%s did not stop in time and is killed", self.name)
        self.bury()


def _kill_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        pass


@dataclass
class QueueHeartbeat:
    """Sends beats through the queue and looks whether `child` carries anything through.

    The age limit must be longer than a task usually holds a worker; killing a busy group costs a look, not money.
    """

    child: Child
    worker: str = field(default_factory=heartbeat.worker_name)
    every: float = 3.0
    limit: float = 60.0

    due: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        """The group has to know its own name."""
        self.child.env = {**self.child.env, heartbeat.WORKER: self.worker}

    def look(self) -> None:
        """Send a beat when one is due; kill a frozen group. A database that cannot be asked proves nothing."""
        if time.monotonic() < self.due:
            return
        self.due = time.monotonic() + self.every
        try:
            age = self.silence()
            enqueue("apps.core.tasks.beat")
        except DatabaseError as error:
            log.warning("the database does not answer: %s", error)
            connection.close()
            self.child.born = time.monotonic()  # the group gets its full time again
            return
        if age > self.limit:
            log.error("%s has been silent for %.0f seconds and is started again", self.child.name, age)
            self.child.bury()

    def silence(self) -> float:
        """Seconds since the last sign of life, or since the start when that is later."""
        said = heartbeat.seconds_since(self.worker)
        return self.child.age() if said is None else min(said, self.child.age())

    def end(self) -> None:
        """The group has been stopped: its row would look like a dead worker's."""
        try:
            heartbeat.forget(self.worker)
        except DatabaseError:
            log.warning("the heartbeat of %s could not be removed", self.worker)


class Supervisor:
    """Keeps the children running until SIGTERM or SIGINT."""

    def __init__(self, children: Sequence[Child], heartbeat: QueueHeartbeat | None = None) -> None:
        self.children = list(children)
        self.heartbeat = heartbeat
        self.stopping = False

    def run(self) -> None:
        """Returns when asked to stop and everything has ended."""
        previous = {number: signal.signal(number, self.on_signal) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            while not self.stopping:
                self.turn()
                time.sleep(POLL)
        finally:
            self.stop()
            for number, former in previous.items():
                signal.signal(number, former)

    def turn(self) -> None:
        """One look at everything."""
        for child in self.children:
            child.look_after()
        if self.heartbeat:
            self.heartbeat.look()

    def stop(self) -> None:
        """The last started is asked first; each has its own grace."""
        asked = time.monotonic()
        for child in reversed(self.children):
            child.ask_to_stop()
        for child in reversed(self.children):
            child.wait_stopped(asked + child.grace)
        if self.heartbeat:
            self.heartbeat.end()

    def on_signal(self, number: int, frame: FrameType | None) -> None:
        """A second signal changes nothing: the graces are short."""
        self.stopping = True
