"""The pocket vendors of one folder: their state, their ports, and the file that tells others where they are."""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from apps.sandbox.control import Control
from apps.sandbox.frame import PocketApp, PocketServer
from apps.sandbox.quickbooks_desktop.app import PocketDesktop
from apps.sandbox.quickbooks_online.app import PocketQuickBooks
from apps.sandbox.shop import seed
from apps.sandbox.store import Store
from apps.sandbox.syncro.accounts import PocketSyncros
from apps.sandbox.xero.app import PocketXero

READY = "ready.json"
PORTS = "ports.json"
SYNCRO = "syncro"


@dataclass(frozen=True)
class Books:
    """A pocket of the books: what it is, what it calls a company's id, and what lies where behind its address.

    One that `calls` has neither addresses nor consents: it is given a file and a password, and comes by itself.
    """

    app: Callable[[Store], PocketApp]
    account: str
    addresses: Mapping[str, str] = field(default_factory=dict)
    calls: bool = False


@dataclass(frozen=True)
class Tenant:
    """A company of the demo: the same shop in a Syncro account of its own, before books of its own."""

    slug: str
    name: str
    books: str
    subdomain: str
    file: str


BOOKS: Mapping[str, Books] = {
    "quickbooks_online": Books(
        PocketQuickBooks, "realm", {"api_url": "/v3", "discovery_url": "/.well-known/openid_configuration"}
    ),
    "quickbooks_desktop": Books(PocketDesktop, "file", calls=True),
    "xero": Books(PocketXero, "tenant", {"api_url": "/api.xro/2.0", "identity_url": "", "login_url": ""}),
}
TENANTS: tuple[Tenant, ...] = (
    Tenant("acme-qbo", "Acme Computers", "quickbooks_online", "acme", "syncro"),
    Tenant("acme-qbd", "Acme Repairs", "quickbooks_desktop", "acme-repairs", "syncro-repairs"),
    Tenant("acme-xero", "Acme Networks", "xero", "acme-networks", "syncro-networks"),
)


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
        for name, app in self._apps().items():
            self.servers[name] = _serve(app, ports.get(name, 0), int(remembered.get(name, 0)))
        for control in (*map(self.syncro, TENANTS), *map(self.books, BOOKS)):
            control.setting(name="limit_scale", value=limit_scale)
        write_json(folder / PORTS, {name: server.server_address[1] for name, server in self.servers.items()})

    def _apps(self) -> dict[str, PocketApp]:
        accounts = {tenant.subdomain: Store(self.folder / f"{tenant.file}.sqlite") for tenant in TENANTS}
        books = {name: kind.app(Store(self.folder / f"{name}.sqlite")) for name, kind in BOOKS.items()}
        return {SYNCRO: PocketSyncros(accounts), **books}

    def syncro(self, tenant: Tenant) -> Control:
        """The screens of a company's Syncro account."""
        return Control(f"{self.servers[SYNCRO].url}/{tenant.subdomain}")

    def books(self, name: str) -> Control:
        """The screens of some books."""
        return Control(self.servers[name].url)

    def open(self, today: dt.date) -> dict[str, Any]:
        """Seed what is not seeded yet, then write the ready file and return what it says."""
        url = self.servers[SYNCRO].url
        ready: dict[str, Any] = {"pid": os.getpid(), SYNCRO: {"url": url, "api_url": f"{url}/{{subdomain}}/api/v1"}}
        for name, kind in BOOKS.items():
            control = self.books(name)
            places = {called: f"{control.url}{path}" for called, path in kind.addresses.items()}
            ready[name] = {"url": control.url, **places, **control.registration()}
        ready["companies"] = {tenant.slug: self._tenant(tenant, today) for tenant in TENANTS}
        write_json(self.folder / READY, ready)
        return ready

    def _tenant(self, tenant: Tenant, today: dt.date) -> dict[str, Any]:
        """Where one company's accounts are, and what is needed to sign in to them."""
        syncro, books, kind = self.syncro(tenant), self.books(tenant.books), BOOKS[tenant.books]
        token = syncro.chapter(name="sandbox", step="token", calls=[["create_token", {}]])[0]
        account = books.chapter(name="sandbox", step="company", calls=[["new_company", {}]])[0]
        sign_in = {"id": "" if kind.calls else account[kind.account], "refresh_token": ""}
        if not kind.calls:
            granted = books.chapter(name="sandbox", step="grant", calls=[["grant", {}]])[0]
            sign_in["refresh_token"] = granted["refresh_token"]
        seed(syncro, books, today)
        return {
            "name": tenant.name, "books": tenant.books, "account": sign_in,
            "syncro": {"url": syncro.url, "subdomain": tenant.subdomain, "token": token},
        }  # fmt: skip

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
