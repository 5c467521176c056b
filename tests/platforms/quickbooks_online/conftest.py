"""A pocket company of QuickBooks Online over real HTTP, and our platform connected to it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from apps.platforms.base import Outcome, Tokens, Verb, Write
from apps.platforms.quickbooks_online.platform import QuickBooksOnline
from apps.platforms.records import Customer, Facts, Invoice, Item, Line, Record
from apps.sandbox.frame import PocketServer
from apps.sandbox.quickbooks_online.app import PocketQuickBooks
from apps.sandbox.store import Store
from tests.platforms.conftest import Bench

DAY = date(2026, 3, 5)
FACTS = Facts(name="Pocket Company", country="US", currency="USD", automatic_tax=True)
MARKER = "tieout:home:acme:invoice:10023"


class Books:
    """A company with one customer and one item, what a bookkeeper does there, and our platform."""

    def __init__(self, app: PocketQuickBooks, url: str, bench: Bench, **company: Any) -> None:
        self.app, self.url, self.bench = app, url, bench
        self.realm = app.control_new_company(**company)["realm"]
        app.control_setting("limit_scale", 1000.0)
        grant = app.control_grant(self.realm)
        bench.now = datetime.now(UTC)
        bench.tokens.tokens = Tokens(refresh=grant["refresh_token"])
        self.grant = grant
        self.platform = self.connect()
        self.customer = self.make("Customer", DisplayName="Acme")
        self.item = self.make("Item", Name="Labour", Type="Service", IncomeAccountRef={"value": self.income})

    def connect(self) -> QuickBooksOnline:
        account = self.bench.account(
            self.url,
            account_id=self.realm,
            client_id=self.grant["client_id"],
            client_secret=self.grant["client_secret"],
            addresses={"discovery": f"{self.url}/.well-known/openid_configuration"},
        )
        return QuickBooksOnline(account)

    @property
    def income(self) -> str:
        return self.account("Income")

    def account(self, kind: str) -> str:
        return next(
            str(doc["Id"]) for doc in self.app.control_state("Account", self.realm) if doc["AccountType"] == kind
        )

    def make(self, entity: str, **body: Any) -> str:
        return str(self.app.control_create(entity, body, self.realm)["Id"])

    def state(self, entity: str) -> list[dict[str, Any]]:
        return self.app.control_state(entity, self.realm)

    def invoice(self, amount: str = "100.00", **fields: Any) -> Invoice:
        value = Decimal(amount)
        line = Line(item_id=self.item, description="Work", price=value, amount=value, taxable=False)
        return replace(Invoice(customer_id=self.customer, date=DAY, lines=(line,), total=value), **fields)

    def fault(self, kind: str, path: str, **more: Any) -> None:
        self.app.control_fault(kind=kind, path=path, **more)

    def write(self, *writes: Write) -> list[Outcome]:
        """Draft and send; the outcomes by position."""
        found: dict[int, Outcome] = {}
        for draft in self.platform.draft(writes[0].entity, writes, key):
            found |= dict(zip(draft.positions, self.platform.send(draft), strict=True))
        return [found[place] for place in range(len(writes))]

    def create(self, record: Record, marker: str = "") -> Any:
        """Write one record and give back what QuickBooks made of it."""
        outcome = self.write(creation(record, marker))[0]
        assert outcome.error is None, outcome.error
        return outcome.record

    def requests(self, ending: str = "") -> list[dict[str, Any]]:
        return [call for call in self.app.control_log() if call["path"].endswith(ending)]


def key() -> str:
    return uuid.uuid4().hex


def creation(record: Record, marker: str = "") -> Write:
    return Write(verb=Verb.CREATE, entity=record.entity, record=record, marker=marker)


def change(now: Record, verb: Verb = Verb.UPDATE, **fields: Any) -> Write:
    wanted = replace(now, **fields)
    return Write(
        verb=verb, entity=now.entity, record=wanted, base=now, external_id=now.external_id, revision=now.revision
    )


def customer(name: str = "Ada", **fields: Any) -> Customer:
    return replace(Customer(name=name), **fields)


def item(name: str = "Widget", **fields: Any) -> Item:
    return replace(Item(name=name), **fields)


@pytest.fixture
def pocket() -> Iterator[tuple[PocketQuickBooks, str]]:
    app = PocketQuickBooks(Store())
    server = PocketServer(app).start()
    yield app, server.url
    server.shutdown()
    server.server_close()


@pytest.fixture
def books(pocket: tuple[PocketQuickBooks, str], bench: Bench) -> Iterator[Books]:
    found = Books(*pocket, bench)
    yield found
    found.platform.close()
