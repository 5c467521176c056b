"""Customer purchases into the mirror: rows of Syncro's side like any other, only that a file told them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from django.db import transaction

from apps.connections.models import Company
from apps.mappings.imports.kept import Kept, judged
from apps.mappings.imports.sellers import Sellers
from apps.mirror.models import SyncroRecord
from apps.mirror.store import save_records
from apps.platforms.base import Side
from apps.platforms.records import CustomerPurchase
from apps.platforms.reports import LeftOut, ToldPurchase


class NotReady(ValueError):
    """What the file refers to was not read yet; the sentence says what to do first."""


class Purchases:
    """Keeps customer purchases; a seller who is not one customer of Syncro leaves a purchase out."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.sellers = Sellers(company)
        if not self.sellers.names:
            raise NotReady(f"No customer of Syncro was read yet; run `sync {company.slug}` first.")

    def keep(self, batch: Sequence[ToldPurchase]) -> Iterator[Kept | LeftOut]:
        """Three statements a batch, and those of the store."""
        found: list[tuple[ToldPurchase, CustomerPurchase]] = []
        for told in batch:
            try:
                seller = self.sellers.find(told.customer, told.customer_id)
            except LookupError as error:
                yield told.problem("customer", told.customer or told.customer_id, str(error))
                continue
            found.append((told, replace(told.record, customer_id=seller)))
        ids = [record.external_id for _, record in found]
        rows = SyncroRecord.objects.filter(company=self.company, entity=CustomerPurchase.entity, external_id__in=ids)
        known = dict(rows.values_list("external_id", "content"))
        with transaction.atomic():
            save_records(self.company, Side.SYNCRO, [record for _, record in found])
        for told, record in found:
            yield judged(told.line, self._called(record), known.get(record.external_id), record.content())

    def finish(self) -> list[str]:
        """Nothing is left to do: the next pass takes them up."""
        return []

    def _called(self, record: CustomerPurchase) -> str:
        number = record.number or "without a number"
        return f"{number} · {self.sellers.names[record.customer_id]} · {record.date} · {record.total:,.2f}"
