"""`demo`: the portal with pocket platforms and a shop in them, in one command."""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from apps.core import embedded_postgres
from apps.core.supervisor import Child, QueueHeartbeat, Supervisor
from apps.portal import demo_place, demo_work
from apps.portal.management.commands.run_worker import queue_worker

MOST_STARTS = 5
READY_WITHIN = 120.0  # seconds; the first start opens the shop
PY = sys.executable


@dataclass
class OnceDone(Child):
    """A program that is started again only until it has once ended well."""

    done: bool = field(default=False, init=False)

    def look_after(self) -> None:
        """Leave it alone once it is done."""
        if self.process is not None and self.process.poll() == 0:
            self.done = True
            self.process = None
        if not self.done:
            super().look_after()


class Command(BaseCommand):
    """Everything, until Ctrl-C; a second start goes on where the first ended."""

    help = "Run the whole portal with pocket platforms: prints an address and a sign-in."

    def add_arguments(self, parser: CommandParser) -> None:
        """How long, how it is printed, and whether to start over."""
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--once", action="store_true", help="work until nothing is due, print a summary, end")
        parser.add_argument("--json", action="store_true", help="with --once: the summary as one JSON object")
        parser.add_argument("--reset", action="store_true", help="forget everything first")
        parser.add_argument("--company", default="", help="only this one of the demo's companies")
        parser.add_argument("--attached", action="store_true", help="with --once: on a demo that is running already")

    def handle(self, *args: Any, **options: Any) -> None:
        """One of the three ways to run."""
        if options["attached"]:
            self._work(options["company"], as_json=options["json"])
        elif options["once"]:
            self._once(options)
        else:
            self._serve(options)

    def _work(self, only: str, *, as_json: bool) -> None:
        folder = demo_place.sandbox_folder()
        ready = json.loads((folder / "ready.json").read_text())
        result = demo_work.work(ready, folder, self.stderr.write, only)
        self.stdout.write(
            json.dumps(result, ensure_ascii=False, default=str) if as_json else demo_work.as_table(result)
        )

    def _once(self, options: dict[str, Any]) -> None:
        self._prepare(reset=options["reset"])
        port = _free_port()  # the portal is up meanwhile, for books that call us
        os.environ.update(demo_place.before_sandbox(port))
        with self._sandbox(), _served(web(port)):
            only = ["--company", options["company"]] if options["company"] else []
            arguments = ["--once", "--attached", *only, *(["--json"] if options["json"] else [])]
            code = _run_through(Child("work", [PY, "manage.py", "demo", *arguments], grace=3))
        _let_database_go()
        if code:
            raise CommandError(
                "The demo could not be worked to its end; see above. Start it again: it goes on.",
                returncode=max(code, 1),
            )

    def _serve(self, options: dict[str, Any]) -> None:
        port: int = options["port"]
        _must_be_free(port)
        self._prepare(reset=options["reset"])
        self._greet(port)
        os.environ.update(demo_place.before_sandbox(port))
        with self._sandbox() as sandbox:
            worker = queue_worker(grace=10)
            first_load = OnceDone("first load", [PY, "manage.py", "demo", "--once", "--attached"], grace=3)
            Supervisor([sandbox, web(port), worker, first_load], QueueHeartbeat(worker)).run()
        self.stderr.write("Stopped.")
        _let_database_go()

    def _prepare(self, *, reset: bool) -> None:
        if reset:
            demo_place.start_over()
        call_command("migrate", verbosity=0)
        call_command("ensure_schedules", stderr=self.stderr)

    def _greet(self, port: int) -> None:
        who = demo_place.sign_in()
        self.stdout.write(
            f"\n  Tieout     http://127.0.0.1:{port}/\n  User       {who.user}\n  Password   {who.password}\n"
            f"  One-time   {'  '.join(who.codes)}\n  codes      (each works once; or add the key {who.setup_key} to an authenticator app)\n\n"
            "  The shop is loaded in the background; the page fills meanwhile. Ctrl-C ends everything.\n"
        )
        self.stdout.flush()

    @contextmanager
    def _sandbox(self) -> Iterator[Child]:
        """The pocket platforms, and the environment that leads to them; ended however this is left."""
        folder = demo_place.sandbox_folder()
        # What it prints is not the demo's result.
        quiet = ["/bin/sh", "-c", 'exec "$@" >&2', "sandbox"]
        child = Child("sandbox", [*quiet, PY, "manage.py", "sandbox", "--dir", str(folder)], grace=5)
        (folder / "ready.json").unlink(missing_ok=True)
        try:
            os.environ.update(demo_place.with_sandbox(_ready(child, folder / "ready.json")))
            yield child
        finally:
            child.ask_to_stop()
            child.wait_stopped(time.monotonic() + child.grace)


@contextmanager
def _served(child: Child) -> Iterator[None]:
    """A program that runs meanwhile."""
    child.start()
    try:
        yield
    finally:
        child.ask_to_stop()
        child.wait_stopped(time.monotonic() + child.grace)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _run_through(child: Child) -> int:
    """Wait for a program's own end; however we are ended ourselves, it does not outlive us."""
    child.start()
    try:
        return child.process.wait() if child.process else 1
    finally:
        child.ask_to_stop()
        child.wait_stopped(time.monotonic() + child.grace)


def web(port: int) -> Child:
    """The pages."""
    options = ["--workers", "1", "--threads", "4", "--graceful-timeout", "3", "--log-level", "warning"]
    return Child(
        "web", [PY, "-m", "gunicorn", *options, "--bind", f"127.0.0.1:{port}", "config.wsgi:application"], grace=6
    )


def _ready(child: Child, path: Path) -> dict[str, Any]:
    """What the sandbox says of itself once it is up; started again while one that is just ending holds its folder."""
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline and child.failures < MOST_STARTS:
        child.look_after()
        if path.exists():
            ready: dict[str, Any] = json.loads(path.read_text())
            return ready
        time.sleep(0.05)
    raise CommandError("The sandbox did not start; see above.")


def _must_be_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CommandError(f"Port {port} is in use; choose another with --port.", returncode=2) from error


def _let_database_go() -> None:
    """Nothing is left running: the embedded server ends with its last user."""
    connections.close_all()
    if not settings.DATABASE_URL:
        embedded_postgres.leave(Path(settings.VAR_DIR) / "pg")
