"""What people do in the pocket Syncro's screens, and what the outside gets to see of it."""

from __future__ import annotations

import json
import queue
from collections.abc import Iterator
from typing import Any

import pytest

from apps.sandbox.control import ControlError
from apps.sandbox.frame import PocketApp, PocketServer, Request, Response, route
from apps.sandbox.store import Store
from apps.sandbox.syncro.app import PocketSyncro
from tests.sandbox.test_syncro import Account


class Listener(PocketApp):
    """Takes letters."""

    def __init__(self) -> None:
        super().__init__(Store())
        self.letters: queue.Queue[Any] = queue.Queue()

    @route("POST", "/hook")
    def hook(self, request: Request) -> Response:
        self.letters.put(json.loads(request.body))
        return Response()


@pytest.fixture
def account() -> Iterator[Account]:
    server = PocketServer(PocketSyncro(Store())).start()
    account = Account(server)
    yield account
    account.http.close()
    server.shutdown()
    server.server_close()


@pytest.fixture
def listener() -> Iterator[PocketServer]:
    server = PocketServer(Listener()).start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_webhook_hears_of_invoices_but_not_of_payments(account: Account, listener: PocketServer) -> None:
    account.screens.webhook(url=f"{listener.url}/hook")
    key = account.invoice()
    account.screens.pay(customer_id=account.customer, amount="40", apply={key: "40"})
    account.screens.pay(customer_id=account.customer, amount="60", apply={key: "60"})
    assert isinstance(listener.app, Listener)
    letters = [listener.app.letters.get(timeout=10) for _ in range(2)]
    assert [letter["text"] for letter in letters] == ["Invoice #1001 was created", "Invoice #1001 was paid"]
    assert sorted(letters[1]) == ["attributes", "html", "link", "text"]
    assert letters[1]["link"].endswith(f"/invoices/{key}")


def test_a_webhook_that_nobody_takes_harms_nobody(account: Account) -> None:
    account.screens.webhook(url="http://127.0.0.1:9/")
    assert account.detail(account.invoice())["total"] == "100.0"


def test_an_edit_may_leave_an_invoice_overpaid_and_a_deleted_payment_opens_it(account: Account) -> None:
    key = account.invoice()
    payment = account.screens.pay(customer_id=account.customer, amount="100", apply={key: "100"})
    line = account.detail(key)["line_items"][0]
    account.screens.edit_invoice(id=key, lines=[{"id": line["id"], "price": "80"}])
    shown = account.detail(key)
    assert (shown["total"], shown["balance_due"], shown["is_paid"]) == ("80.0", "-20.0", True)
    assert shown["line_items"][0]["id"] == line["id"]
    account.screens.delete_payment(id=payment)
    assert (account.detail(key)["balance_due"], account.get("/payments")["payments"]) == ("80.0", [])


def test_credit_is_used_later_by_applying_the_same_payment(account: Account) -> None:
    payment = account.screens.store_credit(customer_id=account.customer, amount="30")
    key = account.invoice("50")
    account.screens.apply(id=payment, apply={key: "30"})
    assert account.detail(key)["balance_due"] == "20.0"
    assert account.get(f"/payments/{payment}")["payment"]["invoice_ids"] == [int(key)]


def test_a_declined_payment_is_seen_but_counts_for_nothing(account: Account) -> None:
    key = account.invoice()
    account.screens.pay(customer_id=account.customer, amount="100", apply={key: "100"}, success=False)
    shown = account.detail(key)
    assert (shown["balance_due"], shown["payments"][0]["success"]) == ("100.0", False)


def test_a_card_method_without_a_card_is_declined(account: Account) -> None:
    key = account.invoice()
    account.screens.payment_method(name="Terminal", uses_card_processing=True)
    answer = account.pay(amount_cents=10_000, payment_method="Terminal", apply_payments={key: 10_000})
    assert (answer.status_code, answer.json()["payment"]["success"]) == (200, False)
    assert account.detail(key)["balance_due"] == "100.0"


def test_dollars_in_amount_cents_are_taken_as_cents(account: Account) -> None:
    key = int(account.invoice())
    assert account.pay(amount_cents="50.00", invoice_id=key).json()["payment"]["payment_amount"] == 0.5


def test_an_overpayment_of_one_invoice_leaves_a_credit(account: Account) -> None:
    key = account.invoice()
    assert account.pay(amount_cents=12_000, invoice_id=int(key)).status_code == 200
    assert account.detail(key)["balance_due"] == "0.0"
    assert account.screens.state(kind="payments")[0]["allocation"] == {key: 10_000}


def test_an_invoice_with_payments_is_not_deleted_and_one_without_is(account: Account) -> None:
    paid, open_one = account.invoice(), account.invoice()
    account.screens.pay(customer_id=account.customer, amount="1", apply={paid: "1"})
    with pytest.raises(ControlError, match="with payments"):
        account.screens.delete_invoice(id=paid)
    account.http.delete(f"/invoices/{open_one}")
    assert account.http.get(f"/invoices/{open_one}").status_code == 404
    assert account.http.delete("/invoices/1").status_code == 200


def test_disputed_behaviour_can_be_set(account: Account) -> None:
    key = account.invoice()
    before = account.detail(key)["updated_at"]
    account.screens.setting(name="apply_payments_unit", value="dollars")
    account.screens.setting(name="payment_touches_invoice", value=True)
    account.pay(amount_cents=5_000, apply_payments={key: 50})
    assert account.detail(key)["balance_due"] == "50.0"
    assert account.detail(key)["updated_at"] > before
    with pytest.raises(ControlError):
        account.screens.setting(name="kindness", value=True)


def test_a_search_of_payments_finds_references_only_where_the_account_is_so(account: Account) -> None:
    account.pay(amount_cents=500, ref_num="QBO-1")
    assert account.get("/payments", query="QBO-1")["payments"] == []
    account.screens.setting(name="query_finds_ref", value=True)
    assert len(account.get("/payments", query="QBO-1")["payments"]) == 1


def test_an_id_wins_over_a_number_that_looks_like_it(account: Account) -> None:
    first = account.invoice()
    second = account.invoice("7", number=first)
    assert account.detail(first)["total"] == "100.0"
    assert account.detail(second)["number"] == first
