"""Syncro's reports as files: every way people save them, and every cell that could mean two things."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from apps.platforms.registry import open_report
from apps.platforms.reports import BadFile, LeftOut, Report

HEAD = "Number,Date,Customer,Item,Category,Quantity,Cost,Total,Paid By\n"
ROW = "1,2026-03-31,Café Zoë,Phone,Phones,1,45.00,45.00,Cash\n"
Read = Callable[..., list[Any]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Every row of a file with this content."""

    def reader(content: str | bytes, report: Report = Report.CUSTOMER_PURCHASES, date_format: str = "") -> list[Any]:
        path = tmp_path / "report.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return list(open_report("syncro", report, path, date_format).rows())

    return reader


def purchase(read: Read, *rows: str, **options: Any) -> Any:
    return read(HEAD + "\n".join(rows), **options)[0]


def sentences(told: list[Any]) -> list[tuple[int, str, str]]:
    return [(each.line, each.column, each.sentence) for left_out in told for each in said(left_out)]


def said(told: Any) -> Iterator[Any]:
    yield from told.problems if isinstance(told, LeftOut) else ()


@pytest.mark.parametrize(
    "content",
    [
        (HEAD + ROW).encode(),
        codecs.BOM_UTF8 + (HEAD + ROW).encode(),
        (HEAD + ROW).encode("utf-16"),
        (HEAD + ROW).encode("utf-16-le"),
        (HEAD + ROW).encode("utf-16-be"),
        (HEAD + ROW).encode("cp1252"),
        (HEAD + ROW).replace(",", ";").encode(),
        (HEAD + ROW).replace(",", "\t").encode("utf-16"),
        ("sep=;\n" + (HEAD + ROW).replace(",", ";")).encode(),
        ("Customer purchases\n\n" + HEAD + ROW).encode(),
        (HEAD + ROW).replace("\n", "\r\n").encode(),
        (HEAD.upper().replace("PAID BY", " paid_by ") + ROW).encode(),
        (HEAD + "\n,,,,,,,,\n" + ROW + "Total,,,,,,,45.00,\n").encode(),
    ],
)
def test_a_file_is_read_however_it_was_saved(read: Read, content: bytes) -> None:
    (told,) = read(content)
    assert (told.customer, told.record.total, told.record.method) == ("Café Zoë", Decimal(45), "Cash")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\xff\xfeN\x00u\x00\xd8", "begins as utf-16"),
        (HEAD.encode() + ROW.encode() + ROW.encode("cp1252"), "UTF-8 in some places and not in others"),
        (HEAD.encode() + b"\x81\x8d", "is no text file"),
        (b"Number,Customer,Total\n1,Acme,45\n", "has no column \N{LEFT DOUBLE QUOTATION MARK}Date\N{RIGHT DOUBLE QUOTATION MARK}. It has: Number, Customer, Total."),
        ((HEAD + '1,2026-03-31,"Acme,Phone\n' + ROW * 3).encode(), "Line 2: a quote is opened here and never closed"),
    ],
)  # fmt: skip
def test_a_file_of_another_kind_is_refused_with_the_cure(read: Read, content: bytes, words: str) -> None:
    with pytest.raises(BadFile) as told:
        read(content)
    assert words in str(told.value)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("45", "45"), ("1,234.56", "1234.56"), ("$1,234.5", "1234.50"), (" $ 7.00 ", "7"), (".50", "0.50"),
        ("US$1,000,000.00", "1000000"), ("0", "0"),
    ],
)  # fmt: skip
def test_money_is_read_as_it_is_printed(read: Read, text: str, amount: str) -> None:
    told = purchase(read, f'1,2026-03-31,Acme,Phone,,1,,"{text}",Cash')
    assert told.record.total == Decimal(amount)
    assert sum(line.amount for line in told.record.lines) == Decimal(amount)


@pytest.mark.parametrize(
    "text", ["45,00", "1.234,56", "12,34.00", "1,2345", "4 5 x", "=1+1", "45.005", "-(5)", "1e3", "٤٥", "$"]
)
def test_what_is_no_amount_is_never_guessed(read: Read, text: str) -> None:
    ((line, column, _),) = sentences([purchase(read, f'1,2026-03-31,Acme,Phone,,1,,"{text}",Cash')])
    assert (line, column) == (2, "Total")


@pytest.mark.parametrize("text", ["(45.00)", "-45.00", "$-45.00", "-$45.00", "−45.00"])  # noqa: RUF001
def test_money_less_than_nothing_is_understood_and_a_purchase_has_none(read: Read, text: str) -> None:
    ((_, _, sentence),) = sentences([purchase(read, f'1,2026-03-31,Acme,Phone,,1,,"{text}",Cash')])
    assert "not less than 0" in sentence


