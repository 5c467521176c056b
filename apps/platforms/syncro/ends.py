"""The two ends of a list that cannot say what changed: new rows may stand at either, so both are read inwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from apps.platforms.errors import Unavailable
from apps.platforms.paging import CIRCLES, Row, Slice, numbered_pages

Fetch = Callable[[int], Slice]
News = Callable[[Sequence[Row]], bool]

#: Without a memory of what is kept: a list of so few pages is read whole each time; of a longer one only the first page
#: and so many last ones. Sweeps find the rest.
WHOLE, LAST = 8, 3


def ends(fetch: Fetch, known: int, news: News, blind: bool) -> Iterator[tuple[int, Slice]]:
    """The first page and those behind it, then the last page and those before it, as long as they show news.

    `known`: how many pages the list had, for one that does not tell. `blind`: nothing tells what is news.
    """
    first = fetch(1)
    if blind:
        yield from _blindly(fetch, first)
        return
    # Whether a page shows news is asked before it is handed on: once stored it shows none.
    more, front, total = news(first.rows), 1, first.total_pages
    yield 1, first
    while more and (total is None or front < total):
        front += 1
        answer = _page(fetch, front)
        more = news(answer.rows)
        yield front, answer
        if total is None and not answer.rows:
            return
    if total is None:
        yield from _open_end(fetch, known, front, news)
    else:
        yield from _backwards(fetch, total, front, news)


def _blindly(fetch: Fetch, first: Slice) -> Iterator[tuple[int, Slice]]:
    total = first.total_pages
    if total is None or total <= WHOLE:
        yield from numbered_pages(lambda number: first if number == 1 else fetch(number))
        return
    yield 1, first
    for number in range(total - LAST + 1, total + 1):
        yield number, fetch(number)


def _open_end(fetch: Fetch, last: int, front: int, news: News) -> Iterator[tuple[int, Slice]]:
    """Of a list that does not tell its length: from the last known page on to the first empty one, and back from it."""
    yield from _backwards(fetch, last, front, news)
    seen: set[str] = set()
    number = max(last, front) + 1
    while (answer := _page(fetch, number)).rows and str(answer.rows[0].get("id")) not in seen:
        yield number, answer
        seen.add(str(answer.rows[0].get("id")))
        number += 1


def _backwards(fetch: Fetch, last: int, front: int, news: News) -> Iterator[tuple[int, Slice]]:
    for number in range(last, front, -1):
        answer = _page(fetch, number)
        known = bool(answer.rows) and not news(answer.rows)
        yield number, answer
        if known:
            return


def _page(fetch: Fetch, number: int) -> Slice:
    answer = fetch(number)
    if answer.page is not None and answer.page != number:
        raise Unavailable(CIRCLES)
    return answer
