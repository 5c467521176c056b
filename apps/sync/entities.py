"""What is kept in step, in order of dependence, and what is read from each side."""

from __future__ import annotations

from dataclasses import dataclass

from apps.platforms.base import Side


@dataclass(frozen=True, slots=True)
class Entity:
    """One kind of thing that links tie; `origins` are the sides where one, or an edit of one, may start."""

    name: str
    title: str
    origins: tuple[Side, ...]


#: In order of dependence: each wave is drained before the next begins.
ENTITIES: tuple[Entity, ...] = (
    Entity("customer", "Customers", (Side.SYNCRO, Side.BOOKS)),
    Entity("item", "Items", (Side.SYNCRO,)),
    Entity("invoice", "Invoices", (Side.SYNCRO, Side.BOOKS)),
    Entity("payment", "Payments", (Side.SYNCRO, Side.BOOKS)),
)

#: What is read only to know, never linked: reference data and what else moves a receivable.
REFERENCE: dict[Side, tuple[str, ...]] = {
    Side.SYNCRO: ("payment_method", "item_category", "vendor", "contact", "purchase_order"),
    Side.BOOKS: (
        "account",
        "tax_code",
        "payment_method",
        "credit_memo",
        "refund_receipt",
        "refund",
        "receivable_movement",
    ),
}

NAMES: tuple[str, ...] = tuple(entity.name for entity in ENTITIES)
