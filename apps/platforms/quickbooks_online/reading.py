"""Where reads begin and go on: whole lists by creation time, changes by one capture for all entities.

https://developer.intuit.com/app/developer/qbo/docs/develop/explore-the-quickbooks-online-api/change-data-capture
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from apps.platforms.errors import Unavailable
from apps.platforms.paging import CIRCLES
from apps.platforms.quickbooks_online.client import PAGE, Client, Rows, literal, select
from apps.platforms.quickbooks_online.translate.values import Raw, instant, meta

#: A capture holds at most so many objects over all its entities, and does not say that there are more.
CAP = 1000
#: Everything is asked for so much earlier than the last answer: rows are not visible the moment they are stamped.
OVERLAP = timedelta(minutes=10)
#: Captures reach back 30 days; a day is kept in hand.
REACH = timedelta(days=29)
#: A capture serves every entity of one run, each once, for so long.
FRESH = timedelta(minutes=2)
#: Cursors of one run lie close together; a capture from much further back would carry too much.
CLOSE = timedelta(hours=1)

CAPTURED = (
    "Customer", "Item", "Invoice", "Payment", "CreditMemo", "RefundReceipt", "Account", "PaymentMethod",
    "JournalEntry", "Deposit", "Purchase",
)  # fmt: skip
CREATED, UPDATED = "CreateTime", "LastUpdatedTime"


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a pull goes on. `since` is the server's time; the others only while a first load is under way."""

    since: str = ""
    kind: str = ""
    at: str = ""
    start: int = 1

    @classmethod
    def read(cls, text: str) -> Cursor:
        """The cursor kept as text; an unreadable one begins again, which is never wrong."""
        try:
            given: dict[str, Any] = json.loads(text or "{}")
            return cls(**given)
        except (ValueError, TypeError):
            return cls()

    def __str__(self) -> str:
        return json.dumps({name: value for name, value in asdict(self).items() if value not in ("", 1)})

    @property
    def loading(self) -> bool:
        """Whether a first load is under way."""
        return bool(self.kind)

    def reaches(self, now: datetime) -> bool:
        """Whether a capture still reaches back so far."""
        moment = instant(self.since)
        return moment is not None and now - moment < REACH


@dataclass(frozen=True, slots=True)
class Slice:
    """One page of a list: its new rows, where the next one starts (None after the last), the server's time."""

    rows: list[Raw]
    next: Cursor | None
    time: str


def scan(client: Client, kind: str, where: str = "", place: Cursor | None = None, by: str = CREATED) -> Iterator[Slice]:
    """A whole list in pages of 1000, each row once.

    Pages follow the time of creation rather than a position, so that a row deleted meanwhile hides no other; ordering
    by Id would not do, as it may be alphabetical. Raises Unavailable when pages go in circles.
    """
    place = replace(place, kind=kind) if place else Cursor(kind=kind)
    seen: set[str] = set()
    while True:
        rows, time = client.query(kind, _select(kind, where, place, by))
        place = place if place.since else replace(place, since=time)
        new = [row for row in rows if str(row.get("Id")) not in seen]
        seen.update(str(row.get("Id")) for row in new)
        if len(rows) < PAGE:
            yield Slice(new, None, place.since)
            return
        if not new:
            raise Unavailable(CIRCLES)
        place = _after(place, rows, by)
        yield Slice(new, place, place.since)


def _select(kind: str, where: str, place: Cursor, by: str) -> str:
    later = f"MetaData.{by} >= {literal(place.at)}" if place.at else ""
    return select(kind, where, later, by=f"MetaData.{by}", start=place.start)


def _after(place: Cursor, rows: list[Raw], by: str) -> Cursor:
    """Go on at the last row's time; by position only where a whole page was made in one instant, as by an import."""
    first, last = meta(rows[0], by), meta(rows[-1], by)
    if last and instant(first) != instant(last):
        return replace(place, at=last, start=1)
    return replace(place, start=place.start + PAGE)


@dataclass(slots=True)
class _Capture:
    """One capture for all entities, kept while a run reads them one after another."""

    since: datetime
    asked: datetime
    rows: Rows
    taken: set[str] = field(default_factory=set)


class Feed:
    """The changes of a run: one request for all entities whose cursors lie close together."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._capture: _Capture | None = None

    def since(self, entity: str, kinds: Collection[str], moment: datetime) -> tuple[Rows, bool]:
        """What changed of these kinds since `moment`, and whether that is all: False when there were too many."""
        capture = self._fitting(entity, moment - OVERLAP)
        capture.taken.add(entity)
        if capture.rows.count < CAP:
            return Rows({kind: capture.rows.by_kind.get(kind, []) for kind in kinds}, capture.rows.time), True
        alone = self.client.changes(kinds, moment - OVERLAP)
        return alone, alone.count < CAP

    def _fitting(self, entity: str, since: datetime) -> _Capture:
        now, kept = self.client.account.clock(), self._capture
        if kept and entity not in kept.taken and now - kept.asked < FRESH and kept.since <= since < kept.since + CLOSE:
            return kept
        self._capture = _Capture(since, now, self.client.changes(CAPTURED, since))
        return self._capture
