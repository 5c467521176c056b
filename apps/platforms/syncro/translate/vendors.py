"""Vendors: read, and never deleted through the API. Vendor's page: Vendors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.platforms.records import Address, Vendor
from apps.platforms.syncro.translate.values import envelope, text


def read_vendor(raw: Mapping[str, Any]) -> Vendor:
    """Somebody the shop buys from, the same in lists, in details and inside a purchase order."""
    return Vendor(
        **envelope(raw),
        name=text(raw.get("name")),
        first_name=text(raw.get("rep_first_name")),
        last_name=text(raw.get("rep_last_name")),
        email=text(raw.get("email")),
        phone=text(raw.get("phone")),
        account_number=text(raw.get("account_number")),
        website=text(raw.get("website")),
        address=Address(
            line1=text(raw.get("address")),
            city=text(raw.get("city")),
            state=text(raw.get("state")),
            postal_code=text(raw.get("zip")),
        ),
        notes=text(raw.get("notes")),
    )
