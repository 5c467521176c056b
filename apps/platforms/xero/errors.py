"""What Xero answers when it refuses, and what we make of it: a row per way of saying no.

Validation messages are texts without codes, several for one document; the first row that fits any of them counts.
https://developer.xero.com/documentation/api/accounting/responsecodes
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from apps.platforms.errors import (
    AlreadyThere,
    BadReference,
    Gone,
    LockedByPayment,
    NeedsReconnect,
    NotCovered,
    PeriodClosed,
    PermissionMissing,
    PlatformError,
    Refused,
    Unavailable,
    Unsure,
)


@dataclass(frozen=True, slots=True)
class Row:
    """One way Xero says no. `words` is looked for in every message; `sentence` "" means Xero's own words."""

    words: str
    kind: type[PlatformError]
    sentence: str = ""
    page: str = "responsecodes"


CLOSED = "The books are locked for this date in Xero."
ROWS: tuple[Row, ...] = (
    Row("idempotency.key.*different request", Unsure, page="idempotency"),
    Row("period lock date|end of year lock date|locked period", PeriodClosed, CLOSED, "organisation"),
    Row("contact name .* already assigned", AlreadyThere, "Another contact in Xero already has this name.", "contacts"),
    Row("contact number .* already assigned", AlreadyThere, page="contacts"),
    Row("# must be unique|number must be unique", AlreadyThere, "Another document in Xero already has this number.",
        "invoices"),
    Row("item with code .* already exists", AlreadyThere, "Another item in Xero already has this code.", "items"),
    Row("has a payment or credit note allocated|has payments or credit notes allocated|paid invoice line item",
        LockedByPayment, "Payments or credits are applied to it in Xero; they have to be taken off it first.",
        "invoices"),
    Row("part of a batch|batch payment.*(delete|edit|update)", LockedByPayment,
        "It is part of a batch payment in Xero, which can only be deleted as a whole.", "payments"),
    Row("reconciled", LockedByPayment, "It is reconciled with the bank in Xero.", "payments"),
    Row("exceeds the amount outstanding|greater than (the )?amount outstanding|already been paid off|"
        "more than the (remaining|outstanding)", NotCovered, page="payments"),
    Row("not of valid status for modification|status .* cannot be applied|invalid status", Refused, page="invoices"),
    Row("payments can only be made against authorised", BadReference, page="payments"),
    Row("account (type is invalid|code .* not a valid|code .* has been archived)|not a valid account", BadReference,
        page="accounts"),
    Row("taxtype code .* (cannot be used|does not exist|not valid)|tax (type|rate).*(archived|deleted)", BadReference,
        page="taxrates"),
    Row("not subscribed to currency", Refused, page="currencies"),
    Row("contact.*(archived|not found|could not be found|does not exist)|item code .* (not valid|not found)|"
        "could not be found|does not exist", BadReference),
)  # fmt: skip

#: What the status alone says, when no row fits.
STATUSES: Mapping[int, type[PlatformError]] = {
    401: NeedsReconnect,
    403: PermissionMissing,
    404: Gone,
    410: Gone,
}
#: Statuses that keep us out.
KEPT_OUT = frozenset({401, 403})
#: A missing scope is told by a header, in one of two spellings.
SCOPE = re.compile(r"insuffici?ent_?\s?scope", re.IGNORECASE)
NOT_CONNECTED = "Xero no longer lets this app into the organisation; an administrator must connect it again."
NO_SCOPE = "The sign-in to Xero lacks the permission (scope) for this; connect Xero again to give it."
NO_JSON = "Xero's gate answered instead of Xero itself; this will be sent again by itself."


def messages(body: Any) -> list[str]:
    """Every text of a refusal, whole: of the answer, of its elements and of what is nested in them."""
    if not isinstance(body, Mapping):
        return []
    own = [str(item.get("Message") or "") for item in _listed(body, "ValidationErrors")]
    nested = [text for item in _listed(body, "Elements") for text in messages(item)]
    parts = [text for name in ("LineItems", "Payments", "Allocations") for item in _listed(body, name)
             for text in messages(item)]  # fmt: skip
    return list(dict.fromkeys(text for text in (*own, *nested, *parts) if text))


def refusal(body: Any, status: int = 400, *, write: bool = True) -> PlatformError:
    """Our error for a refused document or request. A read can never be unsure."""
    texts = messages(body) or list(_spoken(body))
    for row in ROWS:
        for text in texts:
            if re.search(row.words, text, re.IGNORECASE):
                kind = Unavailable if row.kind is Unsure and not write else row.kind
                return kind(row.sentence or " / ".join(texts), code=_code(body, status))
    kind = STATUSES.get(status, Refused)
    return kind(" / ".join(texts) if kind is Refused else "", code=_code(body, status))


def denied(answer: httpx.Response, body: Any) -> PlatformError | None:
    """Our error for an answer that keeps us out (401, 403); None for any other."""
    if answer.status_code not in KEPT_OUT:
        return None
    told = f"{answer.headers.get('www-authenticate', '')} {' '.join(_spoken(body))}"
    if SCOPE.search(told):
        return PermissionMissing(NO_SCOPE, code="insufficient_scope")
    if answer.status_code == 401:
        return NeedsReconnect(code="401")
    if not body:
        return Unavailable(NO_JSON, code="403")
    if "AuthenticationUnsuccessful" in told or "AuthorizationUnsuccessful" in told:
        return NeedsReconnect(NOT_CONNECTED, code="403")
    return PermissionMissing(" / ".join(_spoken(body)), code="403")


def _spoken(body: Any) -> Iterator[str]:
    for name in ("Detail", "Message", "Title", "detail", "title"):
        if isinstance(body, Mapping) and isinstance(body.get(name), str) and body[name]:
            yield body[name]
            return


def _code(body: Any, status: int) -> str:
    return str((isinstance(body, Mapping) and body.get("ErrorNumber")) or status)


def _listed(body: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    found = body.get(name)
    return [item for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []
