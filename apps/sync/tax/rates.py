"""Syncro's tax rates in the form sums are made from; what nobody has told stays unknown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

ZERO = Decimal(0)
#: What Syncro writes behind the name of a deleted rate that still stands on invoices.
ARCHIVED = "(archived)"


@dataclass(frozen=True)
class Rate:
    """A rate, or a group of rates; `parts` are the plain rates it is made of, key and percent, None while not all are told."""

    key: str
    name: str = ""
    parts: tuple[tuple[str, Decimal], ...] | None = None
    archived: bool = False

    @cached_property
    def percent(self) -> Decimal:
        """All its parts together; 0 while they are not told."""
        return sum((percent for _, percent in self.parts or ()), ZERO)

    @property
    def known(self) -> bool:
        """Whether its percent was told."""
        return self.parts is not None

    @property
    def title(self) -> str:
        """What a person calls it."""
        return self.name or f"tax rate {self.key}"


#: No rate at all: nothing is charged.
NIL = Rate("", "no tax", ())


class RateBook:
    """All rates of an account; `default` is the key of the one that counts where nothing else is said, "" if not told."""

    def __init__(self, rates: Iterable[Rate], default: str = "") -> None:
        self._by_key = {rate.key: rate for rate in rates}
        self.default = default
        known = [rate for rate in self._by_key.values() if rate.known]
        #: Rates with a percent, those still in use first, the default before all.
        self.known = sorted(known, key=lambda rate: (rate.archived, rate.key != default))
        self.archived = [rate for rate in self.known if rate.archived]
        #: Rates that nobody has told the percent of.
        self.untold = [rate for rate in self._by_key.values() if not rate.known]
        self._by_name = {_fold(rate.name): rate.key for rate in self._by_key.values() if rate.name}

    def __bool__(self) -> bool:
        """Whether anybody has begun to tell the rates: ids that were only seen say nothing and ask for nothing."""
        return bool(self.known)

    def rate(self, key: str) -> Rate:
        """The rate of a key; one without a percent where the account has none of it."""
        return self._by_key.get(key) or Rate(key)

    def key_of(self, name: str) -> str:
        """The key of the rate that is called so, archived or not; "" for none."""
        return self._by_name.get(_fold(name), "") if name else ""


def is_archived(name: str) -> bool:
    """Whether a name is that of a deleted rate."""
    return name.strip().casefold().endswith(ARCHIVED)


def _fold(name: str) -> str:
    plain = " ".join(name.split()).casefold()
    return plain.removesuffix(ARCHIVED).strip()
