"""Raw <-> record, pure functions: a file per family of entities, a line per entity here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from apps.platforms.records import Record
from apps.platforms.syncro.translate.customers import read_customer
from apps.platforms.syncro.translate.invoices import read_invoice
from apps.platforms.syncro.translate.items import read_item
from apps.platforms.syncro.translate.payments import read_payment
from apps.platforms.syncro.translate.reference import read_payment_method

READERS: Mapping[str, Callable[[Mapping[str, Any]], Record]] = {
    "payment_method": read_payment_method,
    "customer": read_customer,
    "item": read_item,
    "invoice": read_invoice,
    "payment": read_payment,
}
