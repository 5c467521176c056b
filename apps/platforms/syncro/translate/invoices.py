"""Invoices. Vendor's page: Invoices, Line items.

Two things the vendor does not say are settled by the invoice's own subtotal: whether `price` is before or after the
line's discount, and whether percent and dollars are two discounts or one shown twice. A line's tax rate is not in any
example of the vendor's; it and its note are taken where an account shows them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

from apps.core.money import cents
from apps.platforms.records import Invoice, Line, LineKind
from apps.platforms.syncro.translate.values import amount as money
from apps.platforms.syncro.translate.values import day, dollars, envelope, required_day, text

RawLine = Mapping[str, Any]
Net = Callable[[RawLine], Decimal]

DEPOSIT = "deposit"


def read_invoice(raw: Mapping[str, Any]) -> Invoice:
    """An invoice from its detail; from a list it has no lines, payments and balance (None)."""
    rows = raw.get("line_items") or []
    customer = raw.get("customer") or {}
    lines = _lines(rows, cents(dollars(raw.get("subtotal"))))
    return Invoice(
        **envelope(raw),
        number=text(raw.get("number")),
        customer_id=text(raw.get("customer_id") or customer.get("id")),
        date=required_day(raw, "date", "created_at"),
        due_date=day(raw.get("due_date")),
        lines=lines,
        subtotal=cents(dollars(raw.get("subtotal"))),
        tax=cents(dollars(raw.get("tax"))),
        total=cents(dollars(raw.get("total"))),
        balance=money(raw.get("balance_due")),
        tax_key=text(customer.get("tax_rate_id")),
        memo=text(raw.get("note")),
        location_id=text(raw.get("location_id")),
        po_number=text(raw.get("po_number")),
        payment_ids=tuple(text(row.get("id")) for row in raw.get("payments") or [] if row.get("success") is not False),
        deposit_only=bool(lines) and all(line.category.casefold() == DEPOSIT for line in lines),
    )


def _lines(rows: Sequence[RawLine], subtotal: Decimal) -> tuple[Line, ...]:
    ordered = sorted(rows, key=lambda row: (row.get("position") is None, row.get("position") or 0))
    exact, rounded = _read(ordered, subtotal)
    return tuple(_line(*told) for told in zip(ordered, exact, rounded, strict=True))


def _line(row: RawLine, exact: Decimal, net: Decimal) -> Line:
    words_only = not row.get("product_id") and not net and not dollars(row.get("price"))
    return Line(
        line_id=text(row.get("id")),
        kind=LineKind.TEXT if words_only else LineKind.ITEM,
        item_id=text(row.get("product_id")),
        name=text(row.get("item")),
        description=text(row.get("name")),
        quantity=dollars(row.get("quantity")),
        price=dollars(row.get("price")),
        amount=net,
        taxable=row.get("taxable") is not False,
        category=text(row.get("product_category")),
        net=None if exact == net else exact,
        tax_key=text(row.get("tax_rate_id")),
        tax_note=text(row.get("tax_note")),
    )


def line_amounts(rows: Sequence[RawLine], subtotal: Decimal) -> list[Decimal]:
    """Each line in dollars net of its discount: the first reading of READINGS whose sum is the subtotal.

    When none is, the first reading stands and the sum differs, for a person to see. Where rounding each line by itself
    misses a subtotal that the exact sum meets, the cents are placed so that the lines add up.
    """
    return _read(rows, subtotal)[1]


def _read(rows: Sequence[RawLine], subtotal: Decimal) -> tuple[list[Decimal], list[Decimal]]:
    """The lines' amounts as they are multiplied out, which tax is charged on, and as they are shown."""
    for net in READINGS:
        exact = [net(row) for row in rows]
        rounded = [cents(value) for value in exact]
        if sum(rounded, Decimal(0)) == subtotal:
            return exact, rounded
        if cents(sum(exact, Decimal(0))) == subtotal:
            return exact, _running(exact)
    exact = [READINGS[0](row) for row in rows]
    return exact, [cents(value) for value in exact]


def sums_to(rows: Sequence[RawLine], subtotal: Decimal) -> bool:
    """Whether these lines, read in one of the READINGS, come to the subtotal."""
    return sum(line_amounts(rows, cents(subtotal)), Decimal(0)) == cents(subtotal)


def _running(exact: Sequence[Decimal]) -> list[Decimal]:
    """Amounts whose running sums are the rounded running sums of the exact ones."""
    sums = [Decimal(0)]
    for value in exact:
        sums.append(sums[-1] + value)
    return [cents(after) - cents(before) for before, after in pairwise(sums)]


def _gross(row: RawLine) -> Decimal:
    return dollars(row.get("price")) * dollars(row.get("quantity"))


def _percent_off(row: RawLine) -> Decimal:
    percent = money(row.get("line_discount_percent")) or dollars(row.get("discount_percent"))
    return _gross(row) * percent / 100


def _dollars_off(row: RawLine) -> Decimal:
    return dollars(row.get("discount_dollars"))


READINGS: tuple[Net, ...] = (
    lambda row: _gross(row) - _percent_off(row) - _dollars_off(row),
    lambda row: _gross(row) - _percent_off(row),
    lambda row: _gross(row) - _dollars_off(row),
    _gross,
)
