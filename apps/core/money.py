"""Arithmetic with money: Decimal in, Decimal out, and the only place that rounds.

Units are the currency's major unit (dollars). Rounding is half up, away from zero, as all our vendors print it.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, InvalidOperation

CENT = Decimal("0.01")
ZERO = Decimal("0.00")

Raw = Decimal | int | float | str


def parse_money(value: Raw) -> Decimal:
    """The exact number a vendor sent, unrounded: text, a JSON number, or a float by its shortest text.

    Raises ValueError for what is no finite number, None and booleans included.
    """
    if isinstance(value, bool) or not isinstance(value, Decimal | int | float | str):
        raise ValueError(f"not an amount of money: {value!r}")  # noqa: TRY004  callers catch one error
    text = str(value).strip().replace(",", "").removeprefix("$")
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"not an amount of money: {value!r}") from None
    if not amount.is_finite():
        raise ValueError(f"not an amount of money: {value!r}")
    return amount


def cents(value: Raw) -> Decimal:
    """The amount rounded half up to whole cents, as dollars: 2.675 becomes 2.68, -2.675 becomes -2.68."""
    return parse_money(value).quantize(CENT, ROUND_HALF_UP) + ZERO  # + ZERO: there is no -0.00


def from_cents(count: int) -> Decimal:
    """Dollars from a whole number of cents."""
    return Decimal(count).scaleb(-2)


def to_cents(value: Raw) -> int:
    """Whole cents of an amount; ValueError when it has a part of a cent, as that is never guessed away."""
    amount = parse_money(value)
    if amount != amount.quantize(CENT, ROUND_DOWN):
        raise ValueError(f"{amount} has a part of a cent")
    return int(amount.scaleb(2))


def line_amount(quantity: Raw, price: Raw) -> Decimal:
    """What a line costs in dollars: quantity times price, multiplied exactly and rounded once."""
    return cents(parse_money(quantity) * parse_money(price))


def largest_remainder(total: Raw, weights: Sequence[Raw]) -> list[Decimal]:
    """Split whole cents in proportion to the weights so that the parts add up to the total exactly.

    Each part is its exact share cut to the cent; the cents left over go to the largest remainders, the first of
    equals first. Weights are all >= 0 or all <= 0 and not all zero, else ValueError; so for a part of a cent.
    """
    shares = [parse_money(weight) for weight in weights]
    whole = sum(shares, Decimal(0))
    if not whole or (min(shares) < 0 < max(shares)):
        raise ValueError("weights must have one sign and not all be zero")
    count = to_cents(total)
    sign = -1 if count < 0 else 1
    exact = [abs(count) * share / whole for share in shares]
    parts = [int(part) for part in exact]
    left = abs(count) - sum(parts)
    for index in sorted(range(len(exact)), key=lambda i: parts[i] - exact[i])[:left]:
        parts[index] += 1
    return [from_cents(sign * part) for part in parts]
