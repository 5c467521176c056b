"""Lines of sales documents: the arithmetic QuickBooks insists on, and tax per line.

https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/invoice
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from apps.core.money import cents
from apps.platforms.errors import BadReference
from apps.platforms.quickbooks_online.translate import names
from apps.platforms.quickbooks_online.translate.values import (
    ZERO,
    Body,
    Raw,
    american,
    number,
    ref,
    ref_name,
    to_ref,
)
from apps.platforms.records import Facts, Line, LineKind

#: The only two tax codes a line may carry in a US company.
US_CODES = {True: "TAX", False: "NON"}
#: Decimals of a unit price that has to be worked out from an amount (6070 when qty x price does not give the amount).
PRICE_PLACES = Decimal("0.0000001")


def read_lines(raw: Raw) -> tuple[Line, ...]:
    """The lines that say something: without QuickBooks' own subtotal, bundles as their members."""
    return tuple(_each(raw.get("Line") or []))


def write_lines(
    lines: Sequence[Line], facts: Facts, default_code: str = "", kept: frozenset[str] = frozenset()
) -> list[Body]:
    """Lines as QuickBooks wants them, a discount without an item last and positive. Ids in `kept` name lines to change.

    Raises BadReference for an amount without an item: QuickBooks would silently count it as text.
    """
    written = [
        _to_line(line, facts, default_code) | ({"Id": line.line_id} if line.line_id in kept else {})
        for line in lines
        if not _loose_discount(line)
    ]
    off = -sum((line.amount for line in lines if _loose_discount(line)), ZERO)
    if off:
        detail = {"PercentBased": False}
        written.append({"DetailType": "DiscountLineDetail", "Amount": off, "DiscountLineDetail": detail})
    return written


def quantity_and_price(line: Line) -> tuple[Decimal, Decimal]:
    """Quantity and unit price whose product, rounded to cents, is the line's amount."""
    if cents(line.quantity * line.price) == line.amount:
        return line.quantity, line.price
    if line.quantity:
        price = (line.amount / line.quantity).quantize(PRICE_PLACES)
        if cents(line.quantity * price) == line.amount:
            return line.quantity, price
    return Decimal(1), line.amount


def _each(raws: Sequence[Any]) -> Iterator[Line]:
    for raw in raws:
        kind = raw.get("DetailType")
        if kind == "GroupLineDetail":
            yield from _each((raw.get("GroupLineDetail") or {}).get("Line") or [])
        elif kind in READERS:
            yield READERS[kind](raw)


def _sales_line(raw: Raw) -> Line:
    detail = raw.get("SalesItemLineDetail") or {}
    amount = number(raw, "Amount")
    quantity = number(detail, "Qty", Decimal(1))
    code = ref(detail, "TaxCodeRef")
    return Line(
        line_id=str(raw.get("Id") or ""),
        item_id=ref(detail, "ItemRef"),
        name=ref_name(detail, "ItemRef"),
        description=str(raw.get("Description") or ""),
        quantity=quantity,
        price=number(detail, "UnitPrice", amount),
        amount=amount,
        taxable=code not in ("", US_CODES[False]),
        tax_code_id="" if code in US_CODES.values() else code,
        class_id=ref(detail, "ClassRef"),
    )


def _discount_line(raw: Raw) -> Line:
    amount = -number(raw, "Amount")
    return Line(
        line_id=str(raw.get("Id") or ""),
        kind=LineKind.DISCOUNT,
        description=str(raw.get("Description") or ""),
        price=amount,
        amount=amount,
        taxable=False,
    )


def _text_line(raw: Raw) -> Line:
    text = str(raw.get("Description") or "")
    return Line(line_id=str(raw.get("Id") or ""), kind=LineKind.TEXT, description=text, taxable=False)


READERS = {"SalesItemLineDetail": _sales_line, "DiscountLineDetail": _discount_line, "DescriptionOnly": _text_line}


def _loose_discount(line: Line) -> bool:
    return line.kind is LineKind.DISCOUNT and not line.item_id


def _to_line(line: Line, facts: Facts, default_code: str) -> Body:
    text = names.text("Description", line.description or line.name, american(facts))
    described: Body = {"Description": text} if text else {}
    if line.kind is LineKind.TEXT or (not line.item_id and not line.amount):
        return {"DetailType": "DescriptionOnly", **described}
    if not line.item_id:
        raise BadReference(f"The line “{line.description or line.name}” has no product in QuickBooks Online.")
    quantity, price = quantity_and_price(line)
    detail: Body = {"ItemRef": to_ref(line.item_id), "Qty": quantity, "UnitPrice": price}
    code = US_CODES[line.taxable] if american(facts) else line.tax_code_id or default_code
    detail |= {"TaxCodeRef": to_ref(code)} if code else {}
    detail |= {"ClassRef": to_ref(line.class_id)} if line.class_id else {}
    return {"DetailType": "SalesItemLineDetail", "Amount": line.amount, **described, "SalesItemLineDetail": detail}
