"""JSON with exact numbers: a Decimal leaves as the number it is, never as text and never by way of a float."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any


def write_json(value: Any) -> bytes:
    """JSON values as UTF-8 bytes, the same bytes for the same values. Raises TypeError for a float."""
    return _text(value).encode()


def read_json(body: bytes | str) -> Any:
    """JSON with Decimal for every number that has a fraction. Raises ValueError."""
    return json.loads(body, parse_float=Decimal)


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{json.dumps(str(key))}:{_text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(_text(item) for item in value) + "]"
    if isinstance(value, Decimal):
        return format(_finite(value), "f")
    if isinstance(value, float):
        raise TypeError("a float has no exact value; use Decimal")
    return json.dumps(value, ensure_ascii=False)


def _finite(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise TypeError(f"{value} cannot be written as JSON")
    return value
