"""What became of one row of a report, and in which words a preview says it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from apps.connections.models import Company
from apps.platforms.reports import LeftOut

NEW, CHANGED, UNCHANGED = "new", "changed", "unchanged"
LONGEST = 60


@dataclass(frozen=True, slots=True)
class Kept:
    """A row that was used: where it stands, whether it is new, changed or unchanged, and what it says."""

    line: int
    verdict: str
    words: str


class Keeper(Protocol):
    """What makes the rows of one report ours."""

    def __init__(self, company: Company) -> None: ...

    def keep(self, batch: Sequence[Any]) -> Iterable[Kept | LeftOut]:
        """Keep a batch, in one transaction; what cannot be kept is left out with its reason."""
        ...

    def finish(self) -> list[str]:
        """What is to be done when all rows are there; gives sentences for the person."""
        ...


def judged(line: int, called: str, before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> Kept:
    """A row against what was known before."""
    if before is None:
        return Kept(line, NEW, called)
    changes = [
        f"{name.replace('_', ' ')} {_short(before.get(name))} → {_short(value)}"
        for name, value in after.items()
        if before.get(name) != value
    ]
    return Kept(line, CHANGED, f"{called}: {', '.join(changes)}") if changes else Kept(line, UNCHANGED, called)


def _short(value: Any) -> str:
    if isinstance(value, list | tuple):
        return (
            f"{len(value)} of them" if value and isinstance(value[0], Mapping) else ", ".join(map(str, value)) or "none"
        )
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = "(nothing)" if value in (None, "") else str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
