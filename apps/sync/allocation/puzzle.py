"""The arithmetic of splits, in whole cents: exactly the parts that are the same in every split the figures allow.

What a split must keep to (Syncro's page, Payments and the cheat-sheet; nothing else is taken for true):
- the parts on an invoice add up to what is settled of it, its total less its balance, where both are known;
- the parts of a payment add up to no more than the payment; the rest is the customer's credit, and any payment may
  leave some, as nothing says that it was not taken before its invoices were written or on invoices edited since;
- a part has the sign of its payment (one that is below zero pays back), or is zero: the page does not say that an
  invoice listed on a payment got money of it, so it is not concluded from the list that a cent must be there;
- a part that was told stands.
Each part is known when no money can be shifted round a ring of payments, invoices and credit through it; that is a
search in a net of flows, so the work grows with the square of a group, not with the number of possible splits.

Beyond the arithmetic stands one rule, in `_by_turns`, and it needs evidence: see there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from apps.sync.allocation.flow import Net, Node

Pair = tuple[str, str]
Parts = dict[Pair, int]
Range = tuple[int, int]

#: A group with more open parts than this is not looked into: no shop has one, and the work grows with the square.
MOST_OPEN = 1500
#: What each part could be is found for groups a person could look through.
MOST_SHOWN = 200
TILL: Node = "till"


@dataclass(frozen=True, slots=True)
class Puzzle:
    """What is known, in whole cents.

    `pairs`: (payment, invoice) as Syncro lists them. `amounts`: what each payment is worth; others do not count.
    `used`: how much of an invoice is settled; an invoice that is not in it has an unknown balance. `told`: parts known
    from elsewhere. `turns`: payments of an invoice in the order in which they were applied, where that is on record.
    """

    pairs: set[Pair]
    amounts: Mapping[str, int]
    used: Mapping[str, int]
    told: Mapping[Pair, int] = field(default_factory=dict)
    turns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(slots=True)
class Group:
    """Open parts that hang together: what each payment has left for them, and each invoice needs of them."""

    pairs: set[Pair] = field(default_factory=set)
    left: dict[str, int] = field(default_factory=dict)
    needs: dict[str, int] = field(default_factory=dict)
    sign: dict[str, int] = field(default_factory=dict)
    turns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    parts: Parts = field(default_factory=dict)

    def take(self, pair: Pair) -> None:
        """Give an invoice all it needs from one payment."""
        payment, invoice = pair
        part = self.parts[pair] = self.needs.pop(invoice)
        self.pairs.discard(pair)
        self.left[payment] -= part

    @property
    def contradicts(self) -> bool:
        """Whether a payment has given more than it had, or took where it can only give."""
        given = [(payment, part) for (payment, _), part in self.parts.items()]
        return any(cents * self.sign[payment] < 0 for payment, cents in (*self.left.items(), *given))


def solve_parts(puzzle: Puzzle) -> Parts:
    """The parts that are the same in every possible split, without the told ones. Where figures contradict one another
    nothing of what hangs together with them is given.
    """
    found: Parts = {}
    for group in groups(puzzle):
        found.update(_answer(group))
    return found


def ranges(puzzle: Puzzle) -> dict[Pair, Range]:
    """The least and the most each open part can be; none where figures contradict one another."""
    found: dict[Pair, Range] = {}
    for group in groups(puzzle):
        net = _net(group) if len(group.pairs) <= MOST_SHOWN else None
        if net is not None:
            found.update({pair: _range(group, net, pair) for pair in group.pairs})
    return found


def groups(puzzle: Puzzle) -> Iterator[Group]:
    """The open parts, those together that hang together; the told ones are taken off payments and invoices."""
    pairs = {pair for pair in puzzle.pairs if pair[0] in puzzle.amounts}
    told = {pair: part for pair, part in puzzle.told.items() if pair in pairs}
    left, needs = dict(puzzle.amounts), dict(puzzle.used)
    for (payment, invoice), part in told.items():
        left[payment] -= part
        if invoice in needs:
            needs[invoice] -= part
    for together in _together(pairs - told.keys()):
        payments, invoices = {pair[0] for pair in together}, {pair[1] for pair in together}
        yield Group(
            together, {key: left[key] for key in sorted(payments)}, {key: needs[key] for key in invoices if key in needs},
            {key: -1 if puzzle.amounts[key] < 0 else 1 for key in sorted(payments)},
            {key: puzzle.turns[key] for key in invoices if key in puzzle.turns},
        )  # fmt: skip


def _together(pairs: set[Pair]) -> Iterator[set[Pair]]:
    """Pairs in groups that share no payment and no invoice with another group; smallest ids first."""
    at: dict[Node, set[Pair]] = defaultdict(set)
    for pair in pairs:
        for node in _nodes(pair):
            at[node].add(pair)
    seen: set[Pair] = set()
    for first in sorted(pairs):
        if first in seen:
            continue
        seen.add(first)
        reached, waiting = {first}, [first]
        while waiting:
            near = set().union(*(at[node] for node in _nodes(waiting.pop()))) - reached
            reached |= near
            waiting.extend(near)
        seen |= reached
        yield reached


def _nodes(pair: Pair) -> tuple[Node, Node]:
    return ("payment", pair[0]), ("invoice", pair[1])


def _answer(group: Group) -> Parts:
    _peel(group)
    net = _net(group) if len(group.pairs) <= MOST_OPEN else None
    if net is None:
        return {}
    fixed = {pair: _part(group, net, pair) for pair in group.pairs if not _can_move(net, pair)}
    return {**group.parts, **fixed} or _by_turns(group)


def _peel(group: Group) -> None:
    """An invoice with one open part gets from it what it needs; so most groups are solved without a search."""
    on: dict[str, set[Pair]] = defaultdict(set)
    for pair in group.pairs:
        on[pair[1]].add(pair)
    for invoice, pairs in on.items():
        if len(pairs) == 1 and invoice in group.needs:
            group.take(next(iter(pairs)))


def _net(group: Group) -> Net | None:
    """One split that the figures allow, as money that has gone through the net; None when there is none."""
    if group.contradicts:
        return None
    net = Net()
    wanted: dict[Node, int] = {TILL: -sum(group.needs.values())}
    for key, left in group.left.items():
        net.lay(TILL, ("payment", key), *_both_ways(left))
    for pair in sorted(group.pairs):
        payment, invoice = _nodes(pair)
        net.lay(payment, invoice, *_both_ways(group.left[pair[0]]))
        wanted[invoice] = group.needs.get(pair[1], 0)
    plenty = sum(abs(left) for left in group.left.values())
    for key in {pair[1] for pair in group.pairs} - group.needs.keys():
        net.lay(("invoice", key), TILL, plenty, plenty)
    return net if net.settle(wanted) else None


def _both_ways(cents: int) -> tuple[int, int]:
    return max(cents, 0), max(-cents, 0)


def _can_move(net: Net, pair: Pair) -> bool:
    payment, invoice = _nodes(pair)
    return net.can_shift(payment, invoice) or net.can_shift(invoice, payment)


def _part(group: Group, net: Net, pair: Pair) -> int:
    payment, invoice = _nodes(pair)
    return net.room[invoice][payment] - _both_ways(group.left[pair[0]])[1]


def _range(group: Group, net: Net, pair: Pair) -> Range:
    payment, invoice = _nodes(pair)
    part = _part(group, net, pair)
    return part - net.shift(invoice, payment), part + net.shift(payment, invoice)


def _by_turns(group: Group) -> Parts:
    """Payments on one invoice alone, in the order in which they were applied, each whole while there was room.

    The page: a payment with one invoice goes on it up to what the invoice still needed, the rest is credit. This says
    more than sums only where `turns` is on record, and only when the last payment alone goes over: had one before it
    gone over, nothing would have been needed any more.
    """
    invoices = {invoice for _, invoice in group.pairs}
    invoice = next(iter(invoices))
    turns = group.turns.get(invoice, ())
    if len(invoices) > 1 or set(turns) != set(group.left) or group.parts:
        return {}
    found: Parts = {}
    room = group.needs.get(invoice, 0)
    for payment in turns:
        found[(payment, invoice)] = min(group.left[payment], room)
        room -= found[(payment, invoice)]
    return found if all(part > 0 for part in found.values()) else {}
