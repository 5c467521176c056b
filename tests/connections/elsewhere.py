"""What tests run in another process, on their own database: `python -m tests.connections.elsewhere WHAT ID ...`."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable

import django


def start(what: str, connection_id: int, *more: object) -> subprocess.Popen[str]:
    """Begin something in another process; read its standard output."""
    from django.db import connection

    environment = {**os.environ, "TIEOUT_TEST": "1", "TEST_NAME": connection.settings_dict["NAME"]}
    command = [sys.executable, "-m", "tests.connections.elsewhere", what, str(connection_id), *map(str, more)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


def say(what: object) -> None:
    """A line on standard output, at once."""
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def acquire(connection_id: int, per_minute: str, times: str) -> None:
    """Draw on a bucket so many times and print each moment by the machine's clock."""
    from apps.connections.budget import SharedLimiter
    from apps.connections.models import Connection
    from apps.platforms.base import Bucket

    limiter = SharedLimiter(Connection.objects.get(pk=connection_id))
    bucket = Bucket(name="requests", per_minute=float(per_minute))
    for _ in range(int(times)):
        limiter.acquire(bucket)
        say(time.time())


def renew(connection_id: int, times: str) -> None:
    """Count one up in the refresh token, under the lock, so many times."""
    from apps.connections.models import Connection
    from apps.connections.vault import ConnectionTokens
    from apps.platforms.base import Tokens

    tokens = ConnectionTokens(Connection.objects.get(pk=connection_id))
    for _ in range(int(times)):
        with tokens.locked() as save:
            count = int(tokens.read().refresh)
            time.sleep(0.005)
            save(Tokens(refresh=str(count + 1)))


def hold(connection_id: int) -> None:
    """Take the lock, say so, and never let go."""
    from apps.connections.models import Connection
    from apps.connections.vault import ConnectionTokens

    with ConnectionTokens(Connection.objects.get(pk=connection_id)).locked():
        say("held")
        time.sleep(600)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.conf import settings

    settings.DATABASES["default"]["NAME"] = os.environ["TEST_NAME"]
    what, connection_id, *rest = sys.argv[1:]
    todo: dict[str, Callable[..., None]] = {"acquire": acquire, "renew": renew, "hold": hold}
    todo[what](int(connection_id), *rest)
