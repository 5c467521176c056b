"""Small things pages need: money and states as people read them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from apps.connections import words

register = template.Library()


@register.filter
def badge(state: str) -> SafeString | str:
    """A state as a coloured word."""
    return words.badge(state)


@register.filter
def state_word(state: str) -> str:
    """A state as a word."""
    return words.STATES[state][0]


@register.filter
def age(moment: Any) -> str:
    """How long ago."""
    return words.age(moment)


@register.filter
def instant(text: str) -> str:
    """An instant in ISO form, to the minute."""
    return f"{datetime.fromisoformat(text):%b %d, %Y %H:%M}"


@register.filter
def money(amount: Any) -> SafeString | str:
    """An amount, from a Decimal or from text with two decimals."""
    return words.money(None if amount in (None, "") else Decimal(str(amount)))


@register.filter
def main_landmark(page: SafeString) -> SafeString:
    """Unfold's pages have no main landmark, which readers of the screen jump to."""
    return mark_safe(page.replace('<div id="main"', '<div id="main" role="main"', 1))  # noqa: S308  # rendered already
