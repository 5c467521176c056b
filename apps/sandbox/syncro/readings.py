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
}  # fmt: skip
