"""The pocket Syncro's feed of lines, the check-boxes before it, and the counters behind it."""

from __future__ import annotations

import pytest

from apps.sandbox.control import ControlError
from tests.sandbox.test_syncro import Account, account

__all__ = ["account"]


def lines_of(account: Account, count: int) -> str:
    line = {"item": "Thing", "name": "A thing", "price": "1", "taxable": False}
    return account.invoice(lines=[line] * count)


def fed(account: Account, page: int, **params: str) -> list[int]:
    return [line["id"] for line in account.get("/line_items", page=page, **params)["line_items"]]


def test_the_feed_shows_a_hundred_lines_a_page_with_the_full_meta(account: Account) -> None:
    first, second = lines_of(account, 150), lines_of(account, 3)
    feed = account.get("/line_items", invoice_id_not_null="true")
    assert feed["meta"] == {"total_pages": 2, "total_entries": 153, "per_page": 100, "page": 1}
    assert (len(fed(account, 1)), len(fed(account, 2)), fed(account, 3)) == (100, 53, [])
    assert {line["invoice_id"] for line in feed["line_items"]} == {int(first)}
    assert len(fed(account, 1, invoice_id=second)) == 3
    assert fed(account, 1, estimate_id_not_null="true") == []


def test_an_edited_line_moves_to_the_end_so_that_pages_repeat_and_miss(account: Account) -> None:
    key = lines_of(account, 150)
    first = fed(account, 1)
    account.http.put(f"/invoices/{key}/line_items/{first[0]}", json={"item": "T", "name": "T", "price": 2})
    second = fed(account, 2)
    assert (second[-1], len(first + second), len({*first, *second})) == (first[0], 150, 149)
    account.screens.setting("line_feed", "by_id")
    assert len({*first, *fed(account, 2)}) == 150


def test_pages_may_be_made_to_slip_the_same_way_each_time(account: Account) -> None:
    lines_of(account, 350)
    firm = [fed(account, page) for page in (1, 2, 3)]
    account.screens.setting("unstable_lines", 7)
    assert [fed(account, page) for page in (1, 2, 3)] != firm
    assert fed(account, 1) == firm[0]
    account.screens.setting("unstable_lines", 0)
    assert [fed(account, page) for page in (1, 2, 3)] == firm


def test_the_feed_is_for_a_global_admin_alone(account: Account) -> None:
    every_box = account.screens.create_token(global_admin=False)
    refused = account.http.get("/line_items", params={"api_key": every_box}, headers={"Authorization": ""})
    assert (refused.status_code, "Please ask account admin" in refused.json()["error"]) == (401, True)
    admin = account.screens.create_token(permissions=[], global_admin=True)
    assert account.http.get("/line_items", headers={"Authorization": admin}).status_code == 200
    assert account.http.get("/invoices", headers={"Authorization": admin}).status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "box"),
    [
        ("GET", "/contacts", "Customers - View Detail"),
        ("POST", "/contacts", "Customers - Edit"),
        ("POST", "/vendors", "Vendors - New"),
        ("PUT", "/vendors/1", "Vendors - Edit"),
        ("POST", "/purchase_orders/1/receive", "Purchase Orders - Edit"),
        ("PUT", "/products/1/product_skus/1", "Products - Edit"),
        ("DELETE", "/invoices/1/line_items/1", "Invoices - Edit"),
        ("GET", "/schedules", "Recurring Invoices - List"),
    ],
)
def test_every_endpoint_has_its_check_box(account: Account, method: str, path: str, box: str) -> None:
    without, having = (account.screens.create_token(permissions=boxes) for boxes in (["Invoices - Create"], [box]))
    statuses = [account.http.request(method, path, headers={"Authorization": key}).status_code
                for key in (without, having)]  # fmt: skip
    assert (statuses[0], statuses[1] != 401) == (401, True)


def test_requests_are_counted_by_endpoint(account: Account) -> None:
    key = account.invoice()
    account.detail(key)
    account.get("/invoices", page=1)
    assert account.screens.requests("/invoices") == 2
    assert account.screens.calls(clear=True) == {"GET /invoices/:id": 1, "GET /invoices": 1}
    assert account.screens.calls() == {}


def test_a_reading_that_nobody_knows_is_refused(account: Account) -> None:
    with pytest.raises(ControlError, match="one of"):
        account.screens.setting("line_feed", "kind")
