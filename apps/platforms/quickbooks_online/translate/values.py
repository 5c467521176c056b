"""The small values every QuickBooks object is made of: references, numbers, instants, notes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from apps.platforms.base import day_of
from apps.platforms.errors import Unreadable
from apps.platforms.records import Facts, Status

Raw = Mapping[str, Any]
Body = dict[str, Any]

ZERO = Decimal(0)
_NUMBER_LINE = re.compile(r"Syncro (?:invoice|credit memo|refund receipt) \S.*\n?")


def ref(raw: Raw, name: str) -> str:
    """The id a reference holds, "" without one."""
    return str((raw.get(name) or {}).get("value") or "")


def ref_name(raw: Raw, name: str) -> str:
    """The name beside the id of a reference; shown only, never compared."""
    return str((raw.get(name) or {}).get("name") or "")


def to_ref(external_id: str) -> Body:
    """A reference as it is written: only the value matters."""
    return {"value": external_id}


def number(raw: Raw, name: str, default: Decimal = ZERO) -> Decimal:
    """A number as Decimal; also one that arrives as text. Raises Unreadable for what is no number."""
    value = raw.get(name)
    if value in (None, ""):
        return default
    try:
        return Decimal(str(value))
    except InvalidOperation as error:
        raise Unreadable(f"QuickBooks sent a {name} that is no number: {value!r}") from error


def maybe(raw: Raw, name: str) -> Decimal | None:
    """A number, or None where QuickBooks says nothing."""
    return number(raw, name) if raw.get(name) not in (None, "") else None


def instant(value: str) -> datetime | None:
    """An aware time; the offset counts, a time without one is taken as UTC."""
    if not value:
        return None
    moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def meta(raw: Raw, name: str) -> str:
    """A time of MetaData as it was written ("" without one)."""
    return str((raw.get("MetaData") or {}).get(name) or "")


def day(raw: Raw) -> date:
    """The calendar date of a transaction."""
    return day_of(str(raw.get("TxnDate") or meta(raw, "CreateTime") or "1970-01-01"))


def envelope(raw: Raw) -> dict[str, Any]:
    """What every record carries besides its content."""
    return {
        "external_id": str(raw.get("Id", "")),
        "revision": str(raw.get("SyncToken", "")),
        "updated_at": instant(meta(raw, "LastUpdatedTime")),
        "raw": raw,
    }


def listed_status(raw: Raw) -> Status:
    """Active or not, for names that are never deleted."""
    return Status.ACTIVE if raw.get("Active", True) else Status.INACTIVE


def is_deleted(raw: Raw) -> bool:
    """A stub of change data capture: only the id, no content (its Balance must never be read as 0)."""
    return str(raw.get("status", "")).casefold() == "deleted"


def document_status(raw: Raw) -> Status:
    """Voided is only told by a total of 0 and a note that begins so."""
    voided = number(raw, "TotalAmt") == ZERO and str(raw.get("PrivateNote") or "").casefold().startswith("voided")
    return Status.VOIDED if voided else Status.ACTIVE


def without_number_line(note: str) -> str:
    """A note without the first line that holds our number where QuickBooks numbers by itself."""
    return _NUMBER_LINE.sub("", note, count=1) if _NUMBER_LINE.match(note) else note


def american(facts: Facts) -> bool:
    """US companies: ISO-8859-1 only, TAX/NON on lines. An unknown country counts as one, the stricter reading."""
    return facts.country.upper() in ("", "US", "USA", "UNITED STATES")


def changed(body: Body, before: Body | None) -> Body:
    """The part of `body` that differs from `before`: what a sparse update has to say."""
    return body if before is None else {key: value for key, value in body.items() if before.get(key) != value}
