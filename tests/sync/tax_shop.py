"""Shops that charge tax, made by chance: what Syncro shows of an invoice, what it hides, and what follows from the former.

Everything here is counted in whole numbers and by trying each line, so that it shares nothing with what it judges: an
amount in units of 10^-8, a percent in units of 10^-5, a tax in cents.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import product as every

from apps.sync.tax.rates import Rate, RateBook
from apps.sync.tax.rebuild import TaxedInvoice, TaxLine

DOLLAR, CENT, PERCENT = 10**8, 10**6, 10**5
#: Units of a tax (amount times percent) in a cent.
TAX_CENT = CENT * PERCENT * 100
PERCENTS = ("5", "6", "6.625", "7", "7.25", "8.25", "8.875", "9.975", "13", "19", "0.5", "1", "4.712")
MODES = ("document", "rate", "line", "component", "line_component")
NONE = ""


@dataclass
class Line:
    """A line with what Syncro keeps to itself: the rate it was charged."""

    net: int
    taxable: bool
    product: str = NONE  # the rate its product has today
    rate: str = NONE
    told: str = NONE

    @property
    def shown(self) -> int:
        return half_up(self.net, CENT) * CENT


@dataclass
class TaxShop:
    """An account: rates by key with the plain rates they are made of, and the way this Syncro rounds."""

    dice: random.Random
    rates: dict[str, dict[str, int]] = field(default_factory=dict)
    archived: list[str] = field(default_factory=list)
    default: str = NONE
    tells: bool = False
    mode: str = "document"
    exactly: bool = True
    products: list[str] = field(default_factory=list)
    customers: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        dice = self.dice
        chosen = dice.sample(PERCENTS, dice.randint(2, 6))
        plain = {f"r{place}": {f"r{place}": int(Decimal(text) * PERCENT)} for place, text in enumerate(chosen)}
        groups = {f"g{place}": _group(dice, plain) for place in range(dice.randint(0, 2))}
        self.rates = {**plain, **groups, "exempt": {"exempt": 0}}
        self.archived = dice.sample(sorted(plain)[1:], dice.randint(0, min(2, len(plain) - 1)))
        live = [key for key in self.rates if key not in self.archived]
        self.default = live[0]
        self.tells, self.exactly = dice.random() < 0.1, dice.random() < 0.85
        self.mode = dice.choices(MODES, (50, 15, 15, 10, 10))[0]
        self.products = [dice.choice(live) if dice.random() < 0.4 else NONE for _ in range(6)]
        self.customers = [dice.choice([NONE, NONE, *live]) for _ in range(6)]

    def book(self) -> RateBook:
        """The rates as staff told them."""
        rates = [
            Rate(
                key, key, tuple((part, Decimal(units) / PERCENT) for part, units in parts.items()), key in self.archived
            )
            for key, parts in self.rates.items()
        ]
        return RateBook(rates, self.default)

    def invoice(self) -> tuple[list[Line], str, int]:
        """The lines of an invoice, its customer's rate, and its tax in cents as this Syncro makes it."""
        dice, customer = self.dice, self.dice.choice(self.customers)
        lines = [self._line() for _ in range(dice.randint(1, 6))]
        if dice.random() < 0.15:  # a discount product
            lines.append(Line(-dice.randint(1, 5000) * CENT, dice.random() < 0.6))
        sign = -1 if dice.random() < 0.08 else 1
        self._charge(lines, customer)
        for line in lines:
            line.net *= sign
            line.told = line.rate if self.tells and line.taxable and line.rate not in (customer, self.default) else NONE
        charged = [(line.net if self.exactly else line.shown, self.parts(line.rate)) for line in lines]
        return lines, customer, total(self.mode, charged, [line.rate for line in lines])

    def parts(self, rate: str) -> dict[str, int]:
        """The plain rates of a rate; none of no rate."""
        return self.rates[rate] if rate else {}

    def _line(self) -> Line:
        dice = self.dice
        quantity = dice.choice([1000, 1000, 1000, 2000, 3000, 250 * dice.randint(1, 20), dice.randint(1, 9999)])
        most = 99_999 if dice.random() < 0.9 else 300
        gross = dice.randint(1, most) * quantity * 1000  # a price in cents, a quantity in thousandths
        off = dice.choice([0] * 8 + [50, 100, 125, 333]) if dice.random() < 0.4 else 0  # thousandths
        dollars = dice.randint(1, 500) * CENT if dice.random() < 0.05 else 0
        return Line(gross * (1000 - off) // 1000 - dollars, dice.random() < 0.85, dice.choice([NONE, *self.products]))

    def _charge(self, lines: list[Line], customer: str) -> None:
        """The rates nobody sees, by the documented order and with what people do by hand."""
        dice, base, hidden = self.dice, customer or self.default, self.dice.random()
        base = dice.choice(sorted(self.rates)) if hidden < 0.08 else base
        then = {key: dice.choice(self.archived) for key in self.products if self.archived and dice.random() < 0.05}
        ignored = dice.random() < 0.05
        for line in lines:
            own = NONE if ignored else then.get(line.product, line.product)
            line.rate = (own or base) if line.taxable else NONE
        if customer == "exempt" and hidden >= 0.08:
            _all(lines, "exempt")
        elif 0.08 <= hidden < 0.11:
            _all(lines, NONE)
        elif hidden > 0.96 and not ignored and not then:
            line = dice.choice(lines)
            line.rate = dice.choice(sorted(self.rates)) if line.taxable else NONE


def shown(lines: list[Line], customer: str, tax: int) -> TaxedInvoice:
    """What Syncro shows of an invoice."""
    told = tuple(
        TaxLine(_dollars(line.net), _dollars(line.shown), line.taxable, line.told, line.product) for line in lines
    )
    return TaxedInvoice(told, Decimal(tax).scaleb(-2), customer)


def truth(shop: TaxShop, lines: list[Line], tax: int) -> tuple[int, ...]:
    """What each line was charged in cents: its exact share, the cents left over by largest remainder."""
    return on_lines([line.net * sum(shop.parts(line.rate).values()) for line in lines], tax)


def possible(shop: TaxShop, lines: list[Line], customer: str, tax: int) -> set[tuple[int, ...]]:
    """The taxes per line of everything that may have been, in each way of rounding; one of them where it can be decided."""
    found, near = set(), (2 * len(lines) + 2) * TAX_CENT
    for rates in {*_worlds(shop, lines, customer)}:
        sums = [line.net * sum(shop.parts(rate).values()) for line, rate in zip(lines, rates, strict=True)]
        if abs(sum(sums) - tax * TAX_CENT) <= near and _comes_out(shop, lines, rates, tax):
            found.add(on_lines(sums, tax))
    return found


def _comes_out(shop: TaxShop, lines: list[Line], rates: tuple[str, ...], tax: int) -> bool:
    parts = [shop.parts(rate) for rate in rates]
    exact = list(zip([line.net for line in lines], parts, strict=True))
    cut = list(zip([line.shown for line in lines], parts, strict=True))
    return any(total(mode, charged, list(rates)) == tax for mode in MODES for charged in (exact, cut))


def _worlds(shop: TaxShop, lines: list[Line], customer: str) -> Iterator[tuple[str, ...]]:
    """Rates line by line: nothing taxed; a rate by hand for the invoice, products with theirs, without, or with one
    that is archived today; a rate by hand for one line.
    """
    usual_base = customer or shop.default
    yield tuple(NONE for _ in lines)
    keys = sorted({line.product for line in lines if line.taxable and line.product and not line.told})
    for base in shop.rates:
        for choice in every(*([key, base, *shop.archived] for key in keys)):
            own = dict(zip(keys, choice, strict=True))
            yield tuple(_of(line, line.told or own.get(line.product, base)) for line in lines)
    usual = [_of(line, line.told or line.product or usual_base) for line in lines]
    if customer == "exempt":
        usual = [_of(line, "exempt") for line in lines]
        yield tuple(usual)
    for place, line in enumerate(lines):
        others = shop.rates if line.taxable and not line.told else ()
        yield from ((*usual[:place], rate, *usual[place + 1 :]) for rate in others)


def _of(line: Line, rate: str) -> str:
    return rate if line.taxable else NONE


def total(mode: str, charged: list[tuple[int, dict[str, int]]], rates: list[str]) -> int:
    """A document's tax in cents in one way of rounding."""
    pools: dict[object, int] = defaultdict(int)
    for place, ((net, parts), rate) in enumerate(zip(charged, rates, strict=True)):
        for part, units in parts.items():
            pool = {"document": 0, "rate": rate, "line": place, "component": part, "line_component": (place, part)}
            pools[pool[mode]] += net * units
    return sum(half_up(amount, TAX_CENT) for amount in pools.values())


def on_lines(sums: list[int], tax: int) -> tuple[int, ...]:
    """Whole cents by largest remainder, the first of equals first; exact halves go up as money is rounded."""
    cut = [amount // TAX_CENT for amount in sums]
    order = sorted(range(len(sums)), key=lambda at: (-(sums[at] % TAX_CENT), sums[at] < 0, at))
    taxed = [at for at in order if sums[at]]
    for turn in range(tax - sum(cut)):
        cut[taxed[turn % len(taxed)]] += 1
    for turn in range(sum(cut) - tax):
        cut[taxed[-1 - turn % len(taxed)]] -= 1
    return tuple(cut)


def half_up(amount: int, unit: int) -> int:
    """Rounded to whole units, halves away from zero."""
    whole = (2 * abs(amount) + unit) // (2 * unit)
    return whole if amount >= 0 else -whole


def _dollars(units: int) -> Decimal:
    return Decimal(units).scaleb(-8)


def _group(dice: random.Random, plain: dict[str, dict[str, int]]) -> dict[str, int]:
    first, second = dice.sample(sorted(plain), 2)
    return {**plain[first], **plain[second]}


def _all(lines: list[Line], rate: str) -> None:
    for line in lines:
        line.rate = _of(line, rate)
