"""Requests whose answers never came: nothing stands twice, nothing is missing."""

from __future__ import annotations

from collections import Counter
from typing import Any

import httpx
import pytest

from apps.sync.current import link_counts
from apps.sync.models import Request
from tests.flows.wires import Killed, once, wound
from tests.world import World


def once_each(rows: list[dict[str, Any]], name: str, expected: int) -> None:
    """Every name stands exactly once."""
    counted = Counter(row[name] for row in rows)
    assert (len(counted), set(counted.values())) == (expected, {1}), counted


def settled(world: World) -> bool:
    """Nothing is waiting, being sent or in doubt."""
    counts = link_counts(world.company)
    return not (counts["pending"] or counts["in_doubt"] or counts["held"])


def test_a_lost_invoice_is_found_not_made_again(hasty: World) -> None:
    invoice = hasty.invoice(hasty.customer(), "100.00")
    hasty.books.lose_next_answer(path="/invoice")
    hasty.sync()
    assert hasty.books_id("invoice", invoice)
    once_each(hasty.in_books("Invoice"), "DocNumber", 1)


def test_a_dropped_invoice_is_sent_again_with_a_new_key(hasty: World) -> None:
    hasty.invoice(hasty.customer(), "100.00")
    hasty.books.drop_next_request(path="/invoice")
    hasty.sync()
    once_each(hasty.in_books("Invoice"), "DocNumber", 1)
    keys = list(Request.objects.filter(entity="invoice").values_list("key", flat=True))
    assert len(set(keys)) == len(keys) == 2


@pytest.mark.parametrize("replay", ["6000", "answer"])
@pytest.mark.parametrize("fault", ["lose", "drop"])
def test_thirty_customers_in_a_lost_batch_stand_once(hasty: World, replay: str, fault: str) -> None:
    hasty.books.setting(name="batch_replay", value=replay)
    for number in range(30):
        hasty.customer(f"Customer {number}")
    hasty.books.fault(kind=fault, method="POST", path="/batch")
    hasty.sync()
    once_each(
        [row for row in hasty.in_books("Customer") if row["DisplayName"].startswith("Customer ")], "DisplayName", 30
    )
    assert settled(hasty)


@pytest.mark.parametrize("replay", ["6000", "answer"])
def test_a_lost_batch_of_invoices_and_its_lost_retry(hasty: World, replay: str) -> None:
    hasty.books.setting(name="batch_replay", value=replay)
    acme = hasty.customer()
    for _ in range(12):
        hasty.invoice(acme, "10.00")
    hasty.books.fault(kind="drop", method="POST", path="/batch")
    hasty.books.fault(kind="lose", method="POST", path="/batch")
    hasty.sync()
    once_each(hasty.in_books("Invoice"), "DocNumber", 12)
    assert settled(hasty)


def test_a_lost_update_is_recognised(hasty: World) -> None:
    invoice = hasty.invoice(hasty.customer(), "100.00")
    hasty.sync()
    lines = [{"item": "Work", "name": "More work", "quantity": "1", "price": "130.00", "taxable": False}]
    hasty.syncro.edit_invoice(invoice, lines)
    hasty.books.lose_next_answer(path="/invoice")
    hasty.sync()
    assert [(row["TotalAmt"], row["SyncToken"]) for row in hasty.in_books("Invoice")] == [(130, "1")]
    assert settled(hasty)


def test_two_equal_lost_payments_of_one_day_are_told_apart(hasty: World) -> None:
    acme = hasty.customer()
    invoice = hasty.invoice(acme, "100.00")
    hasty.pays(acme, "40.00", {invoice: "40.00"})
    hasty.pays(acme, "40.00", {invoice: "40.00"})
    hasty.books.lose_next_answer(path="/batch")
    hasty.sync()
    assert hasty.total(hasty.in_books("Payment")) == 80
    assert [row["Balance"] for row in hasty.in_books("Invoice")] == [20]
    assert settled(hasty)


def test_a_lost_payment_stands_once(hasty: World) -> None:
    acme = hasty.customer()
    invoice = hasty.invoice(acme, "100.00")
    hasty.sync()
    hasty.pays(acme, "40.00", {invoice: "40.00"})
    hasty.books.lose_next_answer(path="/payment")
    hasty.sync()
    assert hasty.total(hasty.in_books("Payment")) == 40
    assert settled(hasty)


def test_a_lost_void_is_done_once(hasty: World) -> None:
    invoice = hasty.invoice(hasty.customer(), "100.00")
    hasty.sync()
    hasty.syncro.delete_invoice(invoice)
    hasty.books.lose_next_answer(path="/invoice")
    hasty.sync(full=True)
    assert [(row["TotalAmt"], row["SyncToken"]) for row in hasty.in_books("Invoice")] == [(0, "1")]
    assert settled(hasty)


