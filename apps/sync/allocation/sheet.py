"""What the mirror holds of some payments and their invoices, and which of it may be reckoned with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from apps.core.money import from_cents, to_cents
from apps.sync.allocation.puzzle import Pair, Puzzle, Range, solve_parts

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Taken:
    """A payment that counts (neither declined nor gone), and when it was taken and last changed."""

    amount: Decimal
    taken: datetime | None = None
    changed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Billed:
    """An invoice as it was last read; `shows`: the payments it listed then (None: its detail has no such list)."""

    total: Decimal | None
    balance: Decimal | None
    shows: frozenset[str] | None = None
    changed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """A payment's part on one invoice, and where it is open (`amount` None) the arithmetic behind it.

    `settled`: how much of the invoice (None: not known); `known`: how much of that by known parts; `sharing`: how many
    payments settle the rest; `least` and `most`: what this part can be (None: the figures contradict one another, or
    hang together with too many others to look through).
    """

    invoice: str
    amount: Decimal | None
    total: Decimal | None = None
    balance: Decimal | None = None
    settled: Decimal | None = None
    known: Decimal = ZERO
    sharing: int = 0
    least: Decimal | None = None
    most: Decimal | None = None


@dataclass
class Sheet:
    """All parts of some payments, and all parts on the invoices on which they are open.

    `listed`: parts by (payment, invoice), None where Syncro does not tell and nothing was solved before. `ours`: parts
    we told Syncro ourselves.
    """

    listed: Mapping[Pair, Decimal | None]
    payments: Mapping[str, Taken]
    invoices: Mapping[str, Billed]
    ours: Mapping[Pair, Decimal] = field(default_factory=dict)

    @cached_property
    def parts(self) -> dict[Pair, Decimal | None]:
        """The parts of payments that count."""
        return {
            pair: part if part is not None else self.ours.get(pair)
            for pair, part in self.listed.items()
            if pair[0] in self.payments
        }

    @cached_property
    def known(self) -> dict[Pair, Decimal]:
        """The parts that are known already."""
        return {pair: part for pair, part in self.parts.items() if part is not None}

    @cached_property
    def on(self) -> dict[str, set[str]]:
        """The payments by invoice."""
        on: dict[str, set[str]] = defaultdict(set)
        for payment, invoice in self.parts:
            on[invoice].add(payment)
        return dict(on)

    @cached_property
    def of(self) -> dict[str, set[str]]:
        """The invoices by payment."""
        of: dict[str, set[str]] = defaultdict(set)
        for payment, invoice in self.parts:
            of[payment].add(invoice)
        return dict(of)

    @cached_property
    def puzzle(self) -> Puzzle:
        """The figures in cents; a payment of nothing is left to people."""
        used = {key: self.settled(key) for key in self.invoices}
        return Puzzle(
            set(self.parts),
            {key: to_cents(payment.amount) for key, payment in self.payments.items() if payment.amount},
            {key: to_cents(settled) for key, settled in used.items() if settled is not None},
            {pair: to_cents(part) for pair, part in self.known.items()},
            {key: turns for key in self.invoices if (turns := self.turns(key))},
        )

    def solved(self) -> dict[Pair, Decimal]:
        """The parts that follow."""
        return {pair: from_cents(cents) for pair, cents in solve_parts(self.puzzle).items()}

    def settled(self, invoice: str) -> Decimal | None:
        """How much of an invoice is settled; None when its balance is not known, or when it was read at a time at which
        other payments were on it than we know of: then its balance says nothing about these.
        """
        billed = self.invoices[invoice]
        if billed.total is None or billed.balance is None:
            return None
        same = billed.shows is None or billed.shows == self.on.get(invoice, set())
        return billed.total - billed.balance if same else None

    def turns(self, invoice: str) -> tuple[str, ...]:
        """The payments of an invoice in the order in which they were applied, where nothing says otherwise: a credit
        that was applied later was changed then, and an invoice edited in between may have needed something else.

        What leaves no trace at all, a payment deleted since or one whose people typed less than was needed, can make
        this wrong; so it is asked for last, for payments that were first read together and are on this invoice alone.
        """
        billed = self.invoices[invoice]
        taken = [(self.payments[key].taken, len(key), key) for key in self.on.get(invoice, ())]
        if billed.balance != 0 or billed.changed is None or not all(self._untouched(row[2], invoice) for row in taken):
            return ()
        ordered = sorted((moment, length, key) for moment, length, key in taken if moment is not None)
        return tuple(row[2] for row in ordered) if ordered and billed.changed <= ordered[0][0] else ()

    def _untouched(self, payment: str, invoice: str) -> bool:
        row = self.payments[payment]
        alone = self.of[payment] == {invoice} and self.parts[(payment, invoice)] is None
        return alone and row.amount > 0 and row.taken is not None and row.taken == row.changed

    def share(self, pair: Pair, span: Range | None) -> Share:
        """A part with its arithmetic."""
        _, invoice = pair
        if invoice not in self.invoices or self.parts[pair] is not None:
            return Share(invoice, self.parts[pair])
        billed = self.invoices[invoice]
        parts = [self.parts[(other, invoice)] for other in self.on[invoice]]
        least, most = (from_cents(cents) for cents in span) if span else (None, None)
        return Share(
            invoice, None, billed.total, billed.balance, self.settled(invoice),
            sum((part for part in parts if part is not None), ZERO), parts.count(None), least, most,
        )  # fmt: skip
