"""Payments, batches, credit notes, overpayments, allocations and refunds."""

from collections.abc import Callable

import pytest

from .desk import ZERO, Body, Desk, on, part

Clock = Callable[[float], None]
DELETED = {"Status": "DELETED"}


def test_the_last_payment_makes_an_invoice_paid_and_its_deletion_opens_it(desk: Desk) -> None:
    key = desk.invoice(desk.contact())["InvoiceID"]
    first, last = desk.pay(key, 40), desk.pay(key, 60)
    paid = desk.read("Invoices", key)
    assert (paid["Status"], paid["AmountPaid"], paid["AmountDue"]) == ("PAID", 100, 0)
    assert paid["FullyPaidOnDate"] == "/Date(1772668800000+0000)/"
    assert [each["PaymentID"] for each in paid["Payments"]] == [first["PaymentID"], last["PaymentID"]]
    gone = desk.send("POST", f"Payments/{last['PaymentID']}", DELETED).json()["Payments"][0]
    assert gone["Status"] == "DELETED"
    again = desk.read("Invoices", key)
    assert (again["Status"], again["AmountDue"], "FullyPaidOnDate" in again) == ("AUTHORISED", 60, False)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"Amount": 100.01}, "Payment amount exceeds the amount outstanding on this document"),
        ({"Amount": 0}, "Payment amounts must be positive amounts"),
        ({"Amount": -1}, "Payment amounts must be positive amounts"),
        ({"Account": {"Code": "200"}}, "Account type is invalid for making a payment to/from"),
        ({"Account": {"Code": "999"}}, "Account could not be found"),
        ({"Invoice": {"InvoiceID": ZERO}}, "Invoice could not be found"),
        ({"CreditNote": {"CreditNoteID": ZERO}}, "exactly one"),
    ],
)
def test_a_payment_is_refused(desk: Desk, change: Body, words: str) -> None:
    key = desk.invoice(desk.contact())["InvoiceID"]
    assert words in desk.refused("PUT", "Payments", {**on(key, 50), **change})
    assert desk.rows("Payments") == []


def test_payments_need_an_approved_document_and_an_account_for_them(desk: Desk) -> None:
    draft = desk.invoice(desk.contact(), Status="DRAFT")["InvoiceID"]
    assert desk.refused("PUT", "Payments", on(draft, 1)) == "Payments can only be made against Authorised documents"
    key = desk.invoice(desk.contact("B"))["InvoiceID"]
    assert desk.send("PUT", "Payments", on(key, 1, Account={"Code": "200"})).json()["ErrorNumber"] == 101
    assert desk.pay(key, 1, Account={"Code": "880"})["Account"]["Name"] == "Undeposited Funds"
    savings = desk.control.find(entity="Account", name="Savings")
    assert "Code" not in desk.pay(key, 1, Account={"AccountID": savings})["Account"]


def test_a_payment_never_changes(desk: Desk) -> None:
    path = f"Payments/{desk.pay(desk.invoice(desk.contact())['InvoiceID'], 10)['PaymentID']}"
    only = "Only Status accepted for updates."
    assert desk.refused("POST", path, {"Reference": "x"}) == only
    assert desk.refused("POST", path, {**DELETED, "Amount": 10}) == only
    assert desk.refused("POST", path, DELETED) == ""
    assert "not of valid status" in desk.refused("POST", path, DELETED)


def test_two_parts_of_one_request_cannot_both_take_the_rest(desk: Desk) -> None:
    key = desk.invoice(desk.contact())["InvoiceID"]
    body = {"Payments": [on(key, 60), on(key, 60)]}
    answers = desk.send("PUT", "Payments", body, summarizeErrors="false").json()["Payments"]
    assert [each["StatusAttributeString"] for each in answers] == ["OK", "ERROR"]
    assert answers[1]["PaymentID"] == ZERO


def test_a_reconciled_payment_stays(desk: Desk) -> None:
    made = desk.pay(desk.invoice(desk.contact())["InvoiceID"], 10)["PaymentID"]
    desk.control.reconcile(id=made)
    assert "reconciled" in desk.refused("POST", f"Payments/{made}", DELETED)
    desk.control.setting(name="delete_reconciled", value="allow")
    assert desk.refused("POST", f"Payments/{made}", DELETED) == ""


def batch(desk: Desk) -> tuple[Body, list[str]]:
    key = desk.contact()
    invoices = [desk.invoice(key)["InvoiceID"], desk.invoice(key)["InvoiceID"]]
    parts = [{"Invoice": {"InvoiceID": each}, "Amount": 50} for each in invoices]
    body = {"Account": {"Code": "090"}, "Date": "2026-03-05", "Reference": "CHK 7", "Payments": parts}
    return desk.make("BatchPayments", body), invoices


