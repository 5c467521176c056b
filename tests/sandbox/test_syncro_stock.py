"""Contacts, vendors, article numbers and purchase orders of the pocket Syncro."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.test_syncro import Account, account

__all__ = ["account"]


@pytest.fixture
def vendor(account: Account) -> str:
    return str(account.screens.vendor(name="Hill Brothers", email="sales@hill.example"))


@pytest.fixture
def disk(account: Account) -> str:
    return str(account.screens.product(name="Disk", price_cost="12.50", price_retail="20", maintain_stock=True))


def order_of(account: Account, key: str) -> Any:
    return account.get(f"/purchase_orders/{key}")["purchase_order"]


def test_contacts_are_answered_bare_and_their_complaints_carry_the_record(account: Account) -> None:
    body = {"customer_id": int(account.customer), "name": "Boba", "email": "b@f.example"}
    made = account.http.post("/contacts", json=body).json()
    assert (made["name"], made["account_id"], made["vendor_id"]) == ("Boba", 1, None)
    bad = account.http.post("/contacts", json={**body, "email": "xxx"})
    assert (bad.status_code, bad.json()["errors"], bad.json()["record"]["id"]) == (422, "Email is not an email", None)
    assert account.http.post("/contacts", json={**body, "customer_id": 1}).status_code == 404
    path = f"/contacts/{made['id']}"
    assert account.http.put(path, json={"title": "Boss"}).json()["errors"] == "Name can't be blank"
    assert account.http.put(path, json={"name": "B", "title": "Boss"}).json()["properties"] == {"title": "Boss"}
    assert [each["name"] for each in account.get(f"/customers/{account.customer}")["customer"]["contacts"]] == ["B"]
    assert account.http.delete(path).status_code == 200
    assert account.http.get(path).status_code == 404


def test_contacts_come_fifty_a_page(account: Account) -> None:
    other = account.screens.customer(business_name="Other")
    *_, key = [account.screens.contact(customer_id=account.customer, name=f"C{number}") for number in range(51)]
    account.screens.edit_contact(id=key, name="Last")
    listed = account.get("/contacts", page=2)
    assert listed["meta"] == {"total_pages": 2, "total_entries": 51, "per_page": 50, "page": 2}
    assert [each["name"] for each in listed["contacts"]] == ["Last"]
    account.screens.delete_contact(id=key)
    assert account.get("/contacts", customer_id=other)["contacts"] == []
    assert account.get("/contacts", customer_id=account.customer)["meta"]["total_entries"] == 50


def test_vendors_are_made_and_changed_and_their_list_has_no_meta(account: Account, vendor: str) -> None:
    bad = account.http.post("/vendors", json={"name": "V", "email": "broken"})
    assert (bad.status_code, bad.json()["message"]) == (422, ["Email is not an email"])
    made = account.http.post("/vendors", json={"name": "V"}).json()["vendor"]
    assert account.http.put(f"/vendors/{made['id']}", json={"name": ""}).json()["success"] is False
    assert account.http.put(f"/vendors/{made['id']}", json={"city": "Keene"}).json()["vendor"]["name"] == "V"
    account.screens.edit_vendor(id=vendor, phone="1")
    listed = account.get("/vendors")
    assert (sorted(listed), [each["phone"] for each in listed["vendors"]]) == (["vendors"], ["1", None])
    assert account.get(f"/vendors/{vendor}")["vendor"]["account_number"] is None
    assert account.http.delete(f"/vendors/{vendor}").status_code == 404


def test_an_article_number_is_a_vendors(account: Account, vendor: str, disk: str) -> None:
    path = f"/products/{disk}/product_skus"
    bad = account.http.post(path, json={})
    assert (bad.status_code, bad.json()) == (400, {"message": ["Vendor is blank", "Value is blank"]})
    made = account.http.post(path, json={"vendor_id": vendor, "value": "A-1"}).json()["product_sku"]
    assert made == {"id": made["id"], "vendor_name": "Hill Brothers", "sku": "A-1"}
    account.http.put(f"{path}/{made['id']}", json={"vendor_id": int(vendor), "value": "A-2"})
    account.screens.sku(product_id=disk, vendor_id=vendor, value="A-3")
    assert [each["sku"] for each in account.get(path)["product_skus"]] == ["A-2", "A-3"]
    assert [each["id"] for each in account.get("/products", sku="A-2")["products"]] == [int(disk)]
    assert account.get(f"/products/{disk}")["product"]["vendor_ids"] == [int(vendor)]


def test_categories_have_a_path(account: Account) -> None:
    root = account.screens.category(name="Hardware")
    account.screens.category(name="Disks", parent=root)
    account.screens.product(name="SSD", product_category="Disks", upc_code="4006381")
    assert account.get("/products/barcode", barcode="4006381")["product"]["category_path"] == "Hardware / Disks"
    shown = [(each["name"], each["ancestry"]) for each in account.get("/products/categories")["categories"]]
    assert shown == [("Hardware", None), ("Disks", root)]


def test_an_order_is_made_filled_and_received_through_the_api(account: Account, vendor: str, disk: str) -> None:
    body = {"vendor_id": int(vendor), "shipping_cents": 150, "other_cents": 50, "general_notes": "n", "number": "X"}
    made = account.http.post("/purchase_orders", json=body).json()["purchase_order"]
    assert made["number"].startswith("HB-20")
    assert (made["total"], made["shipping"], made["other"], "general_notes" in made) == (2, 1.5, 0.5, False)
    path = f"/purchase_orders/{made['id']}"
    labor = account.screens.product(name="Labor")
    refused = account.http.post(f"{path}/create_po_line_item", json={"product_id": int(labor), "quantity": 1})
    assert (refused.status_code, "‘Maintain Stock’" in refused.json()["errors"]) == (422, True)  # noqa: RUF001
    asked = {"product_id": int(disk), "quantity": 10}
    line = account.http.post(f"{path}/create_po_line_item", json=asked).json()["po_line_item"]
    assert (line["cost_cents"], line["total_cents"], line["received"], line["received_quantity"]) == (
        1250, 12500, False, 10)  # fmt: skip
    done = account.http.post(f"{path}/receive", json={"line_item_id": line["id"]}).json()["purchase_order"]
    assert (done["status"], done["total"], done["vendor"]["name"]) == ("Finished", 127, "Hill Brothers")
    assert account.get(f"/products/{disk}")["product"]["quantity"] == 10
    assert account.http.post(f"{path}/receive", json={}).status_code == 404


def test_orders_come_twenty_a_page_without_meta_and_without_lines(account: Account, vendor: str, disk: str) -> None:
    *_, key = [account.screens.purchase_order(vendor_id=vendor, lines=[{"product_id": disk}]) for _ in range(21)]
    listed = account.get("/purchase_orders", page=2)
    assert (sorted(listed), [each["id"] for each in listed["purchase_orders"]]) == (["purchase_orders"], [int(key)])
    assert listed["purchase_orders"][0]["line_items"] == []
    account.screens.setting("orders_list_lines", True)
    assert len(account.get("/purchase_orders", page=2)["purchase_orders"][0]["line_items"]) == 1


def test_a_part_received_becomes_a_line_of_its_own(account: Account, vendor: str, disk: str) -> None:
    key = account.screens.purchase_order(vendor_id=vendor, lines=[{"product_id": disk, "quantity": 10, "cost": "11"}])
    first = order_of(account, key)["line_items"][0]["id"]
    account.screens.receive_order(id=key, line_id=str(first), quantity=4)
    rest, part = order_of(account, key)["line_items"]
    assert (rest["quantity"], rest["received"], part["quantity"], part["received"]) == (6, False, 4, True)
    assert (part["parent_po_line_item_id"], order_of(account, key)["status"]) == (first, "Open")
    account.screens.receive_order(id=key)
    assert (order_of(account, key)["status"], order_of(account, key)["total"]) == ("Finished", 110)


def test_an_order_is_changed_in_the_screens(account: Account, vendor: str, disk: str) -> None:
    key = account.screens.purchase_order(vendor_id=vendor, lines=[{"product_id": disk, "quantity": 2}])
    line = account.screens.order_line(id=key, product_id=disk, quantity=1, cost="9.99")
    account.screens.reprice_order_line(id=key, line_id=line, cost="10")
    account.screens.edit_order(id=key, shipping="5", due_date="2026-05-01")
    account.screens.finish_order(id=key)
    shown = order_of(account, key)
    assert (shown["total"], shown["status"], shown["due_date"][:10]) == (40, "Finished", "2026-05-01")
    assert shown["line_items"][1]["old_cost_cents"] == 999
    account.screens.reopen_order(id=key)
    assert order_of(account, key)["status"] == "Open"
    account.screens.delete_order(id=key)
    assert account.http.get(f"/purchase_orders/{key}").status_code == 404


def test_locations_are_ids_on_documents_and_rows_on_products(account: Account, vendor: str, disk: str) -> None:
    assert account.detail(account.invoice())["location_id"] is None
    shop, store = account.screens.location(name="Shop"), account.screens.location(name="Store")
    account.screens.place_product(product_id=disk, location_id=store)
    me = account.get("/me")
    assert (me["enable_multi_locations"], me["default_location"], me["locations_allowed"]) == (True, int(shop), [])
    assert account.detail(account.invoice(location_id=store))["location_id"] == int(store)
    assert account.detail(account.invoice())["location_id"] == int(shop)
    key = account.screens.purchase_order(vendor_id=vendor, lines=[{"product_id": disk}], location_id=store)
    assert order_of(account, key)["location"] == {"id": int(store)}
    account.screens.setting("order_location", "whole")
    assert order_of(account, key)["location"]["name"] == "Store"
    row = account.get(f"/products/{disk}")["product"]["location_quantities"][0]
    path = f"/products/{disk}/location_quantities"
    account.http.put(path, json={"location_quantity_id": row["id"], "quantity": 7})
    assert account.get(f"/products/{disk}")["product"]["quantity"] == 7


def test_orders_may_be_read_otherwise(account: Account, vendor: str, disk: str) -> None:
    account.screens.setting("order_lines_in", "dollars")
    account.screens.setting("received_quantity", "counted")
    key = account.screens.purchase_order(vendor_id=vendor, lines=[{"product_id": disk, "quantity": 2}])
    line = order_of(account, key)["line_items"][0]
    assert (line["cost"], line["total"], line["received_quantity"], "cost_cents" in line) == (12.5, 25, 0, False)


def test_modules_are_switched_on_and_off(account: Account) -> None:
    assert account.get("/settings/tabs")["tabs"]["customer_purchases"] is True
    account.screens.tab(name="customer_purchases", on=False)
    assert account.get("/settings/tabs")["tabs"]["customer_purchases"] is False


def test_users_are_pairs(account: Account) -> None:
    assert account.get("/users") == {"users": [[1, "Olive Owner"]]}
    assert account.get("/users/1")["user"]["full_name"] == "Olive Owner"
    assert account.http.get("/users/2").status_code == 404
