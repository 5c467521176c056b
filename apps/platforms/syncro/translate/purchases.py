"""Purchase orders and their lines: read only. Vendor's page: Purchase orders."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from apps.core.money import cents, from_cents
from apps.platforms.errors import Unreadable
from apps.platforms.records import PurchaseLine, PurchaseOrder
from apps.platforms.syncro.translate.values import amount, day, dollars, envelope, required_day, text

RawLine = Mapping[str, Any]


def read_purchase_order(raw: Mapping[str, Any]) -> PurchaseOrder:
    """A purchase order in dollars; `stage` is Syncro's own word ("Finished" is the only one its pages name).

    When it was ordered is not returned, so its date is the day it was made.
    """
    vendor = raw.get("vendor") or {}
    return PurchaseOrder(
        **envelope(raw),
        number=text(raw.get("number")),
        vendor_id=text(raw.get("vendor_id") or vendor.get("id")),
        date=required_day(raw, "order_date", "created_at"),
        expected_date=day(raw.get("expected_date")),
        due_date=day(raw.get("due_date")),
        paid_date=day(raw.get("paid_date")),
        stage=text(raw.get("status")),
        lines=tuple(_line(row) for row in _ordered(raw)),
        shipping=cents(dollars(raw.get("shipping"))),
        other=cents(dollars(raw.get("other"))),
        total=cents(dollars(raw.get("total"))),
        shipping_notes=text(raw.get("shipping_notes")),
        location_id=text(raw.get("location_id")),
    )


def tells_its_lines(raw: Mapping[str, Any]) -> bool:
    """Whether a row of the list has lines that come to its total: examples of the list show none."""
    rows = raw.get("line_items")
    if not isinstance(rows, list) or not rows:
        return False
    beside = dollars(raw.get("shipping")) + dollars(raw.get("other"))
    return sum((_line(row).amount for row in rows), beside) == dollars(raw.get("total"))


def _ordered(raw: Mapping[str, Any]) -> list[RawLine]:
    rows = raw.get("line_items") or []
    return sorted(rows, key=lambda row: (row.get("position") is None, row.get("position") or 0))


def _line(row: RawLine) -> PurchaseLine:
    quantity, cost = dollars(row.get("quantity")), _price(row, "cost")
    total = _price(row, "total")
    if cost is None:
        raise Unreadable("A line of a purchase order has no cost.")
    return PurchaseLine(
        line_id=text(row.get("id")),
        item_id=text(row.get("product_id")),
        description=text(row.get("name") or row.get("description")),
        quantity=quantity,
        received=_received(row, quantity),
        cost=cost,
        amount=cents(quantity * cost) if total is None else cents(total),
        parent_line_id=text(row.get("parent_po_line_item_id")),
    )


def _received(row: RawLine, quantity: Decimal) -> Decimal:
    """What has arrived. The vendor's example shows a received quantity as large as the ordered one on a line that has
    not been received: only a smaller one is believed there.
    """
    told = amount(row.get("received_quantity"))
    if row.get("received"):
        return quantity
    return told if told is not None and told < quantity else Decimal(0)


def _price(row: RawLine, name: str) -> Decimal | None:
    """Dollars, from whole cents where a line has them."""
    whole = row.get(f"{name}_cents")
    return from_cents(int(whole)) if whole is not None else amount(row.get(name))
