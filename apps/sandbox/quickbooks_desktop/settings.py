"""What the vendor's documents leave in doubt, and how strict this pocket is: each default is the stricter reading."""

from __future__ import annotations

from typing import Any

DEFAULTS: dict[str, Any] = {
    "limit_scale": 1.0,  # there are no throttles here; the name is common to all pockets
    "recovery_answer": "error_recovery",  # or "ret": how a status check tells what an earlier run made
    "missing_objects": 500,  # or 1: queries by id, name or number that find none of what they named
    "time_zone": "-08:00",  # the machine's, for stamps and for filters without an offset
    "payment_touches_invoice": True,  # EditSequence and TimeModified of the document a payment is put on
    "applied_sign": -1,  # or 1: AppliedAmount of an invoice and Amount of its LinkedTxn
    "zero_application": "refuse",  # or "unapply": AppliedToTxnMod with PaymentAmount 0.00
    "void_with_payment": "refuse",  # or "unapply": TxnVoid of what has payments or credits on it
    "delete_with_payment": "refuse",  # or "unapply"
    "exempt_customer_wins": True,  # a non-taxable CustomerSalesTaxCodeRef frees the whole document
    "inactive_reference": "refuse",  # or "accept"
    "deleted_days": 90,  # how far TxnDeletedQuery and ListDeletedQuery look back
    "auto_apply_credits": False,
    "restamp": False,  # whether an application may come back with another FileID
    "plain_http": ["localhost", "127.0.0.1"],  # hosts whose AppURL need not be https
    "connection_retries": 3,  # how often connectionError may name another file
    "noop_limit": 3,  # how often NoOp is waited for
    "noop_pause": 5.0,  # seconds
    "http_timeout": 60.0,  # seconds
    "qbxml_version": "16.0",  # the newest this QuickBooks speaks
}