@pytest.mark.parametrize(
    ("text", "date_format", "day"),
    [
        ("2026-03-04", "", date(2026, 3, 4)), ("2026-03-04T23:30:00-07:00", "", date(2026, 3, 4)),
        ("03/31/2026", "", date(2026, 3, 31)), ("31.03.2026", "", date(2026, 3, 31)), ("03-31-26 10:15 AM", "", date(2026, 3, 31)),
        ("03-04-26", "mm-dd-yy", date(2026, 3, 4)), ("03-04-26", "dd-mm-yy", date(2026, 4, 3)),
        ("26-04-03", "yy-mm-dd", date(2026, 4, 3)), ("Tue 03-31-26", "dd-mm-yy", date(2026, 3, 31)), ("05/05/2026", "", date(2026, 5, 5)),
        ("Mar 31, 2026", "", date(2026, 3, 31)), ("31 March 2026 9:00 PM", "", date(2026, 3, 31)), ("12/31/99", "", date(1999, 12, 31)),
    ],
)  # fmt: skip
def test_a_date_is_the_day_that_is_printed(read: Read, text: str, date_format: str, day: date) -> None:
    told = purchase(read, f'1,"{text}",Acme,Phone,,1,45,,Cash', date_format=date_format)
    assert told.record.date == day


@pytest.mark.parametrize(
    "text", ["03/04/2026", "02/30/2026", "13/13/2026", "tomorrow", "46112", "03/04/0026", "2026-13-01"]
)
def test_a_date_that_could_be_two_days_or_none_is_left_out(read: Read, text: str) -> None:
    ((line, column, sentence),) = sentences([purchase(read, f"1,{text},Acme,Phone,,1,45,,Cash")])
    assert (line, column) == (2, "Date")
    assert sentence


def test_another_date_of_the_file_settles_the_order_even_against_the_account(read: Read) -> None:
    rows = ["1,03/04/2026,Acme,Phone,,1,45,,", "2,13/04/2026,Acme,Phone,,1,45,,"]
    told = read(HEAD + "\n".join(rows), date_format="mm-dd-yy")
    assert [each.record.date.month for each in told] == [4, 4]


def test_a_file_that_writes_dates_both_ways_loses_only_those_that_could_be_two(read: Read) -> None:
    dates = ("03/04/2026", "13/04/2026", "04/13/2026")
    told = read(
        HEAD + "\n".join(f"{number},{text},Acme,Phone,,1,45,," for number, text in enumerate(dates)),
        date_format="mm-dd-yy",
    )
    assert [isinstance(each, LeftOut) for each in told] == [True, False, False]


def test_rows_of_one_number_are_one_purchase(read: Read) -> None:
    rows = [
        '7,2026-03-31,Acme,"Laptop\nused",Laptops,1,"1,000.00","1,120.00",Cash',
        "7,,,Charger,Parts,2,60,,",
        ",,,Bag,,,0,,",
    ]
    told = purchase(read, *rows)
    assert (told.line, told.last, told.record.external_id, told.record.total) == (2, 5, "7", Decimal("1120.00"))
    assert [(line.description, line.category, line.amount) for line in told.record.lines] == [
        ("Laptop\nused", "Laptops", Decimal(1000)), ("Charger", "Parts", Decimal(120)), ("Bag", "", Decimal(0)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["7,2026-03-31,Acme,Phone,,1,40,45,Cash"], (2, "Total", "The items add up to 40.00")),
        (["7,2026-03-31,Acme,Phone,,1,45,,Cash", "7,,,Case,,x,5,,"], (3, "Quantity", "This is not a number")),
        (["7,2026-03-31,Acme,Phone,,1,45,,Cash", "7,2026-04-01,,Case,,1,5,,"], (3, "Date", "line 2 says 2026-03-31")),
        (["7,2026-03-31,Acme,Phone,,1,,,Cash"], (2, "Cost", "Nothing says what was paid")),
        (["7,2026-03-31,,Phone,,1,45,,Cash"], (2, "Customer", "Nothing says who sold it")),
        (["7,,Acme,Phone,,1,45,,Cash"], (2, "Date", "This is empty")),
        (["7,2026-03-31,Acme,Phone,,0,45,,Cash"], (2, "Quantity", "more than 0")),
        (["7,2026-03-31,Acme,Phone,,1,45,,Cash,more"], (2, "", "more cells than there are headings")),
        (['7,2026-03-31,Acme,"5" screen",,1,45,,Cash'], (2, "", "write it twice")),
        (["7,2026-03-31,Acme,Pho\x00ne,,1,45,,Cash"], (2, "", "no text")),
    ],
)
def test_a_wrong_row_leaves_its_whole_purchase_out_and_no_other(
    read: Read, rows: list[str], expected: tuple[int, str, str]
) -> None:
    wrong, fine = read(HEAD + "\n".join(rows) + "\n8,2026-03-31,Acme,Phone,,1,45,,Cash\n")
    ((line, column, sentence),) = sentences([wrong])
    assert (line, column) == expected[:2]
    assert expected[2] in sentence
    assert fine.record.number == "8"


