"""What must not be so in an installation that keeps real books; `check --deploy` says it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004

from apps.platforms.registry import PLATFORMS


@register(Tags.security, deploy=True)
def limits_are_the_published_ones(**given: Any) -> list[CheckMessage]:
    """LIMIT_SCALE is for tests and benchmarks."""
    if settings.LIMIT_SCALE == 1:
        return []
    return [
        Error(
            f"LIMIT_SCALE is {settings.LIMIT_SCALE}: the vendors' limits would not be kept.",
            hint="Unset it.",
            id="connections.E001",
        )
    ]


@register(Tags.security, deploy=True)
def platforms_are_reached_encrypted(**given: Any) -> list[CheckMessage]:
    """Tokens travel with every request."""
    names = {name for entry in PLATFORMS.values() for name in (entry.base, *entry.addresses.values()) if name}
    plain = sorted(name for name in names if urlsplit(getattr(settings, name)).scheme != "https")
    return [Warning(f"{name} is not https: tokens would travel in the open.", id="connections.W001") for name in plain]


@register(Tags.database, deploy=True)
def no_connection_pool(**given: Any) -> list[CheckMessage]:
    """Forked workers would share the sockets of a pool, and lose answers to one another."""
    if not settings.DATABASES["default"].get("OPTIONS", {}).get("pool"):
        return []
    return [
        Error("The database is used through psycopg's pool.", hint="Use CONN_MAX_AGE instead.", id="connections.E002")
    ]
