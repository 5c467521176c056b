"""Tax rates, locations and refunds: one row each.

Tax rates stand under Admin, Invoices - Tax Rates; a rate's id is the number in the address of its page.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from apps.platforms.reports import LeftOut, Told, ToldLocation, ToldRefund, ToldTaxRate
from apps.platforms.syncro.reports.columns import Column, Layout, Row, fold
from apps.platforms.syncro.reports.values import percent, yes_or_no

TAX_RATES = (
    Column("id", "ID", ("Tax Rate ID", "Syncro ID")),
    Column("name", "Name", ("Tax Rate", "Tax Name", "Tax Rate Name", "Tax"), needed=True),
    Column("percent", "Percent", ("Rate", "Percentage", "Tax Percent", "Rate %", "%", "Rate Percent")),
    Column("is_group", "Is Tax Group", ("Is Group", "Tax Group", "Group")),
    Column("first", "First Tax", ("First Tax Rate", "Tax 1", "First")),
    Column("second", "Second Tax", ("Second Tax Rate", "Tax 2", "Second")),
    Column("archived", "Archived", ("Is Archived", "Deleted", "Disabled")),
    Column("is_default", "Default", ("Is Default", "Default Rate")),
)  # fmt: skip
LOCATIONS = (
    Column("id", "ID", ("Location ID", "Syncro ID"), needed=True),
    Column("name", "Name", ("Location", "Location Name"), needed=True),
)
#: "Invoice" beside an original is the refund, beside a refund it is the original.
INVOICE = ("Invoice Number", "Invoice #", "Invoice No.", "Invoice")
REFUNDS = (
    Column("refund", "Refund Number", ("Refund #", "Refund Invoice Number", "Refund Invoice #", "Refund Invoice", "Refund", *INVOICE), needed=True),
    Column("original", "Original Number", ("Original #", "Original Invoice Number", "Original Invoice #", "Original Invoice", "Original", "Refunded Invoice", "Refund Of", *INVOICE), needed=True),
)  # fmt: skip
#: How Syncro marks a rate that was deleted and still stands on invoices.
ARCHIVED = "(archived)"

T = TypeVar("T", bound=Told)


def tax_rates(layout: Layout) -> Iterator[ToldTaxRate | LeftOut]:
    """Every rate of the file, each once; at most one is the default."""
    ids: dict[str, int] = {}
    names: dict[str, int] = {}
    default = 0
    for row in layout.rows():
        if isinstance(row, LeftOut):
            yield row
            continue
        rate = _tax_rate(row)
        _once(row, "id", rate.external_id, ids)
        if not rate.external_id:
            _once(row, "name", fold(rate.name), names)
        if rate.is_default and default:
            row.wrong("is_default", f"Line {default} is the default already; there is one.")
        if not row.problems:
            default = row.line if rate.is_default else default
        yield _checked(row, rate)


def locations(layout: Layout) -> Iterator[ToldLocation | LeftOut]:
    """Every location of the file, each once."""
    ids: dict[str, int] = {}
    for row in layout.rows():
        if isinstance(row, LeftOut):
            yield row
            continue
        place = ToldLocation(
            line=row.line,
            last=row.last,
            headings=row.headings,
            external_id=_id(row, needed=True),
            name=row.need("name") or "",
        )
        _once(row, "id", place.external_id, ids)
        yield _checked(row, place)


def refunds(layout: Layout) -> Iterator[ToldRefund | LeftOut]:
    """Which invoice each refund invoice gives back. Several rows may say the same, as a report has a row per line."""
    said: dict[str, tuple[str, int]] = {}
    for row in layout.rows():
        if isinstance(row, LeftOut):
            yield row
            continue
        refund, original = _invoice(row, "refund"), _invoice(row, "original")
        before, line = said.setdefault(refund, (original, row.line)) if refund and original else (original, 0)
        if before != original:
            row.wrong("original", f"Line {line} says that {refund} gives back {before}; a refund has one original.")
        elif refund and refund == original:
            row.wrong("original", "A refund does not give back itself; fill in the invoice that was refunded.")
        if row.problems or line in (0, row.line):
            told = ToldRefund(
                line=row.line, last=row.last, headings=row.headings, refund_number=refund, original_number=original
            )
            yield _checked(row, told)


def _tax_rate(row: Row) -> ToldTaxRate:
    name = row.need("name") or ""
    parts = _parts(row)
    rate = row.read("percent", percent)
    if rate is None and not parts and not row.text("percent"):
        row.wrong("percent", "Nothing says how much it is; fill in the percent.")
    archived = row.read("archived", yes_or_no)
    return ToldTaxRate(
        line=row.line,
        last=row.last,
        headings=row.headings,
        external_id=_id(row),
        name=name,
        percent=rate,
        parts=parts,
        archived=True if name.casefold().endswith(ARCHIVED) else archived,
        is_default=row.read("is_default", yes_or_no),
    )


def _parts(row: Row) -> tuple[str, ...] | None:
    """The rates of a group in order; () for what is no group, None where the file does not tell."""
    named = tuple(text for text in (row.text("first"), row.text("second")) if text)
    is_group = row.read("is_group", yes_or_no)
    if is_group and not named:
        row.wrong("first", "A tax group is made of rates; fill in the first tax, and the second.")
    if named and row.text("is_group") and is_group is False:
        row.wrong("is_group", "It has a first or second tax and is no group; correct one of them.")
    if not {"first", "second", "is_group"} & set(row.texts):
        return None
    return named


def _id(row: Row, *, needed: bool = False) -> str:
    text = row.text("id")
    if needed and not text:
        row.wrong("id", "This is empty; fill in Syncro's id.")
    if text and not (text.isascii() and text.isdecimal()):
        row.wrong("id", "An id of Syncro is a whole number.")
    return text


def _invoice(row: Row, name: str) -> str:
    number: str = row.need(name) or ""
    return number.removeprefix("#").strip()


def _once(row: Row, name: str, key: str, seen: dict[str, int]) -> None:
    if key and seen.setdefault(key, row.line) != row.line:
        row.wrong(name, f"Line {seen[key]} has it already.")


def _checked(row: Row, told: T) -> T | LeftOut:
    return row.left_out() if row.problems else told
