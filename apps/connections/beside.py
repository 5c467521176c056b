"""A database connection of our own beside Django's: what it writes is committed at once, whatever the caller does.

The shared limits and the ledger need this: a row lock held until somebody else's commit would stop all workers.
"""

from __future__ import annotations

import os
import threading
from typing import Any, LiteralString

import psycopg
from django.db import connection

from apps.platforms.errors import Unavailable

#: Waiting longer than this for a lock means that somebody calls a platform inside a transaction: better an error.
LOCK_TIMEOUT = "10s"


class _Kept(threading.local):
    """The connection of this thread, and the process that opened it: a forked child must open its own."""

    opened: psycopg.Connection[Any] | None = None
    pid = 0


_kept = _Kept()


def open_beside() -> psycopg.Connection[Any]:
    """A new autocommit connection to the database Django uses; the caller closes it. Raises Unavailable."""
    parameters = connection.get_connection_params()
    wanted = {key: value for key, value in parameters.items() if key not in {"cursor_factory", "context"}}
    try:
        opened = psycopg.connect(**wanted, autocommit=True)
    except psycopg.OperationalError as error:
        raise Unavailable("The portal's own database does not answer.") from error
    opened.execute("SELECT set_config('lock_timeout', %s, false)", [LOCK_TIMEOUT])
    return opened


def ask(sql: LiteralString, values: dict[str, Any]) -> tuple[Any, ...] | None:
    """Do one statement, committed when this returns; its first row, if any. A cut connection is opened again."""
    try:
        return _first(_connection(), sql, values)
    except psycopg.OperationalError:
        close_beside()
        return _first(_connection(), sql, values)


def close_beside() -> None:
    """Let this thread's connection go."""
    if _kept.opened is not None and _kept.pid == os.getpid():
        _kept.opened.close()
    _kept.opened = None


def _connection() -> psycopg.Connection[Any]:
    foreign = _kept.opened is not None and _kept.opened.info.dbname != connection.settings_dict["NAME"]
    if foreign:
        close_beside()
    if _kept.opened is None or _kept.opened.closed or _kept.pid != os.getpid():
        _kept.opened, _kept.pid = open_beside(), os.getpid()
    return _kept.opened


def _first(opened: psycopg.Connection[Any], sql: LiteralString, values: dict[str, Any]) -> tuple[Any, ...] | None:
    cursor = opened.execute(sql, values)
    return cursor.fetchone() if cursor.description else None
