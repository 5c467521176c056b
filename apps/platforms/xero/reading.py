"""Where reads begin and go on: changes by If-Modified-Since, always the first page, moved on by the last row's time.

Pages by number would lose rows, as every change moves a row to the end of the list.
https://developer.xero.com/documentation/api/accounting/requests-and-responses
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from apps.platforms.errors import Unavailable, Unreadable
from apps.platforms.paging import CIRCLES
from apps.platforms.xero.client import Client, page_of
from apps.platforms.xero.limits import PAGE
from apps.platforms.xero.translate import Source
from apps.platforms.xero.translate.values import Raw, instant, text, updated

#: Everything is asked for so much earlier than the last answer: rows are not visible the moment they are stamped.
OVERLAP = timedelta(minutes=10)
#: The header is accurate to the second, and whether its own second is included is not documented.
BACK = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a pull goes on: by list the time up to which all is known, and `at`, the list a first load stands in."""

    since: Mapping[str, str] = field(default_factory=dict)
    at: str = ""

    @classmethod
    def read(cls, content: str) -> Cursor:
        """The cursor kept as text; an unreadable one begins again, which is never wrong."""
        try:
            given: dict[str, Any] = json.loads(content or "{}")
            found = cls(**given)
            for moment in found.since.values():
                datetime.fromisoformat(moment)
        except (ValueError, TypeError, AttributeError):
            return cls()
        return found

    def __str__(self) -> str:
        return json.dumps({name: value for name, value in asdict(self).items() if value})

    def moved(self, root: str, moment: datetime | None, at: str = "") -> Cursor:
        """The cursor with one list known up to `moment` (None: as before)."""
        known = {root: moment.isoformat()} if moment else {}
        return replace(self, since={**self.since, **known}, at=at)

    def before(self, root: str) -> datetime | None:
        """From when on a list is asked for; None for everything."""
        known = self.since.get(root)
        return datetime.fromisoformat(known) - OVERLAP if known else None


@dataclass(frozen=True, slots=True)
class Slice:
    """One page of a list: its new rows, the time up to which the list is known after it, and whether it was the last."""

    rows: list[Raw]
    known: datetime | None
    last: bool


def scan(client: Client, source: Source, since: datetime | None) -> Iterator[Slice]:
    """A list from a moment on, each row once. Raises Unavailable when its pages go in circles."""
    if not source.paged:
        yield _whole(client, source, since)
        return
    seen: set[tuple[str, str]] = set()
    began: datetime | None = None
    page = 1
    while True:
        given = {**(source.more or {}), **page_of(header(since), page)}
        rows, answer = client.rows(source.list, source.root, **given)
        began = began or instant(answer.get("DateTimeUTC"))
        new = [row for row in rows if _mark(source, row) not in seen]
        seen.update(_mark(source, row) for row in new)
        if _ends(rows, answer):
            yield Slice(new, began, last=True)
            return
        if not new:
            raise Unavailable(CIRCLES)
        following = _time(rows[-1])
        page = page + 1 if following is None or (since is not None and following - BACK <= since) else 1
        since = following - BACK if following is not None and page == 1 else since
        yield Slice(new, following, last=False)


def header(since: datetime | None) -> str:
    """If-Modified-Since as Xero documents it: UTC to the second, "" for none."""
    return since.strftime("%Y-%m-%dT%H:%M:%S") if since else ""


def _whole(client: Client, source: Source, since: datetime | None) -> Slice:
    asked = {"if_modified_since": header(since)} if since and source.since else {}
    rows, answer = client.rows(source.list, source.root, **(source.more or {}), **asked)
    return Slice(rows, instant(answer.get("DateTimeUTC")), last=True)


def _ends(rows: list[Raw], answer: Raw) -> bool:
    told = answer.get("pagination")
    count = told.get("pageCount") if isinstance(told, Mapping) else None
    size = told.get("page") if isinstance(told, Mapping) else None
    if isinstance(count, int) and isinstance(size, int):
        return size >= count
    return len(rows) < PAGE


def _mark(source: Source, row: Raw) -> tuple[str, str]:
    return text(row, source.key), text(row, "UpdatedDateUTC")


def _time(row: Raw) -> datetime | None:
    try:
        return updated(row)
    except Unreadable:
        return None
