"""What pulls of Syncro share: rows as records, cursors, and which changes of a list are the newest."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from apps.platforms.errors import Unreadable
from apps.platforms.paging import Row
from apps.platforms.records import Record
from apps.platforms.syncro.translate import READERS

#: since_updated_at looks back behind the newest change seen, as changes come to light out of order: so far, but over no
#: more than so many known rows, that a burst of changes is not listed again and again. Sweeps find what this misses.
OVERLAP = timedelta(minutes=10)
REMEMBERED = 40


@dataclass(slots=True)
class Reading:
    """Rows as records; `unread` are sentences about those that make no sense, by id."""

    records: list[Record] = field(default_factory=list)
    unread: dict[str, str] = field(default_factory=dict)


def read(entity: str, rows: Sequence[Row]) -> Reading:
    """Each row by itself: one that cannot be read costs no other."""
    done = Reading()
    for row in rows:
        try:
            done.records.append(READERS[entity](row))
        except Unreadable as error:
            name = f"{entity.replace('_', ' ')} {row.get('number') or row.get('id')}"
            done.unread[str(row.get("id"))] = (
                f"Syncro's {name} was left out: {error.message}. Correct it in Syncro; it is read again by itself."
            )
    return done


class Newest:
    """The newest versions of invoices seen, and from when on the next pull asks."""

    def __init__(self, versions: Iterable[str] = ()) -> None:
        self._versions = set(versions)

    def add(self, rows: Sequence[Row]) -> None:
        """Look at some rows of the list; all but the newest are forgotten again."""
        self._versions |= {version(row) for row in rows}
        if len(self._versions) > 2 * REMEMBERED:
            self._versions = set(self.versions())

    def versions(self) -> list[str]:
        """The newest, oldest of them first."""
        return sorted(self._versions, key=lambda each: (moment(_stamp(each)), each))[-REMEMBERED:]

    @property
    def high(self) -> str:
        """The instant of the newest change seen, in the vendor's own words; "" when there is none."""
        versions = self.versions()
        return _stamp(versions[-1]) if versions else ""

    def onward(self, began: str, unread: Iterable[str]) -> Mapping[str, Any]:
        """The cursor of the next pull: since when, and what it will be shown again and knows.

        `began`: the vendor's time when this reading began; whatever changed later is asked for once more.
        """
        known = self.versions()
        inside = [each for each in known if moment(_stamp(each)) >= moment(self.high) - OVERLAP] if self.high else []
        back = _stamp(inside[0]) if len(inside) == REMEMBERED else _back(self.high)
        return {"since": earlier(back, began), "page": 1, "recent": sorted(inside), "unread": sorted(unread)}


def version(row: Row) -> str:
    """A row as it stands now."""
    return f"{row['id']} {row.get('updated_at') or ''}"


def moment(instant: str) -> datetime:
    """An instant as Syncro writes one; the beginning of time for ""."""
    return datetime.fromisoformat(instant) if instant else datetime.min.replace(tzinfo=UTC)


def since_text(instant: str) -> str:
    """An instant as since_updated_at takes it."""
    return datetime.fromisoformat(instant).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def cursor_text(**cursor: Any) -> str:
    """A cursor as it is kept."""
    return json.dumps({name: value for name, value in cursor.items() if value != []}, sort_keys=True)


def earlier(one: str, other: str) -> str:
    """The earlier of two instants; "" is none, so nothing is earlier."""
    return min(one, other, key=moment) if one and other else ""


def _back(high: str) -> str:
    return (moment(high) - OVERLAP).isoformat() if high else ""


def _stamp(each: str) -> str:
    return each.partition(" ")[2]
