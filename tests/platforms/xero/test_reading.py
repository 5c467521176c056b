"""Lists, changes, ids: what is asked of Xero, and what comes of its answers."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from apps.platforms import errors
from apps.platforms.records import Payment
from tests.platforms.xero.conftest import (
    CONTACT,
    NOON,
    OTHER,
    A,
    B,
    Books,
    Stand,
    at,
    guid,
    raw_batch,
    raw_credit,
    raw_invoice,
    raw_payment,
    told,
)

EMPTY: dict[str, list[Any]] = {"Payments": [], "BatchPayments": [], "Overpayments": [], "Prepayments": []}


def empty_but(stand: Stand, **rows: Any) -> None:
    """Every list money is in, empty unless said otherwise."""
    for root, found in {**EMPTY, **rows}.items():
        stand.on("GET", f"/{root}", told(root, *found))


def invoices(first: int, count: int, **fields: Any) -> list[dict[str, Any]]:
    return [raw_invoice(guid(number), UpdatedDateUTC=at(number), **fields) for number in range(first, first + count)]


def test_a_first_load_reads_everything_with_lines_and_prices(books: Books, stand: Stand) -> None:
    stand.on("GET", "/Invoices", told("Invoices", raw_invoice()))
    (page,) = books.platform.pull("invoice", "")
    assert (len(page.records), page.last) == (1, True)
    asked = dict(stand.asked[0].url.params)
    assert asked == {"page": "1", "pageSize": "1000", "unitdp": "4", "where": 'Type=="ACCREC"'}
    assert "if-modified-since" not in stand.asked[0].headers
    assert stand.asked[0].headers["xero-tenant-id"]


def test_changes_are_asked_for_from_before_the_last_answer(books: Books, stand: Stand) -> None:
    stand.on("GET", "/Invoices", told("Invoices", after=0))
    cursor = list(books.platform.pull("invoice", ""))[-1].cursor
    list(books.platform.pull("invoice", cursor))
    assert stand.asked[1].headers["if-modified-since"] == "2026-04-10T11:50:00"


def test_pages_go_on_at_the_time_of_the_last_row(books: Books, stand: Stand) -> None:
    rows = invoices(1, 1000)
    stand.on("GET", "/Invoices", told("Invoices", *rows), told("Invoices", rows[-1], *invoices(1001, 5)))
    pages = list(books.platform.pull("invoice", ""))
    assert [len(page.records) for page in pages] == [1000, 5]
    assert [call.url.params["page"] for call in stand.asked] == ["1", "1"]
    assert stand.asked[1].headers["if-modified-since"] == (NOON + timedelta(seconds=999)).strftime("%Y-%m-%dT%H:%M:%S")


def test_a_load_that_broke_off_goes_on_there(books: Books, stand: Stand) -> None:
    stand.on("GET", "/Invoices", told("Invoices", *invoices(1, 1000)), told("Invoices", *invoices(1001, 1)))
    first = next(books.platform.pull("invoice", ""))
    pages = list(books.platform.pull("invoice", first.cursor))
    assert [record.external_id for record in pages[0].records] == [guid(1001)]
    assert "if-modified-since" in stand.asked[-1].headers


def test_a_thousand_rows_of_one_second_are_read_by_page(books: Books, stand: Stand) -> None:
    rows = [raw_invoice(guid(number), UpdatedDateUTC=at(0)) for number in range(1, 2003)]
    answers = [
        told("Invoices", *rows[:1000]),
        told("Invoices", *rows[:1000]),
        told("Invoices", *rows[1000:2000]),
        told("Invoices", *rows[2000:]),
    ]
    answers[1] = told("Invoices", *rows[500:1500])
    stand.on("GET", "/Invoices", *answers)
    found = [record.external_id for page in books.platform.pull("invoice", "") for record in page.records]
    assert sorted(found) == sorted(row["InvoiceID"] for row in rows)
    assert [call.url.params["page"] for call in stand.asked] == ["1", "1", "2", "3"]


def test_pages_that_go_in_circles_end_in_an_error(books: Books, stand: Stand) -> None:
    stand.on("GET", "/Invoices", told("Invoices", *invoices(1, 1000)))
    with pytest.raises(errors.Unavailable, match="circles"):
        list(books.platform.pull("invoice", ""))


def test_the_count_of_pages_is_believed(books: Books, stand: Stand) -> None:
    small: dict[str, Any] = {"pagination": {"page": 1, "pageSize": 2, "pageCount": 2, "itemCount": 3}}
    last: dict[str, Any] = {"pagination": {"page": 1, "pageSize": 2, "pageCount": 1, "itemCount": 1}}
    stand.on("GET", "/Invoices", told("Invoices", *invoices(1, 2), **small), told("Invoices", *invoices(3, 1), **last))
    assert [len(page.records) for page in books.platform.pull("invoice", "")] == [2, 1]


def test_nothing_changed_is_an_empty_page_and_moves_nothing(books: Books, stand: Stand) -> None:
    stand.on("GET", "/Invoices", told("Invoices"), httpx.Response(304))
    cursor = list(books.platform.pull("invoice", ""))[-1].cursor
    (page,) = books.platform.pull("invoice", cursor)
    assert (page.records, page.last, page.cursor) == ([], True, cursor)


@pytest.mark.parametrize("text", ["nonsense", "[]", '{"since": {"Invoices": "yesterday"}}', '{"new": 1}'])
def test_a_cursor_nobody_understands_begins_again(books: Books, stand: Stand, text: str) -> None:
    stand.on("GET", "/Invoices", told("Invoices"))
    list(books.platform.pull("invoice", text))
    assert "if-modified-since" not in stand.asked[0].headers


def test_a_full_read_ignores_the_cursor(books: Books, stand: Stand) -> None:
    stand.on("GET", "/Invoices", told("Invoices"))
    cursor = list(books.platform.pull("invoice", ""))[-1].cursor
    list(books.platform.pull("invoice", cursor, full=True))
    assert "if-modified-since" not in stand.asked[1].headers


def test_bills_are_left_out(books: Books, stand: Stand) -> None:
    stand.on("GET", "/Invoices", told("Invoices", raw_invoice(Type="ACCPAY"), raw_invoice(B)))
    (page,) = books.platform.pull("invoice", "")
    assert [record.external_id for record in page.records] == [B]


def test_one_record_that_makes_no_sense_hides_no_other_and_is_asked_for_again(books: Books, stand: Stand) -> None:
    stand.on(
        "GET",
        "/Invoices",
        told("Invoices", raw_invoice(Total="?"), raw_invoice(B)),
        told("Invoices", raw_invoice()),
        told("Invoices"),
    )
    (page,) = books.platform.pull("invoice", "")
    assert [record.external_id for record in page.records] == [B]
    assert page.unreadable[0].startswith(f"Invoices {A}: Xero sent a Total")
    again, rest = books.platform.pull("invoice", page.cursor)
    assert [record.external_id for record in again.records] == [A]
    assert "unread" not in json.loads(rest.cursor)


def test_contacts_include_archived_ones(books: Books, stand: Stand) -> None:
    stand.on("GET", "/Contacts", told("Contacts", {"ContactID": CONTACT, "Name": "Ada", "ContactStatus": "ARCHIVED"}))
    (page,) = books.platform.pull("customer", "")
    assert page.records[0].status == "inactive"
    assert stand.asked[0].url.params["includeArchived"] == "true"


def test_what_is_outstanding_is_told_of_contacts_without_credit(books: Books, stand: Stand) -> None:
    owes = {"Name": "A", "Balances": {"AccountsReceivable": {"Outstanding": 12.5}}}
    stand.on("GET", "/Contacts", told("Contacts", {**owes, "ContactID": OTHER}, {**owes, "ContactID": CONTACT}))
    stand.on(
        "GET",
        "/Overpayments",
        told("Overpayments", raw_credit(), raw_credit(RemainingCredit=0, Contact={"ContactID": OTHER})),
    )
    for root in ("CreditNotes", "Prepayments"):
        stand.on("GET", f"/{root}", told(root))
    (page,) = books.platform.pull("customer", "")
    assert [getattr(record, "balance", 0) for record in page.records] == [Decimal("12.5"), None]
    found = books.platform.get("customer", [OTHER])[OTHER]
    assert getattr(found, "balance", 0) == Decimal("12.5")
    assert len(stand.of("GET", "/Overpayments")) == 1


@pytest.mark.parametrize(
    ("entity", "root", "row", "conditional"),
    [
        ("item", "Items", {"ItemID": "1", "Code": "W"}, True),
        ("account", "Accounts", {"AccountID": "1", "Name": "Bank", "Type": "STRANGE"}, True),
        ("tax_code", "TaxRates", {"TaxType": "T", "Name": "City"}, False),
    ],
)
def test_short_lists_are_read_whole(
    books: Books, stand: Stand, entity: str, root: str, row: dict[str, str], conditional: bool
) -> None:
    stand.on("GET", f"/{root}", told(root, row))
    (page,) = books.platform.pull(entity, "")
    list(books.platform.pull(entity, page.cursor))
    assert (len(page.records), "page" in stand.asked[0].url.params) == (1, False)
    assert ("if-modified-since" in stand.asked[1].headers) is conditional


def test_rates_for_purchases_are_left_out(books: Books, stand: Stand) -> None:
    rows = [
        {"TaxType": "INPUT", "CanApplyToRevenue": False},
        {"TaxType": "OUTPUT", "CanApplyToRevenue": True},
        {"TaxType": "T"},
    ]
    stand.on("GET", "/TaxRates", told("TaxRates", *rows))
    (page,) = books.platform.pull("tax_code", "")
    assert [record.external_id for record in page.records] == ["OUTPUT", "T"]


def test_every_receipt_is_one_record(books: Books, stand: Stand) -> None:
    member = raw_payment(guid(61), BatchPaymentID=guid(60))
    other = raw_payment(
        guid(62), BatchPayment={"BatchPaymentID": guid(60)}, Invoice={"InvoiceID": B, "Contact": {"ContactID": CONTACT}}
    )
    paid_back = raw_payment(guid(52), PaymentType="ARCREDITPAYMENT")
    bill = raw_payment(guid(53), PaymentType="ACCPAYPAYMENT")
    prepaid = {**raw_credit(), "PrepaymentID": guid(80), "Type": "RECEIVE-PREPAYMENT"}
    empty_but(stand, Payments=[raw_payment(), member, other, paid_back, bill], BatchPayments=[raw_batch(), raw_batch(guid(69), Type="PAYBATCH")],
              Overpayments=[raw_credit(), raw_credit(guid(79), Type="SPEND-OVERPAYMENT")], Prepayments=[prepaid])  # fmt: skip
    pages = list(books.platform.pull("payment", ""))
    found = [record.external_id for page in pages for record in page.records]
    assert found == [guid(50), f"batch:{guid(60)}", f"overpayment:{guid(70)}", f"prepayment:{guid(80)}"]
    assert [page.last for page in pages] == [False, False, False, True]
    assert not stand.of("GET", "/Invoices")


def test_whose_batch_it_is_is_looked_up_once(books: Books, stand: Stand) -> None:
    empty_but(stand, BatchPayments=[raw_batch(), raw_batch(guid(68))])
    stand.on("GET", "/Invoices", told("Invoices", raw_invoice(A), raw_invoice(B, Contact={"ContactID": OTHER})))
    records = [record for page in books.platform.pull("payment", "") for record in page.records]
    assert [(record.external_id.count(":"), record.customer_id) for record in records if isinstance(record, Payment)] == [
        (2, CONTACT), (2, OTHER), (2, CONTACT), (2, OTHER)]  # fmt: skip
    assert len(stand.of("GET", "/Invoices")) == 1


def test_refunds_are_those_payments_that_pay_back(books: Books, stand: Stand) -> None:
    stand.on(
        "GET", "/Payments", told("Payments", raw_payment(), raw_payment(guid(52), PaymentType="AROVERPAYMENTPAYMENT"))
    )
    (page,) = books.platform.pull("refund", "")
    assert [record.external_id for record in page.records] == [guid(52)]


def test_ids_leave_out_what_was_deleted(books: Books, stand: Stand) -> None:
    rows = [raw_invoice(A), raw_invoice(B, Status="DELETED"), raw_invoice(guid(3), Status="VOIDED")]
    stand.on("GET", "/Invoices", told("Invoices", *rows))
    assert list(books.platform.ids("invoice")) == [[A, guid(3)]]


def test_ids_never_stop_short(books: Books, stand: Stand) -> None:
    stand.on("GET", "/Invoices", httpx.Response(503, text="organisation offline"))
    with pytest.raises(errors.Unavailable):
        list(books.platform.ids("invoice"))
    stand.on("GET", "/Invoices", told("Invoices", raw_invoice(Total="?")))
    with pytest.raises(errors.Unreadable):
        list(books.platform.ids("invoice"))


def test_records_are_fetched_forty_at_a_time(books: Books, stand: Stand) -> None:
    stand.on("GET", "/Invoices", lambda request: httpx.Response(200, json=told("Invoices", *(
        raw_invoice(key) for key in request.url.params["IDs"].split(",") if key != B))))  # fmt: skip
    found = books.platform.get("invoice", [guid(number) for number in range(1, 60)])
    assert found[B] is None
    assert found[guid(59)] is not None
    assert [len(call.url.params["IDs"].split(",")) for call in stand.asked] == [40, 19]
    assert "where" not in stand.asked[0].url.params


def test_each_kind_of_receipt_is_fetched_from_its_own_list(books: Books, stand: Stand) -> None:
    stand.on("GET", f"/Payments/{guid(50)}", told("Payments", raw_payment()))
    stand.on("GET", f"/BatchPayments/{guid(60)}", told("BatchPayments", raw_batch()))
    stand.on("GET", f"/Overpayments/{guid(70)}", told("Overpayments", raw_credit()))
    stand.on("GET", "/Invoices", told("Invoices", raw_invoice(A), raw_invoice(B)))
    ids = [guid(50), f"batch:{guid(60)}", f"overpayment:{guid(70)}", f"prepayment:{guid(80)}"]
    found = books.platform.get("payment", ids)
    assert [record is None for record in found.values()] == [False, False, False, True]


def test_one_by_one_they_have_as_many_decimals(books: Books, stand: Stand) -> None:
    stand.on("GET", "/Items/i", told("Items", {"ItemID": "i", "Code": "W", "SalesDetails": {"UnitPrice": 1.2345}}))
    stand.on("GET", "/Contacts", told("Contacts"))
    assert getattr(books.platform.get("item", ["i"])["i"], "price", 0) == Decimal("1.2345")
    assert stand.asked[0].url.params["unitdp"] == "4"


def test_what_was_deleted_is_not_there(books: Books, stand: Stand) -> None:
    stand.on("GET", f"/Payments/{guid(50)}", told("Payments", raw_payment(Status="DELETED")))
    assert books.platform.get("payment", [guid(50)]) == {guid(50): None}


def test_could_not_ask_is_never_gone(books: Books, stand: Stand) -> None:
    stand.on("GET", f"/Payments/{guid(50)}", httpx.Response(500))
    with pytest.raises(errors.Unavailable):
        books.platform.get("payment", [guid(50)])


def test_many_that_can_only_be_asked_one_by_one_are_found_in_the_list(books: Books, stand: Stand) -> None:
    stand.on("GET", "/CreditNotes", told("CreditNotes", raw_invoice(Type="ACCRECCREDIT", CreditNoteID=guid(5))))
    found = books.platform.get("credit_memo", [guid(number) for number in range(1, 20)])
    assert [key for key, record in found.items() if record] == [guid(5)]
    assert len(stand.asked) == 1
