"""What a platform says beforehand of reading everything: so many requests for so many records."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Reading one entity for the first time: at most so many records in so many requests.

    `more` says that the platform does not tell how long this list is: it takes at least so many. `remark` is a
    sentence about what makes it dear or impossible.
    """

    entity: str
    records: int
    requests: int
    more: bool = False
    remark: str = ""
