"""Things of either side in neutral words: frozen, no database, money as Decimal, ids as text, dates as calendar dates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.platforms.content import from_content
from apps.platforms.records.base import Record, Status
from apps.platforms.records.documents import CreditMemo, Invoice, Line, LineKind, RefundReceipt, SalesDocument
from apps.platforms.records.items import Item, ItemCategory, ItemKind
from apps.platforms.records.money import Application, Payment, ReceivableMovement, Refund
from apps.platforms.records.parties import Address, Contact, Customer, CustomerGroup, Vendor
from apps.platforms.records.purchases import CustomerPurchase, PurchasedItem, PurchaseLine, PurchaseOrder
from apps.platforms.records.reference import Account, Facts, PaymentMethod, TaxCode

__all__ = [
    "RECORDS",
    "Account",
    "Address",
    "Application",
    "Contact",
    "CreditMemo",
    "Customer",
    "CustomerGroup",
    "CustomerPurchase",
    "Facts",
    "Invoice",
    "Item",
    "ItemCategory",
    "ItemKind",
    "Line",
    "LineKind",
    "Payment",
    "PaymentMethod",
    "PurchaseLine",
    "PurchaseOrder",
    "PurchasedItem",
    "ReceivableMovement",
    "Record",
    "Refund",
    "RefundReceipt",
    "SalesDocument",
    "Status",
    "TaxCode",
    "Vendor",
    "read_record",
]

RECORDS: Mapping[str, type[Record]] = {
    kind.entity: kind
    for kind in (
        Customer, CustomerGroup, Contact, Vendor, Item, ItemCategory, Invoice, CreditMemo, RefundReceipt, PurchaseOrder,
        CustomerPurchase, Payment, Refund, ReceivableMovement, Account, TaxCode, PaymentMethod, Facts,
    )
}  # fmt: skip


def read_record(entity: str, content: Mapping[str, Any], **envelope: Any) -> Record:
    """The record whose `content()` this is; `envelope` gives id, revision, status, marker and so on."""
    return from_content(RECORDS[entity], {**content, **envelope})
