"""The contract of a platform: what the engine may ask of Syncro or of the books, and what it gets back.

A `DirectPlatform` answers while we wait. Every write goes in two steps, so that the exact bytes can be committed
before they leave: `draft` makes the bytes and sends nothing, `send` sends one draft and reads its answer.
A `MailboxPlatform` (see `mailbox`) cannot be asked: it fetches letters from us and brings their answers later.
"""

from __future__ import annotations

import abc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar, Protocol

import httpx

from apps.platforms.errors import PlatformError
from apps.platforms.forecast import Stretch
from apps.platforms.records import Facts, Record


class Side(StrEnum):
    """Which half of a company a record belongs to."""

    SYNCRO = "syncro"
    BOOKS = "books"

    @property
    def other(self) -> Side:
        """The side across."""
        return Side.BOOKS if self is Side.SYNCRO else Side.SYNCRO


class Verb(StrEnum):
    """What a write does to a document of the other system."""

    CREATE = "create"
    UPDATE = "update"
    VOID = "void"
    DELETE = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One thing the other side should hold.

    `record` is the whole wanted content in neutral words, with ids of the target side in its references;
    `external_id` and `revision` name the document to change. `base` is the record of the target as we last saw it.
    Where one thing stands as several documents there (see `Platform.step`), `leg` says which one this is, and `last`
    is False while another step follows.
    """

    verb: Verb
    entity: str
    record: Record
    external_id: str = ""
    revision: str = ""
    marker: str = ""
    base: Record | None = None
    leg: int = 0
    last: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The bytes of one request that changes something; `positions` are the places of its writes in the batch given."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    body: bytes = b""
    key: str = ""
    entity: str = ""
    verb: str = ""
    positions: tuple[int, ...] = (0,)
    bucket: str = "requests"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one write: the record as the other side now has it, or the error. Void and delete may give neither.

    A `complaint` says that it was done, and not as it was wanted: a sentence for a person.
    """

    record: Record | None = None
    error: PlatformError | None = None
    complaint: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """The other system has the document we asked for; `complaint` as of an Outcome."""

    record: Record
    complaint: str = ""


class Answer(StrEnum):
    """The two other answers to `find`."""

    ABSENT = "absent"
    CANNOT_TELL = "cannot tell"


ABSENT = Answer.ABSENT
CANNOT_TELL = Answer.CANNOT_TELL


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """A piece that one list tells of a record that other lists complete: kept with its page until it is asked for."""

    parent: str
    key: str
    raw: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One answer's worth of a pull. `cursor` is where to go on once this page is stored, also after a crash.

    `gone` are ids the platform itself says were deleted. `last` is true on the page that ends the pull. `unreadable`
    are sentences about records that were left out because they make no sense; the cursor asks for them again.
    `aside` are pieces to be kept for later pages of this pull, `taken` the parents whose pieces are used up.
    """

    records: Sequence[Record] = ()
    gone: Sequence[str] = ()
    unreadable: Sequence[str] = ()
    cursor: str = ""
    last: bool = False
    aside: Sequence[Aside] = ()
    taken: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Roll:
    """A page of everything there is, for sweeps: ids, and what the page tells of them beside.

    `records` are those the list tells whole, `revisions` say of the others how they stand now. `cursor` is where a
    sweep that was interrupted goes on; "" where it begins anew.
    """

    ids: Sequence[str]
    records: Sequence[Record] = ()
    revisions: Mapping[str, str] = field(default_factory=dict)
    cursor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """One published limit: so many requests a minute, in bursts of at most `burst`; `scope` says what shares it."""

    name: str
    per_minute: float
    burst: int = 1
    scope: str = "connection"  # or "app", "egress"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The platform's published limits; seconds are for LIMIT_SCALE 1."""

    buckets: tuple[Bucket, ...]
    concurrent: int = 4
    page_size: int = 100
    batch: Mapping[str, int] = field(default_factory=dict)
    deadline: float = 60.0
    settle: float = 120.0
    retry_wait: float = 60.0


class Limiter(Protocol):
    """The budget of one connection; shared by every worker on every machine."""

    def acquire(self, bucket: Bucket) -> None:
        """Wait for a place, or raise RateLimited with `retry_after` when the wait would be too long."""

    def penalize(self, bucket: Bucket, seconds: float) -> None:
        """The platform said stop: nobody draws on this bucket for so long."""


