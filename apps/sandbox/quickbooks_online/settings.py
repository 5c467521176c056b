"""What the vendor's documents leave in doubt, and how strict this pocket is: each default is the stricter reading."""

from __future__ import annotations

from typing import Any

DEFAULTS: dict[str, Any] = {
    "limit_scale": 1.0,  # times the published throttles
    "batch_replay": "6000",  # or "answer": what a replayed batch gets
    "batch_order": "shuffled",  # or "sent"
    "replay_faults": True,  # a refused request is replayed as refused under the same requestid
    "void_with_payment": "refuse",  # or "unapply"
    "delete_with_payment": "refuse",  # or "unapply"
    "void_credit_memo": False,  # CreditMemo and RefundReceipt through the API
    "expense_link": "dropped",  # or "kept": Payment lines that point to an Expense
    "payment_touches_invoice": True,  # SyncToken, LastUpdatedTime and webhook of the invoice a payment is put on
    "other_customers_invoice": "refuse",  # or "unapplied"
    "parent_pays_sub": True,  # a payment of the parent may cover a BillWithParent sub-customer
    "duplicate_detail_id": False,  # 6240 tells `Id=..` of the other name
    "tolerant_numbers": False,  # numbers sent as JSON strings
    "non_latin1": "refuse",  # or "question": what a US company does with other letters
    "warn_duplicate_docnum": True,  # the user's own switch in the screens; the API cannot read it
    "docnumber_family": "sales",  # or "entity": who shares a number space
    "tax_without_taxable_line": "drop",  # or "honour": a TotalTax where no line is TAX
    "orderby_id": "text",  # or "number"
    "refresh_rotation": "always",  # or "daily"
    "webhook_format": "cloudevents",  # or "legacy"
    "webhook_retry_scale": 1.0,
    "webhook_repeat": 1,  # how often each delivery is made
}
