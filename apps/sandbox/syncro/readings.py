"""What the vendor's pages leave open or dispute: every reading has a name, and the stricter one is the default."""

from __future__ import annotations

from typing import Any

#: name: (default, the other values, what it decides)
READINGS: dict[str, tuple[Any, tuple[Any, ...], str]] = {
    "retry_after": ("alternate", ("always", "never"), "whether a 429 carries Retry-After (guides disagree)"),
    "payment_touches_invoice": (False, (True,), "whether a payment moves an invoice's updated_at (not documented)"),
    "apply_payments_unit": ("cents", ("dollars",), "the unit of apply_payments (disputed)"),
    "requires_number": (True, (False,), "whether POST and PUT of an invoice insist on a number (disputed)"),
    "newest_first": (False, (True,), "the order of every list"),
    "query_finds_ref": (False, (True,), "whether GET /payments?query= looks at ref_num, or at names only"),
    "line_feed": ("touched_last", ("by_id",), "GET /line_items: edited lines move to the end, pages repeat and miss some"),
    "unstable_lines": (0, ("any seed",), "GET /line_items: pages after the first begin up to 3 lines off, at each read"),
    "put_overwrites": ("everything", ("sent",), "whether PUT of an invoice or line empties what is not sent"),
    "tax_rounding": ("document", ("line",), "whether tax is rounded once for the document or line by line"),
    "line_price": ("before_discount", ("after_discount",), "whether a line's price is shown before its own discount"),
    "rate_edit": ("spreads", ("later",), "whether editing a tax rate changes old invoices at once, or when next saved"),
    "refund_to_credit": ("two_rows", ("one_row",), "a refund to Store Credit: a negative payment and a credit, or one"),
    "credit_use": ("reapply", ("new_row",), "spending credit: its payment names the invoice, or a new payment does"),
    "deposit_use": ("line", ("credit",), "using a deposit: a negative Deposit line, or a Store Credit payment"),
    "orders_list_lines": (False, (True,), "whether the list of purchase orders shows their lines (empty in examples)"),
    "order_location": ("id", ("whole",), "what stands in a purchase order's `location` (not shown anywhere)"),
    "order_lines_in": ("cents", ("dollars",), "cost_cents and total_cents, or cost and total, in the lines of an order"),
    "received_quantity": ("as_ordered", ("counted",), "whether it equals the quantity before anything has arrived"),
}  # fmt: skip
