"""QuickBooks Online as a platform: reads by capture and query, writes in batches of up to 30."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import ClassVar

from apps.platforms.base import (
    Account,
    Answer,
    BadSignature,
    DirectPlatform,
    Draft,
    Found,
    Health,
    Limits,
    Outcome,
    Page,
    Side,
    Tokens,
    Verb,
    Write,
)
from apps.platforms.content import from_content
from apps.platforms.quickbooks_online import consent
from apps.platforms.quickbooks_online.client import Client
from apps.platforms.quickbooks_online.finding import Finder
from apps.platforms.quickbooks_online.limits import LIMITS
from apps.platforms.quickbooks_online.pulling import Puller
from apps.platforms.quickbooks_online.translate.reference import ENDED, read_facts, subscription
from apps.platforms.quickbooks_online.webhooks import events, verify
from apps.platforms.quickbooks_online.writing import draft_all, read_outcomes
from apps.platforms.records import Facts, Record

_DOCUMENT = frozenset({Verb.CREATE, Verb.UPDATE, Verb.VOID, Verb.DELETE})
_NAME = frozenset({Verb.CREATE, Verb.UPDATE})
_NEW = frozenset({Verb.CREATE})

#: Pages of QuickBooks' own web app; {} is the id.
PAGES = {
    "customer": "customerdetail?nameId={}",
    "item": "items",
    "invoice": "invoice?txnId={}",
    "payment": "recvpayment?txnId={}",
    "credit_memo": "creditmemo?txnId={}",
    "refund_receipt": "refundreceipt?txnId={}",
    "account": "register?accountId={}",
    "tax_code": "salestax",
    "payment_method": "paymentmethods",
    "JournalEntry": "journal?txnId={}",
    "Deposit": "deposit?txnId={}",
    "Purchase": "expense?txnId={}",
}


class QuickBooksOnline(DirectPlatform):
    """One company of QuickBooks Online. `account.options["facts"]` may hold the content of facts known already."""

    key: ClassVar[str] = "quickbooks_online"
    title: ClassVar[str] = "QuickBooks Online"
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
        "refund_receipt",
        "receivable_movement",
    )
    writes: ClassVar[Mapping[str, frozenset[Verb]]] = {
        "customer": _NAME,
        "item": _NAME,
        "invoice": _DOCUMENT,
        "payment": _DOCUMENT,
        "credit_memo": _NEW,
        "refund_receipt": _NEW,
    }
    limits: ClassVar[Limits] = LIMITS

    def __init__(self, account: Account) -> None:
        self.account = account
        self.client = Client(account, self.limits)
        self._puller = Puller(self.client)
        self._finder = Finder(self.client, self._puller)
        known = account.options.get("facts")
        self._facts: Facts | None = from_content(Facts, known) if isinstance(known, Mapping) else None

    def close(self) -> None:
        """Let the connections to QuickBooks go."""
        self.client.wire.close()

    @staticmethod
    def authorize_url(account: Account, redirect_uri: str, state: str) -> str:
        """Intuit's consent page; see `consent`."""
        return consent.authorize_url(account, redirect_uri, state)

    @staticmethod
    def exchange_code(account: Account, code: str, redirect_uri: str) -> Tokens:
        """The first tokens after the consent; see `consent`."""
        return consent.exchange_code(account, code, redirect_uri)

    @staticmethod
    def revoke(account: Account) -> None:
        """End the sign-in at Intuit; see `consent`."""
        consent.revoke(account)

    @classmethod
    def heard(cls, secret: str, headers: Mapping[str, str], body: bytes) -> frozenset[str]:
        """The realms a notification names. Raises BadSignature, ValueError; see `webhooks`."""
        if not verify(headers, body, secret):
            raise BadSignature("The notification was not signed with our verifier token.")
        return frozenset(realm for realm, _, _ in events(body))

    def check(self) -> Health:
        """A first look. Raises NeedsReconnect when the sign-in or the app's right to this company is gone."""
        company = self.client.company()
        self._facts = read_facts(company, self.client.preferences())
        warnings = tuple(_warnings(self._facts, subscription(company)))
        return Health(title=self._facts.name, facts=self._facts, warnings=warnings)

    def facts(self) -> Facts:
        """The facts as they are now; drafts go by the last ones read."""
        self._facts = read_facts(self.client.company(), self.client.preferences())
        return self._facts

    def pull(self, entity: str, cursor: str, *, full: bool = False) -> Iterator[Page]:
        """What changed since `cursor`; a first load goes on where its cursor stands."""
        return self._puller.pull(entity, cursor, full=full)

    def ids(self, entity: str) -> Iterator[Sequence[str]]:
        """Every id there is now. QuickBooks has no projection: this reads whole pages."""
        for page in self._puller.load(entity, ""):
            yield [record.external_id for record in page.records]

    def get(self, entity: str, ids: Sequence[str]) -> Mapping[str, Record | None]:
        """The records of these ids, in queries of 50; None where QuickBooks has none, also when it was deleted."""
        return self._puller.get(entity, ids)

    def draft(self, entity: str, writes: Sequence[Write], new_key: Callable[[], str]) -> list[Draft]:
        """Batches of up to 30; a void, or a write alone, is a request of its own. Nothing is sent.

        A write that cannot be expressed is left out, its position in no draft; alone it raises Refused.
        Reads the company's facts once if they are not known yet.
        """
        return draft_all(self.client, entity, writes, self._facts or self.facts(), new_key)

    def send(self, draft: Draft) -> list[Outcome]:
        """Send one draft; an Outcome per position, whatever the order of the answers."""
        return read_outcomes(self.client, draft)

    def find(self, entity: str, write: Write) -> Found | Answer:
        """Whether what this write wanted is there: by marker, among the customer's documents of a month around."""
        return self._finder.find(entity, write, self._facts or self.facts())

    def url(self, entity: str, external_id: str) -> str:
        """The page of the record in QuickBooks; the user must be signed in to the right company there."""
        sandbox = "sandbox" in self.account.base_url
        host = "app.sandbox.qbo.intuit.com" if sandbox else "app.qbo.intuit.com"
        kind, _, rest = external_id.partition(":")
        page = PAGES.get(kind if rest else entity, "homepage")
        return f"https://{host}/app/{page.format(rest.partition(':')[0] if rest else external_id)}"


def _warnings(facts: Facts, state: str) -> Iterator[str]:
    if state.upper() in ENDED:
        yield f"The subscription of QuickBooks Online is {state.lower()}: it can be read and not be changed."
    if not facts.keeps_numbers:
        yield "Custom transaction numbers are switched off in QuickBooks Online: invoices get its own numbers."
    if facts.applies_credits_itself:
        yield "QuickBooks Online applies open credits to new invoices by itself."
    if not facts.uses_tax:
        yield "Sales tax is switched off in QuickBooks Online: invoices with tax will be refused."
