"""What is sold."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from apps.platforms.records.base import Record


class ItemKind(StrEnum):
    """What an item is to the books."""

    SERVICE = "service"
    NON_INVENTORY = "non_inventory"
    INVENTORY = "inventory"
    CATEGORY = "category"
    BUNDLE = "bundle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item(Record):
    """A product or service; `category` is a name or path, accounts are ids of the books."""

    entity: ClassVar[str] = "item"

    name: str
    sku: str = ""
    description: str = ""
    price: Decimal | None = None
    cost: Decimal | None = None
    taxable: bool = True
    tax_key: str = ""
    kind: ItemKind = ItemKind.SERVICE
    category: str = ""
    income_account_id: str = ""
    expense_account_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemCategory(Record):
    """A category of items; `path` names it behind those it stands in."""

    entity: ClassVar[str] = "item_category"

    name: str
    path: str = ""
    parent_id: str = ""
