"""Every kind of mismatch: adding one is adding a file and a line."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from apps.reconciliation.kinds.base import Finding, MismatchKind

_HERE = "apps.reconciliation.kinds"

KINDS: dict[str, str] = {
    "payment_over_several_invoices": f"{_HERE}.payment_over_several_invoices:PaymentOverSeveralInvoices",
    "payment_moved": f"{_HERE}.payment_moved:PaymentMoved",
    "payment_edited": f"{_HERE}.payment_edited:PaymentEdited",
    "payment_misapplied": f"{_HERE}.payment_misapplied:PaymentMisapplied",
    "payment_in_review": f"{_HERE}.payment_in_review:PaymentInReview",
    "payment_of_unknown_invoice": f"{_HERE}.payment_of_unknown_invoice:PaymentOfUnknownInvoice",
    "payment_on_both_sides": f"{_HERE}.payment_on_both_sides:PaymentOnBothSides",
    "allocation_cannot_be_told": f"{_HERE}.allocation_cannot_be_told:AllocationCannotBeTold",
    "refund": f"{_HERE}.refund:Refund",
    "invoice_total_differs": f"{_HERE}.invoice_total_differs:InvoiceTotalDiffers",
    "tax_cannot_be_rebuilt": f"{_HERE}.tax_cannot_be_rebuilt:TaxCannotBeRebuilt",
    "invoice_edited_in_books": f"{_HERE}.invoice_edited_in_books:InvoiceEditedInBooks",
    "changed_in_syncro": f"{_HERE}.changed_in_syncro:ChangedInSyncro",
    "deleted_in_books": f"{_HERE}.deleted_in_books:DeletedInBooks",
    "deleted_in_syncro": f"{_HERE}.deleted_in_syncro:DeletedInSyncro",
    "mass_deletion": f"{_HERE}.mass_deletion:MassDeletion",
    "mapping_missing": f"{_HERE}.mapping_missing:MappingIsMissing",
    "duplicate_customer": f"{_HERE}.duplicate_customer:DuplicateCustomer",
    "customer_maybe_in_syncro": f"{_HERE}.customer_maybe_in_syncro:CustomerMaybeInSyncro",
    "currency_differs": f"{_HERE}.currency_differs:CurrencyDiffers",
    "closed_period": f"{_HERE}.closed_period:ClosedPeriod",
    "refused_by_platform": f"{_HERE}.refused_by_platform:RefusedByPlatform",
    "in_doubt_cannot_tell": f"{_HERE}.in_doubt_cannot_tell:InDoubtCannotTell",
    "copied_document": f"{_HERE}.copied_document:CopiedDocument",
    "unreadable_record": f"{_HERE}.unreadable_record:UnreadableRecord",
    "not_syncros": f"{_HERE}.not_syncros:NotSyncros",
}


@cache
def kind(name: str) -> MismatchKind:
    """The kind of this name; KeyError for an unknown one."""
    module, _, cls = KINDS[name].partition(":")
    made: MismatchKind = getattr(import_module(module), cls)()
    return made


def kind_choices() -> list[tuple[str, str]]:
    """Names and titles, in the order of the table."""
    return [(name, kind(name).title) for name in KINDS]


def kind_of_code(code: str) -> str:
    """The kind that stands for a code of held links; KeyError where none does."""
    return {known: name for name in KINDS for known in kind(name).codes}[code]


__all__ = ["KINDS", "Finding", "MismatchKind", "kind", "kind_choices", "kind_of_code"]
