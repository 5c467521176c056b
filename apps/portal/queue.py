"""One item of the queue as its page shows it, and what happens when somebody decides."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages

from apps.connections.access import Person, may
from apps.core.tasks import enqueue
from apps.portal import choices, side_by_side
from apps.portal.side_by_side import SideBySide
from apps.reconciliation.admin import kind_title
from apps.reconciliation.models import Decision, Mismatch, MismatchState
from apps.reconciliation.resolutions import Resolution, offered, resolve
from apps.sync.models import RequestItem
from apps.sync.tasks import WHOLE_RUN

HISTORY_SHOWN = 30
#: What the values of resolutions are called on the page.
FIELDS: Mapping[str, str] = {
    "kind": "What it is", "external_id": "In the books", "books": "Its id in the books", "account_id": "Deposited to",
    "syncro": "Its id in Syncro",
}  # fmt: skip
#: Facts that are there for machines.
UNTOLD = frozenset({"links", "steps", "code", "reason", "topic"})


@dataclass(frozen=True, slots=True)
class Field:
    """A value a resolution asks for: chosen from `options`, or typed in where there are none."""

    name: str
    title: str
    options: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """One resolution as a form: its sentence, the fields it asks for, and whether this person may take it."""

    name: str
    sentence: str
    verb: str
    fields: tuple[Field, ...]
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
    return Shown(
        title=kind_title(item.kind),
        both=both,
        facts=[
            (_words(name), _say(value)) for name, value in item.facts.items() if name not in UNTOLD and _plain(value)
        ],
        steps=list(item.facts.get("steps", ())),
        choices=list(choices_of(item, user).values()),
        decisions=list(item.decisions.select_related("user").order_by("-id")[:HISTORY_SHOWN]),
        requests=_requests(item),
    )


def _requests(item: Mismatch) -> list[RequestItem]:
    """What was sent for its link, newest first."""
    if item.link_id is None:
        return []
    rows = RequestItem.objects.filter(link=item.link_id).select_related("request__connection").defer("request__body")
    return list(rows.order_by("-id")[:HISTORY_SHOWN])


def choices_of(item: Mismatch, user: Person) -> dict[str, Choice]:
    """What can be done about an item that still stands, the safest first."""
    if item.state != MismatchState.OPEN:
        return {}
    found = [_choice(item, name, resolution, user) for name, resolution in offered(item)]
    return {each.name: each for each in found}


def _choice(item: Mismatch, name: str, resolution: Resolution, user: Person) -> Choice:
    options = choices.options_of(item.company, str(item.facts.get("topic", ""))) if resolution.takes else {}
    wanted = [
        key for key in (*resolution.needs, *resolution.takes) if key in FIELDS and (not options or key in options)
    ]
    fields = tuple(Field(key, FIELDS[key], options.get(key, ())) for key in wanted)
    return Choice(
        name,
        resolution.sentence,
        resolution.verb,
        fields,
        resolution.moves_money,
        may(user, resolution.verb, item.company),
    )


def values_of(chosen: Choice, posted: Mapping[str, str]) -> dict[str, str]:
    """The fields of the resolution out of its form; empty ones are left out."""
    return {
        name: posted[name].strip() for name in (field.name for field in chosen.fields) if posted.get(name, "").strip()
    }


def decide(item: Mismatch, chosen: Choice, user: Any, values: Mapping[str, str], note: str) -> Done:
    """Do it; what cannot be done comes back as a sentence."""
    try:
        decision = resolve(item, chosen.name, user, dict(values), note)
    except ValueError as error:
        return Done(messages.ERROR, str(error))
    enqueue(WHOLE_RUN, item.company_id)
    return Done(messages.SUCCESS, decision.result)


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
