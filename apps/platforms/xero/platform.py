"""Xero as a platform: reads by If-Modified-Since, creates with PUT, changes with POST by id, up to 50 at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

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
from apps.platforms.errors import PermissionMissing, Unavailable
from apps.platforms.records import Facts, Item, Record, SalesDocument
from apps.platforms.xero import consent, groups, webhooks
from apps.platforms.xero.client import Client
from apps.platforms.xero.finding import Finder
from apps.platforms.xero.limits import LIMITS
from apps.platforms.xero.pulling import Puller
from apps.platforms.xero.steps import next_step
from apps.platforms.xero.translate.reference import NO_INVOICES, SHORT_CODE, knows_account, read_facts
from apps.platforms.xero.translate.values import Raw, flag, text
from apps.platforms.xero.writing import draft_all, read_outcomes

_DOCUMENT = frozenset({Verb.CREATE, Verb.UPDATE, Verb.VOID, Verb.DELETE})
_NAME = frozenset({Verb.CREATE, Verb.UPDATE})

#: Pages of Xero's own web app; {} is the id.
PAGES = {
    "customer": "Contacts/View/{}",
    "item": "Inventory/Items/View/{}",
    "invoice": "AccountsReceivable/View.aspx?InvoiceID={}",
    "credit_memo": "AccountsReceivable/ViewCreditNote.aspx?creditNoteID={}",
    "payment": "Bank/ViewPayment.aspx?paymentID={}",
    "refund": "Bank/ViewPayment.aspx?paymentID={}",
    "account": "GeneralLedger/ChartOfAccounts.aspx",
    "tax_code": "Setup/TaxRates.aspx",
}
#: A read that needs each scope, by the library's method, and what will not work without it.
PROBES: Mapping[str, tuple[str, str, str]] = {
    "accounting.contacts": ("get_contacts", "Contacts", "Customers cannot be read or written."),
    "accounting.invoices": ("get_invoices", "Invoices", "Invoices and credit notes cannot be read or written."),
    "accounting.payments": ("get_payments", "Payments", "Payments cannot be read or written."),
    "accounting.banktransactions": (
        "get_bank_transactions",
        "BankTransactions",
        "Payments on no invoice, and what is left over of one, cannot be written.",
    ),
}


class Xero(DirectPlatform):
    """One organisation of Xero. `account.options["facts"]` may hold the content of facts known already."""

    key: ClassVar[str] = "xero"
    title: ClassVar[str] = "Xero"
    side: ClassVar[Side] = Side.BOOKS
    entities: ClassVar[tuple[str, ...]] = (
        "account",
        "tax_code",
        "item",
        "customer",
        "invoice",
        "payment",
        "credit_memo",
        "refund",
    )
    writes: ClassVar[Mapping[str, frozenset[Verb]]] = {
        "customer": _NAME,
        "customer_group": _NAME,
        "item": _NAME,
        "invoice": _DOCUMENT,
        "payment": _DOCUMENT,
        "credit_memo": _DOCUMENT,
        "refund": _DOCUMENT - {Verb.UPDATE},
    }
    written_only: ClassVar[frozenset[str]] = frozenset({groups.ENTITY})
    limits: ClassVar[Limits] = LIMITS
    number_length: ClassVar[int] = 255
    lines_name_accounts: ClassVar[bool] = True
    nests_customers: ClassVar[bool] = False
    unapplied_needs_bank: ClassVar[bool] = True

    def __init__(self, account: Account) -> None:
        self.account = account
        self.client = Client(account, self.limits)
        self._puller = Puller(self.client)
        self._finder = Finder(self.client, self._puller)
        known = account.options.get("facts")
        self._facts: Facts | None = from_content(Facts, known) if isinstance(known, Mapping) and known else None

    def close(self) -> None:
        """Let the connections to Xero go."""
        self.client.wire.close()

    @classmethod
    def step(cls, whole: Write, there: Mapping[int, Record]) -> Write | None:
        """A receipt stands as a payment, a batch or an overpayment, or as two of them; a refund as note and payment."""
        return next_step(whole, there)

    @classmethod
    def heard(cls, secret: str, headers: Mapping[str, str], body: bytes) -> frozenset[str]:
        """The organisations a notification names, none for an intent to receive. Raises BadSignature, ValueError."""
        if not webhooks.verify(headers, body, secret):
            raise BadSignature("The notification was not signed with our webhook key.")
        return webhooks.tenants(body)

    @staticmethod
    def authorize_url(account: Account, redirect_uri: str, state: str) -> str:
        """Xero's consent page; see `consent`."""
        return consent.authorize_url(account, redirect_uri, state)

    @staticmethod
    def exchange_code(account: Account, code: str, redirect_uri: str) -> Tokens:
        """The first tokens after the consent; see `consent`."""
        return consent.exchange_code(account, code, redirect_uri)

    @staticmethod
    def accounts(account: Account, tokens: Tokens) -> Sequence[tuple[str, str]]:
        """The organisations (tenant id, name) the tokens are good for: the callback names none; see `consent`."""
        return consent.accounts(account, tokens)

    @staticmethod
    def revoke(account: Account) -> None:
        """End the connection of this organisation at Xero; see `consent`."""
        consent.revoke(account)

    def check(self) -> Health:
        """A first look. Raises NeedsReconnect when the sign-in or the app's right to the organisation is gone."""
        organisation = self._organisation()
        self._facts = self._told(organisation)
        missing = {scope: lost for scope, (method, root, lost) in PROBES.items() if not self._may(method, root)}
        return Health(
            title=self._facts.name, facts=self._facts, missing=missing, warnings=tuple(_warnings(organisation))
        )

    def facts(self) -> Facts:
        """The facts as they are now; drafts go by the last ones read."""
        self._facts = self._told(self._organisation())
        return self._facts

    def pull(self, entity: str, cursor: str, *, full: bool = False) -> Iterator[Page]:
        """What changed since `cursor`. Xero does not tell every change (due dates, balances): `full` once a day."""
        return self._puller.pull(entity, cursor, full=full)

    def ids(self, entity: str) -> Iterator[Sequence[str]]:
        """Every id there is now, deleted ones left out. Xero has no projection: this reads whole pages."""
        return self._puller.ids(entity)

    def get(self, entity: str, ids: Sequence[str]) -> Mapping[str, Record | None]:
        """The records of these ids, 40 in one request where Xero takes a list; None where Xero has none."""
        return self._puller.get(entity, ids)

    def draft(self, entity: str, writes: Sequence[Write], new_key: Callable[[], str]) -> list[Draft]:
        """Requests of up to 50 documents; deletions and allocations go alone. Nothing is sent.

        A write that cannot be expressed is left out, its position in no draft; alone it raises Refused.
        Reads the organisation's facts if they are not known yet, or do not tell the code of an account in use.
        """
        if entity == groups.ENTITY:
            return groups.draft_groups(self.client, writes, new_key)
        return draft_all(self.client, entity, writes, self._facts_for(writes), new_key)

    def send(self, draft: Draft) -> list[Outcome]:
        """Send one draft; an Outcome per position."""
        if draft.entity == groups.ENTITY:
            return groups.read_group(self.client, draft)
        return read_outcomes(self.client, self._puller, draft)

    def find(self, entity: str, write: Write) -> Found | Answer:
        """Whether what this write wanted is there: by number, contact, invoice or date, and our marker."""
        if entity == groups.ENTITY:
            return groups.find_group(self.client, write)
        return self._finder.find(entity, write, self._facts_for([write]))

    def url(self, entity: str, external_id: str) -> str:
        """The page of the record in Xero; the short code brings the user to the right organisation."""
        key = external_id.partition(":")[2] or external_id
        page = PAGES.get(entity, "").format(key)
        short = self._facts.defaults.get(SHORT_CODE, "") if self._facts else ""
        if not short:
            return f"https://go.xero.com/{page}"
        return f"https://go.xero.com/organisationlogin/default.aspx?shortcode={short}&redirecturl=/{page}"

    def _facts_for(self, writes: Sequence[Write]) -> Facts:
        facts = self._facts or self.facts()
        named = {account for write in writes for account in _accounts(write.record)}
        return facts if all(knows_account(account, facts) for account in named) else self.facts()

    def _organisation(self) -> Raw:
        rows, _ = self.client.rows("get_organisations", "Organisations")
        if not rows:
            raise Unavailable("Xero answered without the organisation.")
        return rows[0]

    def _told(self, organisation: Raw) -> Facts:
        accounts, _ = self.client.rows("get_accounts", "Accounts")
        rates, _ = self.client.rows("get_tax_rates", "TaxRates")
        return read_facts(organisation, accounts, rates)

    def _may(self, method: str, root: str) -> bool:
        try:
            self.client.rows(method, root, page=1, page_size=1)
        except PermissionMissing:
            return False
        return True


def _accounts(record: Any) -> set[str]:
    lines = record.lines if isinstance(record, SalesDocument) else ()
    item = {record.income_account_id, record.expense_account_id} if isinstance(record, Item) else set()
    return {line.account_id for line in lines} | item


def _warnings(organisation: Raw) -> Iterator[str]:
    if flag(organisation, "IsDemoCompany"):
        yield "This is Xero's demo company: Xero empties it every 28 days."
    if text(organisation, "Edition").upper() in NO_INVOICES:
        yield "This edition of Xero (partner) has no invoicing: invoices will be refused."
    if text(organisation, "Class").upper() == "STARTER":
        yield "This plan of Xero limits how many invoices can be approved each month."
    if not flag(organisation, "PaysTax", default=True):
        yield "The organisation is not registered for sales tax in Xero."