def test_an_answer_beyond_the_deadline_is_a_lost_answer(hasty: World, monkeypatch: pytest.MonkeyPatch) -> None:
    hasty.invoice(hasty.customer(), "100.00")
    wound(monkeypatch, after=once(httpx.ReadTimeout("the answer took longer than the deadline"), "/invoice"))
    hasty.sync()
    once_each(hasty.in_books("Invoice"), "DocNumber", 1)
    assert Request.objects.filter(entity="invoice").count() == 1


def test_a_page_of_html_after_a_write_is_no_answer(hasty: World) -> None:
    hasty.invoice(hasty.customer(), "100.00")
    hasty.books.fault(kind="status", method="POST", path="/invoice", status=502, body="<html>Bad gateway</html>")
    hasty.sync()
    assert set(Request.objects.filter(entity="invoice").values_list("state", flat=True)) == {"lost", "settled"}
    once_each(hasty.in_books("Invoice"), "DocNumber", 1)


def paid_in_books(world: World, amount: str = "60.00") -> str:
    """An invoice that is in step, paid in the books; the payment is still to reach Syncro."""
    acme = world.customer()
    invoice = world.invoice(acme, "100.00")
    world.sync()
    return str(world.books.pay(world.books_id("customer", acme), amount, {world.books_id("invoice", invoice): amount}))


@pytest.mark.parametrize("fault", ["lose", "drop"])
def test_a_lost_payment_into_syncro_stands_once(hasty: World, fault: str) -> None:
    paid_in_books(hasty)
    hasty.syncro.fault(kind=fault, method="POST", path="/payments")
    hasty.sync()
    hasty.sync()
    assert [row["cents"] for row in hasty.syncro.state("payments")] == [6000]
    assert hasty.total(hasty.in_books("Payment")) == 60
    assert settled(hasty)


def test_without_key_and_undo_two_looks_lie_apart_before_it_is_sent_again(hasty: World) -> None:
    paid_in_books(hasty)
    hasty.syncro.drop_next_request(path="/payments")
    hasty.syncro.log(clear=True)
    hasty.sync()
    log = [(row["method"], row["path"]) for row in hasty.syncro.log()]
    assert log.count(("POST", "/api/v1/payments")) == 1, "what is dropped is not noted"
    looks = log[: log.index(("POST", "/api/v1/payments"))].count(("GET", "/api/v1/payments"))
    assert looks >= 1 + 2 + 1, "before the first, two in doubt, and right before it is sent again"


def test_an_edit_while_the_answer_was_lost_still_goes_across(hasty: World, monkeypatch: pytest.MonkeyPatch) -> None:
    invoice = hasty.invoice(hasty.customer(), "100.00")
    wound(monkeypatch, after=once(Killed(), "/invoice"))
    with pytest.raises(Killed):
        hasty.sync()
    lines = [{"item": "Work", "name": "More work", "quantity": "1", "price": "130.00", "taxable": False}]
    hasty.syncro.edit_invoice(invoice, lines)
    hasty.sync()
    assert [row["TotalAmt"] for row in hasty.in_books("Invoice")] == [130]


def test_a_deletion_while_the_answer_was_lost_is_followed(hasty: World, monkeypatch: pytest.MonkeyPatch) -> None:
    invoice = hasty.invoice(hasty.customer(), "100.00")
    wound(monkeypatch, after=once(Killed(), "/invoice"))
    with pytest.raises(Killed):
        hasty.sync()
    hasty.syncro.delete_invoice(invoice)
    hasty.sync(full=True)
    assert [row["TotalAmt"] for row in hasty.in_books("Invoice")] == [0]


def test_an_answer_from_syncro_that_makes_no_sense_is_a_lost_one(hasty: World, monkeypatch: pytest.MonkeyPatch) -> None:
    paid_in_books(hasty)
    nonsense = {"payment": {"id": 7, "payment_amount": "a lot", "success": True}}
    hasty.syncro.fault(kind="lose", method="POST", path="/payments")
    left = [httpx.Response(200, json=nonsense)]
    wound(
        monkeypatch,
        instead=lambda request: (
            left.pop() if left and request.method == "POST" and "/payments" in request.url.path else None
        ),
    )
    hasty.sync()
    states = list(Request.objects.filter(entity="payment").order_by("pk").values_list("state", flat=True))
    assert states[0] == "lost", "it may have been done"
    assert [row["cents"] for row in hasty.syncro.state("payments")] == [6000]
