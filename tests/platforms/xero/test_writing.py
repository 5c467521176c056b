"""Requests that change something: what is in them, and what their answers mean, position by position."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import httpx
import pytest

from apps.platforms import errors
from apps.platforms.base import Verb
from apps.platforms.records import Application, CreditMemo, Item, Payment, Refund, Status
from apps.platforms.xero.translate.invoices import read_invoice
from apps.platforms.xero.translate.payments import read_credit, read_payment
from tests.platforms.xero.conftest import (
    BANK,
    CONTACT,
    DAY,
    MARKER,
    NO_ID,
    PAID,
    A,
    B,
    Books,
    Stand,
    change,
    creation,
    customer,
    failed,
    guid,
    invoice,
    key,
    line,
    payment,
    raw_batch,
    raw_credit,
    raw_invoice,
    raw_payment,
    refused,
    told,
)


def test_what_failed_hides_nothing_that_was_made(books: Books, stand: Stand) -> None:
    rows = [raw_invoice(A), failed("Invoice # must be unique.", InvoiceID=NO_ID), raw_invoice(B)]
    stand.on("PUT", "/Invoices", told("Invoices", *rows))
    first, second, third = books.write(*(creation(invoice(number=str(number))) for number in range(3)))
    assert first.record is not None
    assert third.record is not None
    assert (first.record.external_id, third.record.external_id) == (A, B)
    assert isinstance(second.error, errors.AlreadyThere)


def test_a_zero_id_is_a_failure_whatever_the_status_says(books: Books, stand: Stand) -> None:
    stand.on("PUT", "/Contacts", told("Contacts", {"ContactID": NO_ID, "Name": "Ada", "StatusAttributeString": "OK"}))
    assert isinstance(books.write(creation(customer()))[0].error, errors.Refused)


def test_a_warning_is_no_failure(books: Books, stand: Stand) -> None:
    row = raw_invoice(
        StatusAttributeString="WARNING", Warnings=[{"Message": "Only AUTHORISED invoices may ..."}], HasErrors=False
    )
    stand.on("PUT", "/Invoices", told("Invoices", row))
    assert books.write(creation(invoice()))[0].record is not None


@pytest.mark.parametrize("answer", [told("Invoices"), {}, [], told("Invoices", raw_invoice(), raw_invoice())])
def test_an_answer_nobody_understands_leaves_the_write_unsure(books: Books, stand: Stand, answer: Any) -> None:
    stand.on("PUT", "/Invoices", answer)
    with pytest.raises(errors.Unsure):
        books.write(creation(invoice()))


def test_a_made_document_that_cannot_be_read_is_unsure(books: Books, stand: Stand) -> None:
    stand.on("PUT", "/Invoices", told("Invoices", raw_invoice(Total="?")))
    with pytest.raises(errors.Unsure):
        books.write(creation(invoice()))


def test_fifty_go_in_one_request(books: Books) -> None:
    drafts = books.platform.draft("invoice", [creation(invoice(number=str(number))) for number in range(60)], key)
    assert [len(draft.positions) for draft in drafts] == [50, 10]
    assert {draft.method for draft in drafts} == {"PUT"}
    assert drafts[0].query == {"summarizeErrors": "false", "unitdp": "4"}
    assert drafts[0].path == "/api.xro/2.0/Invoices"


def test_creates_put_and_changes_post_by_id(books: Books) -> None:
    now = read_invoice(raw_invoice())
    draft = books.platform.draft("invoice", [change(now)], key)[0]
    assert (draft.method, books.body(change(now))["InvoiceID"]) == ("POST", A)
    assert "InvoiceNumber" not in books.body(change(now))


def test_one_that_cannot_be_expressed_is_left_out(books: Books) -> None:
    bad = creation(invoice(lines=(line(account_id=""),)))
    (draft,) = books.platform.draft("invoice", [creation(invoice()), bad, creation(invoice())], key)
    assert draft.positions == (0, 2)
    with pytest.raises(errors.BadReference):
        books.platform.draft("invoice", [bad], key)


def test_two_changes_of_one_document_are_a_mistake(books: Books) -> None:
    now = read_invoice(raw_invoice())
    with pytest.raises(ValueError, match="one document"):
        books.platform.draft("invoice", [change(now), change(now)], key)


@pytest.mark.parametrize(("state", "sent"), [("AUTHORISED", "VOIDED"), ("DRAFT", "DELETED")])
def test_a_void_depends_on_whether_it_was_approved(books: Books, stand: Stand, state: str, sent: str) -> None:
    now = read_invoice(raw_invoice(Status=state))
    stand.on("POST", "/Invoices", told("Invoices", raw_invoice(Status=sent)))
    (outcome,) = books.write(change(now, Verb.VOID))
    assert stand.bodies("POST")[0] == {"Invoices": [{"InvoiceID": A, "Status": sent}]}
    assert outcome.error is None
    assert outcome.record is None or outcome.record.status is Status.VOIDED


def test_money_of_three_kinds_goes_where_it_belongs(books: Books) -> None:
    several = [
        payment("60.00", (A, "60.00")),
        payment("100.00", (A, "60.00"), (B, "40.00")),
        payment("40.00"),
        payment("1.00", (B, "1.00")),
    ]
    drafts = books.platform.draft("payment", [creation(each, PAID) for each in several], key)
    assert {(draft.path.rpartition("/")[2], draft.positions) for draft in drafts} == {
        ("Payments", (0, 3)), ("BatchPayments", (1,)), ("BankTransactions", (2,))}  # fmt: skip
    assert {draft.method for draft in drafts} == {"PUT"}


def test_a_payment_names_invoice_account_and_marker(books: Books, stand: Stand) -> None:
    stand.on("PUT", "/Payments", told("Payments", raw_payment()))
    (outcome,) = books.write(creation(payment("100.00", (A, "100.00")), PAID))
    assert stand.bodies("PUT")[0]["Payments"] == [
        {"Invoice": {"InvoiceID": A}, "Account": {"AccountID": BANK}, "Date": "2026-03-05", "Amount": 100, "Reference": f"cheque 9 · {PAID}"}
    ]  # fmt: skip
    assert isinstance(outcome.record, Payment)
    assert (outcome.record.marker, outcome.record.reference) == (PAID, "cheque 9")


def test_a_batch_is_made_and_its_customer_looked_up(books: Books, stand: Stand) -> None:
    stand.on("PUT", "/BatchPayments", told("BatchPayments", raw_batch()))
    stand.on("GET", "/Invoices", told("Invoices", raw_invoice(A), raw_invoice(B)))
    (outcome,) = books.write(creation(payment("100.00", (A, "60.00"), (B, "40.00")), PAID))
    assert isinstance(outcome.record, Payment)
    assert (outcome.record.external_id, outcome.record.customer_id) == (f"batch:{guid(60)}", CONTACT)


def test_a_batch_whose_customer_cannot_be_asked_is_unsure(books: Books, stand: Stand) -> None:
    stand.on("PUT", "/BatchPayments", told("BatchPayments", raw_batch()))
    stand.on("GET", "/Invoices", httpx.Response(503))
    with pytest.raises(errors.Unsure):
        books.write(creation(payment("100.00", (A, "60.00"), (B, "40.00")), PAID))


def test_money_on_no_invoice_is_an_overpayment(books: Books, stand: Stand) -> None:
    stand.on("PUT", "/BankTransactions", told("BankTransactions", raw_credit(BankTransactionID=guid(71))))
    (outcome,) = books.write(creation(payment("40.00"), f"{PAID}/2"))
    sent = stand.bodies("PUT")[0]["BankTransactions"][0]
    assert (sent["Type"], sent["LineAmountTypes"], len(sent["LineItems"])) == ("RECEIVE-OVERPAYMENT", "NoTax", 1)
    assert sent["LineItems"][0] == {"Description": f"cheque 9 · {PAID}/2", "Quantity": 1, "UnitAmount": 40}
    assert "Reference" not in sent
    assert outcome.record is not None
    assert outcome.record.external_id == f"overpayment:{guid(70)}"


def test_credit_used_later_names_the_new_uses_alone(books: Books, stand: Stand) -> None:
    now = read_credit(
        "overpayment", raw_credit(Allocations=[{"Invoice": {"InvoiceID": A}, "Amount": 10}], RemainingCredit=30)
    )
    wanted = (Application(document_id=A, amount=Decimal(10)), Application(document_id=B, amount=Decimal(5)))
    path = f"/Overpayments/{guid(70)}"
    stand.on("PUT", f"{path}/Allocations", told("Allocations", {"Amount": 5, "Invoice": {"InvoiceID": B}}))
    after = [{"Invoice": {"InvoiceID": A}, "Amount": 10}, {"Invoice": {"InvoiceID": B}, "Amount": 5}]
    stand.on("GET", path, told("Overpayments", raw_credit(Allocations=after, RemainingCredit=25)))
    (outcome,) = books.write(change(now, applications=wanted))
    assert stand.bodies("PUT")[0] == {"Allocations": [{"Invoice": {"InvoiceID": B}, "Amount": 5, "Date": "2026-03-05"}]}
    assert isinstance(outcome.record, Payment)
    assert outcome.record.applications == wanted


def test_a_refused_allocation_is_a_refusal_and_a_lost_look_unsure(books: Books, stand: Stand) -> None:
    now = read_credit("overpayment", raw_credit())
    wanted = change(now, applications=(Application(document_id=A, amount=Decimal(5)),))
    path = f"/Overpayments/{guid(70)}"
    stand.on(
        "PUT",
        f"{path}/Allocations",
        told("Allocations", failed("Overpayment cannot be allocated as amount is greater than amount outstanding")),
    )
    assert isinstance(books.write(wanted)[0].error, errors.NotCovered)
    stand.on("PUT", f"{path}/Allocations", told("Allocations", {"Amount": 5}))
    stand.on("GET", path, httpx.Response(503))
    with pytest.raises(errors.Unsure):
        books.write(wanted)


def test_deleting_a_payment_sends_the_status_alone(books: Books, stand: Stand) -> None:
    stand.on("POST", f"/Payments/{guid(50)}", told("Payments", raw_payment(Status="DELETED")))
    now = read_payment(raw_payment())
    (outcome,) = books.write(change(now, Verb.VOID))
    assert stand.bodies("POST") == [{"Status": "DELETED"}]
    assert (outcome.error, outcome.record) == (None, None)


def test_a_batch_is_deleted_as_a_whole(books: Books, stand: Stand) -> None:
    stand.on("POST", f"/BatchPayments/{guid(60)}", told("BatchPayments", raw_batch(Status="DELETED", Payments=[])))
    batch = payment("100.00", (A, "60.00"), (B, "40.00"), external_id=f"batch:{guid(60)}")
    (outcome,) = books.write(change(batch, Verb.DELETE))
    assert (stand.bodies("POST"), outcome.error) == ([{"Status": "DELETED"}], None)


@pytest.mark.parametrize("verb", [Verb.VOID, Verb.DELETE])
def test_an_overpayment_cannot_be_taken_back(books: Books, verb: Verb) -> None:
    now = read_credit("overpayment", raw_credit())
    with pytest.raises(errors.Refused, match="void the bank transaction"):
        books.platform.draft("payment", [change(now, verb)], key)


def test_what_cannot_be_changed_is_refused_before_it_leaves(books: Books) -> None:
    refund = Refund(customer_id=CONTACT, date=DAY, amount=Decimal(5), external_id="r")
    for now in (read_payment(raw_payment()), refund):
        with pytest.raises(errors.Refused):
            books.platform.draft(now.entity, [change(now)], key)
    for record in (payment("5.00", deposit_account_id=""), payment("5.00", (A, "5.00"), deposit_account_id="")):
        with pytest.raises(errors.Refused, match="account"):
            books.platform.draft("payment", [creation(record)], key)
    with pytest.raises(errors.Refused):
        books.platform.draft("customer", [change(customer(external_id="c"), Verb.DELETE)], key)


def test_a_rest_is_never_dropped(books: Books) -> None:
    for parts in (((A, "60.00"),), ((A, "30.00"), (B, "30.00"))):
        with pytest.raises(errors.Refused, match="left over"):
            books.platform.draft("payment", [creation(payment("100.00", *parts))], key)


def test_what_a_write_says_is_outstanding_is_not_believed(books: Books, stand: Stand) -> None:
    owes = {"ContactID": CONTACT, "Balances": {"AccountsReceivable": {"Outstanding": 12.5}}}
    stand.on("PUT", "/Contacts", told("Contacts", owes))
    assert getattr(books.write(creation(customer()))[0].record, "balance", 0) is None


@pytest.mark.parametrize(
    ("target", "entity", "name"),
    [
        ("c", "credit_memo", "CreditNote"),
        ("overpayment:o", "payment", "Overpayment"),
        ("prepayment:p", "payment", "Prepayment"),
    ],
)
def test_credit_is_paid_back_by_a_payment_on_it(books: Books, target: str, entity: str, name: str) -> None:
    used = (Application(document_id=target, amount=Decimal(5), document_entity=entity),)
    refund = Refund(customer_id=CONTACT, date=DAY, amount=Decimal(5), account_id=BANK, applications=used)
    body = books.body(creation(refund, PAID))
    assert body[name] == {f"{name}ID": target.rpartition(":")[2]}
    assert (body["Amount"], body["Account"], body["Reference"]) == (5, {"AccountID": BANK}, PAID)


def test_a_payment_on_an_invoice_is_no_credit(books: Books) -> None:
    used = (Application(document_id="p", amount=Decimal(5), document_entity="payment"),)
    refund = Refund(customer_id=CONTACT, date=DAY, amount=Decimal(5), account_id=BANK, applications=used)
    with pytest.raises(errors.Refused):
        books.platform.draft("refund", [creation(refund)], key)


def test_a_code_that_is_not_known_yet_is_looked_up(books: Books, stand: Stand) -> None:
    stand.on("GET", "/Organisation", told("Organisations", {"Name": "D", "BaseCurrency": "USD"}))
    stand.on("GET", "/Accounts", told("Accounts", {"AccountID": guid(90), "Code": "260"}))
    stand.on("GET", "/TaxRates", told("TaxRates"))
    item = Item(name="W", income_account_id=guid(90))
    assert books.body(creation(item))["SalesDetails"] == {"AccountCode": "260"}


def test_a_credit_note_is_made(books: Books, stand: Stand) -> None:
    raw = raw_invoice(Type="ACCRECCREDIT", CreditNoteID=guid(7), CreditNoteNumber="CN", Reference=MARKER)
    stand.on("PUT", "/CreditNotes", told("CreditNotes", raw))
    note = CreditMemo(customer_id=CONTACT, date=DAY, lines=(line(),), total=Decimal(100), number="CN")
    (outcome,) = books.write(creation(note, MARKER))
    assert stand.bodies("PUT")[0]["CreditNotes"][0]["Type"] == "ACCRECCREDIT"
    assert outcome.record is not None
    assert outcome.record.marker == MARKER


def test_of_a_refused_batch_only_what_has_an_error_is_known(books: Books, stand: Stand) -> None:
    elements = [{"ValidationErrors": [{"Message": "Invoice # must be unique."}]}, {"ValidationErrors": []}]
    stand.on("PUT", "/Invoices", httpx.Response(400, json={"ErrorNumber": 10, "Elements": elements}))
    first, second = books.write(creation(invoice()), creation(invoice()))
    assert isinstance(first.error, errors.AlreadyThere)
    assert isinstance(second.error, errors.Unsure)


def test_a_refusal_of_one_is_that_ones(books: Books, stand: Stand) -> None:
    stand.on("POST", f"/Payments/{guid(50)}", refused("Only Status accepted for updates."))
    (outcome,) = books.write(change(replace(read_payment(raw_payment()), memo="x"), Verb.DELETE))
    assert isinstance(outcome.error, errors.Refused)
    assert outcome.error.message == "Only Status accepted for updates."
