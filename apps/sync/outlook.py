"""What lies ahead: what a first load takes, how old the last sweeps are, and whether an address can carry its companies."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from apps.connections.budget import SHARE, SharedLimiter
from apps.connections.health import Reading
from apps.connections.models import Company, Connection, ConnectionState, Turn
from apps.connections.opening import open_platform
from apps.connections.urgency import Urgency, asking
from apps.connections.words import age
from apps.core.clock import db_now
from apps.platforms.base import Bucket, Side
from apps.platforms.forecast import Stretch
from apps.platforms.registry import PLATFORMS, fetches_letters, platform_class
from apps.sync import brake
from apps.sync.models import SESSION, Cursor, Run
from apps.sync.pull import entities_of
from config.schedules import SCHEDULES

#: How old a sweep may be: one is due each day, and one may fail.
OLDEST = timedelta(hours=48)
#: Who drew on an address within so long is carried by it; the cost of a look is the median of so many runs.
CARRIED, LOOKS = timedelta(hours=24), 20
#: Where a connection keeps the plan of its first load.
KEPT = "first_load"
#: How often each company is looked at, in minutes.
EVERY = next(each.minutes for each in SCHEDULES if each.name == "pump")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A first load before it begins: `a_minute` requests are free for it, `others` a minute go to other companies."""

    title: str
    stretches: tuple[Stretch, ...]
    a_minute: float
    others: float

    @property
    def requests(self) -> int:
        """In all."""
        return sum(each.requests for each in self.stretches)

    @property
    def minutes(self) -> int:
        """How long it takes, rounded up."""
        return math.ceil(self.requests / self.a_minute)

    @property
    def sentences(self) -> list[str]:
        """The plan as people read it."""
        more = any(each.more for each in self.stretches)
        shared = f", as other companies of this address use {self.others:.0f}" if self.others >= 1 else ""
        said = (
            f"Reading {self.title} for the first time: {'at least' if more else 'about'} {self.requests:,} requests, "
            f"{self.minutes} min at {self.a_minute:.0f} requests a minute{shared}."
        )
        return [said, *map(_said, self.stretches)]

    def as_json(self) -> dict[str, Any]:
        """The key "plan" of `sync --json`."""
        lists = [asdict(each) for each in self.stretches]
        return {"requests": self.requests, "minutes": self.minutes, "a_minute": round(self.a_minute), "lists": lists}


def _said(each: Stretch) -> str:
    what = each.entity.replace("_", " ")
    bound = "at least" if each.more else "at most"
    return f"  {what}: {bound} {each.records:,} records, {each.requests:,} requests. {each.remark}".rstrip()


def plan_of(company: Company, *, full: bool = False) -> Plan | None:
    """What is before us where something of Syncro was never read whole; None when all of it was.

    Asks for the first page of each such list. Raises PlatformError.
    """
    stored = company.syncro
    if stored is None or stored.state != ConnectionState.CONNECTED:
        return None
    wanted = _unread(company, stored, full=full)
    if not wanted:
        return None
    platform = open_platform(stored)
    try:
        with asking(Urgency.PEOPLE):
            stretches = tuple(platform.forecast(wanted))
    finally:
        platform.close()
    return Plan(title=PLATFORMS[stored.platform].title, stretches=stretches, **_free(stored)) if stretches else None


def announce(company: Company) -> None:
    """Keep the plan of a first load with the connection, for the company's page, until it is done. Raises PlatformError."""
    stored = company.syncro
    if stored is None:
        return
    kept = stored.options.get(KEPT)
    if kept and not _unread(company, stored):
        _keep(stored, [])
    elif not kept and (plan := plan_of(company)):
        _keep(stored, plan.sentences)


def _keep(stored: Connection, sentences: list[str]) -> None:
    """Read again first: a new address for notifications may have been made meanwhile."""
    with transaction.atomic():
        row = Connection.objects.select_for_update().get(pk=stored.pk)
        others = {key: value for key, value in row.options.items() if key != KEPT}
        row.options = others | ({KEPT: sentences} if sentences else {})
        row.save(update_fields=["options"])


def _unread(company: Company, stored: Connection, *, full: bool = False) -> list[str]:
    """What of Syncro was never read whole."""
    whole = Cursor.objects.filter(company=company, side=Side.SYNCRO, loaded_at__isnull=False)
    loaded = set() if full else set(whole.values_list("entity", flat=True))
    kind = platform_class(stored.platform)
    return [each for each in entities_of(Side.SYNCRO) if each in kind.entities and each not in loaded]


def _free(stored: Connection) -> dict[str, float]:
    """What is left of the address for a load: at least its share, at most what others' looks do not use."""
    bucket = _of_address(stored.platform)[0]
    whole = bucket.per_minute * settings.LIMIT_SCALE
    carried = _carried().get(SharedLimiter(stored).key(bucket), set()) - {stored.pk}
    others = _a_minute(carried)
    return {"a_minute": max(whole - others, whole / SHARE), "others": others}


