"""A sign-in becomes a company's connection: looked at first, kept only when it works."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import httpx
from django.db import IntegrityError, transaction

from apps.connections.models import ApiCall, Company, Connection, ConnectionState
from apps.connections.opening import account_of, check_account_id
from apps.connections.urgency import Urgency, asking
from apps.connections.vault import write_tokens
from apps.core.clock import DbNow
from apps.platforms.base import Health, Side, Tokens
from apps.platforms.errors import PlatformError, TryLater
from apps.platforms.registry import PLATFORMS, connect

#: What a new sign-in changes on the connection it replaces.
CHANGED = ("sealed", "title", "facts", "missing", "state", "reason", "active", "failures", "opened_until", "last_ok_at")


class CannotConnect(ValueError):
    """The account cannot be connected to this company; the message is a sentence."""


def connect_account(
    company: Company, platform: str, account_id: str, tokens: Tokens, transport: httpx.BaseTransport | None = None
) -> Health:
    """Look at the account with this sign-in and make it the company's connection; an older sign-in stays until then.

    Raises CannotConnect (another company's account, other books), BadAccount, and what `check` raises: NeedsReconnect
    for a sign-in that is not valid, TryLater.
    """
    check_account_id(platform, account_id)
    refuse_other_books(company, platform)
    if PLATFORMS[platform].fetches_letters:
        raise CannotConnect(
            f"{PLATFORMS[platform].title} calls us: it gets a file and a password instead of a sign-in."
        )
    _refuse(company, platform, account_id)
    candidate = _candidate(platform, account_id, tokens)
    try:
        health = look_at(candidate, transport)
    except TryLater:
        raise  # its tokens may have been renewed meanwhile: the next attempt goes on with them
    except PlatformError:
        candidate.delete()
        raise
    _settle(company, candidate, health)
    return replace(health, warnings=[*health.warnings, *_currency_warning(company, platform, health)])


def look_at(connection: Connection, transport: httpx.BaseTransport | None = None) -> Health:
    """A first look at the account, in whatever state the connection is. Raises PlatformError."""
    platform = connect(connection.platform, account_of(connection, transport))
    try:
        with asking(Urgency.PEOPLE):  # somebody waits for what it says
            return platform.check()
    finally:
        platform.close()


def connection_of(company: Company, platform: str) -> Connection | None:
    """The company's connection on the side of this platform."""
    return company.connection(PLATFORMS[platform].side)


def refuse_other_books(company: Company, platform: str) -> None:
    """Raises CannotConnect, with a sentence, when this is not what the company keeps its books in."""
    kind = PLATFORMS[platform]
    if kind.side is Side.BOOKS and platform != company.books_platform:
        books = PLATFORMS[company.books_platform].title
        raise CannotConnect(f"The books of {company.name} are {books}, not {kind.title}.")


def _refuse(company: Company, platform: str, account_id: str) -> None:
    kind = PLATFORMS[platform]
    own = connection_of(company, platform)
    if own is not None and own.account_id != account_id:
        raise CannotConnect(
            f"{company.name} is connected to the {kind.title} account {own.account_id}, and its records are those of "
            f"that account. Make another company for {account_id}."
        )
    taken = Connection.objects.filter(platform=platform, account_id=account_id, active=True)
    if own is not None:
        taken = taken.exclude(pk=own.pk)
    if taken.exists():
        raise CannotConnect(f"The {kind.title} account {account_id} already belongs to another company.")


def _candidate(platform: str, account_id: str, tokens: Tokens) -> Connection:
    """A row for the sign-in to be tried with; that of an attempt with the same sign-in which could not be ended."""
    said = "" if tokens.refresh else str(tokens.expires_at)
    given = hashlib.sha256(f"{tokens.access}\n{tokens.refresh}\n{said}".encode()).hexdigest()
    same = {"platform": platform, "account_id": account_id, "active": False, "options": {"given": given}}
    found = Connection.objects.filter(**same).first()
    return found or Connection.objects.create(
        **same, state=ConnectionState.NEEDS_SIGN_IN, reason="Not tried yet.", sealed=write_tokens(tokens)
    )


@transaction.atomic
def _settle(company: Company, candidate: Connection, health: Health) -> None:
    candidate.refresh_from_db(fields=["sealed"])
    candidate.title, candidate.facts, candidate.missing = health.title, health.facts.content(), dict(health.missing)
    candidate.state, candidate.reason, candidate.active = ConnectionState.CONNECTED, "", True
    candidate.failures, candidate.opened_until = 0, None
    own = connection_of(company, candidate.platform)
    if own is None:
        _adopt(company, candidate)
    else:
        _replace(own, candidate)
    Connection.objects.filter(pk=(own or candidate).pk).update(last_ok_at=DbNow())


def _adopt(company: Company, candidate: Connection) -> None:
    candidate.options = {}
    give(company, candidate)


def give(company: Company, candidate: Connection) -> None:
    """Save the connection as the company's; CannotConnect when its account belongs to another meanwhile."""
    try:
        with transaction.atomic():
            candidate.save()
    except IntegrityError as error:
        raise CannotConnect(f"The account {candidate.account_id} already belongs to another company.") from error
    field = PLATFORMS[candidate.platform].side.value
    setattr(company, field, candidate)
    company.save(update_fields=[field])


def _replace(own: Connection, candidate: Connection) -> None:
    for name in CHANGED:
        setattr(own, name, getattr(candidate, name))
    own.save(update_fields=CHANGED)
    ApiCall.objects.filter(connection=candidate).update(connection=own)
    candidate.delete()


def _currency_warning(company: Company, platform: str, health: Health) -> list[str]:
    currency = health.facts.currency
    if not currency or currency == company.currency:
        return []
    title = PLATFORMS[platform].title
    return [
        f"{title} keeps its account in {currency}, {company.name} in {company.currency}: its documents would be held."
    ]
