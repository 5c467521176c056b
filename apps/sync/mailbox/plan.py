"""What the next letter of a session is: first what may have been done already, then reading, then writing in waves."""

from __future__ import annotations

import math
from typing import Any

from django.db.models import QuerySet

from apps.connections.models import Company, Connection
from apps.connections.opening import open_mailbox
from apps.connections.policies import Policies
from apps.core.clock import db_now
from apps.mirror.models import Link
from apps.mirror.states import SyncState
from apps.platforms.base import Side
from apps.platforms.mailbox import Letter, Told
from apps.platforms.registry import platform_class
from apps.sync.batch import Pushed
from apps.sync.claim import Patience, claim, release_expired, wake_waiting
from apps.sync.engine import settle_newborns
from apps.sync.entities import ENTITIES
from apps.sync.look import due_doubts
from apps.sync.mailbox.answers import Answers
from apps.sync.mailbox.writing import Writing, looked_for
from apps.sync.models import Cursor, LetterKind, LetterState, PostedLetter, PostRound
from apps.sync.pull import entities_of, held_rows
from apps.sync.reading import is_loaded

#: So many records are asked for again in one letter.
AT_ONCE = 50
#: What our own writes move: balances of invoices and customers, by which the tie-out is witnessed.
MOVED = ("invoice", "customer")
#: What was written is read again and may lead to more; a session goes round so often, the next one does the rest.
MOST_TURNS = 5


def first_plan(company: Company, side: Side) -> dict[str, Any]:
    """All a session does from its start."""
    return {
        "stage": "read", "turns": 0, "wrote": False, "entities": readable(company, side),
        "again": {entity: ids[:AT_ONCE] for entity, ids in held_rows(company, side).items()},
    }  # fmt: skip


def readable(company: Company, side: Side) -> list[str]:
    """What is read of the platform of a side, reference data first."""
    stored = company.connection(side)
    has = platform_class(stored.platform).entities if stored else ()
    return [entity for entity in entities_of(side) if entity in has]


