"""Rows for the screens to show, made without any platform: a company with a few customers, documents and mismatches."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from apps.connections.models import Company, Connection
from apps.mirror.models import Application, BooksRecord, Link, SyncroRecord
from apps.platforms.content import digest
from apps.reconciliation.reconcile import reconcile
from apps.sync.models import Run

TODAY = date(2026, 11, 20)
NAMES = ("Bluebird Dental Group", "Corner Café", "O'Neil & Sons, LLC", "Harbor Marine: Main", "Zoë's Yoga Loft")
TIED = {"syncro": "12845.10", "books": "12395.10", "explained": "450.00", "unexplained": "0.00"}


def company(slug: str = "acme", realm: str = "9130001") -> Company:
    """A connected company."""
    now = timezone.now()
    syncro = Connection.objects.create(platform="syncro", account_id=slug, title="Acme Computers", last_ok_at=now)
    books = Connection.objects.create(
        platform="quickbooks_online", account_id=realm, title="Acme Computers Inc.", last_ok_at=now
    )
    return Company.objects.create(
        slug=slug, name=slug.capitalize() + " Computers", books_platform="quickbooks_online", syncro=syncro, books=books
    )


def row(model: Any, of: Company, entity: str, key: str, label: str, **columns: Any) -> Any:
    """A mirror row; `content` holds its fields."""
    content = columns.pop("content", {})
    return model.objects.create(
        company=of, entity=entity, external_id=key, label=label, content=content, digest=digest(content), raw={"id": key, "api_key": "s3cret"},
        **columns,
    )  # fmt: skip


def invoice(of: Company, number: int, *, state: str = "in_sync", books_total: str = "", **link: Any) -> Link:
    """An invoice on both sides; on the books' side with another total if one is given."""
    customer = number % len(NAMES)
    total = Decimal(100 + number * 25)
    rows = [
        row(
            model, of, "invoice", str(number), str(2000 + number), party=str(customer), date=TODAY - timedelta(days=number),
            amount=amount, balance=amount, tax=Decimal(0), currency="USD", sync_state=state, content=invoice_content(number, customer, amount),
        )
        for model, amount in ((SyncroRecord, total), (BooksRecord, Decimal(books_total or total)))
    ]  # fmt: skip
    return Link.objects.create(
        company=of, entity="invoice", origin="syncro", syncro=rows[0], books=rows[1], state=state, **link
    )


def invoice_content(number: int, customer: int, total: Decimal) -> dict[str, Any]:
    """The neutral fields of an invoice with two lines."""
    lines = [
        {
            "name": "Labor",
            "description": "On-site work",
            "quantity": "1",
            "price": str(total - 20),
            "amount": str(total - 20),
        },
        {"name": "Trip", "description": "", "quantity": "2", "price": "10", "amount": "20"},
    ]
    return {
        "number": str(2000 + number), "customer_id": str(customer), "date": str(TODAY - timedelta(days=number)), "lines": lines,
        "subtotal": str(total), "tax": "0", "total": str(total), "balance": str(total), "currency": "USD",
    }  # fmt: skip


def payment_over_two(of: Company) -> Link:
    """A payment that only the books have, on two invoices."""
    content = {"customer_id": "1", "date": str(TODAY), "amount": "450", "reference": "1042", "currency": "USD"}
    paid = row(
        BooksRecord,
        of,
        "payment",
        "p9",
        "1042",
        party="1",
        date=TODAY,
        amount=Decimal(450),
        sync_state="held",
        content=content,
    )
    for number, part in ((1, 125), (6, 325)):
        Application.objects.create(
            company=of,
            side="books",
            payment_id="p9",
            document_entity="invoice",
            document_id=str(number),
            amount=Decimal(part),
        )
    return Link.objects.create(
        company=of, entity="payment", origin="books", books=paid, state="held", code="multi_invoice_payment",
        reason="A payment taken in the books covers several invoices; confirm its split before it goes to Syncro.",
    )  # fmt: skip


def fill(of: Company, invoices: int = 12) -> None:
    """The whole small shop."""
    for key, name in enumerate(NAMES):
        rows = [
            row(model, of, "customer", str(key), name, sync_state="in_sync", content={"name": name})
            for model in (SyncroRecord, BooksRecord)
        ]
        Link.objects.create(
            company=of, entity="customer", origin="syncro", syncro=rows[0], books=rows[1], state="in_sync"
        )
    for number in range(1, invoices + 1):
        invoice(of, number)
    payment_over_two(of)
    invoice(
        of, 50, state="held", books_total="1349.95", code="total_differs", reason="The books computed another total."
    )
    reconcile(of)
    Run.objects.create(
        company=of, ended_at=timezone.now(), counts={
            "runs": [{"side": "syncro", "entity": "invoice", "pulled": 120, "changed": 7}],
            "writes": {"books": {"invoice": {"created": 5, "updated": 2}}}, "tieout": TIED,
        },
    )  # fmt: skip
