"""Rows of both sides, applications of money, and links."""

from apps.mirror.models.aside import Piece
from apps.mirror.models.books import BooksAccount, BooksCustomer, BooksInvoice, BooksItem, BooksPayment, BooksRecord
from apps.mirror.models.detail import Application
from apps.mirror.models.link import Leg, LegState, Link
from apps.mirror.models.record import MirrorRow
from apps.mirror.models.syncro import (
    SyncroCategory,
    SyncroContact,
    SyncroCustomer,
    SyncroCustomerPurchase,
    SyncroInvoice,
    SyncroItem,
    SyncroPayment,
    SyncroPurchaseOrder,
    SyncroRecord,
    SyncroVendor,
)

__all__ = [
    "Application", "BooksAccount", "BooksCustomer", "BooksInvoice", "BooksItem", "BooksPayment", "BooksRecord", "Leg", "LegState",
    "Link", "MirrorRow", "Piece", "SyncroCategory", "SyncroContact", "SyncroCustomer", "SyncroCustomerPurchase", "SyncroInvoice",
    "SyncroItem", "SyncroPayment", "SyncroPurchaseOrder", "SyncroRecord", "SyncroVendor",
]  # fmt: skip