def sweeps_are_young(companies: Sequence[Company]) -> Iterator[Reading]:
    """How old the last comparison of all ids is: what was deleted meanwhile is not known."""
    for company in companies:
        for side in Side:
            stored = company.connection(side)
            if stored is not None and not fetches_letters(stored.platform):
                yield _sweeps(company, side, stored)


def _sweeps(company: Company, side: Side, stored: Connection) -> Reading:
    kind = platform_class(stored.platform)
    compared = brake.SWEPT_IN_SYNCRO if side is Side.SYNCRO else brake.SWEPT
    wanted = [entity for entity in entities_of(side) if entity in compared and entity in kind.entities]
    cursors = Cursor.objects.filter(company=company, side=side, entity__in=wanted, loaded_at__isnull=False)
    swept = {cursor.entity: (cursor.swept_at or cursor.loaded_at, cursor.swept_at is None) for cursor in cursors}
    old = [entity for entity, (at, _) in swept.items() if at and db_now() - at > OLDEST]
    told = ", ".join(_compared(entity, *swept.get(entity, (None, True))) for entity in wanted)
    cure = (
        f"Deletions in {kind.title} of these are not known: run `sync {company.slug}`, which says what stops it; a "
        "worker does it each day by itself."
    )
    return Reading(
        name=f"{company.slug}: {kind.title} sweeps",
        ok=not old,
        sentence=f"All ids compared: {told}.",
        cure=f"{', '.join(old)}: {cure}" if old else "",
    )


def _compared(entity: str, at: datetime | None, first: bool) -> str:
    what = entity.replace("_", " ")
    if at is None:
        return f"{what} not yet read whole"
    return f"{what} {age(at)}{' (by the first load)' if first else ''}"


def addresses_suffice(companies: Sequence[Company]) -> Iterator[Reading]:
    """How many companies each address carries, and whether what it may ask in a minute is enough for them."""
    carried = _carried()
    for platform in PLATFORMS:
        for bucket in _of_address(platform):
            here = SharedLimiter(Connection(platform=platform)).key(bucket)
            ending = f":{platform}:{bucket.name}"
            for key in sorted({here, *(key for key in carried if key.endswith(ending))}):
                yield _address(key.removesuffix(ending).partition(":")[2], platform, bucket, carried.get(key, set()))


def _address(address: str, platform: str, bucket: Bucket, connections: set[int]) -> Reading:
    title, most, used = PLATFORMS[platform].title, bucket.per_minute, _a_minute(connections)
    count = len(connections)
    return Reading(
        name=f"address {address}: {title}",
        ok=used <= most,
        sentence=(
            f"It carries {count} {'company' if count == 1 else 'companies'}: looking at each every {EVERY} min takes "
            f"{used:.0f} of the {most:.0f} requests a minute that we make from one address at most."
        ),
        cure=(
            "" if used <= most else
            "Changes are late by the difference, and none is lost. Run a worker on a machine with another address, with "
            "its name in EGRESS_ADDRESS there, or give some companies an installation of their own."
        ),
    )  # fmt: skip


def _of_address(platform: str) -> list[Bucket]:
    return [bucket for bucket in platform_class(platform).limits.buckets if bucket.scope == "egress"]


def _carried() -> Mapping[str, set[int]]:
    """The connections in use that drew on each address of late, by the key of its budget."""
    rows = Turn.objects.filter(key__startswith="egress:", served_at__gt=db_now() - CARRIED)
    in_use = set(Connection.objects.filter(active=True, state=ConnectionState.CONNECTED).values_list("pk", flat=True))
    carried: defaultdict[str, set[int]] = defaultdict(set)
    for key, connection in rows.values_list("key", "connection"):
        if connection in in_use:
            carried[key].add(connection)
    return carried


def _a_minute(connections: set[int]) -> float:
    """The requests a minute that looking at these takes; one that draws on several addresses uses a part of each."""
    addresses = _carried().values()
    shares = {pk: sum(pk in each for each in addresses) or 1 for pk in connections}
    return sum(_cost(pk) / shares[pk] for pk in connections) / EVERY


def _cost(connection: int) -> float:
    """The requests that one look at an account takes."""
    owner = Company.objects.filter(Q(syncro=connection) | Q(books=connection)).first()
    if owner is None:
        return 0.0
    side = Side.SYNCRO if owner.syncro_id == connection else Side.BOOKS
    whole = Run.objects.filter(company=owner, error="", ended_at__isnull=False).exclude(cause=SESSION).order_by("-pk")
    costs = [counts.get("requests", {}).get(side.value, 0) for counts in whole.values_list("counts", flat=True)[:LOOKS]]
    return float(median(costs)) if costs else 0.0
