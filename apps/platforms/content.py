"""Records to JSON values and back: Decimal and dates as text, tuples as lists; the form that mirrors store and digests hash."""

from __future__ import annotations

import hashlib
import json
import types
import typing
from collections.abc import Mapping
from dataclasses import Field, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")

#: Metadata of fields that came later than the rows already kept: what was kept without one must not look changed.
#: RARE is left out while it has its default; BESIDE is that too, and never a part of what both sides agree on.
RARE: Mapping[str, str] = {"kept": "rarely"}
BESIDE: Mapping[str, str] = {"kept": "beside"}


def to_content(value: Any, skip: frozenset[str] = frozenset(), *, agreed: bool = False) -> Any:
    """A dataclass as JSON values. Decimals lose trailing zeros, so that 5, 5.0 and 5.00 are one value.

    With `agreed` the fields marked BESIDE are left out.
    """
    if is_dataclass(value) and not isinstance(value, type):
        return {
            item.name: to_content(getattr(value, item.name), agreed=agreed)
            for item in fields(value)
            if item.name not in skip and not (item.metadata and _left_out(item, getattr(value, item.name), agreed))
        }
    if isinstance(value, Decimal):
        return format(value.normalize(), "f") if value else "0"
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [to_content(item, agreed=agreed) for item in value]
    if isinstance(value, Mapping):
        return {str(key): to_content(item, agreed=agreed) for key, item in value.items()}
    return value


def _left_out(item: Field[Any], value: Any, agreed: bool) -> bool:
    kept = item.metadata.get("kept")
    return kept is not None and (value == item.default or (agreed and kept == BESIDE["kept"]))


def from_content(kind: type[T], content: Mapping[str, Any]) -> T:
    """The dataclass whose `to_content` this is; fields it does not know are left out, missing ones take their default."""
    hints = _hints(kind)  # type: ignore[arg-type]
    return kind(**{name: _read(hints[name], value) for name, value in content.items() if name in hints})


def digest(content: Any) -> str:
    """A short hash of JSON values, the same for the same values in any order of keys."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@cache
def _hints(kind: type) -> dict[str, Any]:
    known = typing.get_type_hints(kind)
    return {item.name: known[item.name] for item in fields(kind)}


def _read(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    origin = typing.get_origin(hint)
    if origin in (types.UnionType, typing.Union):
        return _read(next(arm for arm in typing.get_args(hint) if arm is not type(None)), value)
    if origin is tuple:
        return tuple(_read(typing.get_args(hint)[0], item) for item in value)
    return _scalar(hint, value) if isinstance(hint, type) else value


def _scalar(hint: type, value: Any) -> Any:
    if isinstance(value, hint):
        return value
    if is_dataclass(hint) and isinstance(value, Mapping):
        return from_content(hint, value)
    if hint is Decimal:
        return Decimal(str(value))
    if hint in (date, datetime):
        return hint.fromisoformat(value)
    return hint(value) if issubclass(hint, StrEnum) else value
