"""Asks a PostgreSQL socket whether it would take a connection, without a driver."""

from __future__ import annotations

import socket
import struct
from pathlib import Path

PORT = 5432
_STARTUP = b"\x00\x03\x00\x00user\x00postgres\x00database\x00postgres\x00\x00"
_NOT_NOW = (
    b"57P03"  # starting up, recovering or shutting down; https://www.postgresql.org/docs/current/errcodes-appendix.html
)


def socket_file(directory: Path) -> Path:
    """The file PostgreSQL listens on in `directory`."""
    return directory / f".s.PGSQL.{PORT}"


def answers(directory: Path) -> bool:
    """True when a server takes connections there; a server that recovers or stops does not."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(5)
        try:
            line.connect(str(socket_file(directory)))
            line.sendall(struct.pack("!i", len(_STARTUP) + 4) + _STARTUP)
            answer = line.recv(1024)
        except OSError:
            return False
    return bool(answer) and not (answer[:1] == b"E" and _NOT_NOW in answer)
