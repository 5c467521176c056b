"""Invoices: totals, tax, numbers, updates, closed books."""

from collections.abc import Callable
from typing import Any

import pytest

from .desk import Desk


def test_totals_discount_subtotal_and_tax_are_computed(desk: Desk) -> None:
    lines = [desk.line(200, "TAX", Qty=2, UnitPrice=100), desk.line(50)]
    off = {"DetailType": "DiscountLineDetail", "Amount": 25, "DiscountLineDetail": {"PercentBased": False}}
    made = desk.make("Invoice", desk.sale(desk.customer()) | {"Line": [*lines, off], "TotalAmt": 1})
    assert (made["TxnTaxDetail"]["TotalTax"], made["TotalAmt"], made["Balance"]) == (16.5, 241.5, 241.5)
    assert made["Line"][-1] == {"Amount": 250.0, "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}}


def test_an_explicit_total_tax_is_honoured_only_beside_a_taxable_line(desk: Desk) -> None:
    key = desk.customer()
    taxed = desk.invoice(key, Line=[desk.line(100, "TAX")], TxnTaxDetail={"TotalTax": 7.77})
    assert taxed["TotalAmt"] == 107.77
    assert desk.invoice(key, TxnTaxDetail={"TotalTax": 7.77})["TotalAmt"] == 100


def test_a_line_without_an_item_is_only_documentation(desk: Desk) -> None:
    loose = {"DetailType": "SalesItemLineDetail", "Amount": 5, "Description": "note", "SalesItemLineDetail": {}}
    made = desk.invoice(desk.customer(), Line=[desk.line(10), loose])
    assert made["TotalAmt"] == 10
    assert made["Line"][1]["DetailType"] == "DescriptionOnly"


def test_us_without_the_engine_computes_the_group_of_the_document(open_company: Callable[..., Desk]) -> None:
    desk = open_company(ast=False)
    code = {"TxnTaxCodeRef": {"value": "4"}}
    made = desk.invoice(desk.customer(), Line=[desk.line(100, "TAX")], TxnTaxDetail=code)
    assert [line["Amount"] for line in made["TxnTaxDetail"]["TaxLine"]] == [6.25, 1.5]
    assert made["TotalAmt"] == 107.75


def test_outside_the_us_every_line_carries_its_code(open_company: Callable[..., Desk]) -> None:
    desk = open_company(country="CA", home_currency="CAD")
    key = desk.customer("Café ☃")
    made = desk.invoice(key, Line=[desk.line(100, "2"), desk.line(100, "6")])
    assert (made["TotalAmt"], made["CurrencyRef"]["value"]) == (206.25, "CAD")
    assert desk.code("Invoice", desk.sale(key)) == "6100"


@pytest.mark.parametrize(
    ("detail", "amount", "code"),
    [
        ({"Qty": 3, "UnitPrice": 33.33}, 100, "6070"),
        ({"Qty": 3, "UnitPrice": 33.333333}, 100, ""),
        ({"TaxCodeRef": {"value": "4"}}, 100, "6100"),
        ({"ItemRef": {"value": "77"}}, 100, "2500"),
        ({"Qty": "1"}, 100, "2010"),
        ({}, -5, "6000"),
    ],
)
def test_a_line_is_checked(desk: Desk, detail: dict[str, Any], amount: float, code: str) -> None:
    assert desk.code("Invoice", desk.sale(desk.customer()) | {"Line": [desk.line(amount, **detail)]}) == code


def test_numbers_are_unique_while_custom_numbers_are_on(desk: Desk) -> None:
    key = desk.customer()
    desk.invoice(key, DocNumber="A-1")
    assert desk.code("Invoice", desk.sale(key, DocNumber="a-1")) == "6140"
    assert desk.code("CreditMemo", desk.sale(key, DocNumber="A-1")) == "6140"
    assert desk.code("Invoice", desk.sale(key, DocNumber="A-1"), include="allowduplicatedocnum") == ""
    assert desk.code("Invoice", desk.sale(key, DocNumber="x" * 22)) == "2050"
    assert "DocNumber" not in desk.invoice(key)


def test_the_company_numbers_by_itself_without_custom_numbers(open_company: Callable[..., Desk]) -> None:
    desk = open_company(custom_numbers=False)
    key = desk.customer()
    assert [desk.invoice(key)["DocNumber"], desk.invoice(key)["DocNumber"]] == ["1001", "1002"]
    assert desk.invoice(key, DocNumber="1001")["DocNumber"] == "1001"


def test_due_dates_follow_the_terms(desk: Desk) -> None:
    term = {"value": desk.control.find(entity="Term", name="Net 30")}
    made = desk.invoice(desk.customer(), TxnDate="2026-03-02", SalesTermRef=term)
    assert made["DueDate"] == "2026-04-01"


def test_an_old_token_is_stale_and_lines_are_replaced_as_a_whole(desk: Desk) -> None:
    made = desk.invoice(desk.customer(), Line=[desk.line(10), desk.line(20)])
    edit = {"Id": made["Id"], "SyncToken": "0", "sparse": True}
    kept = {**desk.line(25), "Id": "2"}
    changed = desk.make("Invoice", {**edit, "Line": [kept, desk.line(1)]})
    assert [line.get("Id") for line in changed["Line"]] == ["2", "3", None]
    assert (changed["TotalAmt"], changed["SyncToken"]) == (26, "1")
    assert desk.code("Invoice", {**edit, "PrivateNote": "late"}) == "5010"


def test_closed_books_refuse_by_old_and_by_new_date(desk: Desk) -> None:
    key = desk.customer()
    old, new = desk.invoice(key, TxnDate="2026-01-10"), desk.invoice(key, TxnDate="2026-02-10")
    desk.control.close_books(date="2026-01-31", password=True)
    assert desk.code("Invoice", desk.sale(key, TxnDate="2026-01-31")) == "6210"
    edit = {"SyncToken": "0", "sparse": True}
    assert desk.code("Invoice", {**edit, "Id": old["Id"], "TxnDate": "2026-02-01"}) == "6210"
    assert desk.code("Invoice", {**edit, "Id": new["Id"], "TxnDate": "2026-01-01"}) == "6210"
    assert desk.code("Invoice", {"Id": old["Id"], "SyncToken": "0"}, operation="delete") == "6210"
    desk.control.close_books(date="2026-01-31")
    assert desk.code("Invoice", desk.sale(key, TxnDate="2026-01-31")) == "6200"


def test_void_keeps_the_number_and_delete_leaves_only_a_stub(desk: Desk) -> None:
    key = desk.customer()
    made = desk.invoice(key, DocNumber="A-1", PrivateNote="mark")
    gone = desk.make("Invoice", {"Id": made["Id"], "SyncToken": "0"}, operation="void")
    assert (gone["TotalAmt"], gone["PrivateNote"], gone["DocNumber"]) == (0, "Voided - mark", "A-1")
    left = desk.make("Invoice", {"Id": made["Id"], "SyncToken": "1"}, operation="delete")
    assert left == {"domain": "QBO", "status": "Deleted", "Id": made["Id"]}
    assert desk.http.get(f"/invoice/{made['Id']}").json()["Fault"]["Error"][0]["code"] == "610"
    assert desk.read("Customer", key)["Balance"] == 0


def test_a_credit_memo_cannot_be_voided_through_the_api(desk: Desk) -> None:
    memo = desk.make("CreditMemo", desk.sale(desk.customer(), 30))
    body = {"Id": memo["Id"], "SyncToken": "0", "sparse": True}
    assert desk.code("CreditMemo", body, operation="update", include="void") == "500"


def test_a_refund_receipt_leaves_the_receivable_alone(desk: Desk) -> None:
    key = desk.customer()
    assert desk.code("RefundReceipt", desk.sale(key)) == "2020"
    body = desk.sale(key, 50, DepositToAccountRef=desk.account("Checking"), DocNumber="RF-1")
    assert desk.make("RefundReceipt", body)["TotalAmt"] == 50
    assert desk.read("Customer", key)["Balance"] == 0
