"""Customers (Organizations in Syncro's screens). Vendor's page: Customers."""

from __future__ import annotations

import re
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
PHONES, NO_DIGIT = frozenset({"phone", "mobile"}), re.compile(r"\D")


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


def not_as_sent(body: Mapping[str, Any], raw: Mapping[str, Any]) -> str:
    """What the answer to a PUT shows otherwise than it was sent, as the rest of a sentence; "" when nothing is.

    What Syncro only spells in its own way (digits of a phone, spaces, letters of an address) is the same.
    """
    differing = [name for name, value in body.items() if name in raw and not _alike(name, value, raw[name])]
    return ", ".join(
        f"its {name} is {text(raw[name]) or 'empty'} and not {text(body[name]) or 'empty'}" for name in differing
    )


def _alike(name: str, sent: object, shown: object) -> bool:
    if isinstance(sent, Mapping):
        there = shown if isinstance(shown, Mapping) else {}
        return all(text(there.get(key)) == text(value) for key, value in sent.items())
    if isinstance(sent, bool) or isinstance(shown, bool):
        return bool(sent) == bool(shown)
    first, second = text(sent), text(shown)
    if name in PHONES:
        first, second = (NO_DIGIT.sub("", value) for value in (first, second))
    return " ".join(first.split()).casefold() == " ".join(second.split()).casefold()


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
