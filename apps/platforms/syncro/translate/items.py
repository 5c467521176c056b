"""Products and services. Vendor's page: Products."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.platforms.records import Item, ItemKind
from apps.platforms.syncro.translate.values import amount, envelope, text

#: Categories that are work or balances, never goods ("special categories drive behaviour").
SERVICES = frozenset({"", "labor", "labour", "pre-pay hours", "deposit"})


def read_item(raw: Mapping[str, Any]) -> Item:
    """A product. SKUs are per vendor: the first one stands for it, else the UPC."""
    category = text(raw.get("category_path")) or text(raw.get("product_category"))
    return Item(
        **envelope(raw, disabled=bool(raw.get("disabled"))),
        name=text(raw.get("name")),
        sku=_sku(raw),
        description=text(raw.get("description")),
        price=amount(raw.get("price_retail")),
        cost=amount(raw.get("price_cost")),
        taxable=raw.get("taxable") is not False,
        tax_key=text(raw.get("tax_rate_id")),
        kind=_kind(raw),
        category=category,
    )


def _kind(raw: Mapping[str, Any]) -> ItemKind:
    if raw.get("maintain_stock"):
        return ItemKind.INVENTORY
    category = text(raw.get("product_category")).casefold()
    return ItemKind.SERVICE if category in SERVICES else ItemKind.NON_INVENTORY


def _sku(raw: Mapping[str, Any]) -> str:
    skus = [text(entry.get("sku")) for entry in raw.get("product_skus") or [] if isinstance(entry, Mapping)]
    return next(filter(None, skus), text(raw.get("upc_code")))
