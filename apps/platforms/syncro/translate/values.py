"""Syncro's amounts, dates and texts: strings here, numbers there, cents elsewhere; all become one kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from apps.core.money import parse_money
from apps.platforms.base import day_of
from apps.platforms.errors import Unreadable
from apps.platforms.records import Status

D = TypeVar("D", bound=date)

#: Never kept: they sign somebody in, pay, or sign for somebody. They are dropped, not masked, so that a mask can never be
#: written back.
SECRETS = re.compile(
    r"(.*_)?(token|portal_key|api_key|online_profile_url|password|cvv|cvc|card_number|signature(_data|_name)?)",
    re.IGNORECASE,
)
#: An address that signs a customer in, whatever the field is called.
SIGNS_IN = re.compile(r"\s*https?://\S*[?&](portal_key|api_key|token)=", re.IGNORECASE)


def amount(value: object) -> Decimal | None:
    """Dollars from a string or a number; None for null and "". Raises Unreadable for what is no number."""
    if value is None or value == "":
        return None
    try:
        return parse_money(value)  # type: ignore[arg-type]
    except ValueError as error:
        raise Unreadable(f"Syncro sent an amount that is no number: {value!r}") from error


def dollars(value: object) -> Decimal:
    """Dollars, 0 for null."""
    return amount(value) or Decimal(0)


def text(value: object) -> str:
    """A text without edges; "" for null."""
    return "" if value is None else str(value).strip()


def day(value: object) -> date | None:
    """The calendar date of a midnight in UTC, never shifted; None for null."""
    return _read(day_of, value) if value else None


def required_day(raw: Mapping[str, Any], *names: str) -> date:
    """The first of these dates that is there; Unreadable when none is."""
    for name in names:
        if raw.get(name):
            return _read(day_of, raw[name])
    raise Unreadable("Syncro sent it without a date.")


def instant(value: object) -> datetime | None:
    """An aware UTC instant; None for null."""
    return _read(datetime.fromisoformat, value) if value else None


def _read(reader: Callable[[str], D], value: object) -> D:
    try:
        return reader(str(value))
    except ValueError as error:
        raise Unreadable(f"Syncro sent a date that is none: {value!r}") from error


def envelope(raw: Mapping[str, Any], *, disabled: bool = False) -> dict[str, Any]:
    """What every record takes from its payload."""
    return {
        "external_id": text(raw.get("id")),
        "revision": text(raw.get("updated_at")),
        "updated_at": instant(raw.get("updated_at")),
        "status": Status.INACTIVE if disabled else Status.ACTIVE,
        "raw": without_secrets(raw),
    }


def _hides(name: str, value: Any) -> bool:
    return bool(SECRETS.fullmatch(name) or (isinstance(value, str) and SIGNS_IN.match(value)))


def without_secrets(value: Any) -> Any:
    """A copy of a payload without SECRETS and addresses that sign somebody in, at any depth."""
    if isinstance(value, Mapping):
        return {name: without_secrets(item) for name, item in value.items() if not _hides(str(name), item)}
    return [without_secrets(item) for item in value] if isinstance(value, list) else value
