"""The rules of tax one by one: what wins over what, how parts are rounded, and what is declared."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.sync.tax.rates import Rate, RateBook
from apps.sync.tax.rebuild import Answer, TaxedInvoice, TaxLine, Verdict, rebuild
from apps.sync.tax.rounding import on_lines

GST, PST = ("gst", Decimal(5)), ("pst", Decimal("9.975"))
BOOK = RateBook(
    [
        Rate("state", "State", (("state", Decimal("8.25")),)),
        Rate("gst", "GST", (GST,)),
        Rate("pst", "PST", (PST,)),
        Rate("quebec", "GST and QST", (GST, PST)),
        Rate("exempt", "Exempt", (("exempt", Decimal(0)),)),
        Rate("old", "Old State (Archived)", (("old", Decimal(7)),), archived=True),
    ],
    default="state",
)


def line(net: str, taxable: bool = True, *, told: str = "", product: str = "") -> TaxLine:
    amount = Decimal(net)
    return TaxLine(amount, amount.quantize(Decimal("0.01")), taxable, told, product)


def answer(tax: str, *lines: TaxLine, customer: str = "", book: RateBook = BOOK) -> Answer:
    return rebuild(TaxedInvoice(lines, Decimal(tax), customer), book)


def told(given: Answer) -> list[str]:
    return [f"{each.rate.key} {each.tax:.2f}".strip() for each in given.lines]


def test_without_a_rate_of_its_own_a_line_has_the_accounts_default() -> None:
    assert told(answer("8.25", line("100.00"), line("40.00", False))) == ["state 8.25", "0.00"]


def test_the_customers_rate_goes_before_the_default_and_a_products_before_the_customers() -> None:
    given = answer("11.98", line("100.00", product="pst"), line("40.00"), customer="gst")
    assert told(given) == ["pst 9.98", "gst 2.00"]


def test_a_rate_told_with_the_line_goes_before_its_products() -> None:
    assert told(answer("5.00", line("100.00", told="gst", product="pst"))) == ["gst 5.00"]


def test_an_exempt_customer_goes_before_the_rates_of_lines() -> None:
    given = answer("0.00", line("100.00", product="pst"), line("40.00"), customer="exempt")
    assert told(given) == ["exempt 0.00", "exempt 0.00"]


def test_a_deleted_rate_still_stands_on_its_invoice() -> None:
    assert told(answer("7.00", line("100.00"), line("40.00", False))) == ["old 7.00", "0.00"]


@pytest.mark.parametrize(("tax", "reading"), [("0.46", "per document"), ("0.47", "per part of a group")])
def test_the_parts_of_a_group_may_be_rounded_together_or_each(tax: str, reading: str) -> None:
    given = answer(tax, line("3.10"), customer="quebec", book=RateBook([BOOK.rate("quebec"), BOOK.rate("gst")]))
    assert (given.verdict, told(given), given.reading) == (Verdict.SURE, [f"quebec {tax}"], reading)


def test_a_taxable_discount_takes_tax_off_and_another_does_not() -> None:
    assert told(answer("7.43", line("100.00"), line("-10.00"))) == ["state 8.25", "state -0.82"]
    assert told(answer("8.25", line("100.00"), line("-10.00", False))) == ["state 8.25", "0.00"]


def test_a_refund_gives_its_tax_back() -> None:
    assert told(answer("-8.25", line("-100.00"))) == ["state -8.25"]


def test_tax_is_charged_on_what_a_line_comes_to_before_it_is_rounded() -> None:
    given = answer("0.33", line("1.3349"), line("1.3349"), line("1.3349"))
    assert [each.tax for each in given.lines] == [Decimal("0.11")] * 3


def test_two_stories_with_different_taxes_are_declared() -> None:
    book = RateBook([Rate("a", "A", (("a", Decimal(5)),)), Rate("b", "B", (("b", Decimal(10)),))], default="a")
    assert answer("15.00", line("100.00"), line("100.00"), book=book).verdict is Verdict.UNDECIDED


def test_an_invoice_that_no_rate_explains_is_impossible() -> None:
    given = answer("9.99", line("100.00"), line("40.00", False))
    assert (given.verdict, given.lines, [rate.key for rate in given.usual]) == (Verdict.IMPOSSIBLE, (), ["state", ""])


def test_a_rate_without_a_percent_is_asked_for() -> None:
    given = answer("8.25", line("100.00"), customer="88421")
    assert (given.verdict, given.missing) == (Verdict.RATES_MISSING, ("88421",))


def test_the_default_is_asked_for_where_nothing_else_explains_the_tax() -> None:
    book = RateBook([BOOK.rate("gst")])
    assert answer("5.00", line("100.00"), book=book).verdict is Verdict.SURE
    assert answer("7.77", line("100.00"), book=book).missing == ("",)


def test_what_is_not_taxed_needs_no_rates() -> None:
    assert told(answer("0.00", line("100.00"), line("5.00", False), customer="88421")) == ["0.00", "0.00"]


def test_cents_left_over_go_to_the_largest_remainders_the_first_of_equals_first() -> None:
    thirds = [Decimal("0.333")] * 3
    assert on_lines(thirds, Decimal("1.00")) == [Decimal("0.34"), Decimal("0.33"), Decimal("0.33")]
    halves = [Decimal("0.005"), Decimal("0.005")]
    assert on_lines(halves, Decimal("0.01")) == [Decimal("0.01"), Decimal("0.00")]


def test_more_ways_than_can_be_tried_are_declared() -> None:
    rates = [Rate(f"r{number}", "", ((f"r{number}", Decimal(number)),), archived=number > 8) for number in range(20)]
    lines = [line("100.00", product=f"r{number}") for number in range(8)]
    assert answer("28.00", *lines, book=RateBook(rates, "r0")).verdict is Verdict.UNDECIDED
