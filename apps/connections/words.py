"""States, ages and amounts as people read them; for templates too, so nothing of the admin is imported here."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

#: How a state is shown: the word a bookkeeper reads and the colour of its badge.
STATES: dict[str, tuple[str, str]] = {
    "in_sync": ("In sync", "good"),
    "pending": ("Waiting to be sent", "busy"),
    "pushing": ("Being sent", "busy"),
    "in_doubt": ("Checking", "warn"),
    "held": ("Needs a look", "bad"),
    "ignored": ("Left alone", "quiet"),
    "connected": ("Connected", "good"),
    "needs_sign_in": ("Needs a new sign-in", "bad"),
    "paused": ("Paused", "warn"),
    "open": ("Open", "warn"),
    "closed": ("Solved", "good"),
    "committed": ("Perhaps sent", "warn"),
    "settled": ("Answered", "good"),
    "lost": ("No answer", "bad"),
    "unsent": ("Not done", "quiet"),
}
NOTHING = "—"


def badge(state: str) -> SafeString | str:
    """A state as a coloured word."""
    word, tone = STATES.get(state, (state.replace("_", " ").capitalize(), "quiet"))
    return format_html('<span class="t-badge t-{}">{}</span>', tone, word) if state else NOTHING


def age(moment: Any) -> str:
    """How long ago, in its largest unit."""
    if not moment:
        return "never"
    passed = timesince(moment, depth=1)
    return "just now" if passed.startswith("0") else f"{passed} ago"


def money(amount: Any) -> SafeString | str:
    """An amount with thousands and two decimals."""
    return format_html('<span class="t-money">{}</span>', f"{amount:,.2f}") if amount is not None else NOTHING
