"""Looking before sending again: found, absent, or nobody can tell."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import httpx
import pytest

from apps.platforms import errors
from apps.platforms.base import ABSENT, CANNOT_TELL, Found, Verb, Write
from apps.platforms.records import Application, CreditMemo, Item, Refund, Status
from apps.platforms.xero.translate.invoices import read_invoice
from apps.platforms.xero.translate.payments import read_credit, read_payment
from tests.platforms.xero.conftest import (
    CONTACT,
    DAY,
    MARKER,
    PAID,
    A,
    B,
    Books,
    Stand,
    at,
    change,
    creation,
    customer,
    guid,
    invoice,
    payment,
    raw_batch,
    raw_credit,
    raw_invoice,
    raw_payment,
    refused,
    told,
)


def found(books: Books, write: Write) -> str:
    """The id of what was found."""
    answer = books.platform.find(write.entity, write)
    assert isinstance(answer, Found), answer
    return answer.record.external_id


def test_an_invoice_is_found_by_number_and_marker(books: Books, stand: Stand) -> None:
    copy = raw_invoice(B, UpdatedDateUTC=at(9))
    stand.on("GET", "/Invoices", told("Invoices", copy, raw_invoice(), raw_invoice(guid(3), Url=None)))
    assert found(books, creation(invoice(), MARKER)) == A
    assert stand.asked[0].url.params["InvoiceNumbers"] == "1001"
    assert "where" not in stand.asked[0].url.params


@pytest.mark.parametrize(
    "fields", [{"Url": None}, {"Url": "https://x.test/?m=tieout:else:acme:invoice:1"}, {"Status": "VOIDED"}]
)
def test_anothers_or_a_voided_invoice_is_not_ours(books: Books, stand: Stand, fields: dict[str, Any]) -> None:
    stand.on("GET", "/Invoices", told("Invoices", raw_invoice(**fields)))
    assert books.platform.find("invoice", creation(invoice(), MARKER)) is ABSENT


def test_a_marker_in_the_reference_counts_too(books: Books, stand: Stand) -> None:
    stand.on("GET", "/Invoices", told("Invoices", raw_invoice(Url="", Reference=f"PO · {MARKER}")))
    assert found(books, creation(invoice(number=""), MARKER)) == A
    assert stand.asked[0].url.params["where"] == f'Contact.ContactID==guid("{CONTACT}")'


def test_without_a_marker_nobody_can_tell(books: Books) -> None:
    assert books.platform.find("payment", creation(payment("5.00", (A, "5.00")))) is CANNOT_TELL


def test_could_not_ask_is_an_error(books: Books, stand: Stand) -> None:
    stand.on("GET", "/Invoices", httpx.Response(503))
    with pytest.raises(errors.TryLater):
        books.platform.find("invoice", creation(invoice(), MARKER))


def test_a_contact_is_found_by_our_key(books: Books, stand: Stand) -> None:
    stand.on(
        "GET", "/Contacts/tieout~home~acme~customer~1", told("Contacts", {"ContactID": CONTACT, "Name": "Renamed"})
    )
    assert found(books, creation(customer(), "tieout:home:acme:customer:1")) == CONTACT


def test_else_by_a_name_that_is_free(books: Books, stand: Stand) -> None:
    rows = [
        {"ContactID": "taken", "Name": "ADA", "ContactNumber": "tieout~home~acme~customer~2"},
        {"ContactID": "old", "Name": "Ada", "ContactStatus": "ARCHIVED"},
        {"ContactID": "other", "Name": "Ada Lovelace"},
        {"ContactID": CONTACT, "Name": "Ada "},
    ]
    stand.on("GET", "/Contacts", told("Contacts", *rows))
    assert found(books, creation(customer(), "tieout:home:acme:customer:1")) == CONTACT
    stand.on("GET", "/Contacts", told("Contacts", *rows[:3]))
    assert books.platform.find("customer", creation(customer(), "tieout:home:acme:customer:1")) is ABSENT
    assert stand.asked[-1].url.params["where"] == 'Name=="Ada"'


def test_a_quotation_mark_cannot_leave_a_filter(books: Books, stand: Stand) -> None:
    stand.on("GET", "/Contacts", told("Contacts", {"ContactID": CONTACT, "Name": 'The "Best" Shop'}))
    assert found(books, creation(customer('The "Best" Shop'))) == CONTACT
    assert stand.asked[-1].url.params["searchTerm"] == "Shop"


def test_an_item_is_found_by_its_code(books: Books, stand: Stand) -> None:
    stand.on("GET", "/Items/W 1", told("Items", {"ItemID": "i", "Code": "w 1"}))
    assert found(books, creation(Item(name="Widget", sku="W 1"))) == "i"
    assert books.platform.find("item", creation(Item(name="Other"))) is ABSENT


def test_a_payment_is_found_on_its_invoice(books: Books, stand: Stand) -> None:
    dead = raw_payment(guid(49), Status="DELETED")
    stand.on("GET", "/Payments", told("Payments", dead, raw_payment(guid(48), Reference="by hand"), raw_payment()))
    assert found(books, creation(payment("100.00", (A, "100.00")), PAID)) == guid(50)
    assert stand.asked[0].url.params["where"] == f'Invoice.InvoiceID==guid("{A}")'
    stand.on("GET", "/Payments", told("Payments", dead))
    assert books.platform.find("payment", creation(payment("100.00", (A, "100.00")), PAID)) is ABSENT


def test_money_on_no_invoice_is_found_by_the_text_of_its_line(books: Books, stand: Stand) -> None:
    stand.on("GET", "/Overpayments", told("Overpayments", raw_credit()))
    assert found(books, creation(payment("40.00"), f"{PAID}/2")) == f"overpayment:{guid(70)}"
    assert books.platform.find("payment", creation(payment("40.00"), PAID)) is ABSENT


def batches(stand: Stand, *rows: Any) -> None:
    stand.on("GET", "/BatchPayments", told("BatchPayments", *rows))
    stand.on("GET", "/Invoices", told("Invoices", raw_invoice(A), raw_invoice(B)))


def test_a_batch_is_found_by_its_marker(books: Books, stand: Stand) -> None:
    batches(stand, raw_batch(guid(59), Status="DELETED"), raw_batch())
    write = creation(payment("100.00", (A, "60.00"), (B, "40.00")), PAID)
    assert found(books, write) == f"batch:{guid(60)}"
    assert stand.asked[0].url.params["where"] == "Date>=DateTime(2026,02,02) AND Date<=DateTime(2026,04,05)"


def test_a_batch_that_kept_no_reference_cannot_be_told(books: Books, stand: Stand) -> None:
    write = creation(payment("100.00", (A, "60.00"), (B, "40.00")), PAID)
    batches(stand, raw_batch(Reference=""))
    assert books.platform.find("payment", write) is CANNOT_TELL
    batches(stand, raw_batch(shares=((A, 50.0), (B, 50.0)), Reference=""))
    assert books.platform.find("payment", write) is ABSENT


def test_credit_notes_and_refunds_are_found_by_marker(books: Books, stand: Stand) -> None:
    raw = raw_invoice(Type="ACCRECCREDIT", CreditNoteID="c", Reference=MARKER)
    stand.on("GET", "/CreditNotes", told("CreditNotes", raw))
    assert found(books, creation(CreditMemo(customer_id=CONTACT, date=DAY), MARKER)) == "c"
    stand.on("GET", "/Payments", told("Payments", raw_payment(), raw_payment("r", PaymentType="ARCREDITPAYMENT")))
    assert found(books, creation(Refund(customer_id=CONTACT, date=DAY), PAID)) == "r"


def test_an_update_was_done_when_it_would_say_nothing_new(books: Books, stand: Stand) -> None:
    before = read_invoice(raw_invoice())
    wanted = change(before, due_date=DAY, po_number="PO 8")
    stand.on("GET", "/Invoices", told("Invoices", raw_invoice()))
    assert books.platform.find("invoice", wanted) is ABSENT
    done = raw_invoice(UpdatedDateUTC=at(5), Reference="PO 8", DueDate="2026-03-05")
    stand.on("GET", "/Invoices", told("Invoices", done))
    assert found(books, wanted) == A
    stand.on("GET", "/Invoices", told("Invoices", raw_invoice(UpdatedDateUTC=at(5))))
    assert books.platform.find("invoice", wanted) is ABSENT


def test_an_update_of_a_contact_was_done_when_nothing_is_left_to_say(books: Books, stand: Stand) -> None:
    before = customer(external_id=CONTACT, revision="1")
    stand.on("GET", "/Contacts", told("Contacts", {"ContactID": CONTACT, "Name": "Grace", "UpdatedDateUTC": at(5)}))
    assert found(books, change(before, name="Grace")) == CONTACT
    assert books.platform.find("customer", change(before, name="Edith")) is ABSENT


@pytest.mark.parametrize("verb", [Verb.VOID, Verb.DELETE])
def test_a_void_was_done_when_it_no_longer_stands(books: Books, stand: Stand, verb: Verb) -> None:
    now = read_invoice(raw_invoice())
    stand.on("GET", "/Invoices", told("Invoices", raw_invoice()))
    assert books.platform.find("invoice", change(now, verb)) is ABSENT
    stand.on("GET", "/Invoices", told("Invoices", raw_invoice(Status="VOIDED")))
    assert found(books, change(now, verb)) == A
    answer = books.platform.find("payment", change(read_payment(raw_payment()), verb))
    assert isinstance(answer, Found)
    assert answer.record.status is Status.DELETED


def test_allocations_were_done_when_they_are_there(books: Books, stand: Stand) -> None:
    now = read_credit("overpayment", raw_credit())
    wanted = change(now, applications=(Application(document_id=A, amount=Decimal(5)),))
    path = f"/Overpayments/{guid(70)}"
    stand.on("GET", path, told("Overpayments", raw_credit()))
    assert books.platform.find("payment", wanted) is ABSENT
    stand.on(
        "GET",
        path,
        told(
            "Overpayments", raw_credit(UpdatedDateUTC=at(5), Allocations=[{"Invoice": {"InvoiceID": A}, "Amount": 5}])
        ),
    )
    assert found(books, wanted) == f"overpayment:{guid(70)}"
    assert books.platform.find("payment", replace(wanted, record=replace(now, applications=()))) != CANNOT_TELL


def test_a_number_no_document_can_have_is_refused(books: Books) -> None:
    with pytest.raises(errors.Refused):
        books.platform.find("invoice", creation(invoice(number="№"), MARKER))
    assert refused("x").status_code == 400
