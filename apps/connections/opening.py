"""From a connection to a platform ready to work: addresses, sign-in, budget, ledger; and how it went."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, LiteralString

import httpx
import psycopg
from django.conf import settings
from django.db import transaction
from django.db.models import F

from apps.connections.beside import ask
from apps.connections.budget import SharedLimiter
from apps.connections.models import Company, Connection, ConnectionState
from apps.connections.policies import Policies
from apps.connections.vault import ConnectionTokens, HeldTokens
from apps.core.clock import DbNow, db_now
from apps.platforms.base import Account, Call, DirectPlatform, Kept, Tokens, TokenStore
from apps.platforms.errors import NeedsReconnect, PlatformError, Unavailable
from apps.platforms.mailbox import MailboxPlatform
from apps.platforms.registry import PLATFORMS, connect, mailbox

log = logging.getLogger(__name__)


#: What of a connection's options is nobody's business but ours: hashes of passwords we gave out.
PRIVATE = frozenset({"password", "webhook"})

#: Policies of a company that its Syncro must know of.
TOLD = ("apply_payments_unit",)

#: After so many failures in a row nothing is sent for a while; each further one doubles the rest, up to the longest.
BREAKS_AT = 3
FIRST_REST = timedelta(minutes=1)
LONGEST_REST = timedelta(minutes=15)

#: How much of a call's fields the ledger's columns hold.
COLUMNS: Mapping[str, int] = {"method": 8, "vendor_id": 80, "error": 300}
LEDGER: LiteralString = """
INSERT INTO connections_apicall (connection_id, method, url, status, milliseconds, vendor_id, request, answer, error)
VALUES (%(connection)s, %(method)s, %(url)s, %(status)s, %(milliseconds)s, %(vendor_id)s, %(request)s, %(answer)s,
    %(error)s)
"""


class BadAccount(ValueError):
    """The account's id cannot be one of this platform."""


def open_platform(
    connection: Connection, transport: httpx.BaseTransport | None = None, kept: Kept | None = None
) -> DirectPlatform:
    """The platform, ready to work for this connection.

    Raises NeedsReconnect unless the connection is CONNECTED, Unavailable (with `retry_after`) while it rests after
    failures. `connection` must be read recently enough to be believed. `kept`: what the mirror holds of the account.
    """
    _must_be_connected(connection)
    rest = (connection.opened_until - db_now()).total_seconds() if connection.opened_until else 0
    if rest > 0:
        raise Unavailable(f"{connection} did not answer several times; it is tried again later.", retry_after=rest)
    return connect(connection.platform, replace(account_of(connection, transport), kept=kept))


def open_mailbox(connection: Connection) -> MailboxPlatform:
    """The platform that fetches its letters over this connection. Raises NeedsReconnect unless it is CONNECTED."""
    _must_be_connected(connection)
    return mailbox(connection.platform, account_of(connection))


def signpost(platform: str, account_id: str) -> DirectPlatform | MailboxPlatform:
    """A platform that is only asked for addresses of its pages: it has no sign-in."""
    kind = mailbox if PLATFORMS[platform].fetches_letters else connect
    return kind(platform, account_before(platform, account_id))


def _must_be_connected(connection: Connection) -> None:
    if connection.state != ConnectionState.CONNECTED:
        raise NeedsReconnect(f"{connection} cannot be used: {connection.reason or connection.get_state_display()}")


def account_of(connection: Connection, transport: httpx.BaseTransport | None = None) -> Account:
    """What the platform is handed for a saved connection, in whatever state it is."""
    ledger = Ledger(connection.pk)
    return _account(connection, ConnectionTokens(connection), ledger, transport)


def account_before(
    platform: str, account_id: str = "", tokens: Tokens | None = None, transport: httpx.BaseTransport | None = None
) -> Account:
    """What a platform is handed while there is no connection yet: for the consent page."""
    return _account(Connection(platform=platform, account_id=account_id), HeldTokens(tokens), Ledger(None), transport)


def _account(
    connection: Connection, tokens: TokenStore, ledger: Ledger, transport: httpx.BaseTransport | None
) -> Account:
    place = PLATFORMS[connection.platform]
    return Account(
        account_id=connection.account_id,
        base_url=base_url(connection.platform, connection.account_id),
        tokens=tokens,
        limiter=SharedLimiter(connection, settings.LIMIT_SCALE),
        note=ledger,
        clock=db_now,
        addresses={name: _setting(setting) for name, setting in place.addresses.items()},
        client_id=_setting(place.client_id),
        client_secret=_setting(place.client_secret),
        options=_options(connection),
        remember=_keeper(connection),
        scale=settings.LIMIT_SCALE,
        transport=transport,
    )


