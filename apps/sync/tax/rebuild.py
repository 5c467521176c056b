"""Which rate each line of an invoice was taxed at: every way its tax can have come about is tried, the invoice is the judge.

What Syncro documents: an exempt customer (a rate of 0 %) is never taxed; else a line's own rate, which it takes from its
product; else the invoice's, which is the customer's; else the account's first one. What it does not tell: a rate chosen
by hand on the invoice or on a line, an invoice marked as not taxed, and the rate that customer or product had then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from itertools import product
from math import prod
from typing import TypeAlias

from apps.sync.tax.rates import NIL, ZERO, Rate, RateBook
from apps.sync.tax.rounding import READINGS, most_rounded_away, on_lines, tax_of

#: So many ways are tried for one invoice; where there may be more, it is not decided.
MOST_WAYS = 20_000


class Verdict(StrEnum):
    """What became of one invoice."""

    SURE = "sure"
    UNDECIDED = "undecided"
    IMPOSSIBLE = "impossible"
    RATES_MISSING = "rates_missing"
    NOT_ADDING_UP = "not_adding_up"


@dataclass(frozen=True, slots=True)
class TaxLine:
    """A line as Syncro tells it: net of its discount, exactly and as shown; its own rate where told; its product's rate."""

    net: Decimal
    amount: Decimal
    taxable: bool = True
    told: str = ""
    product: str = ""


@dataclass(frozen=True, slots=True)
class TaxedInvoice:
    """An invoice with its tax; `customer` is the key of the customer's rate, "" for none."""

    lines: tuple[TaxLine, ...]
    tax: Decimal
    customer: str = ""


@dataclass(frozen=True, slots=True)
class LineTax:
    """What one line was charged, and at which rate (NIL for none)."""

    rate: Rate
    tax: Decimal


@dataclass(frozen=True, slots=True)
class Answer:
    """The verdict; `lines` only where it is SURE. `missing` are keys of rates, "" for the account's default.

    `usual` are the rates Syncro's documented order gives, line by line, for a person to see.
    """

    verdict: Verdict
    lines: tuple[LineTax, ...] = ()
    reading: str = ""
    missing: tuple[str, ...] = ()
    usual: tuple[Rate, ...] = ()


def rebuild(invoice: TaxedInvoice, book: RateBook) -> Answer:
    """The tax of each line, where exactly one follows from what is known; never the likelier of two."""
    case = _Case(invoice, book)
    if _nothing_charged(invoice):
        rates = case.usual() if case.usual_makes(ZERO) else (NIL,) * len(invoice.lines)
        return Answer(Verdict.SURE, tuple(LineTax(rate, ZERO) for rate in rates), next(iter(READINGS)))
    missing = case.missing()
    if missing:
        return Answer(Verdict.RATES_MISSING, missing=missing, usual=case.usual())
    return case.decided()


def _nothing_charged(invoice: TaxedInvoice) -> bool:
    """No tax, and nothing that could have made it none by cancelling out: so none on any line, whatever the rates."""
    nets = [line.net for line in invoice.lines if line.taxable]
    return not invoice.tax and (all(net >= 0 for net in nets) or all(net <= 0 for net in nets))


Kind: TypeAlias = tuple[str, str]  # "told", "product" or "base"; and the key
Way: TypeAlias = tuple[Rate, ...]  # a rate for each kind of lines, or for each line
BASE: Kind = ("base", "")


