"""How Syncro writes amounts, dates and instants, and how it adds up an invoice: pure functions."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from apps.sandbox.store import Document

CENT = Decimal("0.01")
ZERO = Decimal(0)


def decimal(value: Any) -> Decimal:
    """An amount as sent or stored; ValueError when it is none."""
    try:
        return Decimal(str(value if value not in (None, "") else 0))
    except InvalidOperation:
        raise ValueError(f"{value!r} is not a number") from None


def dollars(cents: int) -> Decimal:
    """Whole cents as dollars."""
    return Decimal(cents) / 100


def cents(amount: Any) -> int:
    """Dollars as whole cents."""
    return int((decimal(amount) * 100).to_integral_value(ROUND_HALF_UP))


def text(amount: Decimal) -> str:
    """The way invoices and lines show a number: "64.99", "75.0", "0.0"."""
    plain = f"{amount:f}"
    if "." in plain:
        plain = plain.rstrip("0")
        return plain + "0" if plain.endswith(".") else plain
    return plain + ".0"


def number(amount: Decimal) -> int | float:
    """The way payments and products show a number: 100, 64.99."""
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def instant(seconds: float) -> str:
    """ISO 8601 in UTC with milliseconds."""
    moment = dt.datetime.fromtimestamp(seconds, dt.UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def midnight(day: Any) -> str:
    """A calendar date the way Syncro shows one; ValueError when it is none."""
    return dt.date.fromisoformat(str(day)[:10]).isoformat() + "T00:00:00.000Z"


def moment(value: str) -> dt.datetime | None:
    """An instant as sent; None for anything that is not a full instant."""
    if "T" not in value:
        return None
    try:
        parsed = dt.datetime.fromisoformat(value.replace(" ", "+"))
    except ValueError:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=dt.UTC)


def line_net(line: Document) -> Decimal:
    """A line's amount after its own discounts, not rounded: Syncro rounds the document."""
    gross = decimal(line["price"]) * decimal(line["quantity"])
    percent = decimal(line["line_discount_percent"])
    return gross * (100 - percent) / 100 - decimal(line["discount_dollars"])


def sums(lines: list[Document], percents: list[Decimal], per_line: bool = False) -> tuple[Decimal, Decimal]:
    """Subtotal and tax of a document; `percents` holds each line's tax rate in percent.

    The tax is rounded once, or line by line.
    """
    nets = [line_net(line) for line in lines]
    taxes = [net * percent / 100 for net, percent in zip(nets, percents, strict=True)]
    tax = sum((each.quantize(CENT, ROUND_HALF_UP) if per_line else each for each in taxes), ZERO)
    return sum(nets, ZERO).quantize(CENT, ROUND_HALF_UP), tax.quantize(CENT, ROUND_HALF_UP)