def _options(connection: Connection) -> dict[str, Any]:
    """The options, the facts as they were last told (those of an account nobody has looked at are none), and TOLD."""
    told = {"facts": connection.facts} if connection.facts else {}
    company = Company.objects.filter(syncro=connection).first() if connection.pk else None
    chosen = {key: Policies.of(company).get(key) for key in TOLD} if company is not None else {}
    return {key: value for key, value in connection.options.items() if key not in PRIVATE} | told | chosen


def _keeper(connection: Connection) -> Callable[[str, Any], None]:
    """Keeps one option of a saved connection, whoever else changes others at this moment."""

    def keep(name: str, value: Any) -> None:
        with transaction.atomic():
            stored = Connection.objects.select_for_update().filter(pk=connection.pk).first()
            if stored is not None:
                stored.options = {**stored.options, name: value}
                stored.save(update_fields=["options"])

    return keep


def base_url(platform: str, account_id: str) -> str:
    """Where this account's API is, by the settings alone: "" where nobody can be called.

    Raises BadAccount for an id that could lead elsewhere.
    """
    if account_id:
        check_account_id(platform, account_id)
    return _setting(PLATFORMS[platform].base).replace("{subdomain}", account_id).rstrip("/")


def check_account_id(platform: str, account_id: str) -> None:
    """Raises BadAccount, with a sentence, unless this can be an account of the platform."""
    place = PLATFORMS[platform]
    if not place.account.fullmatch(account_id):
        raise BadAccount(f"{account_id!r} cannot be right. {place.account_words}")


def _setting(name: str) -> str:
    return str(getattr(settings, name)) if name else ""


class Ledger:
    """Writes every call down at once, outside the caller's transaction; that it cannot never fails the call."""

    def __init__(self, connection_id: int | None) -> None:
        self.connection_id = connection_id

    def __call__(self, call: Call) -> None:
        """Keep one call."""
        if self.connection_id is None:
            return
        try:
            ask(LEDGER, {"connection": self.connection_id, **_columns(call)})
        except (psycopg.Error, PlatformError) as error:
            log.warning("a request of connection %s is missing in the ledger: %s", self.connection_id, error)


def _columns(call: Call) -> dict[str, Any]:
    values: dict[str, Any] = {"status": call.status, "milliseconds": max(call.milliseconds, 0)}
    for name in ("method", "url", "vendor_id", "request", "answer", "error"):
        # PostgreSQL's text cannot hold a zero byte; an answer can.
        text = str(getattr(call, name)).replace("\x00", "\N{REPLACEMENT CHARACTER}")
        values[name] = text[: COLUMNS.get(name)]
    return values


def refresh_facts(connection: Connection, platform: DirectPlatform) -> None:
    """Read again what documents depend on (currency, closed period, tax) and keep it. Raises PlatformError."""
    facts = platform.facts()
    connection.facts = facts.content()
    connection.title = facts.name or connection.title
    connection.save(update_fields=["facts", "title"])


def pause(connection: Connection, reason: str) -> None:
    """Nothing more is sent over this connection until an administrator resumes it."""
    _become(connection, ConnectionState.PAUSED, reason)


def needs_sign_in(connection: Connection, reason: str) -> None:
    """The sign-in is gone: nothing more is sent until it is connected again."""
    _become(connection, ConnectionState.NEEDS_SIGN_IN, reason)


def resume(connection: Connection) -> None:
    """Work again over a connection that was paused."""
    _become(connection, ConnectionState.CONNECTED, "")
    Connection.objects.filter(pk=connection.pk).update(failures=0, opened_until=None)


def came_through(connection: Connection) -> None:
    """The platform answered: earlier failures no longer count."""
    Connection.objects.filter(pk=connection.pk).update(failures=0, opened_until=None, last_ok_at=DbNow())
    connection.refresh_from_db(fields=["failures", "opened_until", "last_ok_at"])


def did_not_answer(connection: Connection, error: PlatformError) -> None:
    """The platform was unavailable once more; from the third time in a row on the connection rests."""
    Connection.objects.filter(pk=connection.pk).update(failures=F("failures") + 1)
    connection.refresh_from_db(fields=["failures"])
    if connection.failures >= BREAKS_AT:
        doubled = FIRST_REST * 2 ** min(connection.failures - BREAKS_AT, 10)
        rest = max(min(doubled, LONGEST_REST) / settings.LIMIT_SCALE, timedelta(seconds=error.retry_after or 0))
        connection.opened_until = db_now() + rest
        connection.save(update_fields=["opened_until"])


def _become(connection: Connection, state: ConnectionState, reason: str) -> None:
    connection.state, connection.reason = state, reason
    connection.save(update_fields=["state", "reason"])
