"""Our mark in a text field of the other system: how a document of ours is known again where there is no better key."""

from __future__ import annotations

import re

MARKER = re.compile(r"tieout:[0-9a-z]+:[0-9a-z-]+:[a-z_]+:[0-9A-Za-z_/-]+")
JOINT = " · "


def read_marker(text: str | None) -> str:
    """The first marker in a text, "" when there is none."""
    found = MARKER.search(text or "")
    return found.group() if found else ""


def with_marker(text: str, marker: str, limit: int) -> str:
    """The text with the marker behind it, cut to `limit` characters; the marker is never cut."""
    if not marker:
        return text[:limit]
    room = limit - len(marker) - len(JOINT)
    kept = text[: max(room, 0)].rstrip()
    return f"{kept}{JOINT}{marker}" if kept else marker


def without_marker(text: str | None) -> str:
    """The text as a person wrote it."""
    marker = read_marker(text)
    if not marker:
        return text or ""
    before, _, after = (text or "").partition(marker)
    return before.rstrip(JOINT) + after.rstrip()