def test_rows_of_one_number_in_several_places_are_left_out_everywhere(read: Read) -> None:
    told = read(HEAD + "".join(f"{number},2026-03-31,Acme,Phone,,1,45,,Cash\n" for number in (7, 8, 7)))
    assert [isinstance(each, LeftOut) for each in told] == [True, False, True]


def test_purchases_without_a_number_are_known_by_what_they_say(read: Read) -> None:
    first = read(HEAD + ",2026-03-31,Acme,Phone,,1,45,45.00,Cash\n" * 2)
    again = read(HEAD.replace(",", ";") + ";03/31/2026;ACME;Phone;;1;$45.00;;Cash\n" * 3)
    ids = [each.record.external_id for each in first]
    assert (len(set(ids)), [each.record.external_id for each in again][:2]) == (2, ids)
    assert again[2].record.external_id not in ids


def test_a_cell_like_a_formula_is_text(read: Read) -> None:
    told = purchase(read, "7,2026-03-31,=cmd|' /C calc'!A0,@SUM(1),,1,45,,+Cash")
    assert (told.customer, told.record.lines[0].description, told.record.method) == (
        "=cmd|' /C calc'!A0",
        "@SUM(1)",
        "+Cash",
    )


def test_tax_rates_with_groups_and_archived_ones(read: Read) -> None:
    text = "ID,Tax Rate,Rate,Is Tax Group,First Tax,Second Tax\n1,City,2%,no,,\n,Both,,yes,State,City\n3,Old (Archived),7.75,,,\n"
    city, both, old = read(text, Report.TAX_RATES)
    assert (city.percent, city.parts, city.archived) == (Decimal(2), (), None)
    assert (both.external_id, both.percent, both.parts) == ("", None, ("State", "City"))
    assert (old.percent, old.archived) == (Decimal("7.75"), True)


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        ("x,City,2%,,,,", "ID", "whole number"),
        ("1,,2%,,,,", "Name", "empty"),
        ("1,City,,,,,", "Percent", "fill in the percent"),
        ("1,City,825,,,,", "Percent", "between 0% and 100%"),
        ("1,City,8.1234567,,,,", "Percent", "five decimals"),
        ("1,City,2%,yes,,,", "First Tax", "made of rates"),
        ("1,City,2%,no,State,,", "Is Tax Group", "no group"),
        ("1,City,2%,perhaps,,,", "Is Tax Group", "yes or no"),
        ("9,City,2%,,,,", "ID", "Line 2 has it already"),
        ("1,City,2%,,,,yes", "Default", "Line 2 is the default already"),
    ],
)
def test_what_is_wrong_with_a_tax_rate_is_told(read: Read, row: str, column: str, words: str) -> None:
    head = "ID,Name,Percent,Is Tax Group,First Tax,Second Tax,Default\n9,State,6,,,,yes\n"
    (problem,) = sentences(read(head + row, Report.TAX_RATES))
    assert problem[:2] == (3, column)
    assert words in problem[2]


def test_locations_need_an_id_and_a_name_once(read: Read) -> None:
    told = read("name;id\nMain;101\nAirport;101\n;102\nHarbour;\n", Report.LOCATIONS)
    assert [each[:2] for each in sentences(told)] == [(3, "id"), (4, "name"), (5, "id")]
    assert (told[0].external_id, told[0].name) == ("101", "Main")


@pytest.mark.parametrize(
    "head", ["Refund Number,Original Number", "Invoice #,Original Invoice", "Refund,Invoice", "Refund #,Invoice Number"]
)
def test_a_refund_report_is_known_by_several_headings(read: Read, head: str) -> None:
    (told,) = read(f"{head}\n#1203,1187\n1203,1187\n", Report.REFUNDS)
    assert (told.refund_number, told.original_number) == ("1203", "1187")


def test_a_refund_has_one_original_and_not_itself(read: Read) -> None:
    told = read("Refund,Original,Amount\n1,2,5\n1,3,5\n4,4,5\n5,,5\n", Report.REFUNDS)
    assert [each[:2] for each in sentences(told)] == [(3, "Original"), (4, "Original"), (5, "Original")]
