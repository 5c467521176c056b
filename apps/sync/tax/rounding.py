"""The ways a document's tax may have been rounded, and how its cents fall on its lines.

Syncro says nothing about it. Every reading here gives the document's tax; the invoice's own tax says which are true.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias

from apps.core.money import CENT, cents
from apps.sync.tax.rates import ZERO, Rate

#: A line that may be taxed: its net amount and its rate.
Priced: TypeAlias = tuple[Decimal, Rate]


def tax_of(net: Decimal, rate: Rate) -> Decimal:
    """The tax of an amount, not rounded."""
    return net * rate.percent / 100


def per_document(lines: Sequence[Priced]) -> Decimal:
    """All tax is added up and rounded once."""
    return cents(sum((tax_of(net, rate) for net, rate in lines), ZERO))


def per_rate(lines: Sequence[Priced]) -> Decimal:
    """Each rate's tax is rounded by itself; a group is one rate."""
    return _pooled((rate.key, tax_of(net, rate)) for net, rate in lines)


def per_component(lines: Sequence[Priced]) -> Decimal:
    """Each plain rate's tax is rounded by itself, alone and in groups together."""
    return _pooled((key, net * percent / 100) for net, rate in lines for key, percent in rate.parts or ())


def per_line(lines: Sequence[Priced]) -> Decimal:
    """Each line's tax is rounded by itself."""
    return sum((cents(tax_of(net, rate)) for net, rate in lines), ZERO)


def per_line_and_component(lines: Sequence[Priced]) -> Decimal:
    """Each plain rate's tax on each line is rounded by itself."""
    return sum((cents(net * percent / 100) for net, rate in lines for _, percent in rate.parts or ()), ZERO)


#: The usual one first.
READINGS: Mapping[str, Callable[[Sequence[Priced]], Decimal]] = {
    "per document": per_document,
    "per rate": per_rate,
    "per line": per_line,
    "per part of a group": per_component,
    "per line and part of a group": per_line_and_component,
}


def most_rounded_away(lines: int) -> Decimal:
    """By how much no reading can be further from the exact tax of so many lines; two parts a line, each half a cent,
    and amounts that were rounded before.
    """
    return CENT * (2 * lines + 2)


def on_lines(exact: Sequence[Decimal], tax: Decimal) -> list[Decimal]:
    """The document's tax on its lines by largest remainder, the first of equals first, for amounts of either sign.

    Where the lines were rounded one by one this is just what they were rounded to.
    """
    shares = [cents(value) for value in exact]
    left = int((tax - sum(shares, ZERO)) / CENT)
    order = sorted(range(len(exact)), key=lambda place: shares[place] - exact[place])
    for turn in range(abs(left)):
        place = order[turn % len(order)] if left > 0 else order[-1 - turn % len(order)]
        shares[place] += CENT if left > 0 else -CENT
    return shares


def _pooled(parts: Iterable[tuple[str, Decimal]]) -> Decimal:
    pools: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for key, amount in parts:
        pools[key] += amount
    return sum((cents(amount) for amount in pools.values()), ZERO)
