"""Where the sign-in of a connection is kept: encrypted in its row, changed by one process at a time.

Passwords that others show to us are not kept at all, only their fingerprints.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

import psycopg
from django.db import transaction

from apps.connections.beside import open_beside
from apps.connections.models import Connection
from apps.platforms.base import Tokens
from apps.platforms.errors import Unavailable

#: The first half of our advisory locks' numbers, so that no other use of advisory locks meets them.
LOCK_FAMILY = 0x7E0
#: Longer than a token endpoint may take to answer.
LOCK_WAIT = "60s"


class ConnectionTokens:
    """The TokenStore of one connection.

    The lock is held by a database session of its own, not by a transaction: nothing stays open in the tables while the
    vendor is asked, and the lock is free again the moment its process dies.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def read(self) -> Tokens:
        """The tokens as last saved by whichever process."""
        sealed = Connection.objects.values_list("sealed", flat=True).get(pk=self.connection.pk)
        return read_tokens(sealed)

    @contextmanager
    def locked(self) -> Iterator[Callable[[Tokens], None]]:
        """Hold the refresh lock; gives the function that saves. Raises Unavailable when another has it for too long."""
        with transaction.atomic(durable=True):
            pass  # inside a transaction nothing could be saved for good: say so before the vendor is asked
        session = open_beside()
        try:
            _lock(session, self.connection.pk)
            yield self.save
        finally:
            session.close()

    def save(self, tokens: Tokens) -> None:
        """Keep new tokens; they are on disk when this returns."""
        with transaction.atomic(durable=True):
            Connection.objects.filter(pk=self.connection.pk).update(sealed=write_tokens(tokens))


class HeldTokens:
    """A TokenStore in memory, for a consent that has no connection yet."""

    def __init__(self, tokens: Tokens | None = None) -> None:
        self.tokens = tokens or Tokens()

    def read(self) -> Tokens:
        """The tokens held."""
        return self.tokens

    @contextmanager
    def locked(self) -> Iterator[Callable[[Tokens], None]]:
        """Nobody else can have them, so there is nothing to lock."""
        yield self._hold

    def _hold(self, tokens: Tokens) -> None:
        self.tokens = tokens


def new_password() -> str:
    """A password for a machine that calls us: 256 random bits, so that a plain hash of it gives nothing away."""
    return secrets.token_urlsafe(32)


def fingerprint(password: str) -> str:
    """What is kept of such a password."""
    return hashlib.sha256(password.encode("utf-8", "replace")).hexdigest()


def fits(password: str, kept: str) -> bool:
    """Whether this is the password of a fingerprint; takes as long whatever is wrong with it."""
    return hmac.compare_digest(fingerprint(password), kept) and bool(kept)


def read_tokens(text: str) -> Tokens:
    """Tokens from their stored form; the empty text is no sign-in."""
    kept = json.loads(text or "{}")
    return Tokens(
        access=kept.get("access", ""),
        refresh=kept.get("refresh", ""),
        expires_at=_instant(kept.get("expires_at")),
        refresh_expires_at=_instant(kept.get("refresh_expires_at")),
    )


def write_tokens(tokens: Tokens) -> str:
    """The stored form of tokens, before encryption."""
    kept = {
        "access": tokens.access,
        "refresh": tokens.refresh,
        "expires_at": tokens.expires_at and tokens.expires_at.isoformat(),
        "refresh_expires_at": tokens.refresh_expires_at and tokens.refresh_expires_at.isoformat(),
    }
    return json.dumps({key: value for key, value in kept.items() if value})


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _lock(session: psycopg.Connection[object], connection_id: int) -> None:
    session.execute("SELECT set_config('lock_timeout', %s, false)", [LOCK_WAIT])
    try:
        session.execute("SELECT pg_advisory_lock(%s, %s)", [LOCK_FAMILY, connection_id])
    except psycopg.errors.LockNotAvailable as error:
        raise Unavailable("Another process has been renewing this sign-in for a minute; it is tried again.") from error
