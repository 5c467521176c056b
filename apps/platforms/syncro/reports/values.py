"""Cells of a report as values. What could mean two things is refused with the way to write it; nothing is guessed."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

#: Signs of dollars and others before or behind the minus; more than one is no amount.
NUMBER = re.compile(r"(-?)(?:US\$|CA?\$|AU?\$|NZ\$|[$£€])?(-?)(\d{1,3}(?:,\d{3})+|\d+)?(\.\d+)?", re.ASCII)
YES, NO = frozenset({"yes", "y", "true", "t", "1", "x", "on"}), frozenset({"no", "n", "false", "f", "0", "off"})
YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?", re.ASCII)
YEAR_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?:[T ,].*)?", re.ASCII)
ORDERS = frozenset({"dmy", "mdy", "ymd"})
WEEKDAY = re.compile(r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*[,.]?\s+", re.IGNORECASE)
TIME = re.compile(r"[ ,T]+\d{1,2}:\d{2}.*$")
IN_WORDS = ("%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%B %d %Y", "%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%d-%b-%y")
FIRST_YEAR = 1970
MOST_DIGITS = 12


class Misread(ValueError):
    """A cell does not say what its column needs; the sentence says what to do."""


def money(text: str) -> Decimal:
    """An amount in dollars, as exact as written: 1,234.56, $1,234.56, -45.00, (45.00). Raises Misread."""
    return _number(text, "an amount", "1234.56")


def amount(text: str) -> Decimal:
    """The same in whole cents. Raises Misread for a part of a cent."""
    value = money(text)
    if value != round(value, 2):
        raise Misread("This has a part of a cent; an amount has two decimals.")
    return value


def quantity(text: str) -> Decimal:
    """How many: more than nothing. Raises Misread."""
    value = _number(text, "a number", "2")
    if value <= 0:
        raise Misread("A quantity is more than 0.")
    return value


def percent(text: str) -> Decimal:
    """A rate in percent, 8.25 % or 8.25; from 0 to below 100, with at most five decimals. Raises Misread."""
    value = _number(text.strip().removesuffix("%"), "a rate", "8.25%")
    if not 0 <= value < 100:
        raise Misread("A rate lies between 0% and 100%.")
    if value != round(value, 5):
        raise Misread("A rate has at most five decimals.")
    return value


def yes_or_no(text: str) -> bool:
    """A check-box. Raises Misread."""
    word = text.strip().casefold()
    if word not in YES | NO:
        raise Misread("Write yes or no.")
    return word in YES


def _number(text: str, what: str, like: str) -> Decimal:
    plain = re.sub(r"\s", "", text).replace("−", "-")  # noqa: RUF001  the sign that spreadsheets print
    bracketed = plain.startswith("(") and plain.endswith(")")
    found = NUMBER.fullmatch(plain[1:-1] if bracketed else plain)
    if not found or not (found[3] or found[4]) or len(found[3] or "") > MOST_DIGITS:
        comma = " A comma may only stand before three digits." if "," in plain else ""
        raise Misread(f"This is not {what}; write it like {like}.{comma}")
    minus = sum((bracketed, bool(found[1]), bool(found[2])))
    if minus > 1:
        raise Misread(f"This is not {what}: it is made less than nothing twice.")
    value = Decimal((found[3] or "0").replace(",", "") + (found[4] or ""))
    return -value if minus else value


def order_of(date_format: str) -> str:
    """The order of day, month and year in a format such as mm-dd-yy, as "mdy"; "" when it does not tell."""
    order = "".join(dict.fromkeys(letter for letter in date_format.casefold() if letter in "dmy"))
    return order if len(order) == 3 else ""


def possible(text: str, account: str) -> frozenset[str]:
    """The orders in which one date can be read; all of them where it does not depend on the order, or is no date."""
    return frozenset(_readings(_bare(text), account)) or ORDERS


def settled(orders: frozenset[str], account: str) -> str:
    """The order of a file whose dates can all be read in these: the only one, else the account's, else ""."""
    if len(orders) == 1:
        return next(iter(orders))
    return account if account in orders else ""


def day(text: str, order: str, account: str) -> date:
    """A calendar date as it is printed, never shifted. Raises Misread for one that could be two days."""
    bare = _bare(text)
    if found := YEAR_FIRST.fullmatch(bare):
        return _date(text, int(found[1]), int(found[2]), int(found[3]))
    if YEAR_LAST.fullmatch(bare):
        return _numeric(text, _readings(bare, account), order)
    words = TIME.sub("", bare)
    for form in IN_WORDS:
        try:
            read = datetime.strptime(words, form)  # noqa: DTZ007  a calendar date has no zone
        except ValueError:
            continue
        return _date(text, read.year, read.month, read.day)
    raise Misread("This is not a date; write it like 2026-03-31.")


def _numeric(text: str, readings: dict[str, date], order: str) -> date:
    if not readings:
        raise Misread(f"There is no day {text.strip()}; write it like 2026-03-31.")
    if order not in readings and len(set(readings.values())) > 1:
        words = f"{text.strip()} could be two days, and nothing else in the file says which; write it like 2026-03-31."
        raise Misread(words)
    found = readings.get(order) or next(iter(readings.values()))
    return _date(text, found.year, found.month, found.day)


def _readings(bare: str, account: str) -> dict[str, date]:
    """A date in digits by each order that makes one; years of two digits stand first only where no account says else."""
    found = YEAR_LAST.fullmatch(bare)
    if not found:
        return {}
    first, second, third = int(found[1]), int(found[2]), int(found[3])
    short = len(found[3]) == 2
    year = _century(third) if short else third
    options = {"mdy": (year, first, second), "dmy": (year, second, first)}
    if short and account in ("", "ymd"):
        options["ymd"] = (_century(first), second, third)
    return {order: when for order, parts in options.items() if (when := _exists(*parts))}


def _exists(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None


def _century(year: int) -> int:
    return year + (2000 if year < FIRST_YEAR % 100 else 1900)


def _date(text: str, year: int, month: int, number: int) -> date:
    if year < FIRST_YEAR:
        raise Misread(f"{text.strip()} lies before {FIRST_YEAR}; write the year with four digits.")
    found = _exists(year, month, number)
    if found is None:
        raise Misread(f"There is no day {text.strip()}; write it like 2026-03-31.")
    return found


def _bare(text: str) -> str:
    return WEEKDAY.sub("", text.strip())
