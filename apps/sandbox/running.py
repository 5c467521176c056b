"""The pocket vendors of one folder: their state, their ports, and the file that tells others where they are."""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
from pathlib import Path
from typing import Any, TextIO

from apps.sandbox.control import Control
from apps.sandbox.frame import PocketApp, PocketServer
from apps.sandbox.quickbooks_online.app import PocketQuickBooks
from apps.sandbox.shop import seed
from apps.sandbox.store import Store
from apps.sandbox.syncro.account import SUBDOMAIN
from apps.sandbox.syncro.app import PocketSyncro

READY = "ready.json"
PORTS = "ports.json"
APPS: dict[str, type[PocketApp]] = {"syncro": PocketSyncro, "quickbooks_online": PocketQuickBooks}


class InUse(RuntimeError):
    """Another sandbox already runs on this folder."""


class Pockets:
    """Every pocket vendor in this process; one folder belongs to one process at a time."""

    def __init__(self, folder: Path, ports: dict[str, int], limit_scale: float = 1.0) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._lock = _locked(folder)
        (folder / READY).unlink(missing_ok=True)
        remembered = read_json(folder / PORTS) or {}
        self.servers: dict[str, PocketServer] = {}
        for name, app_class in APPS.items():
            app = app_class(Store(folder / f"{name}.sqlite"))
            self.servers[name] = _serve(app, ports.get(name, 0), int(remembered.get(name, 0)))
            Control(self.servers[name].url).setting(name="limit_scale", value=limit_scale)
        write_json(folder / PORTS, {name: server.server_address[1] for name, server in self.servers.items()})

    def open(self, today: dt.date) -> dict[str, Any]:
        """Seed what is not seeded yet, then write the ready file and return what it says."""
        syncro, books = (Control(self.servers[name].url) for name in APPS)
        token = syncro.chapter(name="sandbox", step="token", calls=[["create_token", {}]])[0]
        realm = books.chapter(name="sandbox", step="company", calls=[["new_company", {}]])[0]["realm"]
        granted = books.chapter(name="sandbox", step="grant", calls=[["grant", [realm]]])[0]
        seed(syncro, books, today)
        ready = {"pid": os.getpid(), "syncro": _syncro_facts(syncro.url, token),
                 "quickbooks_online": _books_facts(books.url, realm, granted)}  # fmt: skip
        write_json(self.folder / READY, ready)
        return ready

    def close(self) -> None:
        """Stop serving; what was answered is on disk already."""
        (self.folder / READY).unlink(missing_ok=True)
        for server in self.servers.values():
            server.shutdown()
            server.server_close()
        self._lock.close()


def _locked(folder: Path) -> TextIO:
    lock = (folder / "lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise InUse(f"another sandbox runs on {folder}") from None
    return lock


def _serve(app: PocketApp, wanted: int, remembered: int) -> PocketServer:
    """Listen where asked, else where it listened before, else anywhere."""
    if wanted or not remembered:
        return PocketServer(app, wanted).start()
    try:
        return PocketServer(app, remembered).start()
    except OSError:
        return PocketServer(app).start()


def _syncro_facts(url: str, token: str) -> dict[str, str]:
    return {"url": url, "api_url": f"{url}/api/v1", "subdomain": SUBDOMAIN, "token": token}


def _books_facts(url: str, realm: str, granted: dict[str, str]) -> dict[str, str]:
    places = {"api_url": f"{url}/v3", "discovery_url": f"{url}/.well-known/openid_configuration"}
    return {"url": url, **places, "realm": realm, **granted}


def read_json(path: Path) -> dict[str, Any] | None:
    """The object in a file, or None when there is no such file."""
    try:
        content: dict[str, Any] = json.loads(path.read_text())
    except FileNotFoundError:
        return None
    return content


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Replace a file in one move: a reader sees the old or the new, never half."""
    draft = path.with_suffix(f".{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(content, indent=1))
    draft.replace(path)
