"""Refunds, credit, deposits and declined cards at the pocket Syncro's counter."""

from __future__ import annotations

from typing import Any

import pytest

from apps.sandbox.control import ControlError
from tests.sandbox.test_syncro import Account, account

__all__ = ["account"]


def payment(account: Account, key: str) -> Any:
    return account.get(f"/payments/{key}")["payment"]


def test_a_refund_to_store_credit_leaves_two_rows_or_one(account: Account) -> None:
    key = account.invoice()
    both = account.screens.refund(invoice_id=key, method="Store Credit", amount="30")
    assert account.detail(both["invoice"])["total"] == "-30.0"
    assert [payment(account, both[name])["payment_amount"] for name in ("payment", "credit")] == [-30, 30]
    assert payment(account, both["credit"])["invoice_ids"] == [None]
    account.screens.setting("refund_to_credit", "one_row")
    assert sorted(account.screens.refund(invoice_id=key, method="Store Credit")) == ["invoice", "payment"]


def test_a_refund_of_some_lines_keeps_tax_and_location(account: Account) -> None:
    line = {"item": "T", "name": "T", "price": "50", "quantity": "2", "taxable": True}
    key = account.invoice(lines=[line, line], tax_rate_id=account.screens.tax_rate(name="X", percent="10"))
    first = account.detail(key)["line_items"][0]["id"]
    refund = account.screens.refund(invoice_id=key, lines=[{"id": first, "quantity": "1"}], method="Cash")
    shown = account.detail(refund["invoice"])
    assert (shown["total"], shown["line_items"][0]["quantity"], shown["is_paid"]) == ("-55.0", "-1.0", True)


def test_credit_is_spent_by_its_own_payment_or_by_a_new_one(account: Account) -> None:
    credit, key = account.screens.store_credit(customer_id=account.customer, amount="80"), account.invoice()
    assert account.screens.spend_credit(id=credit, invoice_id=key, amount="30") == credit
    assert account.screens.spend_credit(id=credit, invoice_id=key, amount="20") == credit
    assert (account.detail(key)["balance_due"], payment(account, credit)["invoice_ids"]) == ("50.0", [int(key)])
    account.screens.setting("credit_use", "new_row")
    other = account.screens.spend_credit(id=credit, invoice_id=key, amount="30")
    assert (other != credit, account.detail(key)["balance_due"]) == (True, "20.0")
    with pytest.raises(ControlError, match="only 0"):
        account.screens.spend_credit(id=credit, invoice_id=key, amount="1")


def test_a_deposit_is_an_invoice_of_its_own_and_used_by_a_line_or_a_payment(account: Account) -> None:
    taken = account.screens.deposit(customer_id=account.customer, amount="50", method="Cash")
    shown = account.detail(taken["invoice"])
    assert (shown["total"], shown["is_paid"], shown["line_items"][0]["product_category"]) == ("50.0", True, "Deposit")
    later, latest = account.invoice(), account.invoice()
    account.screens.use_deposit(invoice_id=later, amount="50")
    assert (account.detail(later)["total"], account.detail(later)["line_items"][1]["price"]) == ("50.0", "-50.0")
    account.screens.setting("deposit_use", "credit")
    used = account.screens.use_deposit(invoice_id=latest, amount="50")
    assert payment(account, used)["payment_method"] == "Store Credit"
    assert (account.detail(latest)["total"], account.detail(latest)["balance_due"]) == ("100.0", "50.0")


def test_a_declined_card_is_seen_and_counts_for_nothing(account: Account) -> None:
    key = account.invoice()
    tried = account.screens.declined_card(customer_id=account.customer, invoice_id=key, amount="100")
    assert (payment(account, tried)["success"], account.detail(key)["balance_due"]) == (False, "100.0")


def test_merged_customers_leave_one_with_everything(account: Account) -> None:
    twin = account.screens.customer(business_name="Acme Limited")
    key, paid = account.invoice(), account.screens.pay(customer_id=account.customer, amount="5")
    account.screens.merge_customers(keep=twin, gone=account.customer)
    assert account.detail(key)["customer_id"] == int(twin)
    assert payment(account, paid)["customer"]["id"] == int(twin)
    assert account.http.get(f"/customers/{account.customer}").status_code == 404
    assert len(account.get(f"/customers/{twin}")["customer"]["invoice_links"]) == 1


def test_estimates_and_schedules_can_be_read(account: Account) -> None:
    key = account.screens.estimate(customer_id=account.customer, subtotal="10", tax="0.83", status="Approved")
    account.screens.estimate(customer_id=account.customer)
    listed = account.get("/estimates", status="approved")
    assert ([each["id"] for each in listed["estimates"]], listed["meta"]) == ([int(key)], {"total_pages": 1, "page": 1})
    assert account.get(f"/estimates/{key}")["estimate"]["total"] == "10.83"
    line = {"name": "Plan", "price": "49.50", "quantity": "2"}
    plan = account.screens.schedule(customer_id=account.customer, name="MSP plan", lines=[line])
    shown = account.get("/schedules", customer_id=account.customer)
    assert (sorted(shown), shown["schedules"][0]["lines"][0]["retail_cents"]) == (["schedules"], 4950)
    assert account.get(f"/schedules/{plan}")["schedule"]["subtotal"] == 99


def test_the_latest_customer_and_a_search_as_one_types(account: Account) -> None:
    key = account.screens.customer(business_name="Zeta")
    assert account.get("/customers/latest")["customer"]["id"] == int(key)
    found = account.get("/customers/autocomplete", query="zet")
    assert [each["business_name"] for each in found["customers"]] == ["Zeta"]
