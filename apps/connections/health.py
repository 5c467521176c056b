"""What `doctor` looks at: each reading is green, or red with the cure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import DatabaseError
from django.db import connection as database
from django.db.migrations.executor import MigrationExecutor
from django.utils.module_loading import import_string
from django_q.models import Schedule

from apps.connections.connecting import look_at
from apps.connections.models import Budget, Company, Connection, ConnectionState
from apps.connections.vault import ConnectionTokens
from apps.connections.words import age
from apps.core.clock import DbNow, db_now
from apps.core.fields import Unreadable
from apps.core.heartbeat import seconds_since
from apps.core.management.commands.ensure_schedules import PREFIX
from apps.core.models import Heartbeat
from apps.platforms.base import Side
from apps.platforms.errors import PlatformError
from apps.platforms.registry import PLATFORMS, SignIn
from config.schedules import SCHEDULES

#: Seconds without a sign of life after which a worker is taken for stuck, and a clock's error that matters.
SILENT, SKEW = 90.0, 5.0
#: How long a platform that calls us may stay away.
LATE = timedelta(hours=1)
#: How long before its expiration date a token is told of.
BEFORE = timedelta(days=14)
CALL_AGAIN = (
    "On the computer with the company file, open the program that calls us (for QuickBooks, the Web Connector), tick "
    "Auto-Run beside Tieout and press Update Selected; what it says then is in its status column. A new file and a new "
    "password for it are on the company's page under Connections."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One thing looked at; `cure` says what to do when it is not `ok`."""

    name: str
    ok: bool
    sentence: str
    cure: str = ""


Check = Callable[[Sequence[Company]], Iterator[Reading]]

#: In order; a name, so that rooms above this one can have their say.
CHECKS: tuple[str, ...] = (
    "apps.connections.health.database_answers",
    "apps.connections.health.migrations_applied",
    "apps.connections.health.worker_alive",
    "apps.connections.health.schedules_set",
    "apps.connections.health.clock_right",
    "apps.connections.health.keys_fit",
    "apps.connections.health.limits_kept",
    "apps.connections.health.accounts_answer",
    "apps.connections.health.tokens_last",
    "apps.sync.outlook.sweeps_are_young",
    "apps.sync.outlook.addresses_suffice",
    "apps.connections.health.payments_land",
    "apps.mappings.needs.mappings_complete",
)


def readings(companies: Sequence[Company]) -> Iterator[Reading]:
    """Everything `doctor` says of the installation and of these companies; asks the platforms."""
    for name in CHECKS:
        check: Check = import_string(name)
        yield from check(companies)


def database_answers(companies: Sequence[Company]) -> Iterator[Reading]:
    """Version and reachability."""
    try:
        database.ensure_connection()
        version = int(getattr(database, "pg_version", 0))
    except DatabaseError as error:
        yield Reading(name="database", ok=False, sentence=str(error), cure="Start PostgreSQL, or correct DATABASE_URL.")
        return
    yield Reading(
        name="database",
        ok=version >= 140000,
        sentence=f"PostgreSQL {version // 10000}.",
        cure="Use PostgreSQL 14 or newer.",
    )


def migrations_applied(companies: Sequence[Company]) -> Iterator[Reading]:
    """Whether tables and code fit."""
    executor = MigrationExecutor(database)
    open_ones = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    sentence = f"{open_ones} migrations are not applied." if open_ones else "All migrations are applied."
    yield Reading(name="migrations", ok=not open_ones, sentence=sentence, cure="Run `manage.py migrate`.")


def worker_alive(companies: Sequence[Company]) -> Iterator[Reading]:
    """Whether some worker carries tasks through."""
    ages = [seconds_since(worker) for worker in Heartbeat.objects.values_list("worker", flat=True)]
    youngest = min((age for age in ages if age is not None), default=None)
    ok = youngest is not None and youngest < SILENT
    sentence = "No worker has ever run." if youngest is None else f"A worker gave a sign of life {youngest:.0f} s ago."
    yield Reading(name="worker", ok=ok, sentence=sentence, cure="Start `manage.py run_worker`.")


def schedules_set(companies: Sequence[Company]) -> Iterator[Reading]:
    """Whether the periodic tasks in the database are those of the code."""
    kept = set(Schedule.objects.filter(name__startswith=PREFIX).values_list("name", "func", "minutes"))
    wanted = {(PREFIX + each.name, each.task, each.minutes) for each in SCHEDULES}
    sentence = "All periodic tasks are set." if kept == wanted else "The periodic tasks are not those of this version."
    yield Reading(name="schedules", ok=kept == wanted, sentence=sentence, cure="Run `manage.py ensure_schedules`.")


def clock_right(companies: Sequence[Company]) -> Iterator[Reading]:
    """Whether this machine and the database agree on the time."""
    skew = abs((datetime.now(UTC) - db_now()).total_seconds())
    sentence = f"This machine's clock and the database's differ by {skew:.1f} s."
    yield Reading(name="clock", ok=skew < SKEW, sentence=sentence, cure="Set both clocks by a time server.")


