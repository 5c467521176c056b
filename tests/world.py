"""World: one shop, its Syncro, its books; the only fixture most tests need."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apps.connections.connecting import connect_account
from apps.connections.models import Company
from apps.connections.policies import set_policy
from apps.mappings.suggest import apply, suggest
from apps.mirror.models import Link
from apps.platforms.base import Tokens
from apps.sandbox.control import Control
from apps.sandbox.frame import PocketServer
from apps.sync.engine import sync_company
from apps.sync.models import Run

TODAY = dt.date(2026, 11, 20)


@dataclass
class World:
    """A company tied to a pocket Syncro and pocket books; its verbs are those of the people who work there."""

    company: Company
    syncro: Control
    books: Control
    servers: tuple[PocketServer, PocketServer]

    def policy(self, **switches: str) -> World:
        """Set policies of the company."""
        for key, value in switches.items():
            set_policy(self.company, key, value)
        return self

    def customer(self, name: str = "Acme Ltd", **fields: Any) -> str:
        """A customer in Syncro."""
        return str(self.syncro.customer(business_name=name, **fields))

    def invoice(self, customer: str, *prices: str, date: dt.date = TODAY, taxable: bool = False, **fields: Any) -> str:
        """An invoice in Syncro with a manual line per price."""
        lines = [
            {"item": "Work", "name": "Work done", "quantity": "1", "price": price, "taxable": taxable}
            for price in prices
        ]
        return str(self.syncro.invoice(customer_id=customer, lines=lines, date=date.isoformat(), **fields))

    def pays(
        self, customer: str, amount: str, apply: dict[str, str] | None = None, date: dt.date = TODAY, **fields: Any
    ) -> str:
        """A payment taken in Syncro."""
        return str(
            self.syncro.pay(customer_id=customer, amount=amount, date=date.isoformat(), apply=apply or {}, **fields)
        )

    def sync(self, **options: Any) -> Run:
        """One whole pass; mappings are suggested before it as staff would accept them."""
        run = sync_company(self.company, **options)
        if Link.objects.filter(
            company=self.company, state="held", code__in=["mapping_missing", "deposit_mapping"]
        ).exists():
            if apply(self.company, suggest(self.company)):
                run = sync_company(self.company, **options)
        return run

    def in_books(self, entity: str) -> list[dict[str, Any]]:
        """The documents of an entity in the pocket books themselves."""
        return list(self.books.state(entity))

    def link(self, entity: str, syncro: str = "", books: str = "") -> Link:
        """The link of a record of either side."""
        side = {"syncro__external_id": syncro} if syncro else {"books__external_id": books}
        return Link.objects.select_related("syncro", "books").get(company=self.company, entity=entity, **side)

    def books_id(self, entity: str, syncro: str) -> str:
        """The books' id of a Syncro record."""
        row = self.link(entity, syncro=syncro).books
        assert row is not None, f"{entity} {syncro} has not gone across: {self.link(entity, syncro=syncro).reason}"
        return row.external_id

    def total(self, rows: list[dict[str, Any]], field: str = "TotalAmt") -> Decimal:
        """A sum over documents of the pocket books."""
        return sum((Decimal(str(row[field])) for row in rows), Decimal(0))


def connect_world(company: Company, syncro: Control, books: Control, realm: str, token: str, refresh: str) -> None:
    """Connect both sides as the `connect` command does."""
    connect_account(company, "syncro", "acme", Tokens(access=token))
    connect_account(company, "quickbooks_online", realm, Tokens(refresh=refresh))
    company.refresh_from_db()
