"""Pages end, and do not go in circles."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from apps.platforms.errors import Unavailable
from apps.platforms.paging import Slice, numbered_pages, positioned_pages


def rows(*ids: int) -> list[dict[str, int]]:
    return [{"id": key, "Id": key} for key in ids]


def walk(fetch: Callable[[int], Slice]) -> list[int]:
    return [row["id"] for _, answer in numbered_pages(fetch) for row in answer.rows]


def test_told_pages_are_read_to_the_last() -> None:
    assert walk(lambda page: Slice(rows(page), 3, page)) == [1, 2, 3]


def test_an_empty_told_page_in_between_ends_nothing() -> None:
    assert walk(lambda page: Slice(rows(page) if page != 2 else [], 3, page)) == [1, 3]


def test_untold_pages_end_with_an_empty_one() -> None:
    assert walk(lambda page: Slice(rows(page) if page < 4 else [])) == [1, 2, 3]


def test_a_list_that_knows_no_pages_is_read_once() -> None:
    assert walk(lambda page: Slice(rows(5, 6))) == [5, 6]


def test_an_empty_list_is_one_empty_page() -> None:
    assert [len(answer.rows) for _, answer in numbered_pages(lambda page: Slice([]))] == [0]


@pytest.mark.parametrize("answer", [Slice(rows(1), 3, 1), Slice(rows(1), 3)])
def test_told_pages_that_repeat_are_no_end(answer: Slice) -> None:
    with pytest.raises(Unavailable, match="circles"):
        walk(lambda page: answer)


def test_positions_end_with_a_short_page() -> None:
    table = rows(*range(1, 8))
    pages = positioned_pages(lambda start: table[start - 1 : start + 2], 3)
    assert [(start, len(page)) for start, page in pages] == [(1, 3), (4, 3), (7, 1)]


def test_positions_that_repeat_are_no_end() -> None:
    with pytest.raises(Unavailable):
        list(positioned_pages(lambda start: rows(1, 2), 2))
