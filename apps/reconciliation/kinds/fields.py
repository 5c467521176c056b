"""The fields on which the two sides of a link differ, as facts and in words."""

from __future__ import annotations

from collections.abc import Sequence

from apps.mirror.models import Link
from apps.sync.compare import Difference, differences


def changed_fields(link: Link) -> Sequence[Difference]:
    """What the two sides say differently now; empty while one of them is missing."""
    return differences(link) if link.syncro and link.books else ()


def as_facts(fields: Sequence[Difference]) -> list[dict[str, str]]:
    """The fields side by side."""
    return [{"field": each.field, "syncro": each.syncro, "books": each.books, "base": each.base} for each in fields]


def in_words(fields: Sequence[Difference]) -> str:
    """The fields in a sentence."""
    if not fields:
        return "both sides show the same values now"
    return "; ".join(
        f"{each.field} is {each.syncro or 'empty'} in Syncro and {each.books or 'empty'} in the books"
        for each in fields
    )
