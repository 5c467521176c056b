"""What QuickBooks says when it refuses, and what we make of it: a row per code.

Status codes stand in every reply, codes of the whole letter (HRESULT) come through the Web Connector.
Intuit, "Error codes and messages" and QuickBooks Web Connector Programmer's Guide 2.0.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from apps.platforms.errors import (
    AlreadyThere,
    BadReference,
    Gone,
    LockedByPayment,
    NotCovered,
    OutOfDate,
    PeriodClosed,
    PermissionMissing,
    PlatformError,
    Refused,
    Unavailable,
    Unsure,
)
from apps.platforms.mailbox import Letter
from apps.platforms.quickbooks_desktop.reading import Reply

#: A query that found nothing (1), or not all it was asked for by id (500).
NOTHING = frozenset({"1", "500"})
#: What was asked for by id is not in this file.
UNKNOWN_ID = frozenset({"1", "500", "3000", "3120"})
#: This file or edition has no such documents at all.
NOT_KEPT = frozenset({"1030", "3250"})
#: Of a whole set: whether it was done cannot be told from the answer.
UNTOLD_SETS = frozenset({"600", "9001", "9002", "9004", "9005"})


@dataclass(frozen=True, slots=True)
class Row:
    """One way QuickBooks says no. `words` narrows a code by its text; `sentence` "" means QuickBooks' own words."""

    code: str
    kind: type[PlatformError]
    sentence: str = ""
    words: str = ""


CLOSED = "The books are closed for this date in QuickBooks Desktop."
IN_USE = "Somebody is working on it in QuickBooks Desktop; this will be sent again by itself."
NAME_TAKEN = "Another customer, vendor, employee, other name or item in QuickBooks Desktop already has this name."
TOO_NEW = "This QuickBooks Desktop is too old or of an edition that cannot do this."

