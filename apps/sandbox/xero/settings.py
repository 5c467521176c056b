"""What the vendor's documents leave in doubt, and how strict this pocket is."""

from __future__ import annotations

from typing import Any

DEFAULTS: dict[str, Any] = {
    "limit_scale": 1.0,  # times the published limits
    "day_limit": 5000,  # or 1000: the Starter tier
    "missing_scope_status": 403,  # or 401
    "loopback_redirect": "refuse",  # or "accept": http://127.0.0.1 as a redirect address
    "modified_since": "exclusive",  # or "inclusive", counted in whole seconds
    "unchanged": "304",  # or "empty": what a conditional read without news answers
    "since_offset": "refuse",  # or "accept": If-Modified-Since with +00:00
    "deleted_payments": "bumped",  # or "silent": a deletion leaves the payment's UpdatedDateUTC alone
    "line_account_bumps": False,  # a line's AccountCode alone changes UpdatedDateUTC of the document
    "refused_batch": "saves_none",  # or "saves_valid": the good elements of a batch that was answered with 400
    "unknown_fields": "refuse",  # or "ignore": a property the documents do not know
    "payment_reference_length": 255,  # or any other: nothing is documented
    "delete_reconciled": "refuse",  # or "allow": payments and batches that are reconciled
    "zero_invoice": "paid",  # or "authorised": what becomes of an approved invoice of 0.00
    "void_zero_invoice": "allow",  # or "refuse": VOIDED on an invoice of 0.00, which is PAID by itself
    "number_reuse": "taken",  # or "free": the number of a voided or deleted invoice or credit note
    "max_tracking_options": 100,  # per category; the documents name no number
    "unarchive": "refuse",  # or "allow": ContactStatus ACTIVE on an archived contact
    "tax_override": "not_above_unit",  # or "free": how large a TaxAmount that was sent may be
    "contact_lists": "replace",  # or "merge": ContactPersons, Addresses and Phones of an update
    "allocation_date": "required",  # or "optional"
    "allocate_other_contact": "refuse",  # or "allow": a credit on another contact's invoice
    "overpayment_reference": "drop",  # or "refuse": Reference on RECEIVE-OVERPAYMENT
    "ui_overpayment_type": "RECEIVE-OVERPAYMENT",  # or "AROVERPAYMENT": what the screens call it
    "refund_target": "Invoice",  # or "own": under which element a refund names the credit it pays out
    "balances": "net",  # or "invoices": whether Balances counts credits that are not allocated
    "item_update_needs_code": True,  # POST by ItemID without Code is refused
    "webhook_categories": ["CONTACT", "INVOICE", "CREDITNOTE"],  # PREPAYMENT and OVERPAYMENT since 2026, second-hand
    "payment_fires_invoice_event": True,  # a payment or an allocation is an UPDATE of its invoice
    "webhook_retry_scale": 1.0,
    "webhook_repeat": 1,  # how often each delivery is made
}

# The readings of a doubt that are words.
READINGS = {
    "loopback_redirect": ("refuse", "accept"), "modified_since": ("exclusive", "inclusive"),
    "unchanged": ("304", "empty"), "since_offset": ("refuse", "accept"), "deleted_payments": ("bumped", "silent"),
    "refused_batch": ("saves_none", "saves_valid"), "unknown_fields": ("refuse", "ignore"),
    "delete_reconciled": ("refuse", "allow"), "zero_invoice": ("paid", "authorised"),
    "void_zero_invoice": ("allow", "refuse"), "number_reuse": ("taken", "free"), "unarchive": ("refuse", "allow"),
    "tax_override": ("not_above_unit", "free"), "contact_lists": ("replace", "merge"),
    "allocation_date": ("required", "optional"), "allocate_other_contact": ("refuse", "allow"),
    "overpayment_reference": ("drop", "refuse"), "ui_overpayment_type": ("RECEIVE-OVERPAYMENT", "AROVERPAYMENT"),
    "refund_target": ("Invoice", "own"), "balances": ("net", "invoices"),
}  # fmt: skip
