"""Tax, discounts and the writing of lines in the pocket Syncro."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.test_syncro import Account, account

__all__ = ["account"]


def taxed(price: str, **fields: Any) -> dict[str, Any]:
    return {"item": "Thing", "name": "A thing", "price": price, "taxable": True, **fields}


def tax_of(account: Account, lines: list[dict[str, Any]], **fields: Any) -> str:
    return str(account.detail(account.invoice(lines=lines, **fields))["tax"])


def test_the_line_comes_before_the_invoice_the_customer_and_the_first_rate(account: Account) -> None:
    customers, invoices, lines = (account.screens.tax_rate(name=str(rate), percent=str(rate)) for rate in (5, 6, 7))
    assert tax_of(account, [taxed("100")]) == "8.25"
    account.screens.edit_customer(id=account.customer, tax_rate_id=customers)
    assert tax_of(account, [taxed("100")]) == "5.0"
    assert tax_of(account, [taxed("100")], tax_rate_id=invoices) == "6.0"
    assert tax_of(account, [taxed("100", tax_rate_id=lines)], tax_rate_id=invoices) == "7.0"
    assert tax_of(account, [taxed("100", tax_rate_id=lines)], notax=True) == "0.0"
    exempt = account.screens.tax_rate(name="Exempt", percent="0")
    account.screens.edit_customer(id=account.customer, tax_rate_id=exempt)
    assert tax_of(account, [taxed("100", tax_rate_id=lines)]) == "0.0"


def test_a_product_brings_its_own_rate_also_by_location(account: Account) -> None:
    food, here = (account.screens.tax_rate(name=str(rate), percent=str(rate)) for rate in (2, 3))
    product = account.screens.product(name="Apple", price_retail="10", tax_rate_id=food)
    assert tax_of(account, [{"product_id": product}]) == "0.2"
    location = account.screens.location(name="Shop")
    account.screens.place_product(product_id=product, location_id=location, tax_rate_id=here)
    assert tax_of(account, [{"product_id": product}], location_id=location) == "0.3"


def test_a_group_is_the_sum_of_its_two_rates_and_tax_is_rounded_once(account: Account) -> None:
    parts = [account.screens.tax_rate(name=name, percent=percent) for name, percent in (("A", "6"), ("B", "0.5"))]
    group = account.screens.tax_rate(name="Both", group=parts)
    lines = [taxed("0.07", tax_rate_id=group)] * 3
    assert tax_of(account, lines) == "0.01"
    account.screens.setting("tax_rounding", "line")
    assert tax_of(account, lines) == "0.0"


def test_an_archived_rate_stays_where_it_is_and_is_nobodys_default(account: Account) -> None:
    other = account.screens.tax_rate(name="New", percent="10")
    before = account.invoice(lines=[taxed("100", tax_rate_id=account.rate)])
    account.screens.archive_tax_rate(id=account.rate)
    account.screens.edit_invoice(id=before, note="again")
    assert (account.detail(before)["tax"], tax_of(account, [taxed("100")])) == ("8.25", "10.0")
    rates = {str(rate["id"]): rate["name"] for rate in account.screens.state("tax_rates")}
    assert rates == {account.rate: "Sales Tax (Archived)", other: "New"}


def test_an_edited_rate_changes_old_invoices_without_a_trace(account: Account) -> None:
    key, other = account.invoice(lines=[taxed("100")]), account.invoice()
    before = [account.detail(each)["updated_at"] for each in (key, other)]
    account.screens.edit_tax_rate(id=account.rate, percent="9")
    assert account.detail(key)["tax"] == "9.0"
    assert [account.detail(each)["updated_at"] for each in (key, other)] == before
    account.screens.setting("rate_edit", "later")
    account.screens.edit_tax_rate(id=account.rate, percent="10")
    assert account.detail(key)["tax"] == "9.0"
    account.screens.edit_invoice(id=key, note="again")
    assert account.detail(key)["tax"] == "10.0"


def test_discounts_are_a_lines_own_or_a_negative_line(account: Account) -> None:
    lines = [taxed("100", discount_percent="10"), taxed("50", discount_dollars="5")]
    shown = account.detail(account.invoice(lines=lines))
    assert (shown["subtotal"], shown["line_items"][0]["price"], shown["tax"]) == ("135.0", "100.0", "11.14")
    account.screens.setting("line_price", "after_discount")
    assert account.detail(str(shown["id"]))["line_items"][0]["price"] == "90.0"
    tenth = account.screens.product(name="Ten off", discount_percent=10, taxable=False)
    amount = account.screens.product(name="Five off", price_retail="-5")
    discounted = account.invoice(lines=[taxed("100"), {"product_id": tenth}, {"product_id": amount}])
    shown = account.detail(discounted)
    assert [line["price"] for line in shown["line_items"]][1:] == ["-10.0", "-5.0"]
    assert (shown["subtotal"], shown["tax"]) == ("85.0", "7.84")


def test_a_negative_quantity_is_a_negative_line(account: Account) -> None:
    shown = account.detail(account.invoice(lines=[taxed("100"), taxed("40", quantity="-1")]))
    assert (shown["subtotal"], shown["total"]) == ("60.0", "64.95")


def test_a_line_of_a_product_is_filled_up_and_a_rate_is_taken_but_never_told(account: Account) -> None:
    low = account.screens.tax_rate(name="Low", percent="1")
    product = account.screens.product(name="Disk", price_retail="20", price_cost="12", product_category="Hardware")
    path = f"/invoices/{account.invoice(lines=[])}"
    body = {"product_id": int(product), "quantity": 3, "tax_rate_id": int(low)}
    line = account.http.post(f"{path}/line_items", json=body).json()["line_item"]
    assert (line["item"], line["price"], line["quantity"], line["product_category"]) == (
        "Disk",
        "20.0",
        "3.0",
        "Hardware",
    )
    assert "tax_rate_id" not in line
    assert account.get(path)["invoice"]["total"] == "60.6"
    unknown = account.http.post(f"{path}/line_items", json={**body, "tax_rate_id": 1})
    assert unknown.json() == {"errors": "validation error: Tax rate must exist"}


def test_putting_a_line_empties_what_is_not_sent(account: Account) -> None:
    key = account.invoice(lines=[taxed("100", quantity="2", discount_dollars="5")])
    path = f"/invoices/{key}/line_items/{account.detail(key)['line_items'][0]['id']}"
    bare = account.http.put(path, json={"price": 1})
    assert (bare.status_code, bare.json()) == (422, {"item": ["can't be blank"]})
    account.http.put(path, json={"item": "A", "name": "B", "price": 30})
    line = account.detail(key)["line_items"][0]
    assert (line["quantity"], line["taxable"], line["discount_dollars"]) == ("2.0", False, None)
    account.screens.setting("put_overwrites", "sent")
    account.http.put(path, json={"taxable": True})
    assert account.detail(key)["total"] == "64.95"
    assert account.http.delete(path).json() == {"message": "Line item deleted"}
    assert account.detail(key)["total"] == "0.0"


def test_putting_an_invoice_empties_what_is_not_sent(account: Account) -> None:
    key = account.invoice(po_number="77", note="Thanks")
    bare = account.http.put(f"/invoices/{key}", json={"note": "Hi"})
    assert (bare.status_code, sorted(bare.json())) == (422, ["customer_id", "date", "number"])
    body = {"customer_id": int(account.customer), "date": "2026-04-02", "number": "1001", "note": "Hi", "total": "1"}
    shown = account.http.put(f"/invoices/{key}", json=body).json()["invoice"]
    assert (shown["po_number"], shown["note"], shown["due_date"][:10]) == (None, "Hi", "2026-04-02")
    assert (shown["total"], "line_items" in shown) == ("100.0", False)
    account.screens.setting("put_overwrites", "sent")
    kept = account.http.put(f"/invoices/{key}", json={"po_number": "78"}).json()["invoice"]
    assert (kept["note"], kept["po_number"]) == ("Hi", "78")


@pytest.mark.parametrize(("body", "complaints"), [
    ({}, {"number": ["can't be blank"]}),
    ({"number": "9"}, {"customer_id": ["can't be blank"], "date": ["can't be blank"]}),
    ({"number": "9", "customer_id": 1, "date": "soon"}, {"customer": ["must exist"], "date": ["can't be blank"]}),
])  # fmt: skip
def test_an_invoice_is_refused_field_by_field(account: Account, body: Any, complaints: Any) -> None:
    answer = account.http.post("/invoices", json=body)
    assert (answer.status_code, answer.json()) == (422, complaints)
