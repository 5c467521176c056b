"""Why a link waits or stands aside, in one word each, with the sentence staff read when there is no better one."""

from __future__ import annotations

HELD_CODES: dict[str, str] = {
    "multi_invoice_payment": "A payment taken in the books covers several invoices; confirm its split before it goes to Syncro.",
    "payment_in_review": "A payment taken in the books waits for confirmation before it goes to Syncro.",
    "unknown_invoice": "The payment is on a document that Syncro does not have.",
    "unapplied_review": "A part of the payment is not applied to any invoice.",
    "refund_review": "A refund waits for confirmation before it goes to the books.",
    "refund_partner": "This repayment is booked together with its refund invoice.",
    "negative_invoice": "An invoice turned negative, or back, after it was sent.",
    "allocation_unknown": "Syncro does not tell how this payment is split over its invoices, and it cannot be worked out.",
    "deposit_mapping": "It takes a customer's deposit, and no item is chosen that posts to the deposits liability.",
    "mapping_missing": "A choice of account, tax, item or method is missing.",
    "currency_differs": "Its currency is not the company's.",
    "name_taken": "The name is taken by somebody else in the books.",
    "already_there": "The other side already has one like it.",
    "maybe_in_syncro": "Only the books have it, but Syncro has a customer it may be.",
    "number_taken": "Its number is taken by another document.",
    "refused": "The other side refused it.",
    "period_closed": "The books are closed for its date.",
    "locked": "Money is applied, deposited or settled on it, so it cannot be changed.",
    "not_covered": "The invoice has less open than this payment would apply.",
    "bad_reference": "It refers to something the other side does not have or has made inactive.",
    "no_permission": "The account used may not do this on the other side.",
    "bad_input": "It holds a value that cannot be used.",
    "cannot_tell": "It was sent, no answer came, and whether it was done cannot be told.",
    "too_many_attempts": "It was tried many times without success.",
    "edited_in_books": "Somebody edited it in the books.",
    "both_edited": "It was edited on both sides.",
    "not_taken": "It was edited in the books, and Syncro did not take the edit.",
    "misapplied": "Syncro applied the payment otherwise than it was told.",
    "payment_moved": "The payment was moved to another invoice in the books.",
    "payment_edited": "The payment was edited in the books.",
    "gone_in_books": "It was deleted or voided in the books.",
    "gone_in_syncro": "It was deleted in Syncro.",
    "changed_in_syncro": "It changed in Syncro in a way the books cannot follow by themselves.",
    "total_differs": "The books computed another total.",
    "same_on_both_sides": "The same payment seems to be entered on both sides.",
    "brake": "Unusually many records vanished at once, so nothing is voided or deleted.",
    "copied_document": "It carries the mark of another document.",
}

#: Links that stand aside on purpose.
IGNORED_CODES: dict[str, str] = {
    "before_start": "It is dated before the start date.",
    "declined": "The card was declined; no money moved.",
    "zero": "It moves no money.",
    "off_by_policy": "A policy of the company leaves it out.",
    "ignored_by_staff": "A person decided to leave it out.",
    "not_money": "Its payment method is mapped as not being money in the books.",
    "gone_before_sent": "It was deleted before it was ever sent.",
}

#: Links that wait for something that comes by itself.
PENDING_CODES: dict[str, str] = {
    "not_linked_yet": "It waits for another record that goes first.",
    "refund_wait": "It waits for the repayment of this refund.",
    "refund_partner": "This repayment is booked together with its refund invoice.",
    "next_step": "A part of it is there; the next follows at once.",
    "try_later": "The other side was busy; it is sent again by itself.",
    "no_sign_in": "The connection needs a new sign-in.",
}

#: Held codes that are looked at again whenever a side changed, because they may no longer be true.
RECHECKED = frozenset({
    "edited_in_books", "both_edited", "payment_moved", "payment_edited", "gone_in_books", "gone_in_syncro", "changed_in_syncro",
    "total_differs", "negative_invoice", "not_taken",
})  # fmt: skip

#: Held codes that are tried again by themselves when the Syncro row changed after they were held.
RETRIED_ON_CHANGE = frozenset({
    "refused", "name_taken", "already_there", "number_taken", "not_covered", "bad_reference", "bad_input", "currency_differs",
    "allocation_unknown", "unknown_invoice", "deposit_mapping", "locked",
})  # fmt: skip
