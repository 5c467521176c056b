"""Raw <-> record, pure functions: a file per family of entities, a line per entity here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from apps.platforms.records import Record
from apps.platforms.syncro.translate.categories import read_category
from apps.platforms.syncro.translate.contacts import read_contact
from apps.platforms.syncro.translate.customers import read_customer
from apps.platforms.syncro.translate.invoices import read_invoice
from apps.platforms.syncro.translate.items import read_item
from apps.platforms.syncro.translate.payments import read_payment
from apps.platforms.syncro.translate.purchases import read_purchase_order
from apps.platforms.syncro.translate.reference import read_payment_method
from apps.platforms.syncro.translate.vendors import read_vendor

READERS: Mapping[str, Callable[[Mapping[str, Any]], Record]] = {
    "payment_method": read_payment_method,
    "item_category": read_category,
    "vendor": read_vendor,
    "contact": read_contact,
    "purchase_order": read_purchase_order,
    "customer": read_customer,
    "item": read_item,
    "invoice": read_invoice,
    "payment": read_payment,
}
