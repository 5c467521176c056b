"""Run the pocket vendors with the demo shop in them until told to stop, or play a chapter against running ones."""

from __future__ import annotations

import datetime as dt
import os
import signal
import threading
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.sandbox.control import Control
from apps.sandbox.running import BOOKS, READY, SYNCRO, InUse, Pockets, read_json
from apps.sandbox.shop import NotYet, books_day

CHAPTERS: dict[str, Callable[[Control, Control], None]] = {"books_day": books_day}


class Command(BaseCommand):
    """Never a daemon: it ends with SIGTERM, SIGINT or its parent, and goes on where it ended."""

    help = "Runs the pocket vendors with a demo shop for each company; DIR/ready.json says where."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The folder of the state, the ports (0: the last ones if free), or a chapter to play."""
        parser.add_argument("--dir", type=Path, default=Path("var/sandbox"))
        for name in (SYNCRO, *BOOKS):
            parser.add_argument(_option(name), type=int, default=0)
        parser.add_argument("--play", choices=sorted(CHAPTERS))
        parser.add_argument("--company", help="with --play: whose shop; all of them otherwise")

    def handle(self, *args: Any, **options: Any) -> None:
        """Play a chapter and return, or serve until a signal comes."""
        if options["play"]:
            self._play(options["dir"], options["play"], options["company"])
            return
        self._serve(options["dir"], {name: options[f"{name}_port"] for name in (SYNCRO, *BOOKS)})

    def _play(self, folder: Path, chapter: str, company: str | None) -> None:
        ready = read_json(folder / READY)
        if ready is None:
            raise CommandError(f"no sandbox is running on {folder}")
        if company and company not in ready["companies"]:
            raise CommandError(f"there is no company {company!r}; there are {', '.join(ready['companies'])}")
        for slug in [company] if company else ready["companies"]:
            shop = ready["companies"][slug]
            try:
                CHAPTERS[chapter](Control(shop["syncro"]["url"]), Control(ready[shop["books"]]["url"]))
            except NotYet as reason:
                raise CommandError(f"{slug}: {reason}") from reason
            self.stdout.write(f"played {chapter} at {slug}")

    def _serve(self, folder: Path, ports: dict[str, int]) -> None:
        told_to_stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: told_to_stop.set())
        try:
            pockets = Pockets(folder, ports, float(os.environ.get("LIMIT_SCALE", "1")))
        except (InUse, OSError) as reason:
            raise CommandError(str(reason)) from reason
        ready = pockets.open(dt.datetime.now(dt.UTC).date())
        self.stdout.write("\n".join(f"{name} {ready[name]['url']}" for name in (SYNCRO, *BOOKS)))
        self.stdout.flush()
        told_to_stop.wait()
        pockets.close()


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}-port"
