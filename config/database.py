"""Where the rows live: the PostgreSQL of DATABASE_URL, or an embedded one that the first process starts."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from apps.core import embedded_postgres

SCHEMES = {"postgres", "postgresql"}
COMMON: dict[str, Any] = {
    "ENGINE": "django.db.backends.postgresql",
    # django-q looks after its connections around every step: without a kept one it runs six times slower.
    "CONN_MAX_AGE": 600,
    "CONN_HEALTH_CHECKS": True,
}
# A worker that is cut off must neither wait for ever nor keep its locks for ever.
TCP_OPTIONS: dict[str, Any] = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15000,
    "options": "-c client_connection_check_interval=2s",
}
SOCKET_OPTIONS: dict[str, Any] = {"connect_timeout": 5}
if sys.platform == "linux":  # elsewhere the server refuses the setting
    SOCKET_OPTIONS["options"] = "-c client_connection_check_interval=2s"
# What tests may do without: surviving a power cut.
TEST_SERVER = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")


def database(url: str, var: Path, testing: bool) -> dict[str, Any]:
    """The settings of the one database; without a `url` the embedded server under `var` is started or joined."""
    if url:
        return COMMON | _from_url(url)
    base = var / ("pg-test" if testing else "pg")
    host = embedded_postgres.ensure(base, TEST_SERVER if testing else ())
    return COMMON | {
        "HOST": host,
        "NAME": embedded_postgres.DATABASE,
        "USER": embedded_postgres.SUPERUSER,
        "OPTIONS": SOCKET_OPTIONS,
    }


def _from_url(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in SCHEMES or not name:
        raise ImproperlyConfigured("DATABASE_URL must look like postgresql://user:password@host:5432/name.")
    query = dict(parse_qsl(parts.query))
    host = query.pop("host", "") or unquote(parts.hostname or "")
    return {
        "HOST": host,
        "PORT": str(parts.port or ""),
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "OPTIONS": (SOCKET_OPTIONS if host.startswith("/") else TCP_OPTIONS) | query,
    }
