"""Watching processes come and go, for the stories about killed ones."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path


def until(what: Callable[[], object], seconds: float = 20) -> bool:
    """Whether it became true in time."""
    deadline = time.monotonic() + seconds
    while not what() and time.monotonic() < deadline:
        time.sleep(0.02)
    return bool(what())


def gone(pid: int) -> bool:
    """Whether the process has ended; one that nobody has reaped has ended, too."""
    status = Path(f"/proc/{pid}/stat")
    try:
        return status.read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def kill(pid: int) -> None:
    """kill -9, and wait for it to take effect."""
    os.kill(pid, signal.SIGKILL)
    assert until(lambda: gone(pid))
