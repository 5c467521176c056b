"""Changes of customers: the whole object goes, nothing else is reset, and the answer is compared with what was sent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from apps.platforms.base import Verb, Write
from apps.platforms.errors import AlreadyThere, Gone, PermissionMissing, PlatformError, Refused
from apps.platforms.records import Customer
from apps.platforms.syncro.errors import refusal
from apps.platforms.syncro.translate.customers import WRITABLE
from tests.platforms.syncro.conftest import Shop


def change(shop: Shop, **fields: Any) -> Write:
    base = shop.read("customer", shop.customer)
    return Write(
        verb=Verb.UPDATE, entity="customer", record=replace(base, **fields), external_id=shop.customer, base=base
    )


def test_every_documented_field_that_is_there_goes_back_as_it_was(shop: Shop) -> None:
    shop.screens.edit_customer(id=shop.customer, properties={"gate": "7"}, referred_by="Bea", no_email=True)
    before = shop.read("customer", shop.customer).raw
    assert shop.sent(change(shop, mobile="0612")).error is None
    now = shop.read("customer", shop.customer).raw
    kept = [name for name in WRITABLE if name in before and name != "mobile"]
    assert {name: now[name] for name in kept} == {name: before[name] for name in kept}
    assert now["mobile"] == "0612"


def test_an_answer_that_shows_another_value_is_not_taken_for_done(shop: Shop) -> None:
    write = change(shop, phone="030 12 34")
    other = {**shop.read("customer", shop.customer).raw, "phone": "030 99 99"}
    shop.screens.fault(kind="status", status=200, body={"customer": other}, method="PUT")
    error = shop.sent(write).error
    assert isinstance(error, Refused)
    assert "its phone is 030 99 99 and not 030 12 34" in error.message


@pytest.mark.parametrize(
    "spelled", [{"phone": "(030) 1234"}, {"email": "PAY@acme.test"}, {"business_name": "Acme  Ltd"}]
)
def test_the_same_in_syncros_own_spelling_is_the_same(shop: Shop, spelled: dict[str, str]) -> None:
    write = change(shop, phone="0301234")
    answer = {**shop.read("customer", shop.customer).raw, "phone": "0301234", **spelled}
    shop.screens.fault(kind="status", status=200, body={"customer": answer}, method="PUT")
    assert shop.sent(write).error is None


def test_a_taken_address_names_its_owner(shop: Shop) -> None:
    other = shop.screens.customer(business_name="Bolt Ltd", email="bolt@x.test")
    error = shop.sent(change(shop, email="bolt@x.test")).error
    assert isinstance(error, AlreadyThere)
    assert f"bolt@x.test already belongs to Syncro's customer Bolt Ltd ({other})" in error.message
    assert error.external_id == str(other)


def test_whose_address_it_is_need_not_be_known(shop: Shop) -> None:
    shop.screens.customer(business_name="Bolt Ltd", email="bolt@x.test")
    write = change(shop, email="bolt@x.test")
    shop.screens.fault(kind="status", status=503, method="GET", times=9)
    error = shop.sent(write).error
    assert isinstance(error, AlreadyThere)
    assert "already been taken" in error.message


def test_a_customer_that_was_deleted_meanwhile_is_gone(shop: Shop) -> None:
    write = change(shop, phone="1")
    shop.screens.delete_customer(id=shop.customer)
    assert isinstance(shop.sent(write).error, Gone)


def test_a_token_that_may_not_edit_is_told(shop: Shop) -> None:
    write = change(shop, phone="1")
    shop.syncro.close()
    shop.syncro = shop.connect(["Customers - List/Search", "Customers - View Detail"])
    assert isinstance(shop.sent(write).error, PermissionMissing)


def test_a_new_customer_is_not_held_for_its_spelling(shop: Shop) -> None:
    made = shop.sent(shop.create(Customer(name="Cord", company_name="Cord", phone="1"))).record
    assert isinstance(made, Customer)


#: The page's table of error shapes, row by row: status, where, body, our error, and its words.
SHAPES: tuple[tuple[int, str, object, str, str], ...] = (
    (401, "GET /payments", {"error": "Not authorized. Please ask account admin."}, "PermissionMissing", "Not authorized."),
    (404, "PUT /invoices/9", {"message": "Not found"}, "Gone", "Not found"),
    (404, "PUT /invoices/9", {}, "Gone", "no longer there"),
    (422, "POST /customers", {"success": False, "message": ["Email is not an email"], "params": {}}, "Refused", "Email is"),
    (422, "POST /contacts", {"record": {"id": 1}, "errors": "Email is not an email, Name is long"}, "Refused", "Name is"),
    (422, "PUT /invoices/9/line_items/2", {"item": ["can't be blank"]}, "Refused", "item can't be blank"),
    (422, "POST /invoices/9/line_items", {"errors": "validation error: Item can't be blank"}, "Refused", "Item can't"),
    (422, "POST /schedules", {"error": ["Frequency Must be a valid selection"]}, "Refused", "Frequency"),
    (422, "POST /estimates/1/convert", {"error": "Validation failed: Item can't be blank"}, "Refused", "Item can't"),
    (422, "POST /x", {"errors": {"mute_for": ["is wrong"]}}, "Refused", "mute_for is wrong"),
    (400, "POST /product_skus", {"message": ["Vendor is blank", "Value is blank"]}, "Refused", "Vendor is blank, Value"),
    (200, "PUT /invoices/9/line_items/2", {"message": "Invoice is already paid"}, "LockedByPayment", "is paid"),
    (200, "DELETE /invoices/9/line_items/2", "Invoice is already paid", "LockedByPayment", "is paid"),
)  # fmt: skip


@pytest.mark.parametrize(("status", "where", "body", "name", "words"), SHAPES)
def test_each_refusal_of_the_page_is_understood(status: int, where: str, body: object, name: str, words: str) -> None:
    error = refusal(status, where, body)
    assert isinstance(error, PlatformError)
    assert (type(error).__name__, words in error.message) == (name, True), error.message
