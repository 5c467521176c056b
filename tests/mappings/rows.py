"""Mirror rows from records, as the store writes them."""

from __future__ import annotations

from decimal import Decimal

from apps.connections.models import Company
from apps.mirror.models import BooksRecord, SyncroRecord
from apps.platforms.content import digest
from apps.platforms.records import Record


def keep(model: type[SyncroRecord | BooksRecord], company: Company, *records: Record) -> None:
    """Save records on one side."""
    for record in records:
        tax: Decimal | None = getattr(record, "tax", None)
        model.objects.create(
            company=company,
            entity=record.entity,
            external_id=record.external_id,
            label=str(getattr(record, "name", "")),
            tax=tax,
            content=record.content(),
            digest=digest(record.agreed()),
        )


def in_syncro(company: Company, *records: Record) -> None:
    """Save records of Syncro."""
    keep(SyncroRecord, company, *records)


def in_books(company: Company, *records: Record) -> None:
    """Save records of the books."""
    keep(BooksRecord, company, *records)