def test_a_batch_is_one_receipt_over_several_invoices(desk: Desk) -> None:
    made, invoices = batch(desk)
    assert (made["Type"], made["TotalAmount"], len(made["Payments"])) == ("RECBATCH", 100, 2)
    member = desk.rows("Payments")[0]
    assert (member["BatchPaymentID"], member["Reference"]) == (made["BatchPaymentID"], "CHK 7")
    assert desk.read("Invoices", invoices[0])["Payments"][0]["BatchPaymentID"] == made["BatchPaymentID"]
    assert "part of a batch" in desk.refused("POST", f"Payments/{member['PaymentID']}", DELETED)


@pytest.mark.parametrize("by_path", [True, False])
def test_a_batch_goes_with_all_its_members(desk: Desk, by_path: bool) -> None:
    made, invoices = batch(desk)
    key = {"BatchPaymentID": made["BatchPaymentID"]}
    path = f"BatchPayments/{made['BatchPaymentID']}" if by_path else "BatchPayments"
    assert desk.refused("POST", path, DELETED if by_path else {**key, **DELETED}) == ""
    assert desk.rows("BatchPayments")[0]["Status"] == "DELETED"
    assert {each["Status"] for each in desk.rows("Payments")} == {"DELETED"}
    assert desk.read("Invoices", invoices[1])["AmountDue"] == 100


def test_a_batch_is_made_whole_or_not_at_all(desk: Desk) -> None:
    key = desk.invoice(desk.contact())["InvoiceID"]
    parts = [{"Invoice": {"InvoiceID": key}, "Amount": 50}, {"Invoice": {"InvoiceID": ZERO}, "Amount": 1}]
    assert desk.refused("PUT", "BatchPayments", {"Account": {"Code": "090"}, "Payments": parts})
    assert (desk.rows("BatchPayments"), desk.rows("Payments")) == ([], [])


def test_a_credit_note_is_allocated_and_taken_back(desk: Desk) -> None:
    key = desk.contact()
    invoice, note = desk.invoice(key)["InvoiceID"], desk.credit(key, 30)["CreditNoteID"]
    path = f"CreditNotes/{note}/Allocations"
    made = desk.send("PUT", path, {"Allocations": [part(invoice, 30)]}).json()["Allocations"][0]
    open_ = desk.read("Invoices", invoice)
    assert (open_["AmountDue"], open_["AmountCredited"], open_["CreditNotes"][0]["AppliedAmount"]) == (70, 30, 30)
    spent = desk.read("CreditNotes", note)
    assert (spent["RemainingCredit"], spent["Status"], spent["CreditNoteNumber"]) == (0, "PAID", "CN-0001")
    assert desk.send("DELETE", f"{path}/{made['AllocationID']}").json()["IsDeleted"] is True
    assert desk.read("CreditNotes", note)["RemainingCredit"] == 30
    assert desk.send("DELETE", f"{path}/{made['AllocationID']}").status_code == 404


def test_an_allocation_is_refused(desk: Desk) -> None:
    key = desk.contact()
    invoice, note = desk.invoice(key, 20)["InvoiceID"], desk.credit(key, 30)["CreditNoteID"]
    path = f"CreditNotes/{note}/Allocations"
    assert desk.send("PUT", path, [part(invoice, 1)]).json()["ErrorNumber"] == 17
    assert "greater than amount outstanding" in desk.refused("PUT", path, part(invoice, 25))
    assert "Date" in desk.refused("PUT", path, {"Invoice": {"InvoiceID": invoice}, "Amount": 5})
    theirs = desk.invoice(desk.contact("B"))["InvoiceID"]
    assert "another contact" in desk.refused("PUT", path, part(theirs, 5))
    desk.pay(invoice, 20)
    assert "already been paid off" in desk.refused("PUT", path, part(invoice, 1))


def test_a_refund_pays_out_a_credit_and_says_invoice(desk: Desk) -> None:
    note = desk.credit(desk.contact(), 30)["CreditNoteID"]
    made = desk.make("Payments", on(note, 10, "CreditNote"))
    assert (made["PaymentType"], made["Invoice"]["InvoiceID"], "CreditNote" in made) == ("ARCREDITPAYMENT", note, False)
    assert desk.read("CreditNotes", note)["RemainingCredit"] == 20
    assert "exceeds" in desk.refused("PUT", "Payments", on(note, 21, "CreditNote"))
    desk.control.setting(name="refund_target", value="own")
    assert desk.rows("Payments")[0]["CreditNote"]["CreditNoteID"] == note


