"""The other shape of the contract: a platform that cannot be asked fetches letters and brings their answers."""

from __future__ import annotations

import abc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from apps.platforms.base import Account, Answer, Found, Outcome, Page, Platform, Write
from apps.platforms.errors import PlatformError
from apps.platforms.records import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """The exact text of one message set for a platform that fetches its work.

    `key` ("" for what only reads) lets the platform know the text again: handed out twice, it is done once.
    `positions` are the places of its writes in the batch given; `context`, JSON values, is what reading the answer needs.
    """

    text: str
    entity: str = ""
    verb: str = ""
    key: str = ""
    positions: tuple[int, ...] = ()
    context: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the other system says of itself when it comes for the first letter of a session; all of it may be ""."""

    company: str = ""
    file: str = ""
    country: str = ""
    version: str = ""


class MailboxPlatform(Platform):
    """A platform that fetches letters and brings answers. Nothing here talks to anybody: text in, text out.

    Letters of one session are handed out one after another; an answer is read before the next letter is made.
    """

    def __init__(self, account: Account) -> None:
        self.account = account

    @abc.abstractmethod
    def learned(self, told: Told) -> Facts:
        """The facts of the account as it tells them at the start. Raises Refused for another company's file."""

    @abc.abstractmethod
    def ask(self, entity: str, cursor: str, *, full: bool = False) -> Letter:
        """The first letter of a pull of what changed since `cursor` ("" for everything)."""

    @abc.abstractmethod
    def ask_again(self, entity: str, ids: Sequence[str]) -> Letter:
        """Asks for these records; what is not there is named in the page's `gone`."""

    @abc.abstractmethod
    def read_page(self, letter: Letter, answer: str) -> tuple[Page, Letter | None]:
        """What an asking letter brought, and the letter that asks on, within the same session alone. Raises TryLater."""

    @abc.abstractmethod
    def draft(self, entity: str, writes: Sequence[Write], new_key: Callable[[], str]) -> list[Letter]:
        """The letters that would do these writes, one verb at a time. A write that cannot be expressed is left out of
        them all; alone it raises Refused.
        """

    @abc.abstractmethod
    def read_outcomes(self, letter: Letter, writes: Sequence[Write], answer: str) -> list[Outcome]:
        """What became of the writes of a letter, by position in it; Unsure for each of which the answer tells nothing.

        Raises TryLater when it is certain that nothing was done, Unsure when nobody can say.
        """

    @abc.abstractmethod
    def look(self, entity: str, writes: Sequence[Write]) -> Letter:
        """Asks whether what these writes wanted is there."""

    @abc.abstractmethod
    def read_found(self, letter: Letter, writes: Sequence[Write], answer: str) -> list[Found | Answer]:
        """Its answer, a verdict by position. Raises TryLater."""

    @abc.abstractmethod
    def failed(self, letter: Letter | None, code: str, message: str) -> PlatformError:
        """Our error for a letter (None: for the session) the other system could not even begin to work on."""

    @abc.abstractmethod
    def farewell(self) -> Letter | None:
        """The last letter of a session in which nothing is open: lets it forget the keys it has seen; None for none."""

    @abc.abstractmethod
    def url(self, entity: str, external_id: str) -> str:
        """The address of the record in the vendor's own app, "" where there is none."""