class Kept(Protocol):
    """What is kept of this account already; asks no platform."""

    def holds(self, records: Sequence[Record]) -> frozenset[str]:
        """The ids of those that are kept as they stand: same revision, or same content where there is no revision."""

    def payloads(self, entity: str, ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        """The payloads of these records as last read."""

    def aside(self, entity: str, parents: Sequence[str]) -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
        """The pieces put aside for these parents, by parent and key."""

    def waiting(self, entity: str, most: int, after: str = "") -> Sequence[str]:
        """At most so many parents whose pieces nobody took yet, in order, behind the parent `after`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """A sign-in: an API token alone, or an OAuth pair with its expiry."""

    access: str = ""
    refresh: str = ""
    expires_at: datetime | None = None
    refresh_expires_at: datetime | None = None


class TokenStore(Protocol):
    """Where the sign-in of one connection is kept, encrypted."""

    def read(self) -> Tokens:
        """The tokens as last saved."""

    def locked(self) -> AbstractContextManager[Callable[[Tokens], None]]:
        """Hold the refresh lock of this connection (over processes); gives the function that saves new tokens durably."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request as the ledger keeps it; headers and bodies already redacted."""

    method: str
    url: str
    status: int
    milliseconds: int
    vendor_id: str = ""
    request: str = ""
    answer: str = ""
    error: str = ""


def _forget(name: str, value: Any) -> None:
    """An account that nobody keeps options for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Everything a platform needs to work for one connection, handed in by apps.connections.opening.

    `account_id`: subdomain, realm, tenant. `base_url`: where the API is, ready to append paths to. `addresses`: other
    configured addresses by name ("discovery"). `options`: settings of the connection, plain values; `remember` keeps
    one of them for good, at once.
    """

    account_id: str
    base_url: str
    tokens: TokenStore
    limiter: Limiter
    note: Callable[[Call], None]
    clock: Callable[[], datetime]
    addresses: Mapping[str, str] = field(default_factory=dict)
    client_id: str = ""
    client_secret: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    remember: Callable[[str, Any], None] = _forget
    scale: float = 1.0
    transport: httpx.BaseTransport | None = None
    kept: Kept | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What a first look at the account found; `missing` maps a missing permission to what will not work without it."""

    title: str
    facts: Facts
    missing: Mapping[str, str] = field(default_factory=dict)
    warnings: Sequence[str] = ()


class BadSignature(Exception):
    """A notification that was not signed with our secret."""


class Platform(abc.ABC):
    """What every platform says of itself."""

    key: ClassVar[str]
    title: ClassVar[str]
    side: ClassVar[Side]
    entities: ClassVar[tuple[str, ...]]
    writes: ClassVar[Mapping[str, frozenset[Verb]]]
    limits: ClassVar[Limits]
    #: What is written as a part of something else and never read by itself.
    written_only: ClassVar[frozenset[str]] = frozenset()
    #: How much of a document's number it keeps.
    number_length: ClassVar[int] = 21
    #: Whether one name may stand below several parents; elsewhere a customer's name is taken everywhere.
    names_by_path: ClassVar[bool] = False
    #: Whether a line without a product names an income account; elsewhere it stands on the mapped default item.
    lines_name_accounts: ClassVar[bool] = False
    #: Whether a customer can stand below another; elsewhere its name says so.
    nests_customers: ClassVar[bool] = True
    #: Whether money on no invoice can be received on bank accounts alone, so that only they fit every payment.
    unapplied_needs_bank: ClassVar[bool] = False

    @classmethod
    def step(cls, whole: Write, there: Mapping[int, Record]) -> Write | None:
        """The write that comes next to bring `there`, the documents by leg as they stand, to what `whole` wants.

        None when they hold it already. By default one thing is one document. Pure; raises Refused for what cannot be
        brought about here, with the steps a person can take instead.
        """
        return whole

    @classmethod
    def heard(cls, secret: str, headers: Mapping[str, str], body: bytes) -> frozenset[str]:
        """The accounts a notification says to look at: a hint, nothing more. Raises BadSignature, ValueError."""
        raise BadSignature(f"{cls.title} sends no notifications")


class DirectPlatform(Platform):
    """A platform that answers while we wait."""

    #: Entities for which `find` must say ABSENT right before every create: the platform has no key and no undo.
    looks_first: ClassVar[frozenset[str]] = frozenset()

    @abc.abstractmethod
    def check(self) -> Health:
        """A first look: who are we, what may we do. Raises NeedsReconnect when the sign-in is not valid."""

    @abc.abstractmethod
    def facts(self) -> Facts:
        """What documents depend on: currency, closed period, numbering, tax."""

    @abc.abstractmethod
    def pull(self, entity: str, cursor: str, *, full: bool = False) -> Iterator[Page]:
        """What changed since `cursor` ("" for everything); `full` reads everything again."""

    @abc.abstractmethod
    def ids(self, entity: str) -> Iterator[Sequence[str]]:
        """Every id there is now, in pages: for sweeps. Raises, rather than stopping short, when it could not ask."""

    def roll(self, entity: str, cursor: str = "") -> Iterator[Roll]:
        """The same with all that the list tells beside the ids, so that a sweep also finds what a pull did not see."""
        yield from (Roll(ids=page) for page in self.ids(entity))

    @abc.abstractmethod
    def get(self, entity: str, ids: Sequence[str]) -> Mapping[str, Record | None]:
        """The records of these ids; None where the platform itself says there is none. Raises when it could not ask."""

    @abc.abstractmethod
    def draft(self, entity: str, writes: Sequence[Write], new_key: Callable[[], str]) -> list[Draft]:
        """The requests that would do these writes, as few as the vendor allows; nothing is sent. Raises Refused
        when a single write (batch of one) cannot be expressed at all.
        """

    @abc.abstractmethod
    def send(self, draft: Draft) -> list[Outcome]:
        """Send one draft; an Outcome per position. Raises TryLater (nothing happened), Unsure, NeedsReconnect."""

    @abc.abstractmethod
    def find(self, entity: str, write: Write) -> Found | Answer:
        """Whether what this write wanted is already there. Asks by customer and dates and compares markers."""

    @abc.abstractmethod
    def url(self, entity: str, external_id: str) -> str:
        """The address of the record in the vendor's own web app."""

    def forecast(self, entities: Sequence[str]) -> Iterator[Stretch]:
        """What reading all of these for the first time takes, told by a request or two each; nothing where nobody can say."""
        yield from ()

    def close(self) -> None:
        """Let its network connections go; it is not used after this."""


def day_of(text: str) -> date:
    """The calendar date at the start of an ISO text; never shifted by a time zone."""
    return date.fromisoformat(text[:10])
