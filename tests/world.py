"""World: one shop, its Syncro, its books; the only fixture most tests need."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from io import StringIO
from typing import Any

from django.core.management import call_command
from django.db.models import Max

from apps.connections.access import operator
from apps.connections.models import Company
from apps.connections.policies import set_policy
from apps.mappings.suggest import apply, suggest
from apps.mirror.models import Link
from apps.platforms.base import Side
from apps.reconciliation.models import Mismatch
from apps.reconciliation.reconcile import reconcile
from apps.reconciliation.resolutions import resolve
from apps.sandbox.control import Control
from apps.sandbox.frame import PocketServer
from apps.sync.engine import bring_in_step
from apps.sync.models import Run
from tests.features.ledger import TODAY, Ledger


@dataclass
class World:
    """A company tied to a pocket Syncro and pocket books; its verbs are those of the people who work there."""

    company: Company
    syncro: Control
    books: Control
    servers: tuple[PocketServer, PocketServer]
    ledger: Ledger

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
        before = Run.objects.filter(company=self.company).aggregate(last=Max("pk"))["last"] or 0
        run = self._whole(**options)
        missing = Link.objects.filter(
            company=self.company, state="held", code__in=["mapping_missing", "deposit_mapping"]
        )
        if missing.exists() and apply(self.company, suggest(self.company)):
            run = self._whole(**options)
        return self._all_since(before, run)

    def _whole(self, **options: Any) -> Run:
        """One pass of the engine, and where the books call us their sessions and ours in turn until nothing moves."""
        return self.visited(**options) if self.ledger.calls_us else bring_in_step(self.company, **options)

    def _all_since(self, before: int, run: Run) -> Run:
        """The run, with the writes of all after that one as if they were its own."""
        runs = Run.objects.filter(company=self.company, pk__gt=before)
        run.counts["writes"] = reduce(_added, (each.counts["writes"] for each in runs), {"books": {}, "syncro": {}})
        return run

    def visited(self, **options: Any) -> Run:
        """Books that call us come, and the engine goes on with what they brought, until nobody has work for the other."""
        run = Run()
        for _ in range(MOST_VISITS):
            self.ledger.comes()
            run = bring_in_step(self.company, **options)
            due = Link.objects.filter(company=self.company, origin=Side.SYNCRO, state__in=MOVING)
            waiting = due.exclude(state="pending", code__in=["refund_partner", "not_linked_yet"])
            if options.get("dry_run") or (not waiting.exists() and run.counts["writes"] == NOTHING):
                break
        return run

    def command(self, *words: str) -> dict[str, Any]:
        """What a command of ours says of this company as JSON; books that call us come after one that writes."""
        out = StringIO()
        before = Run.objects.filter(company=self.company).aggregate(last=Max("pk"))["last"] or 0
        call_command(words[0], self.company.slug, *words[1:], "--json", stdout=out, stderr=StringIO())
        told: dict[str, Any] = json.loads(out.getvalue())
        if self.ledger.calls_us and "writes" in told and "--dry-run" not in words:
            told["writes"] = self._all_since(before, self.visited()).counts["writes"]
        return told

    def customer_names(self) -> list[str]:
        """The customers of the pocket Syncro itself, sorted."""
        return sorted(row["business_name"] for row in self.syncro.state("customers"))

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

    def due(self, invoice: str) -> Decimal:
        """What is still open of an invoice in the pocket Syncro itself."""
        total = next(Decimal(row["total"]) for row in self.syncro.state("invoices") if str(row["id"]) == invoice)
        paid = sum(row["allocation"].get(invoice, 0) for row in self.syncro.state("payments") if row["success"])
        return total - Decimal(paid) / 100

    def invoice_id(self, number: str) -> str:
        """The id of an invoice of the pocket Syncro."""
        return next(str(row["id"]) for row in self.syncro.state("invoices") if row["number"] == number)

    def syncro_customer(self, name: str) -> str:
        """The id of a customer of the pocket Syncro."""
        return next(str(row["id"]) for row in self.syncro.state("customers") if row["business_name"] == name)

    def syncro_payments(self) -> list[SyncroPayment]:
        """The payments in the pocket Syncro itself, oldest first, with the split it never tells."""
        numbers = {str(row["id"]): row["number"] for row in self.syncro.state("invoices")}
        rows = sorted(self.syncro.state("payments"), key=lambda row: int(row["id"]))
        return [
            SyncroPayment(
                str(row["id"]), str(row["customer_id"]), Decimal(row["cents"]) / 100, row["payment_method"], row["ref_num"] or "",
                {numbers[key]: Decimal(part) / 100 for key, part in row["allocation"].items()},
            )
            for row in rows
        ]  # fmt: skip

    def held(self, code: str) -> Link:
        """The one link that is held for this reason."""
        return Link.objects.select_related("syncro", "books").get(company=self.company, state="held", code=code)

    def states(self) -> dict[str, str]:
        """What has not come to rest in step: the label of a record and why."""
        rest = Link.objects.filter(company=self.company).exclude(state="in_sync").select_related("syncro", "books")
        return {str(link.syncro or link.books): link.code or link.state for link in rest}

    def queue(self) -> list[Mismatch]:
        """What the portal shows a person now."""
        reconcile(self.company)
        return list(Mismatch.objects.filter(company=self.company, state="open").order_by("pk"))

    def decides(self, resolution: str, **values: str) -> Run:
        """A person resolves the one item of the queue, and the engine goes on."""
        (item,) = self.queue()
        self.resolves(item, resolution, **values)
        return self.sync()

    def resolves(self, item: Mismatch, resolution: str, **values: str) -> None:
        """A person resolves one of several items."""
        resolve(item, resolution, operator(), values)


@dataclass(frozen=True)
class SyncroPayment:
    """A payment as it stands in the pocket Syncro; `applied` by invoice number."""

    id: str
    customer: str
    amount: Decimal
    method: str
    reference: str
    applied: dict[str, Decimal]


#: So often books that call us come in one go.
MOST_VISITS = 6
MOVING = ["pending", "pushing", "in_doubt"]
NOTHING: dict[str, dict[str, Any]] = {"books": {}, "syncro": {}}


def written(run: Run) -> dict[str, dict[str, int]]:
    """How many documents a run wrote: by side, then "entity verb"; what it did not write is left out."""
    return {
        side: {
            f"{entity} {verb}": count for entity, verbs in entities.items() for verb, count in verbs.items() if count
        }
        for side, entities in run.counts["writes"].items()
    }


def _added(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """The writes of two runs as if they were one."""
    return {
        side: {
            entity: dict(Counter(first[side].get(entity, {})) + Counter(second[side].get(entity, {})))
            for entity in first[side] | second[side]
        }
        for side in first
    }