class Post:
    """The desk of one session: makes letters and hands over answers. Its state is in the session's row alone."""

    def __init__(self, round_: PostRound) -> None:
        self.round = round_
        self.company: Company = round_.company
        self.connection: Connection = round_.connection
        self.side: Side = round_.connection.side
        self.platform = open_mailbox(round_.connection)

    def greet(self, told: Told) -> None:
        """Learn what the other system says of itself. Raises PlatformError when this is not the right account."""
        facts = self.platform.learned(told)
        self.connection.facts, self.connection.title = facts.content(), facts.name or self.connection.title
        self.connection.save(update_fields=["facts", "title"])

    def read_answers(self) -> None:
        """Read every answer that was kept and not read yet; the session's `error` tells when it cannot go on."""
        for letter in self._letters().filter(state=LetterState.ANSWERED).order_by("pk"):
            Answers(self.round, self.platform, letter).read()

    def next(self) -> PostedLetter | None:
        """The letter that is to be handed out next; None when nothing is left to do."""
        waiting = self._letters().filter(state__in=[LetterState.READY, LetterState.OUT])
        writes = waiting.filter(kind=LetterKind.WRITE).order_by("pk").first()
        if writes is not None:
            return writes
        own = waiting.filter(round=self.round).order_by("pk").first()
        return own or self._planned()

    def percent(self) -> int:
        """How far the session is, at most 99 and never less than before."""
        plan = self.round.plan
        size = max(self.platform.limits.batch.values(), default=1)
        due = Link.objects.filter(
            company=self.company, origin=self.side.other, state__in=[SyncState.PENDING, SyncState.PUSHING]
        )
        left = len(plan["entities"]) + len(plan["again"]) + math.ceil(due.count() / size) + 1
        plan["percent"] = max(min(99, 100 * self.round.handed // (self.round.handed + left)), plan.get("percent", 0))
        self.round.save(update_fields=["plan"])
        return int(plan["percent"])

    def _letters(self) -> QuerySet[PostedLetter]:
        return PostedLetter.objects.filter(connection=self.connection).select_related("request")

    def _planned(self) -> PostedLetter | None:
        """Go through the stages until one of them has a letter; each leaves its trace in the plan before it is left."""
        letter = None
        while letter is None and self.round.plan["stage"] != "over":
            letter = self._asked_again() or STAGES[self.round.plan["stage"]](self)
        self.round.save(update_fields=["plan", "counts"])
        return letter

    def _asked_again(self) -> PostedLetter | None:
        again: dict[str, list[str]] = self.round.plan["again"]
        for entity in list(again):
            ids = again.pop(entity)
            if ids and entity in self.platform.entities:
                return self.post(self.platform.ask_again(entity, ids), LetterKind.READ)
        return None

    def read(self) -> PostedLetter | None:
        """Everything that changed, one entity after the other."""
        plan = self.round.plan
        if not plan["entities"]:
            plan["stage"] = "work"
            self.round.counts["read"] = True
            self.round.save(
                update_fields=["plan", "counts"]
            )  # from here on the company counts as read, in this session too
            return None
        entity = plan["entities"].pop(0)
        cursor, _ = Cursor.objects.get_or_create(company=self.company, side=self.side, entity=entity)
        return self.post(self.platform.ask(entity, cursor.value), LetterKind.READ)

    def work(self) -> PostedLetter | None:
        """Doubts first, then what is due, in order of dependence."""
        if is_loaded(self.company):
            release_expired(self.company)
            settle_newborns(self.company, Policies.of(self.company))
            letter = self._look() or self._write()
            if letter is not None:
                self.round.plan["wrote"] = True
                return letter
        self._turn()
        return None

    def _turn(self) -> None:
        """Nothing more is due: what was written is read again, once more for what that leads to, then the end."""
        plan = self.round.plan
        again = plan["wrote"] and plan["turns"] < MOST_TURNS
        plan["stage"] = "read" if again else "leave"
        plan["entities"] = [entity for entity in MOVED if entity in self.platform.entities] if again else []
        plan["turns"], plan["wrote"] = plan["turns"] + 1, False

    def leave(self) -> PostedLetter | None:
        """Take leave, where anything was written."""
        self.round.plan["stage"] = "over"
        letter = self.platform.farewell() if self.round.counts.get("writes") else None
        return self.post(letter, LetterKind.FAREWELL) if letter else None

    def _look(self) -> PostedLetter | None:
        for entity, links in looked_for(due_doubts(self.company, [self.side])).items():
            letter = self.platform.look(entity, [write for _, write in links])
            return self.post(letter, LetterKind.LOOK, links=[link.pk for link, _ in links])
        return None

    def _write(self) -> PostedLetter | None:
        patience = Patience.of(self.platform.limits)
        since = db_now()
        for entity in ENTITIES:
            if self.side.other not in entity.origins:
                continue
            size = self.platform.limits.batch.get(entity.name, 1)
            while links := claim(self.company, entity.name, self.side.other, size, patience, since):
                pushed = Pushed()
                writing = Writing(self.company, self.platform, entity.name, links, patience, pushed)
                letters = writing.letters(self.round)
                if writing.settled:
                    wake_waiting(self.company)
                if letters:
                    return letters[0]
        return None

    def post(self, letter: Letter, kind: LetterKind, **more: Any) -> PostedLetter:
        """Keep a letter that asks."""
        return posted(self.round, letter, kind, **more)


def posted(round_: PostRound, letter: Letter, kind: LetterKind, **more: Any) -> PostedLetter:
    """Keep a letter, ready to be handed out."""
    return PostedLetter.objects.create(
        round=round_, connection=round_.connection, kind=kind, entity=letter.entity, verb=letter.verb, key=letter.key,
        text=letter.text, context={**letter.context, "positions": list(letter.positions)}, **more,
    )  # fmt: skip


STAGES = {"read": Post.read, "work": Post.work, "leave": Post.leave}
