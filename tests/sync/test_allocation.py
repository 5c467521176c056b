"""How payments are split over invoices: every answer given is right, none is guessed, and none that can be is left out."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from apps.sync.allocation.puzzle import MOST_OPEN, Puzzle, ranges, solve_parts
from tests.sync.splits import Till

CASES = 1000


@pytest.fixture
def dice() -> random.Random:
    """Other throws in each run; the seed is told."""
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    return random.Random(seed)


def shops(dice: random.Random, cases: int = CASES) -> Iterator[Till]:
    """Shops with a dozen or two events behind them, some of their parts told."""
    for _ in range(cases):
        till = Till(dice, unit=dice.randint(1, 9999))
        for _ in range(dice.randint(6, 20)):
            till.goes_on()
        till.told = {pair for pair in till.truth if dice.random() < 0.1}
        till.is_read()
        yield till


def test_every_answer_is_right_and_what_the_figures_decide_is_answered(dice: random.Random) -> None:
    counts = Counter[str]()
    while counts["cases"] < CASES:
        (till,) = shops(dice, 1)
        sheet, decided = till.sheet(), till.decided()
        answers, plain = sheet.solved(), solve_parts(replace(sheet.puzzle, turns={}))
        assert answers == {pair: till.money(till.truth[pair]) for pair in answers}
        assert plain.keys() <= decided.keys()  # by sums alone nothing is said that another split would contradict
        counts.update(shops=1, parts=len(till.truth), decided=len(decided), answered=len(plain))
        counts.update(cases=bool(decided), whole=bool(decided) and decided.keys() == plain.keys())
        counts.update(by_turns=len(answers) - len(plain))
    print(dict(counts))
    assert counts["whole"] >= 0.99 * counts["cases"]


def test_figures_that_contradict_one_another_answer_nothing(dice: random.Random) -> None:
    broken = 0
    for till in shops(dice, 300):
        _falsified(till)
        possible = till.possible()
        answers = solve_parts(replace(till.sheet().puzzle, turns={}))
        assert answers == {pair: part * till.unit for pair, part in till.decided().items()}
        broken += any(not parts for parts in possible.values())
    print(f"{broken} without any split")
    assert broken > 30


def _falsified(till: Till) -> None:
    """An invoice shows a balance that its payments cannot have left."""
    for bill in till.bills.values():
        if bill.read and bill.read.balance is not None:
            bill.read = replace(bill.read, balance=bill.read.balance + till.dice.choice((-3, -1, 1, 2)))
            return


def test_the_least_and_the_most_of_each_open_part_are_those_of_all_splits(dice: random.Random) -> None:
    for till in shops(dice, 300):
        spans = {
            pair: (min(parts) * till.unit, max(parts) * till.unit) for pair, parts in till.possible().items() if parts
        }
        assert ranges(till.sheet().puzzle) == spans


def test_two_unknown_splits_of_the_same_invoices_are_left_open() -> None:
    pairs = {("a", "1"), ("a", "2"), ("b", "1"), ("b", "2")}
    puzzle = Puzzle(pairs, {"a": 50, "b": 50}, {"1": 50, "2": 50})
    assert solve_parts(puzzle) == {}
    assert ranges(puzzle) == dict.fromkeys(pairs, (0, 50))


def test_what_was_told_helps_the_rest() -> None:
    pairs = {("a", "1"), ("a", "2"), ("b", "1")}
    puzzle = Puzzle(pairs, {"a": 50, "b": 30}, {"1": 60, "2": 20}, {("a", "2"): 20})
    assert solve_parts(puzzle) == {("a", "1"): 30, ("b", "1"): 30}


def test_a_ring_of_payments_that_just_suffice_is_solved_where_one_part_is_told() -> None:
    """Payments a, b and c on invoices 1, 2 and 3 in a ring: with one part all others follow, without it none does."""
    pairs = {("a", "1"), ("a", "2"), ("b", "2"), ("b", "3"), ("c", "3"), ("c", "1")}
    puzzle = Puzzle(pairs, {"a": 30, "b": 40, "c": 50}, {"1": 60, "2": 35, "3": 25})
    assert solve_parts(puzzle) == {}
    assert solve_parts(replace(puzzle, told={("a", "1"): 20})) == {
        ("a", "2"): 10, ("b", "2"): 25, ("b", "3"): 15, ("c", "3"): 10, ("c", "1"): 40,
    }  # fmt: skip


def test_money_paid_back_is_told_from_money_received() -> None:
    pairs = {("back", "r1"), ("back", "r2"), ("in", "i1")}
    puzzle = Puzzle(pairs, {"back": -50, "in": 70}, {"r1": -20, "r2": -30, "i1": 70})
    assert solve_parts(puzzle) == {("back", "r1"): -20, ("back", "r2"): -30, ("in", "i1"): 70}


def test_an_invoice_on_which_nothing_is_settled_got_nothing() -> None:
    assert solve_parts(Puzzle({("a", "1"), ("a", "2")}, {"a": 50}, {"1": 0, "2": 50})) == {
        ("a", "1"): 0,
        ("a", "2"): 50,
    }


def test_the_order_of_payments_is_no_answer_unless_it_is_on_record() -> None:
    puzzle = Puzzle({("a", "1"), ("b", "1")}, {"a": 60, "b": 60}, {"1": 100})
    assert solve_parts(puzzle) == {}
    assert ranges(puzzle) == dict.fromkeys(puzzle.pairs, (40, 60))
    assert solve_parts(replace(puzzle, turns={"1": ("a", "b")})) == {("a", "1"): 60, ("b", "1"): 40}


def test_a_long_chain_is_solved_and_an_absurd_tangle_is_not_looked_into() -> None:
    chain = {(f"p{at}", f"i{at + step}") for at in range(150) for step in (0, 1)}
    amounts = {f"p{at}": 100 for at in range(150)}
    used = {"i0": 60, "i150": 40, **{f"i{at}": 100 for at in range(1, 150)}}
    answers = solve_parts(Puzzle(chain, amounts, used))
    assert [answers[("p75", "i75")], answers[("p75", "i76")], len(answers)] == [60, 40, 300]
    tangle = {(f"p{payment}", f"i{invoice}") for payment in range(40) for invoice in range(40)}
    assert len(tangle) > MOST_OPEN
    assert solve_parts(Puzzle(tangle, {f"p{at}": 1 for at in range(40)}, {f"i{at}": 1 for at in range(40)})) == {}
