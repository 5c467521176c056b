"""What QuickBooks answers when it refuses, and what we make of it: a row per code.

Codes come as text with or without leading zeros; the service writes `Fault`, the gateway before it `fault`; a Fault can
sit in an answer of status 200. https://developer.intuit.com/app/developer/qbo/docs/develop/troubleshooting/error-codes
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.platforms.errors import (
    AlreadyThere,
    BadReference,
    Gone,
    LockedByPayment,
    NeedsReconnect,
    NotCovered,
    OutOfDate,
    PeriodClosed,
    PermissionMissing,
    PlatformError,
    RateLimited,
    Refused,
    Unavailable,
    Unsure,
)


@dataclass(frozen=True, slots=True)
class Row:
    """One way QuickBooks says no. `words` narrows a code by its text; `sentence` "" means QuickBooks' own words."""

    code: str
    kind: type[PlatformError]
    sentence: str = ""
    words: str = ""
    page: str = "error-codes"


CLOSED = "The books are closed for this date in QuickBooks Online."
NAME_TAKEN = "Another customer, vendor, employee or item in QuickBooks Online already has this name."

#: The first row that fits counts. Texts before codes: closed books were also seen under 5010.
ROWS: tuple[Row, ...] = (
    Row("", PeriodClosed, CLOSED, "period closed|books.{0,20}closed"),
    Row("6200", PeriodClosed, CLOSED),
    Row("6210", PeriodClosed, CLOSED),
    Row("3001", RateLimited, page="limits-and-throttles"),
    Row("3200", NeedsReconnect, page="oauth-2.0"),
    Row("3202", NeedsReconnect, page="oauth-2.0"),
    Row("3100", NeedsReconnect, "QuickBooks Online no longer knows this app for the company; connect it again.",
        page="oauth-2.0"),
    Row("100", NeedsReconnect, page="oauth-2.0"),
    Row("110", NeedsReconnect, page="oauth-2.0"),
    Row("120", NeedsReconnect, "The person who connected QuickBooks Online is no longer an administrator there; "
        "an administrator must connect it again.", page="handling-common-errors"),
    Row("140", Unavailable, "The company is locked in QuickBooks Online; this will be sent again by itself."),
    Row("150", Unavailable, "QuickBooks Online is under maintenance; this will be sent again by itself."),
    Row("600", Unsure, page="blogs 2015/04/06 requestid"),
    Row("610", BadReference, words="inactive"),
    Row("610", Gone),
    Row("620", Refused, "QuickBooks Online does not let these two documents be linked."),
    Row("1040", Refused, "The batch was larger than QuickBooks Online takes.", page="batch"),
    Row("2500", BadReference),
    Row("5010", OutOfDate),
    Row("5020", PermissionMissing, "The person who connected QuickBooks Online may not do this there."),
    Row("5030", PermissionMissing, "The subscription of QuickBooks Online does not include this feature."),
    Row("6000", Unsure, "QuickBooks Online had an internal failure; whether it did the work has to be looked up.",
        words="wait a few minutes|unexpected error"),
    Row("6000", Unsure, words="request_?id.*used", page="batch"),
    Row("6000", BadReference, words="made inactive|has been deleted|no longer active"),
    Row("6000", LockedByPayment, words="deposited|linked to a deposit|payments? (is|are|has been) (linked|applied)"),
    Row("6000", LockedByPayment, "Payments or other documents are linked to it; they have to be taken off it first.",
        words="linked transactions?|unlink"),
    Row("6000", NotCovered, words="more than the (open )?balance|more than the open"),
    Row("6110", LockedByPayment, "It was processed by QuickBooks Payments and cannot be changed."),
    Row("6120", LockedByPayment, "It was processed by QuickBooks Payments and cannot be deleted."),
    Row("6140", AlreadyThere, "Another document in QuickBooks Online already has this number.", page="invoice"),
    Row("6190", PermissionMissing, "The subscription of QuickBooks Online has ended: it can only be read."),
    Row("6240", AlreadyThere, NAME_TAKEN, page="customer"),
    Row("6250", BadReference, "The customer is inactive or missing in QuickBooks Online."),
    Row("6450", LockedByPayment, "The payment was already settled and cannot be voided."),
    Row("6480", LockedByPayment, "It is matched with a bank transaction in QuickBooks Online."),
    Row("6540", LockedByPayment, "It is part of a deposit in QuickBooks Online; take it out of the deposit first."),
    Row("10000", Unsure, "QuickBooks Online had an internal failure; whether it did the work has to be looked up."),
    Row("10200", Unavailable, "The company is being reset in QuickBooks Online; this will be sent again by itself."),
)  # fmt: skip

