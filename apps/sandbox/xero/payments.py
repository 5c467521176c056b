"""Payments: on invoices, out of credits, in batches; they are never changed, only made and deleted."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from apps.sandbox.store import Document
from apps.sandbox.xero.change import Change, check_locks, find_account
from apps.sandbox.xero.money import ZERO, cents, dec, num
from apps.sandbox.xero.organisation import CREDITS, IDS, Organisation
from apps.sandbox.xero.refusals import Invalid, Missing

TARGETS = ("Invoice", *CREDITS)
NUMBERS = {"Invoice": ("InvoiceNumber", ("ACCREC", "ACCPAY")),
           "CreditNote": ("CreditNoteNumber", ("ACCRECCREDIT", "ACCPAYCREDIT"))}  # fmt: skip
# Type of the target -> what a payment on it is called.
TYPES = {
    "ACCREC": "ACCRECPAYMENT", "ACCPAY": "ACCPAYPAYMENT", "ACCRECCREDIT": "ARCREDITPAYMENT",
    "ACCPAYCREDIT": "APCREDITPAYMENT", "RECEIVE-OVERPAYMENT": "AROVERPAYMENTPAYMENT",
    "AROVERPAYMENT": "AROVERPAYMENTPAYMENT", "SPEND-OVERPAYMENT": "APOVERPAYMENTPAYMENT",
    "RECEIVE-PREPAYMENT": "ARPREPAYMENTPAYMENT", "SPEND-PREPAYMENT": "APPREPAYMENTPAYMENT",
}  # fmt: skip
BAD_ACCOUNT = "Account type is invalid for making a payment to/from"
ONLY_STATUS = "Only Status accepted for updates."
TOO_MUCH = "Payment amount exceeds the amount outstanding on this document"
IN_BATCH = "Payment is part of a batch payment and cannot be deleted on its own"
NOT_VALID = "{} not of valid status for modification"
RECONCILED = "{} cannot be deleted as it is reconciled"


def write_payment(change: Change) -> Document:
    """Make one payment, or delete one."""
    if change.key or (change.sent.get("PaymentID") and not change.create):
        return delete_payment(change)
    sent = change.sent
    if sent.get("PaymentID") or sent.get("Status", "AUTHORISED") != "AUTHORISED":
        raise Invalid("Only new payments can be made here")
    entity, target = find_target(change, sent)
    account = paying_account(change, sent.get("Account"))
    doc = {"AccountID": account["AccountID"], "Date": sent.get("Date") or change.org.today()}
    if len(str(sent.get("Reference", ""))) > int(change.setting("payment_reference_length")):
        raise Invalid("The length of Reference is too long")
    doc |= {"Reference": sent.get("Reference", ""), "IsReconciled": bool(sent.get("IsReconciled"))}
    check_locks(change, doc["Date"])
    return put_payment(change.org, entity, target, {**doc, "Amount": checked_amount(entity, target, sent)})


def find_target(change: Change, sent: Document) -> tuple[str, Document]:
    """The one document a payment is for."""
    told = [entity for entity in TARGETS if entity in sent or NUMBERS.get(entity, ("-",))[0] in sent]
    if len(told) != 1:
        raise Invalid("A payment must be for exactly one invoice, credit note, prepayment or overpayment")
    entity, org = told[0], change.org
    ref = sent.get(entity) or {}
    found = org.raw(entity, ref.get(IDS[entity]))
    if found is None and entity in NUMBERS and not ref.get(IDS[entity]):
        name, spaces = NUMBERS[entity]
        number = str(ref.get(name) or sent.get(name, ""))
        keys = [key for space in spaces for key in org.index.found(space, number)]
        found = org.raw(entity, keys[0]) if len(keys) == 1 else None
    if found is None:
        raise Invalid(f"{entity} could not be found")
    return entity, found


def paying_account(change: Change, sent: Document | None) -> Document:
    """A bank account, or one that payments are enabled for."""
    if not sent:
        raise Invalid("Account must be specified")
    found = find_account(change, sent)
    if found is None:
        raise Invalid("Account could not be found")
    if found["Type"] != "BANK" and not found.get("EnablePaymentsToAccount"):
        raise Invalid(BAD_ACCOUNT, number=101)
    return found


def outstanding(entity: str, target: Document) -> Decimal:
    """What can still be paid on an invoice, or paid out of a credit."""
    return dec(target["AmountDue" if entity == "Invoice" else "RemainingCredit"])


def checked_amount(entity: str, target: Document, sent: Document) -> float:
    """A positive amount that the target still has open."""
    amount = cents(dec(sent.get("Amount")))
    if amount <= ZERO or amount != dec(sent.get("Amount")):
        raise Invalid("Payment amounts must be positive amounts")
    if target["Status"] not in ("AUTHORISED", "PAID"):
        raise Invalid("Payments can only be made against Authorised documents")
    if amount > outstanding(entity, target):
        raise Invalid(TOO_MUCH)
    return num(amount)


def put_payment(org: Organisation, entity: str, target: Document, doc: Document) -> Document:
    """Store a payment and settle what it is for."""
    key = target[IDS[entity]]
    doc = {"Target": entity, "TargetID": key, "PaymentType": TYPES[target["Type"]], "Status": "AUTHORISED", **doc}
    kept = org.put("Payment", doc)
    org.settle(entity, key)
    return kept


def delete_payment(change: Change) -> Document:
    """`Status: DELETED` and nothing else."""
    org, sent = change.org, change.sent
    old = org.raw("Payment", change.key or sent["PaymentID"])
    if old is None:
        raise Missing
    if {name for name in sent if name != "PaymentID"} != {"Status"} or sent["Status"] != "DELETED":
        raise Invalid(ONLY_STATUS)
    if old.get("BatchPaymentID"):
        raise Invalid(IN_BATCH)
    check_removal(change, old, "Payment")
    return remove_payment(org, old)


def check_removal(change: Change, old: Document, words: str) -> None:
    """What stands in the way of a deletion."""
    if old["Status"] == "DELETED":
        raise Invalid(NOT_VALID.format(words))
    if old.get("IsReconciled") and not change.ui and change.setting("delete_reconciled") == "refuse":
        raise Invalid(RECONCILED.format(words))
    check_locks(change, old["Date"])


def remove_payment(org: Organisation, old: Document) -> Document:
    """A payment is gone: what it was for is open again."""
    kept = org.put("Payment", {**old, "Status": "DELETED"}, bump=org.settings["deleted_payments"] == "bumped")
    org.settle(old["Target"], old["TargetID"])
    return kept


def write_batch(change: Change) -> Document:
    """Make one batch payment, or delete it with all its members."""
    sent, org = change.sent, change.org
    if change.key or sent.get("BatchPaymentID"):
        return delete_batch(change)
    if not change.create and not change.ui:
        raise Invalid("BatchPaymentID is required")
    account = paying_account(change, sent.get("Account"))
    date = sent.get("Date") or org.today()
    check_locks(change, date)
    members = [member_of(change, each) for each in sent.get("Payments", [])]
    kinds = {target["Type"] for target, _ in members}
    if len(kinds) != 1 or len({target["InvoiceID"] for target, _ in members}) != len(members):
        raise Invalid("A batch payment must hold payments of different invoices of one type")
    head = {name: sent[name] for name in ("Reference", "Particulars", "Code", "Details", "Narrative") if name in sent}
    kind = "RECBATCH" if kinds == {"ACCREC"} else "PAYBATCH"
    total = num(sum((dec(amount) for _, amount in members), ZERO))
    head |= {"AccountID": account["AccountID"], "Date": date, "Type": kind, "Status": "AUTHORISED"}
    batch = org.put("BatchPayment", {**head, "TotalAmount": total, "IsReconciled": False, "PaymentIDs": []})
    shared: dict[str, Any] = {"AccountID": account["AccountID"], "Date": date, "IsReconciled": False}
    shared |= {"Reference": sent.get("Reference", ""), "BatchPaymentID": batch["BatchPaymentID"]}
    made = [put_payment(org, "Invoice", target, {**shared, "Amount": amount}) for target, amount in members]
    return org.put("BatchPayment", {**batch, "PaymentIDs": [each["PaymentID"] for each in made]})


def member_of(change: Change, sent: Document) -> tuple[Document, float]:
    """One invoice of a batch and its share."""
    entity, target = find_target(change, sent)
    if entity != "Invoice":
        raise Invalid("A batch payment can hold payments of invoices only")
    return target, checked_amount(entity, target, sent)


def delete_batch(change: Change) -> Document:
    """`Status: DELETED` and nothing else; the members go with it."""
    org, sent = change.org, change.sent
    old = org.raw("BatchPayment", change.key or sent["BatchPaymentID"])
    if old is None:
        raise Missing
    if {name for name in sent if name != "BatchPaymentID"} != {"Status"} or sent["Status"] != "DELETED":
        raise Invalid(ONLY_STATUS)
    check_removal(change, old, "Batch payment")
    for key in old["PaymentIDs"]:
        remove_payment(org, org.sure("Payment", key))
    return org.put("BatchPayment", {**old, "Status": "DELETED"})
