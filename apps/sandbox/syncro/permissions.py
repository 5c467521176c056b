"""Which check-box of a token opens which endpoint, in the words of the vendor's API page."""

from __future__ import annotations

import re

from apps.sandbox.store import Document

GLOBAL_ADMIN = "Global Admin"
ID = r"/[^/]+"
PERMISSIONS: tuple[tuple[str, str, str], ...] = (
    ("GET", r"/customers", "Customers - List/Search"),
    ("POST", r"/customers", "Customers - Create"),
    ("GET", r"/customers/latest", "Customers - Edit"),
    ("GET", r"/customers/autocomplete", ""),
    ("GET", rf"/customers{ID}", "Customers - View Detail"),
    ("PUT", rf"/customers{ID}", "Customers - Edit"),
    ("DELETE", rf"/customers{ID}", "Customers - Delete"),
    ("GET", rf"/contacts({ID})?", "Customers - View Detail"),
    ("(POST|PUT|DELETE)", rf"/contacts({ID})?", "Customers - Edit"),
    ("GET", r"/products(/.*)?", "Products - List/Search"),
    ("POST", r"/products", "Products - Create"),
    ("PUT", rf"/products{ID}", "Products - Edit"),
    ("PUT", rf"/products{ID}/location_quantities", "Products - Edit Quantities"),
    ("(POST|PUT)", rf"/products{ID}/product_skus({ID})?", "Products - Edit"),
    ("GET", r"/invoices", "Invoices - List/Search"),
    ("POST", r"/invoices", "Invoices - Create"),
    ("GET", rf"/invoices{ID}", "Invoices - View Details"),
    ("PUT", rf"/invoices{ID}", "Invoices - Edit"),
    ("DELETE", rf"/invoices{ID}", "Invoices - Delete"),
    ("(POST|PUT|DELETE)", rf"/invoices{ID}/line_items({ID})?", "Invoices - Edit"),
    ("GET", r"/line_items", GLOBAL_ADMIN),
    ("GET", rf"/payments({ID})?", "Payments - View List"),
    ("POST", r"/payments", "Payments - Create"),
    ("GET", r"/vendors", "Vendors - List"),
    ("GET", rf"/vendors{ID}", "Vendors - View Details"),
    ("POST", r"/vendors", "Vendors - New"),
    ("PUT", rf"/vendors{ID}", "Vendors - Edit"),
    ("GET", r"/purchase_orders", "Purchase Orders - List/Search"),
    ("GET", rf"/purchase_orders{ID}", "Purchase Orders - View Details"),
    ("POST", r"/purchase_orders(/.*)?", "Purchase Orders - Edit"),
    ("GET", r"/estimates", "Estimates - List/Search"),
    ("GET", rf"/estimates{ID}", "Estimates - View Details"),
    ("GET", rf"/schedules({ID})?", "Recurring Invoices - List"),
)


def needed(method: str, path: str) -> str:
    """The check-box that a request needs, or nothing."""
    for verbs, pattern, permission in PERMISSIONS:
        if re.fullmatch(verbs, method) and re.fullmatch(pattern, path):
            return permission
    return ""


def allows(token: Document, permission: str) -> bool:
    """Whether a token opens it; being a Global Admin opens only what asks for one."""
    if permission == GLOBAL_ADMIN:
        return bool(token.get("global_admin"))
    granted = token["permissions"]
    return not permission or granted is None or permission in granted