@dataclass(slots=True)
class _Case:
    """One invoice with its taxable lines sorted by what decides their rate."""

    invoice: TaxedInvoice
    book: RateBook
    base: str = field(init=False)
    kinds: dict[Kind, list[int]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.base = self.invoice.customer or self.book.default
        for place, line in enumerate(self.invoice.lines):
            if line.taxable and (line.net or line.amount):
                self.kinds.setdefault(_kind(line), []).append(place)

    def missing(self) -> tuple[str, ...]:
        """Keys of rates it hangs on that nobody has told."""
        needed = [key for kind, key in self.kinds if kind != "base"]
        if any(kind != "told" for kind, _ in self.kinds) and self.base:
            needed.append(self.base)
        return tuple(key for key in dict.fromkeys(needed) if not self.book.rate(key).known)

    def usual(self) -> tuple[Rate, ...]:
        """The rate of every line as the documented order gives it; NIL for lines that are not taxed."""
        return self._spread(self._usual_way())

    def usual_makes(self, tax: Decimal) -> bool:
        """Whether the documented order, with everything told, gives this tax."""
        return not self.missing() and self._reading(self.usual(), tax) != ""

    def _usual_way(self) -> Way:
        base = self.book.rate(self.base) if self.base else NIL
        exempt = self.base == self.invoice.customer and base.known and not base.percent
        return tuple(base if exempt or kind == "base" else self.book.rate(key) for kind, key in self.kinds)

    def decided(self) -> Answer:
        """Every way is tried; what comes out to the cent must agree on every line."""
        if self._too_many():
            return Answer(Verdict.UNDECIDED, usual=self.usual())
        found, tried = dict[tuple[Decimal, ...], tuple[Way, str]](), set[tuple[str, ...]]()
        for rates in self._near(self.invoice.tax):
            keys = tuple(rate.key for rate in rates)
            reading = "" if keys in tried else self._reading(rates, self.invoice.tax)
            tried.add(keys)
            if reading:
                found.setdefault(self._taxes(rates), (rates, reading))
            if len(found) > 1:
                return Answer(Verdict.UNDECIDED, usual=self.usual())
        if not found:
            return self._none()
        [(taxes, (rates, reading))] = found.items()
        lines = tuple(LineTax(rate, part) for rate, part in zip(rates, taxes, strict=True))
        return Answer(Verdict.SURE, lines, reading, usual=self.usual())

    def _too_many(self) -> bool:
        """Whether so many products have rates of their own that trying them all would keep everybody waiting."""
        products = sum(name == "product" for name, _ in self.kinds)
        return len(self.book.known) * prod([len(self.book.archived) + 2] * products) > MOST_WAYS

    def _none(self) -> Answer:
        """Nothing comes out: a rate nobody told may be the reason, else the invoice or a rate is wrong."""
        untold = tuple(rate.key for rate in self.book.untold)
        unsaid = ("",) if not self.base and BASE in self.kinds else ()
        verdict = Verdict.RATES_MISSING if untold or unsaid else Verdict.IMPOSSIBLE
        return Answer(verdict, missing=untold + unsaid, usual=self.usual())

    def _near(self, tax: Decimal) -> Iterator[Way]:
        """A rate for every line, in each way whose exact tax lies so near that rounding can explain the rest."""
        nets = [sum((self.invoice.lines[place].net for place in places), ZERO) for places in self.kinds.values()]
        most = most_rounded_away(sum(map(len, self.kinds.values())))
        for way in self._ways():
            exact = sum((tax_of(net, rate) for net, rate in zip(nets, way, strict=True)), ZERO)
            if abs(exact - tax) <= most:
                yield self._spread(way)
        yield from self._by_hand(tax, most)

    def _ways(self) -> Iterator[Way]:
        """A rate for each kind of lines: the documented way first, then with what may have been otherwise."""
        if self.base or BASE not in self.kinds:
            yield self._usual_way()
        yield (NIL,) * len(self.kinds)
        for base in self.book.known:
            yield from product(*(self._choices(kind, base) for kind in self.kinds))

    def _choices(self, kind: Kind, base: Rate) -> Iterable[Rate]:
        """The rates that lines of a kind may have had, on an invoice of this rate."""
        name, key = kind
        if name == "base":
            return (base,)
        own = self.book.rate(key)
        return (own,) if name == "told" else (own, base, *self.book.archived)

    def _by_hand(self, tax: Decimal, most: Decimal) -> Iterator[Way]:
        """The documented way, but for one line that somebody gave another rate."""
        usual, lines = self.usual(), self.invoice.lines
        whole = sum((tax_of(line.net, rate) for line, rate in zip(lines, usual, strict=True)), ZERO)
        for place in (place for kind, places in self.kinds.items() if kind[0] != "told" for place in places):
            others = whole - tax_of(lines[place].net, usual[place])
            for rate in self.book.known:
                if abs(others + tax_of(lines[place].net, rate) - tax) <= most:
                    yield (*usual[:place], rate, *usual[place + 1 :])

    def _reading(self, rates: Way, tax: Decimal) -> str:
        """The first way of rounding that comes out at the tax, on amounts as multiplied out or as shown; "" for none."""
        lines = self.invoice.lines
        for exactly in (True, False):
            priced = [(line.net if exactly else line.amount, rate) for line, rate in zip(lines, rates, strict=True)]
            for name, sum_up in READINGS.items():
                if sum_up(priced) == tax:
                    return name
        return ""

    def _spread(self, way: Way) -> Way:
        """A rate for every line."""
        rates = [NIL] * len(self.invoice.lines)
        for places, rate in zip(self.kinds.values(), way, strict=True):
            for place in places:
                rates[place] = rate
        return tuple(rates)

    def _taxes(self, rates: Sequence[Rate]) -> tuple[Decimal, ...]:
        """The invoice's tax on its lines at these rates; lines without one get none of it."""
        taxes = [ZERO] * len(rates)
        places = [place for place, rate in enumerate(rates) if rate.percent]
        exact = [tax_of(self.invoice.lines[place].net, rates[place]) for place in places]
        for place, part in zip(places, on_lines(exact, self.invoice.tax), strict=True):
            taxes[place] = part
        return tuple(taxes)


def _kind(line: TaxLine) -> Kind:
    if line.told:
        return "told", line.told
    return ("product", line.product) if line.product else BASE


def readings_of(invoice: TaxedInvoice, rates: Sequence[Rate]) -> dict[str, Decimal]:
    """What every way of rounding makes of an invoice's lines at these rates, for a person to see."""
    priced = [(line.net, rate) for line, rate in zip(invoice.lines, rates, strict=True) if line.taxable]
    return {name: sum_up(priced) for name, sum_up in READINGS.items()}