def test_an_overpayment_is_born_from_a_bank_transaction(desk: Desk) -> None:
    key = desk.contact()
    born = desk.overpayment(key, 25, Reference="gone")
    made = desk.read("Overpayments", born["OverpaymentID"])
    assert (made["RemainingCredit"], made["LineItems"][0]["Description"]) == (25, "Too much")
    assert ("Reference" in born, made["LineItems"][0]["AccountCode"]) == (False, "610")
    invoice = desk.invoice(key)["InvoiceID"]
    desk.send("PUT", f"Overpayments/{born['OverpaymentID']}/Allocations", part(invoice, 25))
    assert desk.read("Invoices", invoice)["Overpayments"][0]["AppliedAmount"] == 25
    assert desk.read("Overpayments", born["OverpaymentID"])["Status"] == "PAID"


def test_an_overpayment_is_neither_changed_nor_deleted(desk: Desk) -> None:
    born = desk.overpayment(desk.contact())
    words = "The Type field is not valid for an update. This must be either 'SPEND', 'RECEIVE'"
    assert desk.refused("POST", f"BankTransactions/{born['BankTransactionID']}", DELETED) == words
    out = desk.make("Payments", on(born["OverpaymentID"], 40, "Overpayment"))
    assert (out["PaymentType"], out["Invoice"]["Type"]) == ("AROVERPAYMENTPAYMENT", "AROVERPAYMENT")
    assert desk.read("Overpayments", born["OverpaymentID"])["RemainingCredit"] == 60


def test_bank_transactions_have_rules(desk: Desk) -> None:
    body = {"Type": "RECEIVE", "Contact": {"Name": "Bank"}, "BankAccount": {"Code": "090"}, "Date": "2026-03-01"}
    made = desk.make("BankTransactions", {**body, "LineItems": [desk.line(108.25, tax="OUTPUT")]})
    assert (made["LineAmountTypes"], made["SubTotal"]) == ("Inclusive", 100)
    gone = desk.edit("BankTransactions", made["BankTransactionID"], Status="DELETED")
    assert gone["Status"] == "DELETED"
    odd = {**body, "LineItems": [desk.line(100, tax="OUTPUT", TaxAmount=1)]}
    assert "expected tax amount" in desk.refused("PUT", "BankTransactions", odd)
    assert "positive" in desk.refused("PUT", "BankTransactions", {**body, "LineItems": [desk.line(-1)]})
    two = {**body, "Type": "RECEIVE-OVERPAYMENT", "LineAmountTypes": "NoTax", "LineItems": [desk.line(), desk.line()]}
    assert "exactly one line" in desk.refused("PUT", "BankTransactions", two)


def test_a_prepayment_has_taxed_lines(desk: Desk) -> None:
    key = desk.contact()
    lines = [desk.line(100, tax="OUTPUT")]
    born = desk.overpayment(key, Type="RECEIVE-PREPAYMENT", LineAmountTypes="Exclusive", LineItems=lines)
    assert desk.read("Prepayments", born["PrepaymentID"])["RemainingCredit"] == 108.25
    invoice = desk.invoice(key)["InvoiceID"]
    desk.send("PUT", f"Prepayments/{born['PrepaymentID']}/Allocations", part(invoice, 100))
    assert desk.read("Invoices", invoice)["Prepayments"][0]["AppliedAmount"] == 100


def test_locked_periods_hold_payments_too(desk: Desk) -> None:
    key = desk.invoice(desk.contact())["InvoiceID"]
    made = desk.pay(key, 1)["PaymentID"]
    desk.control.close_books(date="2026-03-31")
    assert "period lock date" in desk.refused("PUT", "Payments", on(key, 1))
    assert "period lock date" in desk.refused("POST", f"Payments/{made}", DELETED)


def test_a_deleted_payment_may_go_unnoticed(desk: Desk, clock: Clock) -> None:
    key = desk.invoice(desk.contact())["InvoiceID"]
    made = desk.pay(key, 1)
    desk.control.setting(name="deleted_payments", value="silent")
    clock(60)
    gone = desk.send("POST", f"Payments/{made['PaymentID']}", DELETED).json()["Payments"][0]
    assert gone["UpdatedDateUTC"] == made["UpdatedDateUTC"]
    assert desk.read("Invoices", key)["UpdatedDateUTC"] != made["UpdatedDateUTC"]
