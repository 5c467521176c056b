"""Which headings are which column, and a row's cells by column; docs/import.md tells the same to people.

Syncro prints its reports with headings of its own, which its documentation does not list; those of its screens are taken,
and the documented ones always work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from apps.platforms.reports import BadFile, LeftOut, Problem
from apps.platforms.syncro.reports import files
from apps.platforms.syncro.reports.files import NUL, Cells
from apps.platforms.syncro.reports.values import Misread


@dataclass(frozen=True, slots=True)
class Column:
    """A column of ours: the documented heading, others it may have, and whether a file can do without it."""

    name: str
    heading: str
    others: tuple[str, ...] = ()
    needed: bool = False

    @property
    def headings(self) -> tuple[str, ...]:
        """All headings, as they are compared; of two in one file the earlier counts, unless a column before has it."""
        return tuple(fold(text) for text in (self.heading, *self.others))


@dataclass(frozen=True, slots=True)
class Layout:
    """A file that was looked at: how it is written and where each column stands."""

    path: Path
    encoding: str
    delimiter: str
    head: Cells
    places: Mapping[str, int]

    @property
    def headings(self) -> dict[str, str]:
        """The file's own words for our columns."""
        return {name: self.head.texts[place].strip() for name, place in self.places.items()}

    @property
    def unused(self) -> tuple[str, ...]:
        """Headings that stand for nothing of ours."""
        taken = set(self.places.values())
        return tuple(text.strip() for place, text in enumerate(self.head.texts) if place not in taken and text.strip())

    def rows(self) -> Iterator[Row | LeftOut]:
        """Every row below the headings that is not blank."""
        for cells in files.rows(self.path, self.encoding, self.delimiter):
            if cells.line > self.head.line and not cells.blank:
                yield self._row(cells)

    def _row(self, cells: Cells) -> Row | LeftOut:
        problem = cells.problem or _misshapen(cells, len(self.head.texts))
        if problem:
            return LeftOut(cells.line, cells.last, (problem,))
        texts = {
            name: cells.texts[place].strip() if place < len(cells.texts) else "" for name, place in self.places.items()
        }
        return Row(cells.line, cells.last, texts, self.headings, dict(zip(self.head.texts, cells.texts, strict=False)))


@dataclass(slots=True)
class Row:
    """One row by column; what is misread is remembered, and the row is left out at the end for all of it."""

    line: int
    last: int
    texts: Mapping[str, str]
    headings: dict[str, str]
    raw: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)

    def text(self, name: str) -> str:
        """A cell without edges; "" also where the file has no such column."""
        return self.texts.get(name, "")

    def read(self, name: str, reader: Callable[[str], Any]) -> Any:
        """A cell's value; None for an empty one, and for a misread one, which becomes a problem."""
        if not self.text(name):
            return None
        try:
            return reader(self.text(name))
        except Misread as error:
            self.wrong(name, str(error))
            return None

    def need(self, name: str, reader: Callable[[str], Any] = str) -> Any:
        """The same for a cell that may not be empty."""
        if not self.text(name):
            self.wrong(name, "This is empty; fill it in.")
        return self.read(name, reader)

    def wrong(self, name: str, sentence: str) -> None:
        """Leave the row out for this."""
        self.problems.append(Problem(self.line, self.headings.get(name, name), self.text(name), sentence))

    def left_out(self) -> LeftOut:
        """The row with its problems."""
        return LeftOut(self.line, self.last, tuple(self.problems))


def fold(heading: str) -> str:
    """A heading as it is compared: without case, spaces and punctuation."""
    return "".join(letter for letter in heading.casefold() if letter.isalnum() or letter in "#%")


def layout(path: Path, columns: Sequence[Column]) -> Layout:
    """Find the delimiter and the headings: the first row that has all needed columns. Raises BadFile, naming what is missing."""
    encoding = files.encoding_of(path)
    best: Layout | None = None
    for delimiter in files.delimiters_of(path, encoding):
        for cells in files.first_rows(path, encoding, delimiter):
            found = Layout(path, encoding, delimiter, cells, _places(cells, columns))
            if best is None or _rank(found, columns) > _rank(best, columns):
                best = found
    if best is None or _missing(best, columns):
        raise BadFile(_without(path, best, columns))
    return best


def _rank(found: Layout, columns: Sequence[Column]) -> tuple[int, int]:
    return -len(_missing(found, columns)), len(found.places)


def _missing(found: Layout, columns: Sequence[Column]) -> list[Column]:
    return [column for column in columns if column.needed and column.name not in found.places]


def _places(cells: Cells, columns: Sequence[Column]) -> dict[str, int]:
    there: dict[str, int] = {}
    for place, text in enumerate(cells.texts):
        there.setdefault(fold(text), place)
    places: dict[str, int] = {}
    for column in columns:
        free = (there[text] for text in column.headings if text in there and there[text] not in places.values())
        if (found := next(free, None)) is not None:
            places[column.name] = found
    return places


def _without(path: Path, best: Layout | None, columns: Sequence[Column]) -> str:
    if best is None:
        return f"{path.name} has no row of headings."
    missing = " and ".join(f"“{column.heading}”" for column in _missing(best, columns))
    seen = ", ".join(text.strip() for text in best.head.texts if text.strip()) if best.places else "no headings we know"
    return f"{path.name} has no column {missing}. It has: {seen}. Columns and a sample: docs/import.md."


def _misshapen(cells: Cells, wide: int) -> Problem | None:
    more = [text for text in cells.texts[wide:] if text.strip()]
    if more:
        words = "This row has more cells than there are headings; put cells with a comma in quotes."
        return Problem(cells.line, "", more[0], words)
    bad = next((text for text in cells.texts if NUL in text), None)
    return (
        Problem(cells.line, "", bad.replace(NUL, "·"), "This is no text; type it again.") if bad is not None else None
    )