#: The first row that fits counts.
ROWS: tuple[Row, ...] = (
    Row("", PeriodClosed, CLOSED, "closing date|books (are|have been) closed"),
    Row("1030", PermissionMissing, TOO_NEW),
    Row("3000", BadReference),
    Row("3070", Refused),
    Row("3100", AlreadyThere, NAME_TAKEN),
    Row("3120", NotCovered, words="already (been )?paid|paid invoice|more than the amount"),
    Row("3120", BadReference),
    Row("3140", BadReference),
    Row("3160", LockedByPayment, words="deposit|linked|reconciled|appl(ied|y)"),
    Row("3185", LockedByPayment, words="deposit|linked|reconciled|appl(ied|y)"),
    Row("3170", LockedByPayment, words="deposit|linked|reconciled|appl(ied|y)"),
    Row("3170", Refused),
    Row("3171", PeriodClosed, CLOSED),
    Row("3175", Unavailable, IN_USE),
    Row("3176", Unavailable, IN_USE),
    Row("3180", Unavailable, IN_USE, "modified by another user|list has been modified|in use|being used"),
    Row("3180", Refused),
    Row("3200", OutOfDate),
    Row("3210", NotCovered, words="more than the amount due|cannot pay more|amount due|exceeds?|remaining"),
    Row("3210", Refused),
    Row("3250", PermissionMissing, "This feature is switched off in QuickBooks Desktop, or this edition does not have it."),
    Row("3260", PermissionMissing, "The QuickBooks user of the Web Connector may not do this; an administrator grants it "
        "under Edit > Preferences > Integrated Applications."),
    Row("3261", PermissionMissing, "This application may not do this in QuickBooks Desktop; an administrator grants it "
        "under Edit > Preferences > Integrated Applications."),
    Row("3391", Unavailable, "QuickBooks Desktop lost the place in its list; it is read again from the start."),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a letter could not be worked on at all; `begun`: part of it may have been done, so a write is looked up."""

    code: str
    kind: type[PlatformError]
    sentence: str
    begun: bool = False


PARSE = "parse"

#: By the last three digits of 0x80040...; https://developer.intuit.com, HRESULTs of the request processor.
TROUBLES: tuple[Trouble, ...] = (
    Trouble("400", Refused, "QuickBooks Desktop could not read the letter, so nothing in it was done."),
    Trouble("401", Unavailable, "QuickBooks Desktop could not be reached by the Web Connector; start QuickBooks with the company file open."),
    Trouble("402", Unavailable, "QuickBooks Desktop met an unexpected failure; it is looked at again by itself.", begun=True),
    Trouble("408", Unavailable, "QuickBooks Desktop could not be started; open it with the company file on that computer."),
    Trouble("40a", Refused, "Another company file is open in QuickBooks Desktop; open the connected one, or close QuickBooks."),
    Trouble("40d", Unavailable, "The session with QuickBooks Desktop had ended; the next run goes on by itself."),
    Trouble("410", Unavailable, "The company file is open in the other mode; switch QuickBooks Desktop to the mode the Web Connector uses "
        "(File > Switch to Multi-user or Single-user Mode)."),
    Trouble("414", Unavailable, "A window is open in QuickBooks Desktop that waits for an answer; close it."),
    Trouble("416", Unavailable, "QuickBooks Desktop is not running; open it with the company file, or allow access while it is closed."),
    Trouble("417", Unavailable, "QuickBooks Desktop is not running; open it with the company file, or allow access while it is closed."),
    Trouble("418", PermissionMissing, "QuickBooks Desktop was never told to let this application in; sign in as Admin and choose "
        '"Yes, always" when it asks.'),
    Trouble("41a", PermissionMissing, "The QuickBooks user may not use integrated applications; an administrator allows it under "
        "Edit > Preferences > Integrated Applications."),
    Trouble("41b", Unavailable, "QuickBooks Desktop could not lock the company file; close other programs that use it."),
    Trouble("41c", Unavailable, "QuickBooks Desktop met an internal failure; it is looked at again by itself.", begun=True),
    Trouble("41d", PermissionMissing, "QuickBooks Desktop does not let this application sign in by itself; allow it under "
        "Edit > Preferences > Integrated Applications."),
    Trouble("41e", PermissionMissing, "QuickBooks Desktop does not trust this application; add it again in the Web Connector as Admin."),
    Trouble("41f", PermissionMissing, "This edition of QuickBooks Desktop (Basic) has no access for applications."),
    Trouble("420", PermissionMissing, 'Somebody at QuickBooks Desktop refused access; sign in as Admin and choose "Yes, always".'),
    Trouble("421", PermissionMissing, "QuickBooks Desktop does not let the Web Connector pass on these letters."),
    Trouble("422", Unavailable, "QuickBooks Desktop is in single-user mode and another program uses it; switch to multi-user mode."),
    Trouble("423", Refused, "This QuickBooks Desktop is too old: version 2014 or newer is needed."),
    Trouble("424", Unavailable, "QuickBooks Desktop is still starting; the next run goes on by itself."),
    Trouble("427", PermissionMissing, "QuickBooks Desktop is not registered on this computer; start it once as administrator."),
    Trouble("42a", PermissionMissing, "QuickBooks Desktop does not allow access from another computer; run the Web Connector where QuickBooks is."),
    Trouble("42c", PermissionMissing, "Access to the company file was taken back; an administrator grants it under "
        "Edit > Preferences > Integrated Applications."),
)  # fmt: skip
#: Windows does not know QuickBooks' part for applications.
NOT_INSTALLED = "80040154"

_HRESULT = re.compile(r"(?:0x)?(8004[0-9a-f]{4})", re.IGNORECASE)


def done(reply: Reply) -> bool:
    """Whether a request was carried out: fine, or with a warning."""
    return reply.code == "0" or (reply.code.isdigit() and 500 <= int(reply.code) <= 599)


def to_error(reply: Reply, *, write: bool = True, taking: bool = False) -> PlatformError:
    """Our error for a refusal. A read can never be unsure: it is asked again.

    `taking`: it was to take away a document, so what is not found is the document itself.
    """
    if taking and reply.code in UNKNOWN_ID:
        return Gone(code=reply.code)
    for row in ROWS:
        if row.code in ("", reply.code) and re.search(row.words, reply.message, re.IGNORECASE):
            return row.kind(row.sentence or reply.message, code=reply.code)
    words = reply.message or f"QuickBooks Desktop refused it (status {reply.code or 'missing'})."
    if not reply.code.isdigit():
        return (Unsure if write else Unavailable)(code=reply.code)
    return (Refused if write else Unavailable)(words, code=reply.code)


def to_trouble(letter: Letter | None, code: str, message: str) -> PlatformError:
    """Our error for a letter QuickBooks could not even begin with; what a write may have begun is unsure."""
    found = _HRESULT.search(code)
    number = found.group(1).lower() if found else ""
    if number == NOT_INSTALLED:
        return PermissionMissing("QuickBooks Desktop or its Web Connector is not installed properly.", code=code)
    trouble = next((row for row in TROUBLES if number == f"80040{row.code}"), None)
    writes = letter is not None and bool(letter.key)
    if trouble is None or trouble.begun:
        sentence = trouble.sentence if trouble else message
        return (Unsure if writes else Unavailable)(sentence, code=code)
    return trouble.kind(trouble.sentence, code=PARSE if trouble.code == "400" else code)
