"""Files as people save them: any of three encodings, any of three delimiters, read a row at a time."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from apps.platforms.reports import BadFile, Problem

DELIMITERS = (",", ";", "\t")
#: Behind a title and a blank line or two the headings still count.
HEADINGS_WITHIN = 10
CHUNK = 1 << 16
LONGEST_CELL = 100_000
NUL = "\x00"
#: What excel writes on the first line of its own accord.
SEPARATOR_LINE = re.compile(r"sep=(.)\s*", re.IGNORECASE)
#: In Windows-1252 these two letters hardly ever meet; in UTF-8 they are one letter.
UTF8_LETTER = re.compile(rb"[\xc3-\xf4][\x80-\xbf]")
MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cells:
    """One row of the file: where it stands, and its texts; or what is wrong with its quotes."""

    line: int
    last: int
    texts: tuple[str, ...] = ()
    problem: Problem | None = None

    @property
    def blank(self) -> bool:
        """Whether nothing stands in it."""
        return self.problem is None and not any(text.strip() for text in self.texts)


def encoding_of(path: Path) -> str:
    """How the file is encoded: by its mark, else UTF-8 if all of it is, else Windows-1252. Raises BadFile."""
    with path.open("rb") as file:
        start = file.read(4)
        if not start:
            raise BadFile(f"{path.name} is empty.")
        marked = next((name for mark, name in MARKS if start.startswith(mark)), "")
        guessed = marked or _wide(start)
        file.seek(0)
        if guessed:
            if not _reads(iter(lambda: file.read(CHUNK), b""), guessed):
                raise BadFile(f"{path.name} begins as {guessed} and does not go on so; save it again as CSV UTF-8.")
            return guessed
        return _unmarked(path)


def _unmarked(path: Path) -> str:
    if _reads(_chunks(path), "utf-8"):
        return "utf-8"
    if any(UTF8_LETTER.search(chunk) for chunk in _chunks(path)):
        raise BadFile(f"{path.name} is UTF-8 in some places and not in others; save it again as CSV UTF-8.")
    if _reads(_chunks(path), "cp1252"):
        return "cp1252"
    raise BadFile(f"{path.name} is no text file in UTF-8, UTF-16 or Windows-1252; save it as CSV UTF-8.")


def _wide(start: bytes) -> str:
    """UTF-16 without a mark shows by its zeros, as headings are plain letters."""
    if len(start) < 4 or NUL.encode() not in start:
        return ""
    return "utf-16-le" if start[1] == 0 else "utf-16-be"


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from iter(lambda: file.read(CHUNK), b"")


def _reads(chunks: Iterator[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for chunk in chunks:
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def rows(path: Path, encoding: str, delimiter: str) -> Iterator[Cells]:
    """Every row of the file. Raises BadFile for a quote that is never closed."""
    csv.field_size_limit(LONGEST_CELL)
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        while True:
            line = reader.line_num + 1
            try:
                texts = next(reader, None)
            except csv.Error as error:
                yield _broken(line, reader.line_num, error)
                continue
            if texts is None:
                return
            yield Cells(line, reader.line_num, tuple(texts))


def _broken(line: int, last: int, error: csv.Error) -> Cells:
    """A quote inside a cell spoils its row; one without an end spoils all that follows."""
    if "expected after" not in str(error):
        raise BadFile(f"Line {line}: a quote is opened here and never closed, so what follows cannot be told apart.")
    words = "A quote stands inside a quoted cell; write it twice, or leave it out."
    return Cells(line, last, problem=Problem(line, "", "", words))


def first_rows(path: Path, encoding: str, delimiter: str) -> list[Cells]:
    """The rows among which the headings stand; those behind a broken quote do not count."""
    found: list[Cells] = []
    with suppress(BadFile):
        for cells in islice(rows(path, encoding, delimiter), HEADINGS_WITHIN):
            found.append(cells)  # noqa: PERF402  those before the broken quote stay
    return found


def delimiters_of(path: Path, encoding: str) -> Sequence[str]:
    """The delimiters that may be meant: the one the first line names, else all."""
    with path.open(encoding=encoding, newline="") as file:
        said = SEPARATOR_LINE.fullmatch(file.readline(20))
    return (said[1],) if said else DELIMITERS
