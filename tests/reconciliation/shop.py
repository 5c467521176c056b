"""Rows and links made directly in the database: a small shop to reconcile."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from apps.connections.models import Company
from apps.mirror.models import Application, BooksRecord, Leg, Link, SyncroRecord
from apps.mirror.models.link import show_state
from apps.mirror.states import SyncState
from apps.platforms.base import Side
from apps.platforms.content import digest

DAY = date(2026, 11, 3)
NIL = Decimal(0)


@dataclass
class Shop:
    """One company and what both sides told of it."""

    company: Company
    ids: Any = field(default_factory=lambda: count(1))

    def row(self, side: Side, entity: str, *, content: dict[str, Any] | None = None, **columns: Any) -> Any:
        """A mirror row; the id is made up unless given."""
        model = SyncroRecord if side is Side.SYNCRO else BooksRecord
        external_id = columns.pop("external_id", None) or str(next(self.ids))
        values = {"date": None if entity == "customer" else DAY, **columns}
        content = {**_content(entity, values), **(content or {})}
        values["digest"] = digest([content, str(columns)])
        return model.objects.create(
            company=self.company, entity=entity, external_id=external_id, content=content, **values
        )

    def link(
        self, syncro: Any = None, books: Any = None, state: SyncState = SyncState.IN_SYNC, code: str = "", **more: Any
    ) -> Any:
        """A link with its first leg."""
        row = syncro or books
        origin = more.pop("origin", Side.SYNCRO if syncro else Side.BOOKS)
        values = {"effective_date": row.date, "reason": f"Because of {code}." if code else "", **more}
        link = Link.objects.create(
            company=self.company,
            entity=row.entity,
            origin=origin,
            syncro=syncro,
            books=books,
            state=state,
            code=code,
            **values,
        )
        Leg.objects.create(
            link=link, side=origin.other, entity=row.entity, external_id=books.external_id if syncro and books else ""
        )
        show_state([link.pk])
        return link

    def customer(self, name: str = "Acme") -> tuple[str, str]:
        """A linked customer; gives the ids of both sides."""
        syncro, books = (self.row(side, "customer", label=name) for side in Side)
        self.link(syncro, books)
        return syncro.external_id, books.external_id

    def invoice(self, side: Side, party: str, amount: str, **columns: Any) -> Any:
        """An invoice with its whole total open."""
        return self.row(side, "invoice", party=party, amount=Decimal(amount), balance=Decimal(amount), **columns)

    def payment(
        self, side: Side, party: str, amount: str, on: Iterable[tuple[Any, str | None]] = (), **columns: Any
    ) -> Any:
        """A payment with its parts on invoices."""
        parts = list(on)
        told = [{"document_id": row.external_id, "amount": part, "document_entity": row.entity} for row, part in parts]
        content = {"success": True, "method": "Cheque", "applications": told, **columns.pop("content", {})}
        payment = self.row(side, "payment", party=party, amount=Decimal(amount), content=content, **columns)
        for row, part in parts:
            Application.objects.create(
                company=self.company, side=side, payment_id=payment.external_id, document_entity=row.entity,
                document_id=row.external_id, amount=part,
            )  # fmt: skip
        return payment

    def pair(
        self,
        amount: str,
        *,
        books: str | None = None,
        state: SyncState = SyncState.IN_SYNC,
        code: str = "",
        **more: Any,
    ) -> Any:
        """A linked invoice of a linked customer of its own."""
        ours, theirs = self.customer(f"Customer {next(self.ids)}")
        return self.link(
            self.invoice(Side.SYNCRO, ours, amount, label="1042"),
            self.invoice(Side.BOOKS, theirs, books or amount, label="1042"),
            state, code, **more,
        )  # fmt: skip


def _content(entity: str, values: dict[str, Any]) -> dict[str, Any]:
    if entity == "customer":
        return {"name": values.get("label", "")}
    amount = str(values.get("amount") or 0)
    return {"number": values.get("label", ""), "date": str(values["date"]), "total": amount, "amount": amount}
