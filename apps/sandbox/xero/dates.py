"""The vendor's dates: /Date(ms+0000)/ outside, yyyy-mm-dd and milliseconds inside."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime

MS_DATE = re.compile(r"/Date\((-?\d+)([+-]\d{4})?\)/")
XSD = re.compile(r"(\d{4}-\d\d-\d\d)(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?)?")
SINCE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


def shown_stamp(ms: int) -> str:
    """A moment as the vendor writes it in JSON."""
    return f"/Date({ms}+0000)/"


def shown_date(iso: str) -> str:
    """A business date: its midnight, written as if it were UTC."""
    return shown_stamp(int(datetime.fromisoformat(iso).replace(tzinfo=UTC).timestamp()) * 1000)


def stamp_text(ms: int) -> str:
    """A moment in words."""
    return datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_date(value: str) -> str:
    """The date a client sent, as yyyy-mm-dd; ValueError when the vendor's parser would not take it."""
    told = MS_DATE.fullmatch(value)
    if told:
        return datetime.fromtimestamp(int(told[1]) / 1000, UTC).date().isoformat()
    text = XSD.fullmatch(value)
    if text is None:
        raise ValueError(value)
    return date.fromisoformat(text[1]).isoformat()


def read_since(value: str, offset_allowed: bool) -> int:
    """If-Modified-Since in seconds; ValueError for fractions and (unless allowed) offsets."""
    if value.endswith("GMT"):
        return int(parsedate_to_datetime(value).timestamp())
    if offset_allowed and value.endswith("+00:00"):
        value = value.removesuffix("+00:00")
    if not SINCE.fullmatch(value):
        raise ValueError(value)
    return int(datetime.fromisoformat(value).replace(tzinfo=UTC).timestamp())


def long_date(iso: str) -> str:
    """A date as messages spell it: 30-Nov-2018."""
    return date.fromisoformat(iso).strftime("%d-%b-%Y")
