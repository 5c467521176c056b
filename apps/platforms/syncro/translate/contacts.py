"""Contacts (End Users in Syncro's screens). Vendor's page: Contacts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.platforms.records import Address, Contact
from apps.platforms.syncro.translate.values import envelope, text


def read_contact(raw: Mapping[str, Any]) -> Contact:
    """A person of a customer, or of a vendor where `vendor_id` is set; the title is kept among the properties."""
    properties = raw.get("properties")
    return Contact(
        **envelope(raw),
        name=text(raw.get("name")),
        customer_id=text(raw.get("customer_id")),
        vendor_id=text(raw.get("vendor_id")),
        title=text(properties.get("title")) if isinstance(properties, Mapping) else "",
        email=text(raw.get("email")),
        phone=text(raw.get("phone")),
        mobile=text(raw.get("mobile")),
        address=Address(
            line1=text(raw.get("address1")),
            line2=text(raw.get("address2")),
            city=text(raw.get("city")),
            state=text(raw.get("state")),
            postal_code=text(raw.get("zip")),
        ),
        notes=text(raw.get("notes")),
    )
