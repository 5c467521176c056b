"""F02: the customer is created, matched or updated before its invoice, in the same run."""

from __future__ import annotations

from tests.features.ledger import Ledger
from tests.world import NOTHING, World, written


def test_a_new_customer_arrives_with_its_first_invoice(world: World, books: Ledger) -> None:
    acme = world.customer("Acme Ltd", email="office@acme.example", phone="555-0100")
    world.invoice(acme, "100.00", number="1001")
    run = world.sync()
    assert written(run)["books"] == {"customer created": 1, "invoice created": 1}
    assert books.invoice("1001").customer == "Acme Ltd"
    assert world.sync().counts["writes"] == NOTHING


def test_a_customer_the_books_already_have_is_matched_and_not_made_again(world: World, books: Ledger) -> None:
    books.own_customer("Acme Ltd")
    acme = world.customer("Acme Ltd")
    world.invoice(acme, "100.00", number="1001")
    assert written(world.sync())["books"] == {"invoice created": 1}
    assert books.customers() == ["Acme Ltd"]
    assert books.invoice("1001").customer == "Acme Ltd"


def test_another_customer_of_the_same_name_waits_for_a_person(world: World, books: Ledger) -> None:
    books.own_customer("Acme Ltd", email="other@acme.example")
    acme = world.customer("Acme Ltd", email="office@acme.example")
    world.invoice(acme, "100.00", number="1001")
    world.sync()
    assert "already have a customer called Acme Ltd" in world.held("name_taken").reason
    assert books.invoices() == []
    world.decides("send_with_suffix")
    assert books.invoice("1001").customer == f"Acme Ltd (Syncro {acme})"
    assert world.states() == {}


def test_the_matched_one_is_taken_when_a_person_says_it_is_the_same(world: World, books: Ledger) -> None:
    there = books.own_customer("Acme Ltd", email="other@acme.example")
    world.invoice(world.customer("Acme Ltd", email="office@acme.example"), "100.00", number="1001")
    world.sync()
    world.decides("same_customer", books=there)
    assert (books.customers(), books.invoice("1001").customer) == (["Acme Ltd"], "Acme Ltd")


def test_a_renamed_customer_is_updated_before_its_next_invoice(world: World, books: Ledger) -> None:
    acme = world.customer("Acme Ltd")
    world.invoice(acme, "100.00", number="1001")
    world.sync()
    world.syncro.edit_customer(id=acme, business_name="Acme Computers Ltd")
    world.invoice(acme, "20.00", number="1002")
    assert written(world.sync())["books"] == {"customer updated": 1, "invoice created": 1}
    assert books.customers() == ["Acme Computers Ltd"]
    assert world.sync().counts["writes"] == NOTHING


def test_customers_without_documents_stay_out_by_policy(world: World, books: Ledger) -> None:
    world.policy(customers="with_invoices")
    world.customer("Only Looking")
    world.invoice(world.customer("Acme Ltd"), "100.00")
    world.sync()
    assert books.customers() == ["Acme Ltd"]


def test_a_name_changed_on_both_sides_waits_for_a_person_and_stops_nothing_else(world: World, books: Ledger) -> None:
    acme = world.customer("Acme Ltd")
    world.invoice(acme, "100.00", number="1001")
    world.sync()
    world.syncro.edit_customer(id=acme, business_name="Acme Syncro")
    books.renames("Acme Ltd", "Acme Books")
    world.invoice(acme, "20.00", number="1002")
    assert written(world.sync())["books"] == {"invoice created": 1}
    assert "name changed in Syncro and in the books" in world.held("both_edited").reason
    assert (books.customers(), world.sync().counts["writes"]) == (["Acme Books"], NOTHING)
