"""Money never loses a cent, and never invents one."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.money import cents, from_cents, largest_remainder, line_amount, parse_money, to_cents

AMOUNTS = st.decimals(-1_000_000, 1_000_000, places=4)


@pytest.mark.parametrize(
    ("raw", "rounded"),
    [
        ("2.675", "2.68"),
        (2.675, "2.68"),
        ("-2.675", "-2.68"),
        ("0.005", "0.01"),
        ("-0.004", "0.00"),
        (3, "3.00"),
        ("$1,234.5", "1234.50"),
    ],
)
def test_cents_are_rounded_half_up_away_from_zero(raw: str | float, rounded: str) -> None:
    assert str(cents(raw)) == rounded


@pytest.mark.parametrize("raw", ["", "abc", "NaN", "Infinity", None, True, [], "1.2.3"])
def test_what_is_no_amount_is_refused(raw: object) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        parse_money(raw)  # type: ignore[arg-type]


def test_a_float_means_what_it_prints() -> None:
    assert parse_money(0.1) + parse_money(0.2) == Decimal("0.3")


def test_a_part_of_a_cent_is_never_dropped_silently() -> None:
    with pytest.raises(ValueError, match="part of a cent"):
        to_cents("1.001")


def test_a_line_is_multiplied_exactly_and_rounded_once() -> None:
    assert line_amount("1.5", "33.333") == Decimal("50.00")
    assert line_amount("-3", "0.335") == Decimal("-1.01")


@given(st.integers(-(10**12), 10**12))
def test_cents_and_dollars_turn_into_each_other(count: int) -> None:
    assert to_cents(from_cents(count)) == count


@given(AMOUNTS.map(cents), st.lists(st.decimals(0, 10_000, places=2), min_size=1, max_size=20).filter(any))
def test_parts_add_up_to_the_total_and_stay_within_a_cent_of_their_share(
    total: Decimal, weights: list[Decimal]
) -> None:
    parts = largest_remainder(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - total * weight / sum(weights)) < Decimal("0.01")


def test_the_cent_left_over_goes_to_the_first_of_equals() -> None:
    assert largest_remainder("1.00", [1, 1, 1]) == [Decimal("0.34"), Decimal("0.33"), Decimal("0.33")]
    assert largest_remainder("-0.01", [1, 1]) == [Decimal("-0.01"), Decimal("0.00")]


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1]])
def test_weights_that_give_no_shares_are_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        largest_remainder(1, weights)
