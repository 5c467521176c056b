"""Limits, outages, and records that fail for ever."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from apps.connections.models import Connection
from apps.core.clock import shifted
from apps.mirror.models import Link
from apps.sync.claim import MOST_ATTEMPTS
from apps.sync.models import Request
from tests.flows.test_sign_in import at_first_write
from tests.flows.wires import wound
from tests.world import World

HTML = "<html>Service unavailable</html>"


def many_invoices(world: World, count: int = 35) -> None:
    """More than a batch full."""
    acme = world.customer()
    for _ in range(count):
        world.invoice(acme, "10.00")


def test_a_throttle_between_batches_is_waited_for(hasty: World) -> None:
    many_invoices(hasty)
    hasty.books.fault(kind="status", method="POST", path="/invoice", status=429, body={}, headers={"Retry-After": "1"})
    hasty.books.fault(kind="delay", seconds=0, method="POST", path="/batch")
    hasty.books.fault(kind="status", method="POST", path="/batch", status=429, body={}, headers={"Retry-After": "1"})
    run = hasty.sync()
    assert "stopped" not in run.counts
    assert len({row["DocNumber"] for row in hasty.in_books("Invoice")}) == len(hasty.in_books("Invoice")) == 35
    assert run.counts["writes"]["books"]["invoice"]["created"] == 35
    assert Connection.objects.get(platform="quickbooks_online").failures == 0


def test_an_outage_is_told_with_the_name_of_the_system(world: World) -> None:
    world.syncro.fault(kind="status", method="GET", path="/customers", status=503, body={}, times=9)
    assert world.sync().counts["stopped"] == {"code": "unavailable", "sentence": "Syncro answered with status 503."}


def test_an_outage_stops_the_run_and_the_next_goes_on(hasty: World, settings: Any) -> None:
    many_invoices(hasty, 4)
    settings.LIMIT_SCALE = 1.0
    hasty.books.fault(kind="status", method="", path="/v3/", status=503, body=HTML, times=100)
    for _ in range(3):
        assert hasty.sync().counts["stopped"]["code"] == "unavailable"
    asked = len(hasty.books.log())
    assert hasty.sync().counts["stopped"]["code"] == "unavailable"
    assert len(hasty.books.log()) == asked, "a connection that rests is not asked"
    hasty.books.clear_faults()
    settings.LIMIT_SCALE = 1000.0
    with shifted(timedelta(minutes=20)):
        hasty.sync()
    assert len(hasty.in_books("Invoice")) == 4


def test_writes_into_silence_end_after_three(hasty: World) -> None:
    hasty.sync()
    for number in range(6):
        hasty.invoice(hasty.customer(f"Customer {number}"), "10.00")
    hasty.books.fault(kind="status", method="POST", path="/v3/", status=502, body=HTML, times=3)
    for _ in range(3):
        hasty.sync()
    assert len(hasty.in_books("Invoice")) == 6
    assert len([row for row in hasty.in_books("Customer") if row["DisplayName"].startswith("Customer ")]) == 6


def test_what_always_loses_its_answer_ends_with_a_person(hasty: World, settings: Any) -> None:
    settings.SHORTEST_TRUST = 0.05
    hasty.invoice(hasty.customer(), "100.00")
    hasty.books.fault(kind="status", method="POST", path="/invoice", status=500, body=HTML, times=1000)
    hasty.sync()
    while Link.objects.filter(entity="invoice").exclude(state="held").exists():
        with shifted(timedelta(hours=2)):
            hasty.sync()
    assert hasty.held("too_many_attempts").attempts == MOST_ATTEMPTS
    assert Request.objects.filter(entity="invoice").count() <= MOST_ATTEMPTS


def test_a_bad_record_does_not_take_its_neighbours_along(hasty: World, settings: Any) -> None:
    settings.SHORTEST_TRUST = 0.05
    acme = hasty.customer()
    for _ in range(4):
        hasty.invoice(acme, "10.00")
    hasty.books.fault(kind="status", method="POST", path="/batch", status=500, body=HTML, times=1000)
    while len(hasty.in_books("Invoice")) < 4:
        with shifted(timedelta(hours=2)):
            hasty.sync()
    assert len(hasty.in_books("Invoice")) == 4, "after a few losses each goes alone"


def test_a_stale_revision_is_read_again_and_an_edit_is_not_written_over(hasty: World) -> None:
    invoice = hasty.invoice(hasty.customer(), "100.00")
    hasty.sync()
    lines = [{"item": "Work", "name": "More work", "quantity": "1", "price": "130.00", "taxable": False}]
    hasty.syncro.edit_invoice(invoice, lines)
    hasty.sync(dry_run=True)  # found due, not sent
    hasty.books.edit(entity="Invoice", id=hasty.books_id("invoice", invoice), DueDate="2027-01-31")
    hasty.sync()
    assert [row["DueDate"] for row in hasty.in_books("Invoice")] == ["2027-01-31"]
    assert hasty.held("both_edited").entity == "invoice"


def test_an_edit_between_pull_and_push_is_not_written_over(hasty: World, monkeypatch: Any) -> None:
    invoice = hasty.invoice(hasty.customer(), "100.00")
    hasty.sync()
    lines = [{"item": "Work", "name": "More work", "quantity": "1", "price": "130.00", "taxable": False}]
    hasty.syncro.edit_invoice(invoice, lines)
    key = hasty.books_id("invoice", invoice)
    wound(monkeypatch, before=at_first_write(lambda: hasty.books.edit(entity="Invoice", id=key, DueDate="2027-01-31")))
    hasty.sync()
    assert [(row["DueDate"], row["TotalAmt"]) for row in hasty.in_books("Invoice")] == [("2027-01-31", 100)]
    assert hasty.held("both_edited").entity == "invoice"