def payments_land(companies: Sequence[Company]) -> Iterator[Reading]:
    """Whether the payments we write are applied as they were told; red stops all further ones."""
    for company in companies:
        check = (company.syncro.options if company.syncro else {}).get("apply_payments_check") or {}
        if check.get("right") is False:
            cure = "Follow its words, then resolve the item “Payment applied wrongly by Syncro” with post_again."
            yield Reading(name=f"payments of {company.slug}", ok=False, sentence=check["sentence"], cure=cure)


def keys_fit(companies: Sequence[Company]) -> Iterator[Reading]:
    """Whether every stored sign-in can be read."""
    unreadable = [pk for pk in Connection.objects.values_list("pk", flat=True) if not _readable(pk)]
    sentence = f"{len(unreadable)} sign-ins cannot be read." if unreadable else "All sign-ins can be read."
    yield Reading(
        name="keys",
        ok=not unreadable,
        sentence=sentence,
        cure="Put the missing key into FIELD_ENCRYPTION_KEYS, or connect again.",
    )


def limits_kept(companies: Sequence[Company]) -> Iterator[Reading]:
    """Whether the published limits hold, and which are blocked by the vendor just now."""
    scaled = settings.LIMIT_SCALE != 1 and not settings.PLAYGROUND
    if scaled:
        sentence = f"LIMIT_SCALE is {settings.LIMIT_SCALE}."
        yield Reading(name="limits", ok=False, sentence=sentence, cure="Unset LIMIT_SCALE.")
    blocked = Budget.objects.filter(blocked_until__gt=DbNow()).values_list("key", flat=True)
    sentence = f"Resting for a moment: {', '.join(blocked)}." if blocked else "No limit is used up."
    yield Reading(name="limits", ok=True, sentence=sentence)


def accounts_answer(companies: Sequence[Company]) -> Iterator[Reading]:
    """Asks every account who we are and what we may."""
    for company in companies:
        for side in Side:
            yield _account(company, side)


def tokens_last(companies: Sequence[Company]) -> Iterator[Reading]:
    """Whether a token that is used as it is runs out soon; its platform does not tell, so it is as staff said."""
    for company in companies:
        for side in Side:
            connection = company.connection(side)
            if connection and PLATFORMS[connection.platform].sign_in is SignIn.TOKEN and _readable(connection.pk):
                yield _token(company, connection)


def _token(company: Company, connection: Connection) -> Reading:
    entry = PLATFORMS[connection.platform]
    name, expires = f"{company.slug}: {entry.title} token", ConnectionTokens(connection).read().expires_at
    cure = (
        f"Make a new token in {entry.title} and give it: `connect {company.slug} {entry.short} --{entry.account_option} "
        f"{connection.account_id} --token-file FILE --expires DATE`."
    )
    if expires is None:
        sentence = (
            f"Nobody has said when it expires, and {entry.title} does not tell; `connect ... --expires DATE` does."
        )
        return Reading(name=name, ok=True, sentence=sentence)
    left, day = expires - db_now(), expires.date().isoformat()
    if left <= timedelta(0):
        return Reading(name=name, ok=False, sentence=f"It expired on {day}.", cure=cure)
    return Reading(name=name, ok=left > BEFORE, sentence=f"It expires on {day}, in {left.days} days.", cure=cure)


def _account(company: Company, side: Side) -> Reading:
    connection = company.connection(side)
    entry = PLATFORMS[company.platform(side)]
    name, cure = (
        f"{company.slug}: {entry.title}",
        f"Connect it again: `connect {company.slug} {entry.short} ...`.",
    )
    if connection is None:
        return Reading(name=name, ok=False, sentence="Not connected.", cure=cure)
    if connection.state == ConnectionState.PAUSED:
        return Reading(
            name=name, ok=False, sentence=f"Paused: {connection.reason}", cure="Resume it when the reason is gone."
        )
    if entry.fetches_letters:
        return _visitor(name, connection)
    try:
        health = look_at(connection)
    except PlatformError as error:
        return Reading(name=name, ok=False, sentence=str(error), cure=cure)
    missing = " ".join(f"{right}: {cost}" for right, cost in health.missing.items())
    if missing or connection.state != ConnectionState.CONNECTED:
        sentence = missing or connection.reason
        return Reading(
            name=name, ok=False, sentence=sentence, cure="Give the sign-in these rights." if missing else cure
        )
    return Reading(name=name, ok=True, sentence=" ".join([f"{health.title} answers.", *health.warnings]))


def _visitor(name: str, connection: Connection) -> Reading:
    """Nothing can be asked of it, so what counts is when it last came."""
    came = connection.last_ok_at
    late = came is None or db_now() - came > LATE
    sentence = f"It last came {age(came)}." if came else "It has never come."
    if connection.state != ConnectionState.CONNECTED:
        return Reading(name=name, ok=False, sentence=f"{sentence} {connection.reason}".strip(), cure=CALL_AGAIN)
    return Reading(name=name, ok=not late, sentence=sentence, cure=CALL_AGAIN if late else "")


def _readable(pk: int) -> bool:
    try:
        Connection.objects.values_list("sealed", flat=True).get(pk=pk)
    except Unreadable:
        return False
    return True
