"""The small values every qbXML answer is made of: references, numbers, instants, amounts, memos."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from apps.platforms.base import day_of
from apps.platforms.errors import Unreadable
from apps.platforms.records import Facts, Status

Raw = Mapping[str, Any]
Body = dict[str, Any]

ZERO = Decimal(0)
VOIDED = "void:"
#: How far ahead of Greenwich a clock on the wall may be.
EARLIEST = timedelta(hours=14)

#: Names of currencies as company files with several have them.
CURRENCIES = {
    "us dollar": "USD", "canadian dollar": "CAD", "euro": "EUR", "british pound sterling": "GBP", "british pound": "GBP",
    "australian dollar": "AUD", "new zealand dollar": "NZD", "mexican peso": "MXN", "japanese yen": "JPY",
    "swiss franc": "CHF",
}  # fmt: skip


def text(raw: Raw, name: str) -> str:
    """A text, "" without one."""
    value = raw.get(name)
    return value if isinstance(value, str) else ""


def modified(raw: Raw) -> datetime | None:
    """When it was changed, never too late: a time without an offset counts as in the earliest zone there is."""
    value = text(raw, "TimeModified")
    naive = wall_clock(value)
    return instant(value) if naive is None else naive.replace(tzinfo=UTC) - EARLIEST


def part(raw: Raw, name: str) -> Raw:
    """A field that has fields; empty without one. An empty element reads as text and has none."""
    value = raw.get(name)
    return value if isinstance(value, Mapping) else {}


def rows(raw: Raw, name: str) -> Sequence[Raw]:
    """The fields of a name that may come several times."""
    value = raw.get(name) or []
    listed = value if isinstance(value, list) else [value]
    return [each for each in listed if isinstance(each, Mapping)]


def ref(raw: Raw, name: str) -> str:
    """The ListID a reference holds, "" without one."""
    return text(part(raw, name), "ListID")


def ref_name(raw: Raw, name: str) -> str:
    """The name beside it; shown only, never compared."""
    return text(part(raw, name), "FullName")


def to_ref(list_id: str) -> Body:
    """A reference as it is written; the id survives renames."""
    return {"ListID": list_id}


def maybe(raw: Raw, name: str) -> Decimal | None:
    """A number, None where QuickBooks says nothing: what is absent is never 0. Raises Unreadable for what is none."""
    value = text(raw, name).replace(",", "").strip()
    if not value:
        return None
    try:
        return Decimal(value)
    except InvalidOperation as error:
        raise Unreadable(f"QuickBooks Desktop sent a {name} that is no number: {value!r}") from error


def number(raw: Raw, name: str) -> Decimal:
    """A number, 0 where a sum has no such part."""
    return maybe(raw, name) or ZERO


def flag(raw: Raw, name: str, default: bool) -> bool:
    """Yes or no."""
    value = text(raw, name).lower()
    return value in ("true", "1") if value else default


def instant(value: str) -> datetime | None:
    """An aware time. One without an offset is the clock on QuickBooks' wall, so it says no instant: None."""
    moment = _moment(value)
    return moment.astimezone(UTC) if moment is not None and moment.tzinfo else None


def wall_clock(value: str) -> datetime | None:
    """A time without an offset as it stands there, naive; None for any other."""
    moment = _moment(value)
    return moment if moment is not None and moment.tzinfo is None else None


def _moment(value: str) -> datetime | None:
    try:
        return datetime.fromisoformat(value) if value else None
    except ValueError as error:
        raise Unreadable(f"QuickBooks Desktop sent a time that is none: {value!r}") from error


def day(raw: Raw) -> date:
    """The calendar date of a document. Raises Unreadable without one."""
    return _day(text(raw, "TxnDate") or text(raw, "TimeCreated"))


def maybe_day(raw: Raw, name: str) -> date | None:
    """A calendar date, None without one."""
    value = text(raw, name)
    return _day(value) if value else None


def _day(value: str) -> date:
    try:
        return day_of(value)
    except ValueError as error:
        raise Unreadable(f"QuickBooks Desktop sent a date that is none: {value!r}") from error


def envelope(raw: Raw, kind: str = "") -> dict[str, Any]:
    """What every record carries besides its content; `kind` stands before an id that is unique within it alone."""
    key = text(raw, "TxnID") or text(raw, "ListID")
    if not key:
        raise Unreadable("QuickBooks Desktop sent a record without an id.")
    return {
        "external_id": f"{kind}:{key}" if kind else key,
        "revision": text(raw, "EditSequence"),
        "updated_at": instant(text(raw, "TimeModified")),
        "raw": raw,
    }


def listed_status(raw: Raw) -> Status:
    """Active or not, for entries of lists."""
    return Status.ACTIVE if flag(raw, "IsActive", default=True) else Status.INACTIVE


def document_status(raw: Raw, amount: Decimal | None) -> Status:
    """Voided is only told by an amount of 0 and a memo that begins so; an amount that is absent says nothing."""
    voided = amount is not None and amount == ZERO and text(raw, "Memo").casefold().startswith(VOIDED)
    return Status.VOIDED if voided else Status.ACTIVE


def currency(raw: Raw) -> str:
    """The currency of a document by its code; the file's own name for it where that is not known, "" without one."""
    name = ref_name(raw, "CurrencyRef")
    return CURRENCIES.get(name.casefold(), name)


def canadian(facts: Facts) -> bool:
    """Canadian company files have a tax code on every line and no tax item."""
    return facts.country.upper() in ("CA", "CANADA")


def bare(external_id: str) -> str:
    """The vendor's own id of an id that carries its kind ("ItemService:80000001-1")."""
    _, colon, rest = external_id.partition(":")
    return rest.partition(":")[0] if colon else external_id


def kind_of(external_id: str) -> str:
    """The kind an id carries, "" when it carries none."""
    kind, colon, _ = external_id.partition(":")
    return kind if colon else ""


def changed(body: Body, before: Body | None) -> Body:
    """The part of `body` that differs from `before`: what an update has to say."""
    return body if before is None else {key: value for key, value in body.items() if before.get(key) != value}
