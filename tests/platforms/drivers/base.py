"""A platform before its pocket vendor, in the words of the contract: the same for those we call and those that call us."""

from __future__ import annotations

import abc
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, ClassVar

from apps.platforms.base import Answer, DirectPlatform, Draft, Found, Outcome, Page, Platform, Verb, Write
from apps.platforms.errors import PlatformError
from apps.platforms.records import Customer, Record
from apps.sandbox.control import Control
from apps.sandbox.frame import PocketApp
from tests.platforms.conftest import Bench

DAY = date(2026, 3, 5)
MARKER = "tieout:home:acme:document:10023"


class Driver(abc.ABC):
    """What a contract test asks of any platform."""

    key: ClassVar[str]
    app: ClassVar[type[PocketApp]]
    #: How each error comes about: the name of a method that makes it happen and gives it.
    failures: ClassVar[Mapping[type[PlatformError], str]]
    #: Whether the same bytes sent twice do their work once, by a key of ours.
    keeps_keys: ClassVar[bool] = True
    #: What a document of ours can be afterwards.
    ends: ClassVar[Verb | None] = Verb.VOID
    platform: Platform

    def __init__(self, url: str, bench: Bench) -> None:
        self.control, self.bench = Control(url), bench
        bench.now = datetime.now(UTC)
        self.control.setting(name="limit_scale", value=1000.0)
        self.connect()

    @abc.abstractmethod
    def connect(self) -> None:
        """A new account, and our platform signed in to it."""

    @abc.abstractmethod
    def close(self) -> None:
        """Let everything go."""

    @abc.abstractmethod
    def made_by_hand(self, name: str) -> str:
        """A customer somebody makes in the vendor's screens, by id."""

    @abc.abstractmethod
    def renamed_by_hand(self, key: str, name: str) -> None:
        """Another name for it, typed in there."""

    @abc.abstractmethod
    def document(self, amount: str = "100.00") -> Record:
        """A document of ours that could be made."""

    @abc.abstractmethod
    def documents(self) -> list[str]:
        """The ids of such documents in the pocket itself."""

    @abc.abstractmethod
    def bad(self) -> Record:
        """A customer this platform refuses."""

    @abc.abstractmethod
    def breaks(self, kind: str, **fault: Any) -> None:
        """The next write goes wrong: "lose" after, "drop" before its work, "status" instead of it."""

    @abc.abstractmethod
    def pages(self, entity: str, cursor: str = "", *, full: bool = False) -> Iterator[Page]:
        """A pull."""

    @abc.abstractmethod
    def again(self, entity: str, ids: Sequence[str]) -> Mapping[str, Record | None]:
        """Exactly these, as they are now."""

    @abc.abstractmethod
    def outcomes(self, *writes: Write) -> list[Outcome]:
        """Writes of one entity and verb, and what became of each; what stops them all stands with each."""

    @abc.abstractmethod
    def twice(self, write: Write) -> None:
        """One write whose answer is lost, and its same bytes again."""

    @abc.abstractmethod
    def find(self, write: Write) -> Found | Answer:
        """Whether it is there."""

    @abc.abstractmethod
    def out_of_reach(self) -> None:
        """Whatever is asked next gets no answer that helps."""

    def customer(self, name: str) -> Write:
        """A new customer."""
        return creation(Customer(name=name))

    def made(self, write: Write) -> Record:
        """What became of one write that must succeed."""
        (outcome,) = self.outcomes(write)
        assert outcome.record is not None, outcome.error
        return outcome.record

    def refused(self, write: Write) -> PlatformError:
        """The error of one write that must fail."""
        (outcome,) = self.outcomes(write)
        assert outcome.error is not None, outcome.record
        return outcome.error


class DirectDriver(Driver):
    """For a platform that answers while we wait."""

    platform: DirectPlatform

    def close(self) -> None:
        """Let its connections go."""
        self.platform.close()

    def pages(self, entity: str, cursor: str = "", *, full: bool = False) -> Iterator[Page]:
        """A pull."""
        return self.platform.pull(entity, cursor, full=full)

    def again(self, entity: str, ids: Sequence[str]) -> Mapping[str, Record | None]:
        """By id."""
        return self.platform.get(entity, ids)

    def outcomes(self, *writes: Write) -> list[Outcome]:
        """Draft all, send each draft."""
        found: dict[int, Outcome] = {}
        try:
            drafts = self.platform.draft(writes[0].entity, writes, new_key)
        except PlatformError as error:
            return [Outcome(error=error) for _ in writes]
        for draft in drafts:
            found |= dict(zip(draft.positions, self._sent(draft), strict=True))
        return [found[place] for place in range(len(writes))]

    def _sent(self, draft: Draft) -> list[Outcome]:
        try:
            return self.platform.send(draft)
        except PlatformError as error:
            return [Outcome(error=error) for _ in draft.positions]

    def twice(self, write: Write) -> None:
        """The very same draft."""
        (draft,) = self.platform.draft(write.entity, [write], new_key)
        self.breaks("lose")
        for _ in range(2):
            self._sent(draft)

    def find(self, write: Write) -> Found | Answer:
        """Ask."""
        return self.platform.find(write.entity, write)

    def out_of_reach(self) -> None:
        """A gateway that knows nothing."""
        self.control.fault(kind="status", method="", path="", status=503, body={"error": "down"}, times=50)

    def rate_limited(self) -> PlatformError:
        """Too many requests."""
        self.breaks("status", status=429, body={"error": "slow down"}, headers={"Retry-After": "7"})
        return self.refused(self.customer("Ada"))

    def unavailable(self) -> PlatformError:
        """A read in an outage."""
        self.out_of_reach()
        return raised(lambda: list(self.pages("customer")))

    def unsure(self) -> PlatformError:
        """A write that nobody answered sensibly."""
        self.breaks("status", status=500, body="<html>")
        return self.refused(self.customer("Ada"))


def new_key() -> str:
    """A key nobody has used."""
    return uuid.uuid4().hex


def raised(ask: Callable[[], object]) -> PlatformError:
    """The error of a call that must fail."""
    try:
        ask()
    except PlatformError as error:
        return error
    raise AssertionError("it did not fail")


def creation(record: Record, marker: str = "") -> Write:
    """Make it."""
    return Write(verb=Verb.CREATE, entity=record.entity, record=record, marker=marker)


def change(now: Record, verb: Verb = Verb.UPDATE, **fields: Any) -> Write:
    """Make something else of it."""
    wanted = replace(now, **fields)
    return Write(
        verb=verb, entity=now.entity, record=wanted, base=now, external_id=now.external_id, revision=now.revision
    )
