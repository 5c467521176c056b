"""One item of the queue as its page shows it, and what happens when somebody decides."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages

from apps.connections.access import Person, may
from apps.portal import side_by_side
from apps.portal.side_by_side import SideBySide
from apps.reconciliation.admin import kind_title
from apps.reconciliation.kinds import KINDS
from apps.reconciliation.models import Decision, Mismatch, MismatchState
from apps.reconciliation.resolutions import RESOLUTIONS, resolve
from apps.sync.models import RequestItem

HISTORY_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Choice:
    """One resolution as a form: its sentence, the fields it asks for, and whether this person may take it."""

    name: str
    sentence: str
    verb: str
    fields: tuple[str, ...]
    sends: bool
    allowed: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything on the page of one item."""

    title: str
    both: SideBySide
    facts: list[tuple[str, str]]
    steps: list[str]
    choices: list[Choice]
    decisions: list[Decision]
    requests: list[RequestItem]


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a decision, as a message."""

    level: int
    sentence: str


def show(item: Mismatch, user: Person) -> Shown:
    """The page of one item."""
    both = side_by_side.of_link(item.link) if item.link else side_by_side.side_by_side(item.syncro, item.books)
    kind = KINDS.get(item.kind)
    return Shown(
        title=kind_title(item.kind),
        both=both,
        facts=[(_words(name), _say(value)) for name, value in item.facts.items() if _plain(value)],
        steps=list(item.facts.get("steps", ())),
        choices=[_choice(name, item, user) for name in kind.resolutions] if kind and item.state == MismatchState.OPEN else [],
        decisions=list(item.decisions.select_related("user").order_by("-id")[:HISTORY_SHOWN]),
        requests=_requests(item),
    )


def _requests(item: Mismatch) -> list[RequestItem]:
    """What was sent for its link, newest first."""
    if item.link_id is None:
        return []
    rows = RequestItem.objects.filter(link=item.link_id).select_related("request__connection").defer("request__body")
    return list(rows.order_by("-id")[:HISTORY_SHOWN])


def choice(item: Mismatch, name: str, user: Person) -> Choice | None:
    """The resolution of this name, if the item has it and still stands."""
    kind = KINDS.get(item.kind)
    offered = kind is not None and name in kind.resolutions and item.state == MismatchState.OPEN
    return _choice(name, item, user) if offered else None


def _choice(name: str, item: Mismatch, user: Person) -> Choice:
    resolution = RESOLUTIONS[name]
    return Choice(
        name=name,
        sentence=resolution.sentence,
        verb=resolution.verb,
        fields=tuple(getattr(resolution, "fields", ())),
        sends=bool(getattr(resolution, "sends", False)),
        allowed=may(user, resolution.verb, item.company),
    )


def values_of(chosen: Choice, posted: Mapping[str, str]) -> dict[str, str]:
    """The fields of the resolution out of its form; empty ones are left out."""
    return {name: posted[name].strip() for name in chosen.fields if posted.get(name, "").strip()}


def decide(item: Mismatch, chosen: Choice, user: Any, values: Mapping[str, str], note: str) -> Done:
    """Do it; what cannot be done comes back as a sentence."""
    try:
        result = resolve(item, chosen.name, user, dict(values), note)
    except ValueError as error:
        return Done(messages.ERROR, str(error))
    return Done(messages.SUCCESS, str(result or f"Done: {chosen.sentence}"))


def as_text(value: Any) -> str:
    """JSON as people read it."""
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _plain(value: Any) -> bool:
    """Whether a fact can be said in one line."""
    return value not in (None, "", [], {}) and not isinstance(value, dict | list)


def _say(value: Any) -> str:
    return {True: "Yes", False: "No"}.get(value, str(value)) if isinstance(value, bool) else str(value)
