"""What Syncro's refusals mean: rows of one table, and the sentence inside each of its eight shapes of error."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.platforms.errors import (
    AlreadyThere,
    BadReference,
    Gone,
    LockedByPayment,
    NeedsReconnect,
    NotCovered,
    PermissionMissing,
    PlatformError,
    Refused,
)


@dataclass(frozen=True, slots=True)
class Row:
    """One refusal: `where` is searched in "METHOD /path", `match` in the sentence; `section`: vendor's page; `says`
    stands instead of words that tell staff nothing.
    """

    status: int
    where: str
    match: str
    error: type[PlatformError]
    section: str
    says: str = ""


PAID = "Syncro changes no line of an invoice that is paid."
ENDED = "Syncro no longer accepts the API token; make a new one in Syncro (Admin, API Tokens) and connect it again."

#: The first row that fits says it. 401 also means "this permission is missing"; the client tells the two apart by /me.
ROWS: tuple[Row, ...] = (
    Row(200, r"/line_items", r"(?i)already paid", LockedByPayment, "Line items: 200 without effect", PAID),
    Row(401, r"GET /me$", r"", NeedsReconnect, "API basics: Auth", ENDED),
    Row(401, r"", r"", PermissionMissing, "API basics: error shapes"),
    Row(403, r"", r"", PermissionMissing, "API basics: error shapes"),
    Row(404, r"^(GET|PUT|DELETE)", r"", Gone, "API basics: error shapes"),
    Row(404, r"", r"", BadReference, "API basics: error shapes"),
    Row(422, r"POST /payments", r"(?i)balance|more than|exceed", NotCovered, "Payments: apply_payments"),
    Row(422, r"POST /payments", r"(?i)(customer|invoice|method).*(exist|found|list|blank)", BadReference, "Payments"),
    Row(422, r"/customers", r"(?i)already|taken", AlreadyThere, "Customers: primary email is unique"),
    Row(422, r"", r"", Refused, "API basics: error shapes"),
    Row(400, r"", r"", Refused, "API basics: error shapes"),
)


def refusal(status: int, where: str, body: object) -> PlatformError:
    """Our error for an answer of 400 to 499, or of 200 that did nothing; `where` is "METHOD /path". An unknown status is
    Refused.
    """
    words = sentence(body)
    for row in ROWS:
        if row.status == status and re.search(row.where, where) and re.search(row.match, words):
            return row.error(row.says or words, code=str(status))
    return Refused(words, code=str(status))


def sentence(body: object) -> str:
    """The vendor's own words, whatever the shape of its answer; "" when it gave none."""
    if isinstance(body, str):
        return body
    if isinstance(body, list | tuple):
        return ", ".join(filter(None, map(sentence, body)))
    return _words(body) if isinstance(body, Mapping) else ""


def _words(body: Mapping[str, Any]) -> str:
    for name in ("message", "errors", "error"):
        if body.get(name):
            return sentence(body[name])
    fields = {name: value for name, value in body.items() if isinstance(value, list | Mapping) and name != "params"}
    return ", ".join(f"{name} {sentence(value)}" for name, value in fields.items() if sentence(value))
