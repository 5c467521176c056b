"""How payments are split over invoices: every answer given is right, and none is guessed."""

from __future__ import annotations

import random
from decimal import Decimal

from apps.sync.allocation import Parts, solve_parts

CASES = 1000


def money(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


def shop(dice: random.Random) -> tuple[dict[str, Decimal], dict[str, Decimal], Parts]:
    """What payments are worth in the order taken, what is used of each invoice, and the true split, as Syncro does it."""
    totals = {f"i{number}": dice.randint(1, 500) for number in range(dice.randint(1, 4))}
    room, amounts, truth = dict(totals), {}, {}
    for number in range(dice.randint(1, 4)):
        chosen = [key for key in dice.sample(sorted(totals), dice.randint(1, len(totals))) if room[key]]
        parts = {key: room[key] if dice.random() < 0.6 else dice.randint(1, room[key]) for key in chosen}
        if len(parts) == 1 and dice.random() < 0.3:  # one that goes over: the rest is credit
            parts = {chosen[0]: room[chosen[0]]}
            amounts[f"p{number}"] = parts[chosen[0]] + dice.randint(1, 50)
        elif parts:
            amounts[f"p{number}"] = sum(parts.values())
        for key, part in parts.items():
            truth[(f"p{number}", key)] = money(part)
            room[key] -= part
    used = {key: money(totals[key] - room[key]) for key in totals}
    return {key: money(value) for key, value in amounts.items()}, used, truth


def test_every_answer_is_right() -> None:
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    dice = random.Random(seed)
    answered = asked = 0
    for _ in range(CASES):
        amounts, used, truth = shop(dice)
        parts = solve_parts(set(truth), amounts, used, {})
        assert {pair: truth[pair] for pair in parts} == parts
        answered, asked = answered + len(parts), asked + len(truth)
    print(f"answered {answered} of {asked}")
    assert answered > asked / 2


def test_two_unknown_splits_of_the_same_invoices_are_left_open() -> None:
    pairs = {("a", "1"), ("a", "2"), ("b", "1"), ("b", "2")}
    amounts = {"a": Decimal(50), "b": Decimal(50)}
    assert solve_parts(pairs, amounts, {"1": Decimal(50), "2": Decimal(50)}, {}) == {}


def test_what_was_told_helps_the_rest() -> None:
    pairs = {("a", "1"), ("a", "2"), ("b", "1")}
    amounts = {"a": Decimal(50), "b": Decimal(30)}
    used = {"1": Decimal(60), "2": Decimal(20)}
    parts = solve_parts(pairs, amounts, used, {("a", "2"): Decimal(20)})
    assert parts == {("a", "1"): Decimal(30), ("a", "2"): Decimal(20), ("b", "1"): Decimal(30)}
