"""Payloads into records: the vendor's own examples and the doubts about them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from apps.platforms.errors import PlatformError, Unavailable
from apps.platforms.records import LineKind
from apps.platforms.syncro.errors import refusal, sentence
from apps.platforms.syncro.translate.customers import read_customer
from apps.platforms.syncro.translate.invoices import line_amounts, read_invoice
from apps.platforms.syncro.translate.items import read_item
from apps.platforms.syncro.translate.payments import read_payment
from apps.platforms.syncro.translate.reference import read_facts

INVOICE: dict[str, Any] = {
    "id": 1649793879, "number": "1682", "customer_id": 24152385, "updated_at": "2026-04-01T15:09:40.000Z",
    "date": "2026-04-01T00:00:00.000Z", "due_date": "2026-05-01T00:00:00.000Z", "subtotal": "150.0", "tax": "19.5",
    "total": "169.5", "balance_due": "69.5", "note": "Net 30", "po_number": "PO-77", "location_id": None,
    "line_items": [{"id": 1, "item": "Labor", "name": "On-site", "price": "75.0", "quantity": "2.0",
                    "product_id": 227, "product_category": "Labor", "taxable": True, "position": 1}],
    "payments": [{"id": 44, "success": True}, {"id": 45, "success": False}],
    "customer": {"id": 24152385, "tax_rate_id": 88421},
}  # fmt: skip


def row(price: str, quantity: str = "1.0", **fields: Any) -> dict[str, Any]:
    return {"price": price, "quantity": quantity, **fields}


def amounts(subtotal: str, *rows: dict[str, Any]) -> list[str]:
    return [str(amount) for amount in line_amounts(rows, Decimal(subtotal))]


def test_an_invoice_keeps_its_calendar_dates_and_words() -> None:
    invoice = read_invoice(INVOICE)
    assert (invoice.date, invoice.due_date) == (date(2026, 4, 1), date(2026, 5, 1))
    assert (invoice.memo, invoice.po_number, invoice.location_id, invoice.tax_key) == ("Net 30", "PO-77", "", "88421")
    assert (invoice.balance, invoice.payment_ids) == (Decimal("69.5"), ("44",))


def test_the_thin_row_of_a_list_has_no_balance() -> None:
    thin = {name: value for name, value in INVOICE.items() if name not in ("line_items", "balance_due", "customer")}
    assert (read_invoice(thin).balance, read_invoice(thin).lines, read_invoice(thin).deposit_only) == (None, (), False)


@pytest.mark.parametrize(("categories", "expected"), [(["Deposit"], True), (["Deposit", "Labor"], False)])
def test_only_deposits_make_a_deposit(categories: list[str], expected: bool) -> None:
    lines = [row("10.0", id=number, product_category=name) for number, name in enumerate(categories)]
    assert read_invoice({**INVOICE, "line_items": lines}).deposit_only is expected


def test_a_line_of_words_is_text() -> None:
    lines = [row("0.0", item="Note", name="Thank you"), row("5.0", item="Fee", name="Fee")]
    kinds = [line.kind for line in read_invoice({**INVOICE, "line_items": lines}).lines]
    assert kinds == [LineKind.TEXT, LineKind.ITEM]


@pytest.mark.parametrize(
    ("subtotal", "expected"),
    [("85.00", "85.00"), ("90.00", "90.00"), ("95.00", "95.00"), ("100.00", "100.00"), ("12.00", "85.00")],
)
def test_the_subtotal_says_what_a_discount_means(subtotal: str, expected: str) -> None:
    line = row("50.0", "2.0", line_discount_percent="10", discount_dollars="5.0")
    assert amounts(subtotal, line) == [expected]


def test_the_older_name_of_a_percent_counts_too() -> None:
    assert amounts("75.00", row("100.0", discount_percent=25)) == ["75.00"]


def test_cents_are_placed_so_that_lines_meet_the_subtotal() -> None:
    thirds = [row("0.333"), row("0.333"), row("0.334")]
    assert sum(line_amounts(thirds, Decimal("1.00"))) == Decimal("1.00")
    assert amounts("0.99", *thirds) == ["0.33", "0.33", "0.33"]


@pytest.mark.parametrize("value", [100, Decimal("100.0"), "100.0", "100"])
def test_a_payment_reads_any_kind_of_number(value: object) -> None:
    payment = read_payment({"id": 1, "payment_amount": value, "applied_at": "2019-10-26T00:00:00.000Z",
                            "invoice_ids": [None], "success": True, "ref_num": "11006"})  # fmt: skip
    assert (payment.amount, payment.date, payment.applications) == (Decimal(100), date(2019, 10, 26), ())
    assert (payment.reference, payment.unapplied) == ("11006", Decimal(100))


def test_an_amount_that_is_no_number_is_not_guessed() -> None:
    with pytest.raises(Unavailable, match="no number"):
        read_payment({"id": 1, "payment_amount": "ten", "applied_at": "2019-10-26"})


def test_a_person_goes_by_the_full_name() -> None:
    customer = read_customer({"id": 1, "firstname": "Walkin", "lastname": "Customer", "business_name": None})
    assert (customer.name, customer.company_name, customer.tax_key) == ("Walkin Customer", "", "")


def test_an_item_takes_the_first_sku_else_its_upc() -> None:
    skus = [{"id": 1, "vendor_name": "V", "sku": "SKU123"}]
    assert read_item({"id": 1, "name": "A", "product_skus": skus, "upc_code": "9"}).sku == "SKU123"
    assert read_item({"id": 1, "name": "A", "product_skus": [], "upc_code": "9"}).sku == "9"


@pytest.mark.parametrize(
    ("sign", "currency"), [("$", ""), ("kr", ""), ("€", "EUR"), ("CAD", "CAD"), ("A$", "AUD"), (None, "")]
)
def test_only_a_sign_of_one_country_tells_the_currency(sign: str | None, currency: str) -> None:
    assert read_facts({"locale": {"currency_symbol": sign}}, "acme").currency == currency


@pytest.mark.parametrize(("body", "words"), [
    ({"error": "Not authorized."}, "Not authorized."),
    ({"message": "Not found"}, "Not found"),
    ({"success": False, "message": ["Email is not an email"], "params": {}}, "Email is not an email"),
    ({"record": {"id": 1}, "errors": "Email is not an email"}, "Email is not an email"),
    ({"customer_id": ["can't be blank"], "date": ["is no date"]}, "customer_id can't be blank, date is no date"),
    ({"error": ["Frequency Must be a valid selection"]}, "Frequency Must be a valid selection"),
    ({"errors": {"mute_for": ["is wrong"]}}, "mute_for is wrong"),
    ({"message": ["Vendor is blank", "Value is blank"]}, "Vendor is blank, Value is blank"),
    ({}, ""), (None, ""),
])  # fmt: skip
def test_each_shape_of_error_has_its_sentence(body: object, words: str) -> None:
    assert sentence(body) == words


@pytest.mark.parametrize(("status", "where", "words", "name"), [
    (401, "GET /me", "", "NeedsReconnect"), (401, "GET /payments", "", "PermissionMissing"),
    (404, "GET /invoices/1", "", "Gone"), (404, "POST /payments", "", "BadReference"),
    (422, "POST /payments", "Applied amount must not be more than the invoice balance", "NotCovered"),
    (422, "POST /payments", "Customer must exist", "BadReference"),
    (422, "PUT /customers/1", "Email has already been taken", "AlreadyThere"),
    (422, "PUT /customers/1", "Email is not an email", "Refused"), (418, "GET /x", "", "Refused"),
])  # fmt: skip
def test_a_refusal_says_what_happens_next(status: int, where: str, words: str, name: str) -> None:
    error = refusal(status, where, {"message": words})
    assert isinstance(error, PlatformError)
    assert type(error).__name__ == name
    assert error.message
