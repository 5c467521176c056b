"""QuickBooks Desktop as a platform: it fetches letters through the Web Connector, so here text goes in and text comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from apps.platforms.base import Account, Answer, Found, Limits, Outcome, Page, Side, Verb, Write
from apps.platforms.content import from_content
from apps.platforms.errors import PlatformError
from apps.platforms.mailbox import Letter, MailboxPlatform, Told
from apps.platforms.quickbooks_desktop import finding, legs, writing
from apps.platforms.quickbooks_desktop.errors import to_trouble
from apps.platforms.quickbooks_desktop.limits import LIMITS
from apps.platforms.quickbooks_desktop.pulling import Puller
from apps.platforms.quickbooks_desktop.translate.facts import facts_from, read_facts
from apps.platforms.quickbooks_desktop.translate.values import canadian
from apps.platforms.quickbooks_desktop.writer import NEWEST, Dialect, clearing_set
from apps.platforms.records import Facts, Record

_NAME = frozenset({Verb.CREATE, Verb.UPDATE})
_DOCUMENT = frozenset({Verb.CREATE, Verb.UPDATE, Verb.VOID, Verb.DELETE})
_MADE = frozenset({Verb.CREATE, Verb.VOID, Verb.DELETE})


class QuickBooksDesktop(MailboxPlatform):
    """One company file. `account.account_id` is the FileID of its .qwc file, `account.options["owner_id"]` our OwnerID.

    `account.options["facts"]` may hold the content of facts known already; letters go by the facts last learned.
    """

    key: ClassVar[str] = "quickbooks_desktop"
    title: ClassVar[str] = "QuickBooks Desktop"
    side: ClassVar[Side] = Side.BOOKS
    entities: ClassVar[tuple[str, ...]] = (
        "account",
        "tax_code",
        "payment_method",
        "item",
        "customer",
        "invoice",
        "payment",
        "credit_memo",
        "refund",
        "receivable_movement",
    )
    writes: ClassVar[Mapping[str, frozenset[Verb]]] = {
        "customer": _NAME,
        "item": _NAME,
        "invoice": _DOCUMENT,
        "payment": _DOCUMENT,
        "credit_memo": _MADE,
        "refund": _MADE,
    }
    limits: ClassVar[Limits] = LIMITS
    number_length: ClassVar[int] = 11
    names_by_path: ClassVar[bool] = True

    def __init__(self, account: Account) -> None:
        super().__init__(account)
        self._facts = from_content(Facts, facts_from(account.options))

    @classmethod
    def step(cls, whole: Write, there: Mapping[int, Record]) -> Write | None:
        """A refund receipt is a credit memo and a refund of it; anything else is one document. Raises Refused."""
        return legs.step(whole, there)

    def learned(self, told: Told) -> Facts:
        """The facts as the first request of a session tells them, else those known. Raises Refused for another file."""
        owner = str(self.account.options.get("owner_id") or "")
        self._facts = read_facts(told, self._facts, self.account.account_id, owner)
        return self._facts

    def ask(self, entity: str, cursor: str, *, full: bool = False) -> Letter:
        """The first letter of a pull: what changed since `cursor` by QuickBooks' own clock, or everything."""
        return self._puller.first(entity, cursor, full=full)

    def ask_again(self, entity: str, ids: Sequence[str]) -> Letter:
        """Asks for these records, a question each."""
        return self._puller.again(entity, ids)

    def read_page(self, letter: Letter, answer: str) -> tuple[Page, Letter | None]:
        """A page and the letter that asks on. The cursor moves on the last page only: iterators end with the session.

        Raises TryLater when it was not answered, also for an iterator of another session (3391); PermissionMissing.
        """
        return self._puller.read_page(letter, answer)

    def draft(self, entity: str, writes: Sequence[Write], new_key: Callable[[], str]) -> list[Letter]:
        """Letters of up to 20 writes of one verb. A write that cannot be expressed is left out; alone it raises Refused."""
        return writing.draft_all(entity, writes, self._facts, self._dialect, new_key)

    def read_outcomes(self, letter: Letter, writes: Sequence[Write], answer: str) -> list[Outcome]:
        """An outcome for each write of the letter, in its order. Raises Unsure when QuickBooks lost its notes of it."""
        return writing.read_outcomes(letter, writes, answer, self._facts)

    def look(self, entity: str, writes: Sequence[Write]) -> Letter:
        """Asks by number, by customer and dates, by name or by id, whether these writes were done."""
        return finding.look(entity, writes, self._facts, self._dialect)

    def read_found(self, letter: Letter, writes: Sequence[Write], answer: str) -> list[Found | Answer]:
        """A verdict for each: ABSENT only where QuickBooks answered. Raises TryLater."""
        return finding.read_found(letter, writes, answer, self._facts)

    def failed(self, letter: Letter | None, code: str, message: str) -> PlatformError:
        """Our error for an HRESULT of the Web Connector; a letter QuickBooks could not read is Refused, code "parse"."""
        return to_trouble(letter, code, message)

    def farewell(self) -> Letter | None:
        """An empty letter after which QuickBooks forgets the identifiers of all letters."""
        return Letter(text=clearing_set(self._dialect))

    def url(self, entity: str, external_id: str) -> str:
        """Nothing: the company file has no addresses."""
        return ""

    @property
    def _dialect(self) -> Dialect:
        version = self._facts.defaults.get("qbxml") or NEWEST
        return Dialect(version=version, edition="QBCA" if canadian(self._facts) else "QBD")

    @property
    def _puller(self) -> Puller:
        return Puller(self._facts, self._dialect, self.account.clock())
