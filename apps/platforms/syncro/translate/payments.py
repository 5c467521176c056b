"""Payments: made and read, never changed. Vendor's page: Payments.

How much of a payment went to which invoice is not told: every application has the amount None.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from apps.core.money import cents, to_cents
from apps.platforms.errors import Refused
from apps.platforms.markers import read_marker, with_marker, without_marker
from apps.platforms.records import Application, Payment
from apps.platforms.syncro.translate.values import dollars, envelope, required_day, text

#: ref_num is taken to be a text column of the usual length.
REF_LIMIT, REFERENCE_LIMIT = 255, 100
#: Behind the reference in a ref_num of ours: a POST cannot set the date, so the true one is kept here.
TRUE_DATE = re.compile(r" ?\d{4}-\d{2}-\d{2}$")


def read_payment(raw: Mapping[str, Any]) -> Payment:
    """A payment in dollars; a declined card attempt has success False. `date` is the day Syncro shows."""
    customer = raw.get("customer") or {}
    invoices = [text(key) for key in raw.get("invoice_ids") or [] if key is not None]
    amount = cents(dollars(raw.get("payment_amount")))
    return Payment(
        **envelope(raw),
        marker=read_marker(raw.get("ref_num")),
        customer_id=text(customer.get("id") or raw.get("customer_id")),
        date=required_day(raw, "applied_at", "created_at"),
        amount=amount,
        method=text(raw.get("payment_method")),
        reference=_reference(text(raw.get("ref_num"))),
        applications=tuple(Application(document_id=key) for key in invoices),
        unapplied=None if invoices else amount,
        success=raw.get("success") is not False,
    )


def write_payment(record: Payment, marker: str, unit: str = "cents") -> dict[str, Any]:
    """The body of POST /payments; `unit` is what `apply_payments` counts in, "cents" or "dollars".

    Raises Refused for what Syncro cannot hold: nothing or less than nothing, parts unknown or above the whole.
    """
    parts = parts_of(record)
    if record.amount <= 0:
        raise Refused("Syncro takes no payment of nothing or less; give the money back in Syncro itself.")
    if not record.method:
        raise Refused("A payment for Syncro needs the name of a payment method.")
    applied = {key: to_cents(part) if unit == "cents" else f"{part:.2f}" for key, part in parts.items()}
    return {
        "customer_id": int(record.customer_id) if record.customer_id.isdecimal() else record.customer_id,
        "amount_cents": to_cents(record.amount),
        "payment_method": record.method,
        "ref_num": with_marker(f"{record.reference[:REFERENCE_LIMIT]} {record.date}".strip(), marker, REF_LIMIT),
        **({"apply_payments": applied} if applied else {}),
    }


def parts_of(record: Payment) -> dict[str, Decimal]:
    """Dollars by invoice id; a single invoice without an amount takes the whole payment. Raises Refused if unknown."""
    parts: dict[str, Decimal] = {}
    for application in record.applications:
        part = application.amount
        if part is None and len(record.applications) > 1:
            raise Refused("How much of the payment goes to which invoice is not known.")
        parts[application.document_id] = parts.get(application.document_id, Decimal(0)) + (
            record.amount if part is None else part
        )
    if sum(parts.values()) > record.amount:
        raise Refused("More would be applied than was paid.")
    return parts


def _reference(ref_num: str) -> str:
    return TRUE_DATE.sub("", without_marker(ref_num)) if read_marker(ref_num) else ref_num
