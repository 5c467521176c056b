"""The pocket Syncro over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from apps.sandbox.control import Control
from apps.sandbox.frame import PocketServer
from apps.sandbox.store import Store
from apps.sandbox.syncro.accounts import PocketSyncros
from apps.sandbox.syncro.app import PocketSyncro


class Account:
    """A running pocket, its screens and one token with all check-boxes."""

    def __init__(self, server: PocketServer) -> None:
        self.server = server
        self.screens = Control(server.url)
        self.http = httpx.Client(base_url=f"{server.url}/api/v1")
        self.http.headers["Authorization"] = f"Bearer {self.screens.create_token()}"
        self.rate = self.screens.tax_rate(name="Sales Tax", percent="8.25")
        self.customer = self.screens.customer(business_name="Acme Ltd")

    def get(self, path: str, **params: Any) -> Any:
        return self.http.get(path, params=params).json()

    def invoice(self, price: str = "100.00", **fields: Any) -> str:
        line = {"item": "Thing", "name": "A thing", "quantity": "1", "price": price, "taxable": False}
        lines = fields.pop("lines", [line])
        return str(self.screens.invoice(customer_id=self.customer, date="2026-04-01", lines=lines, **fields))

    def detail(self, key: str) -> Any:
        return self.get(f"/invoices/{key}")["invoice"]

    def pay(self, **body: Any) -> httpx.Response:
        return self.http.post("/payments", json={"customer_id": int(self.customer), "payment_method": "Other", **body})


@pytest.fixture
def account() -> Iterator[Account]:
    server = PocketServer(PocketSyncro(Store())).start()
    account = Account(server)
    yield account
    account.http.close()
    server.shutdown()
    server.server_close()


def test_a_token_is_taken_in_three_ways_and_refused_when_expired(account: Account) -> None:
    token, url = account.screens.create_token(), f"{account.server.url}/api/v1/me"
    assert httpx.get(url, headers={"Authorization": token}).status_code == 200
    assert httpx.get(url, params={"api_key": token}).json()["subdomain"] == "acme"
    account.screens.expire_token(token=token)
    assert httpx.get(url, headers={"Authorization": f"Bearer {token}"}).status_code == 401
    old = account.screens.create_token(expires_at="2020-01-01")
    assert httpx.get(url, params={"api_key": old}).status_code == 401


def test_a_missing_check_box_is_401_with_the_vendors_words(account: Account) -> None:
    token = account.screens.create_token(permissions=["Customers - List/Search"])
    headers = {"Authorization": f"Bearer {token}"}
    assert account.http.get("/customers", headers=headers).status_code == 200
    refused = account.http.get("/line_items", headers=headers)
    assert refused.status_code == 401
    assert refused.json()["error"].startswith("Not authorized. Please ask account admin")
    me = account.http.get("/me", headers=headers).json()
    assert me["permissions"]["customer"] == {"read": True, "write": False, "delete": False}


def test_the_181st_request_of_a_minute_is_too_many(account: Account) -> None:
    now = [1_000_000.0]
    account.server.app.clock = lambda: now[0]
    statuses = [account.http.get("/me").status_code for _ in range(180)]
    first, second = account.http.get("/me"), account.http.get("/me")
    assert set(statuses) == {200}
    assert (first.status_code, "retry-after" in first.headers, "retry-after" in second.headers) == (429, True, False)
    now[0] += int(first.headers["retry-after"])
    assert account.http.get("/me").status_code == 200


def test_customers_are_paged_filtered_sorted_and_hidden_when_disabled(account: Account) -> None:
    for number in range(30):
        account.screens.customer(firstname="Ann", lastname=f"Bee {number:02d}")
    account.screens.edit_customer(id=account.customer, disabled=True)
    listed = account.get("/customers", page=2)
    assert listed["meta"] == {"total_pages": 2, "total_entries": 30, "per_page": 25, "page": 2}
    assert account.get("/customers", include_disabled="true")["meta"]["total_entries"] == 31
    assert account.get("/customers", sort="lastname DESC")["customers"][0]["fullname"] == "Ann Bee 29"
    assert len(account.get("/customers", lastname="bee 0")["customers"]) == 10


def test_a_customer_is_made_changed_and_deleted(account: Account) -> None:
    made = account.http.post("/customers", json={"business_name": "Co", "email": "a@b.example"}).json()["customer"]
    path = f"/customers/{made['id']}"
    account.http.put(path, json={"phone": "1"})
    assert account.get(path)["customer"]["business_name"] == "Co"
    twin = account.http.post("/customers", json={"business_name": "Co 2", "email": "a@b.example"})
    assert (twin.status_code, twin.json()["success"]) == (422, False)
    assert account.http.delete(path).json() == {"message": "Customer was deleted from the system."}
    assert account.http.get(path).status_code == 404


def test_a_product_put_clears_check_boxes_that_are_not_sent(account: Account) -> None:
    key = account.screens.product(name="Disk", price_retail="64.99", maintain_stock=True, product_category="Hardware")
    shown = account.http.put(f"/products/{key}", json={"name": "Disk 2"}).json()["product"]
    assert (shown["maintain_stock"], shown["price_retail"], shown["product_category"]) == (False, 64.99, "Hardware")
    listed = account.get("/products")
    assert list(listed) == ["products"]
    assert "updated_at" not in listed["products"][0]
    assert account.get("/products/categories")["categories"][0]["name"] == "Hardware"


def test_an_invoice_is_rounded_as_a_document_with_discounts_and_tax(account: Account) -> None:
    lines = [
        {"item": "Labor", "name": "On site", "quantity": "1.25", "price": "89.99", "taxable": True},
        {"item": "Disk", "name": "Disk", "quantity": "2", "price": "10.00", "discount_percent": "10", "taxable": True},
        {"item": "Off", "name": "Voucher", "quantity": "1", "price": "-5", "taxable": False},
    ]
    shown = account.detail(account.invoice(lines=lines))
    assert (shown["subtotal"], shown["tax"], shown["total"]) == ("125.49", "10.77", "136.26")
    assert shown["balance_due"] == "136.26"
    assert "tax_rate_id" not in shown["line_items"][0]
    assert shown["line_items"][1]["line_discount_percent"] == "10.0"


def test_a_group_adds_two_rates_and_an_exempt_customer_pays_none(account: Account) -> None:
    county = account.screens.tax_rate(name="County", percent="6.5")
    group = account.screens.tax_rate(name="Both", group=[account.rate, county])
    exempt = account.screens.tax_rate(name="Exempt", percent="0")
    lines = [{"item": "A", "name": "A", "quantity": "1", "price": "100", "taxable": True}]
    account.screens.edit_customer(id=account.customer, tax_rate_id=group)
    assert account.detail(account.invoice(lines=lines))["tax"] == "14.75"
    account.screens.edit_customer(id=account.customer, tax_rate_id=exempt)
    assert account.detail(account.invoice(lines=lines))["tax"] == "0.0"


def test_the_invoice_list_is_thin_and_moves_with_lines_but_not_with_payments(account: Account) -> None:
    key = account.invoice()
    listed = account.get("/invoices")
    assert listed["meta"] == {"total_pages": 1, "page": 1}
    assert not {"line_items", "balance_due", "payments"} & set(listed["invoices"][0])
    before = listed["invoices"][0]["updated_at"]
    account.screens.pay(customer_id=account.customer, amount="100", apply={key: "100"})
    paid = account.get("/invoices", paid="true")["invoices"][0]
    assert (paid["is_paid"], paid["updated_at"]) == (True, before)
    assert account.get("/invoices", since_updated_at=before)["invoices"] == []
    account.screens.edit_invoice(id=key, note="Thanks")
    assert len(account.get("/invoices", since_updated_at=before)["invoices"]) == 1


def test_lines_sent_with_a_new_invoice_are_ignored(account: Account) -> None:
    body = {"customer_id": int(account.customer), "number": "77", "date": "2026-04-01",
            "line_items": [{"item": "A", "name": "A", "price": 5}]}  # fmt: skip
    made = account.http.post("/invoices", json=body).json()["invoice"]
    assert account.detail("77")["id"] == made["id"]
    assert account.detail("77")["line_items"] == []
    assert account.http.post("/invoices", json=body).json() == {"number": ["has already been taken"]}
    added = account.http.post(f"/invoices/{made['id']}/line_items", json={"item": "A", "name": "A", "price": 5})
    assert (added.status_code, account.detail("77")["total"]) == (200, "5.41")
    assert account.http.post(f"/invoices/{made['id']}/line_items", json={}).json() == {
        "errors": "validation error: Item can't be blank"}  # fmt: skip


def test_a_paid_invoice_answers_200_and_does_nothing(account: Account) -> None:
    key = account.invoice()
    line = account.detail(key)["line_items"][0]["id"]
    account.pay(amount_cents=10_000, apply_payments={key: 10_000})
    answer = account.http.put(f"/invoices/{key}/line_items/{line}", json={"price": 1})
    assert (answer.status_code, answer.json()) == (200, {"message": "Invoice is already paid"})
    assert account.http.delete(f"/invoices/{key}").status_code == 200
    assert account.detail(key)["total"] == "100.0"


def test_one_payment_over_two_invoices_tells_no_parts(account: Account) -> None:
    first, second = account.invoice(), account.invoice("50")
    answer = account.pay(amount_cents=13_000, ref_num="QBO-1", apply_payments={first: 10_000, second: 2_000})
    assert answer.json()["payment"]["payment_amount"] == 130
    assert answer.json()["payment"]["invoice_ids"] == [int(first), int(second)]
    assert account.detail(second)["balance_due"] == "30.0"
    shown = account.get("/payments", query="acme")
    assert shown["meta"] == {"total_pages": 1, "page": 1}
    assert not {"allocation", "cents"} & set(shown["payments"][0])


@pytest.mark.parametrize(
    "body",
    [
        {"amount_cents": 20_000, "apply_payments": {"INVOICE": 10_001}},
        {"amount_cents": 5_000, "apply_payments": {"INVOICE": 6_000}},
        {"amount_cents": 5_000, "payment_method": "Shells"},
        {"amount_cents": 0},
        {"amount_cents": 5_000, "apply_payments": {"1": 5_000}},
    ],
)
def test_a_payment_that_does_not_fit_is_refused(account: Account, body: dict[str, Any]) -> None:
    key = account.invoice()
    parts = {key if name == "INVOICE" else name: part for name, part in body.get("apply_payments", {}).items()}
    assert account.pay(**{**body, "apply_payments": parts}).status_code == 422
    assert account.get("/payments")["payments"] == []


def test_a_payment_without_invoice_is_credit_and_nothing_can_change_it(account: Account) -> None:
    made = account.pay(amount_cents=500).json()["payment"]
    assert made["invoice_ids"] == [None]
    assert account.http.put(f"/payments/{made['id']}", json={}).status_code == 404
    assert account.http.delete(f"/payments/{made['id']}").status_code == 404


def test_a_refund_is_a_negative_invoice_with_a_negative_payment(account: Account) -> None:
    key = account.invoice()
    refund = account.screens.refund(invoice_id=key, date="2026-05-01")
    shown = account.detail(refund["invoice"])
    assert (shown["total"], shown["is_paid"], shown["balance_due"]) == ("-100.0", True, "0.0")
    assert shown["payments"][0]["payment_amount"] == -100


def test_what_was_answered_outlives_the_process(account: Account, tmp_path: Any) -> None:
    store = Store(tmp_path / "syncro.sqlite")
    server = PocketServer(PocketSyncro(store)).start()
    key = Control(server.url).chapter(name="a", step="b", calls=[["customer", {"firstname": "Ann"}]])
    server.shutdown()
    server.server_close()
    again = PocketServer(PocketSyncro(Store(tmp_path / "syncro.sqlite"))).start()
    assert Control(again.url).chapter(name="a", step="b", calls=[["customer", {"firstname": "Bob"}]]) == key
    assert [doc["firstname"] for doc in Control(again.url).state(kind="customers")] == ["Ann"]
    again.shutdown()
    again.server_close()


def test_several_accounts_lie_behind_one_address_and_share_its_limit() -> None:
    server = PocketServer(PocketSyncros({"acme": Store(), "globex": Store()})).start()
    acme, globex = (Control(f"{server.url}/{name}") for name in ("acme", "globex"))
    token = acme.create_token()
    acme.customer(business_name="Acme's own")
    assert (len(acme.state("customers")), globex.state("customers")) == (1, [])
    for _ in range(180):
        assert httpx.get(f"{server.url}/acme/api/v1/me", params={"api_key": token}).json()["subdomain"] == "acme"
    assert httpx.get(f"{server.url}/globex/api/v1/me").status_code == 429
    assert httpx.get(f"{server.url}/initech/api/v1/me").status_code == 404
    server.shutdown()
    server.server_close()
