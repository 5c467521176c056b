"""Amounts: Decimal inside, JSON numbers outside, cents rounded half up."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

CENT = Decimal("0.01")
ZERO = Decimal(0)


def dec(value: Any) -> Decimal:
    """A JSON number (or nothing) as Decimal."""
    return Decimal(str(value)) if value not in (None, "") else ZERO


def cents(value: Decimal) -> Decimal:
    """Rounded to two places, half up."""
    return value.quantize(CENT, ROUND_HALF_UP)


def num(value: Decimal) -> float:
    """As it goes into JSON: a number of cents, never a string."""
    return float(cents(value)) + 0.0
