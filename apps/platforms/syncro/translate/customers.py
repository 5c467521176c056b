"""Customers (Organizations in Syncro's screens). Vendor's page: Customers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.platforms.markers import read_marker, with_marker, without_marker
from apps.platforms.records import Address, Customer
from apps.platforms.syncro.translate.values import envelope, text

#: What a PUT may name. It overwrites what it names and may reset what it does not, so all of them are sent.
WRITABLE = (
    "business_name", "firstname", "lastname", "email", "phone", "mobile", "address", "address_2", "city", "state",
    "zip", "notes", "get_sms", "opt_out", "no_email", "get_billing", "get_marketing", "get_reports", "ref_customer_id",
    "referred_by", "tax_rate_id", "notification_email", "invoice_cc_emails", "invoice_term_id", "properties",
)  # fmt: skip
NOTES_LIMIT = 10_000


def read_customer(raw: Mapping[str, Any]) -> Customer:
    """A customer of a list or a detail. The marker of ours in its notes is not part of its notes."""
    return Customer(
        **envelope(raw, disabled=bool(raw.get("disabled"))),
        marker=read_marker(raw.get("notes")),
        name=text(raw.get("business_then_name") or raw.get("business_name") or raw.get("fullname")) or _person(raw),
        company_name=text(raw.get("business_name")),
        first_name=text(raw.get("firstname")),
        last_name=text(raw.get("lastname")),
        email=text(raw.get("email")),
        phone=text(raw.get("phone")),
        mobile=text(raw.get("mobile")),
        address=Address(
            line1=text(raw.get("address")),
            line2=text(raw.get("address_2")),
            city=text(raw.get("city")),
            state=text(raw.get("state")),
            postal_code=text(raw.get("zip")),
        ),
        notes=without_marker(text(raw.get("notes"))),
        tax_key=text(raw.get("tax_rate_id")),
    )


def write_customer(record: Customer, marker: str = "", base: Customer | None = None) -> dict[str, Any]:
    """The whole body of a POST or PUT; with `base`, everything of it that we do not change."""
    kept = {name: base.raw[name] for name in WRITABLE if base and name in base.raw}
    company, first, last = _names(record, base)
    address = record.address
    wanted = {
        "business_name": company,
        "firstname": first,
        "lastname": last,
        "email": record.email,
        "phone": record.phone,
        "mobile": record.mobile,
        "address": address.line1,
        "address_2": address.line2,
        "city": address.city,
        "state": address.state,
        "zip": address.postal_code,
        "notes": with_marker(record.notes, (base.marker if base else "") or marker, NOTES_LIMIT),
    }
    tax = {"tax_rate_id": int(record.tax_key)} if record.tax_key.isdecimal() else {}
    return {**kept, **{name: value or None for name, value in wanted.items()}, **tax}


def _names(record: Customer, base: Customer | None) -> tuple[str, str, str]:
    """Business, first and last name. The books may know only a display name: it becomes what Syncro shows as such."""
    named = record.company_name, record.first_name, record.last_name
    renamed = base is not None and record.name != base.name
    if any(named) and not (renamed and base and named == (base.company_name, base.first_name, base.last_name)):
        return named
    if base and not base.company_name and any(named):
        first, _, last = record.name.rpartition(" ")
        return "", first, last
    return record.name, record.first_name, record.last_name


def _person(raw: Mapping[str, Any]) -> str:
    return f"{text(raw.get('firstname'))} {text(raw.get('lastname'))}".strip()
