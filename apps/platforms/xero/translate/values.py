"""The small values every Xero object is made of: numbers, dates, ids, states.

https://developer.xero.com/documentation/api/accounting/requests-and-responses
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote, unquote

from apps.platforms.errors import Unreadable
from apps.platforms.markers import read_marker
from apps.platforms.records import Status

Raw = Mapping[str, Any]
Body = dict[str, Any]

ZERO = Decimal(0)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Xero's own way with times: milliseconds, and an offset that says nothing.
_TICKS = re.compile(r"/Date\((-?\d+)(?:[+-]\d{4})?\)/")
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
#: What an element that was not made carries instead of its id.
NO_ID = "00000000-0000-0000-0000-000000000000"
#: States of documents. Drafts are not in accounts receivable until they are approved, so they must not count; Xero has
#: no way back to draft for what is approved. A state we do not know counts, as AUTHORISED and PAID do.
STATES: Mapping[str, Status] = {
    "DRAFT": Status.VOIDED,
    "SUBMITTED": Status.VOIDED,
    "VOIDED": Status.VOIDED,
    "DELETED": Status.DELETED,
}
#: A link a person can follow nowhere, and we can read our marker from (RFC 6761: .invalid never resolves).
MARKER_URL = "https://tieout.invalid/?m="


def text(raw: Raw, name: str) -> str:
    """A text, "" for null and for what is not there."""
    value = raw.get(name)
    return "" if value is None else str(value)


def is_guid(value: str) -> bool:
    """Whether it can be an id of Xero's at all."""
    return _GUID.fullmatch(value) is not None


def part(raw: Raw, name: str) -> Raw:
    """An object within an object, {} without one."""
    found = raw.get(name)
    return found if isinstance(found, Mapping) else {}


def parts(raw: Raw, name: str) -> list[Raw]:
    """A list of objects, [] for null and for what is not there."""
    found = raw.get(name)
    return [item for item in found if isinstance(item, Mapping)] if isinstance(found, list | tuple) else []


def number(raw: Raw, name: str, default: Decimal = ZERO) -> Decimal:
    """A number as Decimal; also one that arrives as text. Raises Unreadable for what is no finite number."""
    value = raw.get(name)
    if value in (None, ""):
        return default
    try:
        found = Decimal(str(value))
    except InvalidOperation as error:
        raise Unreadable(f"Xero sent a {name} that is no number: {value!r}") from error
    if not found.is_finite():
        raise Unreadable(f"Xero sent a {name} that is no number: {value!r}")
    return found


def maybe(raw: Raw, name: str) -> Decimal | None:
    """A number, or None where Xero says nothing."""
    return number(raw, name) if raw.get(name) not in (None, "") else None


def flag(raw: Raw, name: str, *, default: bool = False) -> bool:
    """A truth value; also one that arrives as text."""
    value = raw.get(name)
    return default if value is None else str(value).strip().casefold() == "true"


def instant(value: Any) -> datetime | None:
    """An aware time; what says no zone is UTC. Raises Unreadable for what is none."""
    if value in (None, ""):
        return None
    found = _TICKS.fullmatch(str(value).strip())
    try:
        if found:
            return EPOCH + timedelta(milliseconds=int(found.group(1)))
        moment = datetime.fromisoformat(str(value).strip())
    except (ValueError, OverflowError) as error:
        raise Unreadable(f"Xero sent a time that is none: {value!r}") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def day(raw: Raw, name: str = "Date") -> date | None:
    """A calendar date: Xero writes it as its midnight in UTC, whatever the zone of the organisation."""
    moment = instant(raw.get(name))
    return moment.date() if moment else None


def document_day(raw: Raw) -> date:
    """The date of a document. Raises Unreadable without one: as-of figures depend on it."""
    found = day(raw)
    if found is None:
        raise Unreadable("Xero sent a document without a date.")
    return found


def updated(raw: Raw) -> datetime | None:
    """When Xero last changed it, as far as Xero tells."""
    return instant(raw.get("UpdatedDateUTC"))


def envelope(raw: Raw, id_name: str) -> dict[str, Any]:
    """What every record carries besides its content; the revision is the time of the last change in milliseconds."""
    moment = updated(raw)
    since = moment - EPOCH if moment else None
    return {
        "external_id": required(raw, id_name),
        "revision": str(since // timedelta(milliseconds=1)) if since else "",
        "updated_at": moment,
        "raw": raw,
    }


def required(raw: Raw, name: str) -> str:
    """An id. Raises Unreadable without one."""
    found = text(raw, name)
    if found in ("", NO_ID):
        raise Unreadable(f"Xero sent a record without {name}.")
    return found


def document_status(raw: Raw) -> Status:
    """The state of a document: drafts count no more than voided ones."""
    return STATES.get(text(raw, "Status").upper(), Status.ACTIVE)


def is_draft(raw: Raw) -> bool:
    """Whether it was never approved: then it is deleted, and not voided."""
    return text(raw, "Status").upper() in ("DRAFT", "SUBMITTED")


def marker_url(marker: str) -> str:
    """The address that carries a marker."""
    return MARKER_URL + quote(marker, safe=":/")


def marker_of(*texts: str) -> str:
    """The first marker in some texts or addresses, "" without one."""
    return next((found for value in texts if (found := read_marker(unquote(value)))), "")


def changed(body: Body, before: Body | None) -> Body:
    """The part of `body` that differs from `before`: what an update has to say."""
    return body if before is None else {key: value for key, value in body.items() if before.get(key) != value}
