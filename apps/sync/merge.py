"""Three-way merge by field: what changed since the last agreement on one side goes to the other; both changed is for a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from apps.platforms.records import Record

R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True)
class Base(Generic[R]):
    """What each side said when both last agreed; the two may spell one thing differently (a name shortened by rule)."""

    ours: R
    theirs: R


def merged(base: Base[R], ours: R, theirs: R, fields: Iterable[str], *, force: bool = False) -> tuple[R, list[str]]:
    """Their record with our changes; and the fields that both sides changed to different values. With `force` ours wins."""
    changes: dict[str, Any] = {}
    both = []
    for name in fields:
        mine, other = getattr(ours, name), getattr(theirs, name)
        if mine == getattr(base.ours, name) or mine == other:
            continue
        if other != getattr(base.theirs, name) and not force:
            both.append(name)
            continue
        changes[name] = mine
    return replace(theirs, **changes), both
