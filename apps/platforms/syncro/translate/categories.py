"""Categories of products. Vendor's page: Products, "Category"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.platforms.records import ItemCategory
from apps.platforms.syncro.translate.values import envelope, text


def read_category(raw: Mapping[str, Any]) -> ItemCategory:
    """A category; products name it, they do not point to it. `ancestry` is the path of ids above it, root first."""
    name = text(raw.get("name"))
    return ItemCategory(
        **envelope(raw),
        name=name,
        path=text(raw.get("names_depth_cache")) or name,
        parent_id=text(raw.get("ancestry")).rpartition("/")[2],
    )
