"""What a kind of mismatch is, and the one way from held links to findings."""

from __future__ import annotations

import abc
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from apps.connections.models import Company
from apps.platforms.content import digest
from apps.reconciliation.effects import Effect
from apps.reconciliation.kinds.cases import Case, cases

SUBJECT_MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One truth found now. `subject` names what it is about and stays the same from day to day.

    `facts` are the values the sentence is made of, as JSON; `links` of facts are all links it stands for, where it is
    more than the one in `link`. `effects` come from the links' or the row's own facts, never from the difference.
    """

    kind: str
    subject: str
    entity: str
    sentence: str
    link: int | None = None
    syncro: int | None = None
    books: int | None = None
    customer: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    effects: tuple[Effect, ...] = ()

    @property
    def digest(self) -> str:
        """Changes when the facts or the money change."""
        money = [(each.customer, str(each.date), f"{each.amount:.2f}") for each in self.effects]
        return digest({"facts": dict(self.facts), "effects": money})


class MismatchKind(abc.ABC):
    """A way in which the two sides can disagree.

    `codes`: the codes of held links it stands for; each code belongs to one kind. `resolutions`: what staff can do, the
    safest first, as names of `resolutions.RESOLUTIONS`. `entity`: what it is mostly about, for lists.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    entity: ClassVar[str]
    codes: ClassVar[tuple[str, ...]] = ()
    resolutions: ClassVar[tuple[str, ...]] = ()

    @abc.abstractmethod
    def find(self, company: Company) -> Iterable[Finding]:
        """Everything of this kind that is true now."""


class HeldKind(MismatchKind):
    """A kind with one finding for each held link of its codes."""

    def find(self, company: Company) -> Iterable[Finding]:
        """One finding a link."""
        return [self.finding(case) for case in cases(company, self.codes)]

    def finding(self, case: Case, **changes: Any) -> Finding:
        """The finding of one held link; `changes` replace parts of it."""
        link = case.link
        parts: dict[str, Any] = {
            "kind": self.name, "subject": case.subject, "entity": link.entity, "link": link.pk,
            "syncro": link.syncro_id,
            "books": link.books_id, "customer": case.customer, "facts": case.facts | dict(self.facts(case)),
            "effects": case.effects, "sentence": self.sentence(case),
        }  # fmt: skip
        return Finding(**(parts | changes))

    def facts(self, case: Case) -> Mapping[str, Any]:
        """What this kind tells beyond the common facts."""
        return {}

    @abc.abstractmethod
    def sentence(self, case: Case) -> str:
        """The finding in a sentence, with its values."""


def short_subject(*words: str) -> str:
    """A subject that fits its column; what is too long keeps its beginning and a digest of the rest."""
    text = ":".join(words)
    return text if len(text) <= SUBJECT_MOST else f"{text[: SUBJECT_MOST - 33]}:{digest(text)}"
