"""Names of locations, and which invoice each refund gives back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db import transaction
from django.db.models.functions import Now

from apps.connections.models import Company
from apps.mappings.imports.kept import UNCHANGED, Kept, judged
from apps.mappings.models import Location, RefundOrigin
from apps.mirror.models import SyncroRecord
from apps.platforms.reports import LeftOut, ToldLocation, ToldRefund


class Locations:
    """Keeps the names of locations, also of ones that nothing names yet."""

    def __init__(self, company: Company) -> None:
        self.company = company

    def keep(self, batch: Sequence[ToldLocation]) -> Iterator[Kept | LeftOut]:
        """Two statements a batch."""
        ids = [told.external_id for told in batch]
        known = dict(
            Location.objects.filter(company=self.company, external_id__in=ids).values_list("external_id", "name")
        )
        rows = [
            Location(company=self.company, external_id=told.external_id, name=told.name, changed_at=Now())
            for told in batch
            if known.get(told.external_id) != told.name
        ]
        Location.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["company", "external_id"], update_fields=["name", "changed_at"]
        )
        for told in batch:
            before = {"name": known[told.external_id]} if told.external_id in known else None
            yield judged(told.line, f"{told.external_id} · {told.name}", before, {"name": told.name})

    def finish(self) -> list[str]:
        """Nothing is left to do."""
        return []


class Refunds:
    """Keeps which invoice a refund gives back; numbers that were not read yet are used once they are."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.unread = 0

    def keep(self, batch: Sequence[ToldRefund]) -> Iterator[Kept | LeftOut]:
        """Three statements a batch; creates no document of any kind."""
        numbers = [told.refund_number for told in batch]
        rows = RefundOrigin.objects.filter(company=self.company, refund_number__in=numbers)
        known = dict(rows.values_list("refund_number", "original_number"))
        self._count_unread({number for told in batch for number in (told.refund_number, told.original_number)})
        kept = [self._judged(told, known.get(told.refund_number)) for told in batch]
        fresh = [told for told, each in zip(batch, kept, strict=True) if each.verdict != UNCHANGED]
        with transaction.atomic():
            RefundOrigin.objects.bulk_create(
                [self._row(told) for told in fresh], update_conflicts=True, unique_fields=["company", "refund_number"],
                update_fields=["original_number", "changed_at"],
            )  # fmt: skip
        yield from kept

    def finish(self) -> list[str]:
        """How many invoices the file names that nobody knows yet."""
        if not self.unread:
            return []
        return [f"{self.unread:,} numbers name no invoice that was read so far; they are used once it is."]

    def _count_unread(self, numbers: set[str]) -> None:
        there = SyncroRecord.objects.filter(company=self.company, entity="invoice", label__in=numbers)
        self.unread += len(numbers) - len(set(there.values_list("label", flat=True)))

    def _judged(self, told: ToldRefund, before: str | None) -> Kept:
        known = {"original": before} if before is not None else None
        called = f"{told.refund_number} gives back {told.original_number}"
        return judged(told.line, called, known, {"original": told.original_number})

    def _row(self, told: ToldRefund) -> RefundOrigin:
        return RefundOrigin(
            company=self.company,
            refund_number=told.refund_number,
            original_number=told.original_number,
            changed_at=Now(),
        )
