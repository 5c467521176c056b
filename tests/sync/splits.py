"""Shops that know how their payments were split, what Syncro shows of them, and which parts the figures decide.

The deciding is done by going through every split there is, in small units; it shares nothing with the code it judges.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache

from apps.platforms.records import Application, Invoice, Payment
from apps.sync.allocation.sheet import Billed, Sheet, Taken

Pair = tuple[str, str]
START = dt.datetime(2026, 11, 1, 9, tzinfo=dt.UTC)


@dataclass
class Paid:
    """A payment of the shop, in units."""

    worth: int
    taken: int
    changed: int
    success: bool = True


@dataclass(frozen=True)
class Read:
    """What an invoice showed at one time."""

    total: int
    balance: int | None
    shows: frozenset[str]
    changed: int


@dataclass
class Bill:
    """An invoice of the shop, in units, and what was shown when it was last read."""

    total: int
    changed: int
    read: Read | None = None


@dataclass
class Till:
    """A shop whose people take, split, misapply and pay back money; `unit` is a unit in cents."""

    dice: random.Random
    unit: int
    prefix: str = ""
    now: int = 0
    paid: dict[str, Paid] = field(default_factory=dict)
    bills: dict[str, Bill] = field(default_factory=dict)
    truth: dict[Pair, int] = field(default_factory=dict)
    told: set[Pair] = field(default_factory=set)

    def used(self, bill: str) -> int:
        return sum(part for (payment, on), part in self.truth.items() if on == bill and self.paid[payment].success)

    def due(self, bill: str) -> int:
        return self.bills[bill].total - self.used(bill)

    def credit(self, payment: str) -> int:
        return self.paid[payment].worth - sum(part for (key, _), part in self.truth.items() if key == payment)

    def listed(self, bill: str) -> frozenset[str]:
        return frozenset(key for key, on in self.truth if on == bill and self.paid[key].success)

    def open(self, sign: int) -> list[str]:
        return [key for key in self.bills if self.due(key) * sign > 0]

    def read(self, key: str, known: bool = True) -> None:
        bill = self.bills[key]
        bill.read = Read(bill.total, self.due(key) if known else None, self.listed(key), bill.changed)

    def is_read(self) -> None:
        """Everything is read again, but for balances nobody shows and invoices that were read before their payments."""
        for key, bill in self.bills.items():
            stale = bill.read is not None and bill.read.shows != self.listed(key)
            if not stale or self.dice.random() < 0.7:
                self.read(key, known=self.dice.random() < 0.9)

    def goes_on(self) -> None:
        self.now += 1
        events = (
            self.bill,
            self.bill,
            self.pay,
            self.pay,
            self.pay,
            self.pay_back,
            self.decline,
            self.save,
            self.use,
            self.edit,
        )
        self.dice.choice(events)()
        if self.bills and self.dice.random() < 0.2:
            self.read(self.dice.choice(sorted(self.bills)))

    def bill(self) -> None:
        total = self.dice.randint(1, 6) if self.dice.random() < 0.85 else -self.dice.randint(1, 4)
        self.bills[f"{self.prefix}i{len(self.bills)}"] = Bill(total, self.now)

    def pay(self) -> None:
        """Money for one invoice, whole up to what it needs; or for several, as the people please."""
        bills = self._some(1)
        if bills:
            over = self.dice.randint(1, 3) if self.dice.random() < 0.25 else 0
            whole = over and len(bills) == 1
            parts = {key: self.due(key) if whole else self._part(self.due(key)) for key in bills}
            self._take(sum(parts.values()) + over, parts)

    def pay_back(self) -> None:
        bills = self._some(-1)
        if bills:
            parts = {key: -self._part(-self.due(key)) for key in bills}
            self._take(sum(parts.values()), parts)

    def decline(self) -> None:
        bills = self._some(1)
        if bills:
            self._take(self.dice.randint(1, 6), dict.fromkeys(bills, 0), success=False)

    def save(self) -> None:
        self._take(self.dice.randint(1, 6), {})

    def use(self) -> None:
        """Credit is put on an invoice, or more of it on one where some is already."""
        left = [key for key, row in self.paid.items() if row.success and self.credit(key) > 0]
        bills = self._some(1)
        if left and bills:
            payment = self.dice.choice(left)
            most = min(self.credit(payment), self.due(bills[0]))
            self.truth[(payment, bills[0])] = self.truth.get((payment, bills[0]), 0) + self.dice.randint(1, most)
            self.paid[payment].changed = self.now

    def edit(self) -> None:
        if self.bills:
            bill = self.bills[self.dice.choice(sorted(self.bills))]
            bill.total, bill.changed = bill.total + self.dice.choice((-1, 1, 2)), self.now

    def _some(self, sign: int) -> list[str]:
        bills = self.open(sign)
        return self.dice.sample(bills, min(len(bills), self.dice.choice((1, 1, 2, 3))))

    def _part(self, most: int) -> int:
        return most if self.dice.random() < 0.5 else self.dice.randint(1, most)

    def _take(self, worth: int, parts: dict[str, int], success: bool = True) -> None:
        key = f"{self.prefix}p{len(self.paid)}"
        self.paid[key] = Paid(worth, self.now, self.now, success)
        self.truth |= {(key, bill): part for bill, part in parts.items()}

    def sheet(self) -> Sheet:
        """What Syncro shows of it."""
        return Sheet(
            {pair: self.money(part) if pair in self.told else None for pair, part in self.truth.items()},
            {
                key: Taken(self.money(row.worth), at(row.taken), at(row.changed))
                for key, row in self.paid.items()
                if row.success
            },
            {key: self._billed(bill.read) for key, bill in self.bills.items() if bill.read},
        )

    def _billed(self, read: Read) -> Billed:
        due = None if read.balance is None else self.money(read.balance)
        return Billed(self.money(read.total), due, read.shows, at(read.changed))

    def invoices(self) -> list[Invoice]:
        """The invoices as records."""
        return [
            Invoice(
                external_id=key, number=key, customer_id="1", date=START.date(), payment_ids=tuple(sorted(read.shows)),
                total=self.money(read.total), balance=None if read.balance is None else self.money(read.balance),
                raw={"updated_at": at(read.changed).isoformat(), "payments": []},
            )
            for key, bill in self.bills.items()
            if (read := bill.read)
        ]  # fmt: skip

    def payments(self) -> list[Payment]:
        """The payments as records, declined ones too."""
        return [
            Payment(
                external_id=key, customer_id="1", date=START.date(), amount=self.money(row.worth), success=row.success,
                applications=tuple(Application(document_id=bill) for payment, bill in self.truth if payment == key),
                raw={"created_at": at(row.taken).isoformat(), "updated_at": at(row.changed).isoformat()},
            )
            for key, row in self.paid.items()
        ]  # fmt: skip

    def money(self, units: int) -> Decimal:
        return Decimal(units * self.unit).scaleb(-2)

    def fresh(self) -> dict[str, int]:
        """What is settled, of the invoices whose balance is known and was read with the payments they have now."""
        return {
            key: bill.read.total - bill.read.balance
            for key, bill in self.bills.items()
            if bill.read and bill.read.balance is not None and bill.read.shows == self.listed(key)
        }

    def decided(self) -> dict[Pair, int]:
        """The parts, in units, that are the same in every split there is."""
        return {pair: next(iter(parts)) for pair, parts in self.possible().items() if len(parts) == 1}

    def possible(self) -> dict[Pair, set[int]]:
        """What each part nobody told is in some split, in units; nothing where no split comes out."""
        told = {pair: self.truth[pair] for pair in self.told if self.paid[pair[0]].success}
        left = {key: row.worth for key, row in self.paid.items() if row.success}
        needs = self.fresh()
        for (payment, bill), part in told.items():
            left[payment] -= part
            if bill in needs:
                needs[bill] -= part
        pairs = [pair for pair in self.truth if pair[0] in left and pair not in told]
        signs = {key: 1 if self.paid[key].worth > 0 else -1 for key in left}
        return {
            pair: parts
            for together in hanging_together(pairs)
            for pair, parts in possible(together, left, needs, signs).items()
        }


def at(tick: int) -> dt.datetime:
    return START + dt.timedelta(minutes=tick)


def hanging_together(pairs: list[Pair]) -> list[list[Pair]]:
    """Pairs in groups that share nothing."""
    groups: list[list[Pair]] = []
    for pair in pairs:
        near = [group for group in groups if any(pair[0] == other[0] or pair[1] == other[1] for other in group)]
        groups = [group for group in groups if group not in near] + [
            [pair, *(each for group in near for each in group)]
        ]
    return groups


def possible(
    pairs: list[Pair], left: dict[str, int], needs: dict[str, int], signs: dict[str, int]
) -> dict[Pair, set[int]]:
    """Every part that every pair has in some split, by going through all of them, one invoice after the other."""
    ordered = sorted(pairs, key=lambda pair: (pair[1], pair[0]))
    payments = sorted({payment for payment, _ in pairs})
    seen: dict[Pair, set[int]] = {pair: set() for pair in pairs}

    @cache
    def comes_out(place: int, rests: tuple[int, ...], need: int | None) -> bool:
        if place == len(ordered):
            return True
        (payment, bill), who = ordered[place], payments.index(ordered[place][0])
        first = place == 0 or ordered[place - 1][1] != bill
        final = place == len(ordered) - 1 or ordered[place + 1][1] != bill
        need, found = needs.get(bill) if first else need, False
        for part in range(abs(rests[who]) + 1):
            signed = part * signs[payment]
            rest = None if need is None else need - signed
            after = (*rests[:who], rests[who] - signed, *rests[who + 1 :])
            if not (final and rest) and comes_out(place + 1, after, rest):
                seen[ordered[place]].add(signed)
                found = True
        return found

    if all(left[key] * signs[key] >= 0 for key in payments):
        comes_out(0, tuple(left[key] for key in payments), None)
    return seen
