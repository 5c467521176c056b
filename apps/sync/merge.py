"""Three-way merge by field: what changed since the last agreement on one side goes to the other; both changed is for a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from apps.platforms.records import Record

R = TypeVar("R", bound=Record)


def merged(base: R, ours: R, theirs: R, fields: Iterable[str], *, force: bool = False) -> tuple[R, list[str]]:
    """Their record with our changes since `base`; and the fields that changed on both sides to different values.

    `base` is our own side at the last agreement, so that what the other side spells in its own way (a shortened name)
    is not taken for a change. With `force` ours wins.
    """
    changes, both = {}, []
    for name in fields:
        mine, before, other = getattr(ours, name), getattr(base, name), getattr(theirs, name)
        if mine == before and not force:
            continue
        if mine != other:
            changes[name] = mine
    return replace(theirs, **changes), both
