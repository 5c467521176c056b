"""Which rules carry out which Add and Mod."""

from __future__ import annotations

from collections.abc import Callable

from apps.sandbox.quickbooks_desktop.company import LISTS
from apps.sandbox.quickbooks_desktop.lists import add_entry, mod_entry
from apps.sandbox.quickbooks_desktop.payments import add_payment, mod_payment
from apps.sandbox.quickbooks_desktop.postings import add_charge, add_check, add_deposit, add_journal, add_refund
from apps.sandbox.quickbooks_desktop.references import Change
from apps.sandbox.quickbooks_desktop.sales import add_sale, mod_sale
from apps.sandbox.store import Document

Rule = Callable[[Change], Document]

ADDS: dict[str, Rule] = {
    **dict.fromkeys(LISTS, add_entry),
    **dict.fromkeys(("Invoice", "CreditMemo"), add_sale),
    "ReceivePayment": add_payment,
    "ARRefundCreditCard": add_refund,
    "Check": add_check,
    "JournalEntry": add_journal,
    "Deposit": add_deposit,
    "Charge": add_charge,
}
MODS: dict[str, Rule] = {
    **dict.fromkeys(LISTS, mod_entry),
    **dict.fromkeys(("Invoice", "CreditMemo"), mod_sale),
    "ReceivePayment": mod_payment,
}


def carry_out(rule: Rule, change: Change) -> Document:
    """Do what a message says; the document as it is afterwards."""
    done = rule(change)
    return (change.company.raw(change.entity, done["id"]) or done) if "id" in done else done
