"""Amounts: Decimal inside, JSON numbers outside, rounded half up."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

CENT = Decimal("0.01")
ZERO = Decimal(0)


def dec(value: Any) -> Decimal:
    """A JSON number (or nothing) as Decimal."""
    return Decimal(str(value)) if value not in (None, "") else ZERO


def places(value: Decimal, digits: int) -> Decimal:
    """Rounded to so many places, half up."""
    return value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def cents(value: Decimal) -> Decimal:
    """Rounded to two places, half up."""
    return places(value, 2)


def num(value: Decimal) -> float:
    """As it goes into JSON: a number of cents, never a string and never minus zero."""
    return float(cents(value)) + 0.0
