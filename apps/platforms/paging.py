"""Paginators with a loop guard: they end, and they never stop short without saying so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.platforms.errors import Unavailable

Row = Mapping[str, Any]

CIRCLES = "The other system's pages go in circles; the list is read again later."


@dataclass(frozen=True, slots=True)
class Slice:
    """One page of a list; `total_pages` and `page` are what the answer itself says, None where it says nothing."""

    rows: Sequence[Row]
    total_pages: int | None = None
    page: int | None = None


def numbered_pages(
    fetch: Callable[[int], Slice], start: int = 1, key: Callable[[Row], str] = lambda row: str(row.get("id", ""))
) -> Iterator[tuple[int, Slice]]:
    """Pages by number from `start`: up to `total_pages` when told, else until an empty page or a first id seen before.

    Raises Unavailable when the answer's page number does not follow, or a told page begins like an earlier one.
    """
    seen: set[str] = set()
    number = start
    while True:
        answer = fetch(number)
        if answer.page is not None and answer.page != number:
            raise Unavailable(CIRCLES)
        first = {key(row) for row in answer.rows[:1]}
        if answer.total_pages is None and (first & seen or (seen and not answer.rows)):
            return
        if first & seen:
            raise Unavailable(CIRCLES)
        yield number, answer
        if _ends(answer, number):
            return
        seen |= first
        number += 1


def _ends(answer: Slice, number: int) -> bool:
    return not answer.rows if answer.total_pages is None else number >= answer.total_pages


def positioned_pages(
    fetch: Callable[[int], Sequence[Row]],
    size: int,
    start: int = 1,
    key: Callable[[Row], str] = lambda row: str(row["Id"]),
) -> Iterator[tuple[int, Sequence[Row]]]:
    """Pages by position of the first row, `size` rows each, until a short one. Unavailable when a page comes twice."""
    seen: set[str] = set()
    position = start
    while True:
        rows = fetch(position)
        first = {key(row) for row in rows[:1]}
        if first & seen:
            raise Unavailable(CIRCLES)
        yield position, rows
        if len(rows) < size:
            return
        seen |= first
        position += len(rows)
