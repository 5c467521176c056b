"""Amounts: Decimal inside, text with two places outside, cents rounded half up."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

CENT = Decimal("0.01")
ZERO = Decimal(0)


def dec(value: Any) -> Decimal:
    """A text (or nothing) as Decimal."""
    return Decimal(str(value)) if value not in (None, "") else ZERO


def cents(value: Decimal) -> Decimal:
    """Rounded to two places, half up."""
    return value.quantize(CENT, ROUND_HALF_UP)


def amount(value: Decimal) -> str:
    """As an AMTTYPE: exactly two places."""
    return str(cents(value) + 0)


def price(value: Decimal) -> str:
    """As a PRICETYPE: two to five places."""
    short = value.quantize(Decimal("0.00001"), ROUND_HALF_UP).normalize()
    return str(short if -short.as_tuple().exponent > 2 else short.quantize(CENT))  # type: ignore[operator]


def plain(value: Decimal) -> str:
    """As a QUANTYPE or PERCENTTYPE: at most five places, no exponent."""
    return format(value.quantize(Decimal("0.00001"), ROUND_HALF_UP).normalize(), "f")
