"""What is bought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from apps.platforms.records.base import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseLine:
    """A line of a purchase order; `cost` is that of one, `amount` of all that were ordered."""

    line_id: str = ""
    item_id: str = ""
    description: str = ""
    quantity: Decimal = Decimal(0)
    received: Decimal = Decimal(0)
    cost: Decimal = Decimal(0)
    amount: Decimal = Decimal(0)
    parent_line_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseOrder(Record):
    """What was ordered from a vendor; `stage` is the word the side itself uses for how far it is."""

    entity: ClassVar[str] = "purchase_order"

    number: str = ""
    vendor_id: str = ""
    expected_date: date | None = None
    due_date: date | None = None
    paid_date: date | None = None
    date: date
    stage: str = ""
    lines: tuple[PurchaseLine, ...] = ()
    shipping: Decimal = Decimal(0)
    other: Decimal = Decimal(0)
    total: Decimal = Decimal(0)
    shipping_notes: str = ""
    location_id: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchasedItem:
    """A thing bought from a customer; `cost` is that of one, `amount` of all of them."""

    description: str = ""
    category: str = ""
    quantity: Decimal = Decimal(1)
    cost: Decimal = Decimal(0)
    amount: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerPurchase(Record):
    """What was bought from a customer; `method` is how it was paid out ("" not yet), `stage` the side's own word."""

    entity: ClassVar[str] = "customer_purchase"

    number: str = ""
    customer_id: str = ""
    date: date
    lines: tuple[PurchasedItem, ...] = ()
    total: Decimal = Decimal(0)
    method: str = ""
    stage: str = ""
    currency: str = ""