#: What is left when no code fits, by the type of the fault.
TYPES: Mapping[str, type[PlatformError]] = {
    "AUTHENTICATION": NeedsReconnect,
    "AUTHENTICATIONFAULT": NeedsReconnect,
    "AUTHORIZATION": PermissionMissing,
    "AUTHORIZATIONFAULT": PermissionMissing,
    "SERVICE": Unavailable,
    "SYSTEMFAULT": Unsure,
}

#: And by the status alone, when the body says nothing.
STATUSES: Mapping[int, type[PlatformError]] = {401: NeedsReconnect, 403: PermissionMissing, 404: Gone}

#: A batch refused as a whole in these words may be one that was done before: replays are not answered reliably.
REPLAYED_BATCH = frozenset({"600", "6000"})

_ID = re.compile(r"\bId=(\d+)")


@dataclass(frozen=True, slots=True)
class Fault:
    """A refusal as QuickBooks wrote it; `errors` are its (code, text) pairs, all of them."""

    kind: str
    errors: tuple[tuple[str, str], ...]

    @property
    def code(self) -> str:
        """The first code."""
        return self.errors[0][0] if self.errors else ""

    @property
    def words(self) -> str:
        """Every text, for people and for rows that go by words."""
        return " / ".join(dict.fromkeys(text for _, text in self.errors if text))


def find_fault(body: Any) -> Fault | None:
    """The fault in an answer, in either spelling; None when there is none."""
    if not isinstance(body, Mapping):
        return None
    raw = body.get("Fault") or body.get("fault")
    if not isinstance(raw, Mapping):
        return None
    errors = raw.get("Error") or raw.get("error") or []
    listed: Sequence[Any] = errors if isinstance(errors, list) else [errors]
    return Fault(str(raw.get("type", "")), tuple(_pair(error) for error in listed if isinstance(error, Mapping)))


def to_error(fault: Fault | None, status: int = 400, *, write: bool = True) -> PlatformError:
    """Our error for a refusal. A read can never be unsure: what is unsure for a write is Unavailable for a read."""
    for code, text in fault.errors if fault else ():
        for row in ROWS:
            if row.code in ("", code) and re.search(row.words, text, re.IGNORECASE):
                return _made(row.kind, row.sentence or text, code, text, write)
    kind = TYPES.get((fault.kind if fault else "").upper()) or STATUSES.get(status, Refused)
    return _made(kind, fault.words if fault else "", fault.code if fault else str(status), "", write)


def _made(kind: type[PlatformError], sentence: str, code: str, text: str, write: bool) -> PlatformError:
    if kind is Unsure and not write:
        kind, sentence = Unavailable, ""
    found = _ID.search(text) if kind is AlreadyThere else None
    return kind(sentence, code=code, external_id=found.group(1) if found else "")


def _pair(error: Mapping[str, Any]) -> tuple[str, str]:
    code = str(error.get("code") or "").lstrip("0")
    message = str(error.get("Message") or error.get("message") or "")
    detail = str(error.get("Detail") or error.get("detail") or "")
    return code, detail if message and detail.startswith(message) else " : ".join(filter(None, (message, detail)))
