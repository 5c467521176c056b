"""Our mark in somebody else's text."""

from __future__ import annotations

import pytest

from apps.platforms.markers import read_marker, with_marker, without_marker

MARK = "tieout:k3v9:acme-ltd:payment:77/2"


@pytest.mark.parametrize("text", ["", "11006", "Pays late.\nOften."])
def test_a_text_comes_back_as_it_was(text: str) -> None:
    marked = with_marker(text, MARK, 255)
    assert (read_marker(marked), without_marker(marked)) == (MARK, text)


def test_the_text_is_cut_and_the_mark_is_not() -> None:
    marked = with_marker("x" * 100, MARK, 50)
    assert len(marked) == 50
    assert read_marker(marked) == MARK
    assert with_marker("text", MARK, 10) == MARK


def test_words_behind_the_mark_stay() -> None:
    assert without_marker(f"before · {MARK} after") == "before after"


@pytest.mark.parametrize("text", [None, "tieout", "tieout:k3v9", "tieout:K3:acme:payment:1"])
def test_what_only_looks_like_a_mark_is_none(text: str | None) -> None:
    assert read_marker(text) == ""
    assert without_marker(text) == (text or "")
