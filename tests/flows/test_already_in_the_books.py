"""What somebody had already entered in the books is recognised: never made twice, never guessed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from apps.mirror.models import BooksRecord
from apps.sync import decide
from apps.sync.compose.desk import _holder
from tests.features.ledger import TODAY, Ledger
from tests.world import NOTHING, World, written


def test_customer_invoice_and_payment_entered_by_hand_are_recognised(world: World, books: Ledger) -> None:
    books.own_customer("Acme Ltd")
    books.own_invoice("Acme Ltd", "1001", "100.00")
    books.takes("100.00", {"1001": "100.00"})
    acme = world.customer("Acme Ltd")
    invoice = world.invoice(acme, "100.00", number="1001")
    world.pays(acme, "100.00", {invoice: "100.00"})
    assert world.sync().counts["writes"] == NOTHING
    assert world.states() == {}
    assert (len(books.invoices()), len(books.payments()), len(world.syncro_payments())) == (1, 1, 1)


def test_the_same_number_with_another_total_waits_for_a_person(world: World, books: Ledger) -> None:
    books.own_customer("Acme Ltd")
    books.own_invoice("Acme Ltd", "1001", "90.00")
    acme = world.customer("Acme Ltd")
    world.invoice(acme, "100.00", number="1001")
    world.invoice(acme, "30.00", number="1002")
    assert written(world.sync())["books"] == {"invoice created": 1}
    assert "an invoice 1001 of 90.00 on 2026-11-20 for Acme Ltd" in world.held("number_taken").reason
    assert [item.kind for item in world.queue() if item.syncro] == ["refused_by_platform"]
    assert world.sync().counts["writes"] == NOTHING


def test_the_same_number_of_another_customer_or_day_is_not_the_same_invoice(world: World, books: Ledger) -> None:
    for name in ("Acme Ltd", "Other Ltd"):
        books.own_customer(name)
    books.own_invoice("Other Ltd", "1001", "100.00")
    books.own_invoice("Acme Ltd", "1002", "100.00", date=TODAY - dt.timedelta(days=3))
    acme = world.customer("Acme Ltd")
    for number in ("1001", "1002"):
        world.invoice(acme, "100.00", number=number)
    world.sync()
    assert world.states() == {"1001": "number_taken", "1002": "number_taken"}


def test_a_number_taken_by_another_kind_of_document_is_said(world: World, books: Ledger) -> None:
    books.own_customer("Acme Ltd")
    books.own_credit("Acme Ltd", "1001", "15.00")
    world.invoice(world.customer("Acme Ltd"), "100.00", number="1001")
    world.sync()
    assert (
        world.held("number_taken").reason
        == "Another document in QuickBooks Online already has this number. It is number 1001."
    )


def test_an_invoice_held_for_its_number_is_recognised_once_both_agree(world: World, books: Ledger) -> None:
    books.own_customer("Acme Ltd")
    books.own_invoice("Acme Ltd", "1001", "90.00")
    world.invoice(world.customer("Acme Ltd"), "100.00", number="1001")
    world.sync()
    books.edits_invoice("1001", "100.00")
    assert world.sync().counts["writes"] == NOTHING
    assert (world.states(), [each.total for each in books.invoices()]) == ({}, [Decimal(100)])


def test_a_payment_typed_in_twice_after_go_live_is_asked_about(world: World, books: Ledger) -> None:
    acme = world.customer("Acme Ltd")
    invoice = world.invoice(acme, "100.00", number="1001")
    world.sync()
    books.takes("100.00", {"1001": "100.00"}, date=TODAY - dt.timedelta(days=2))
    world.pays(acme, "100.00", {invoice: "100.00"})
    assert world.sync().counts["writes"] == NOTHING
    assert [item.kind for item in world.queue()] == ["payment_on_both_sides"]


def test_two_of_one_name_in_syncro_and_one_in_the_books_are_not_guessed(world: World, books: Ledger) -> None:
    books.own_customer("John Smith")
    for number in ("1001", "1002"):
        world.invoice(world.customer("John Smith"), "10.00", number=number)
    world.sync()
    assert [item.kind for item in world.queue()] == ["duplicate_customer", "duplicate_customer"]
    assert (books.customers(), books.invoices()) == (["John Smith"], [])


def test_a_payment_that_waits_here_and_is_entered_there_meanwhile_is_asked_about(world: World, books: Ledger) -> None:
    acme = world.customer("Acme Ltd")
    invoice = world.invoice(acme, "100.00", number="1001")
    world.pays(acme, "100.00", {invoice: "100.00"}, method="Bitcoin")
    world.sync()
    assert world.held("mapping_missing").reason
    books.takes("100.00", {"1001": "100.00"})
    assert world.sync().counts["writes"] == NOTHING
    assert [item.kind for item in world.queue()] == ["payment_on_both_sides"]
    assert world.decides("same").counts["writes"] == NOTHING
    assert (world.states(), len(books.payments()), len(world.syncro_payments())) == ({}, 1, 1)


def test_history_of_a_customer_a_person_has_to_match_is_not_entered_twice(world: World, books: Ledger) -> None:
    there = books.own_customer("Acme Ltd", email="other@acme.example")
    books.own_invoice("Acme Ltd", "1001", "100.00")
    books.takes("100.00", {"1001": "100.00"})
    acme = world.customer("Acme Ltd", email="office@acme.example")
    world.pays(acme, "100.00", {world.invoice(acme, "100.00", number="1001"): "100.00"})
    world.sync()
    decide.same_customer(world.held("name_taken"), there)
    assert world.sync().counts["writes"] == NOTHING
    assert (len(books.invoices()), len(books.payments()), len(world.syncro_payments())) == (1, 1, 1)
    assert {item.kind for item in world.queue()} == {"payment_on_both_sides"}


def test_two_equal_payments_of_one_week_that_a_person_calls_different_both_go(world: World, books: Ledger) -> None:
    acme = world.customer("Acme Ltd")
    invoice = world.invoice(acme, "100.00", number="1001")
    world.sync()
    books.takes("50.00", {"1001": "50.00"})
    world.pays(acme, "50.00", {invoice: "50.00"})
    world.sync()
    assert written(world.decides("different")) == {"books": {"payment created": 1}, "syncro": {"payment created": 1}}
    assert (books.invoice("1001").open, world.due(invoice), world.states()) == (Decimal(0), Decimal(0), {})


def test_a_category_with_the_name_of_a_product_is_not_the_product(world: World) -> None:
    world.books.create(entity="Item", body={"Name": "Cables", "Type": "Category"})
    cables = world.syncro.product(name="Cables")
    line = {"product_id": cables, "item": "x", "name": "x", "quantity": "1", "price": "5"}
    world.syncro.invoice(customer_id=world.customer(), lines=[line], date=TODAY.isoformat())
    world.sync()
    assert (world.states(), len(world.in_books("Invoice"))) == ({}, 1)


def test_of_several_items_of_one_name_the_one_outside_a_category_is_the_product() -> None:
    plain = BooksRecord(external_id="11", content={"kind": "service", "category": ""})
    below = [BooksRecord(external_id=key, content={"kind": "service", "category": f"C{key}"}) for key in "56"]
    assert [_holder([*below, plain]), _holder(below[:1]), _holder(below)] == ["11", "5", ""]
