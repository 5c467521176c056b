"""F07: amount, date, method, reference, deposit account by payment method, applied to the right invoices."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from apps.mappings.lookup import save_mapping
from tests.features.ledger import Ledger
from tests.world import NOTHING, World, written


def test_a_check_arrives_with_amount_date_method_and_reference(world: World, books: Ledger) -> None:
    acme = world.customer("Acme Ltd")
    invoice = world.invoice(acme, "100.00", number="1001")
    world.pays(acme, "100.00", {invoice: "100.00"}, date=dt.date(2026, 11, 18), method="Check", ref_num="CHK-42")
    world.sync()
    (paid,) = books.payments()
    assert (paid.customer, paid.amount, paid.date) == ("Acme Ltd", Decimal(100), "2026-11-18")
    assert (paid.method, paid.reference) == (books.method_shown("Check"), "CHK-42")
    assert paid.account == books.usual_account
    assert (paid.applied, books.invoice("1001").open) == ({"1001": Decimal(100)}, Decimal(0))
    assert world.sync().counts["writes"] == NOTHING


def test_each_method_goes_to_its_own_account(world: World, books: Ledger) -> None:
    acme = world.customer("Acme Ltd")
    world.invoice(acme, "10.00")
    world.sync()
    clearing = books.account("Card clearing", "Bank")
    card = books.named("payment_method", "Credit Card")
    save_mapping(world.company, "payment_method", "Credit Card", external_id=card, kind="money", account_id=clearing)
    world.pays(acme, "30.00", method="Credit Card")
    world.pays(acme, "20.00", method="Cash")
    world.sync()
    assert {(paid.amount, paid.method, paid.account) for paid in books.payments()} == {
        (Decimal(30), books.method_shown("Credit Card"), "Card clearing"),
        (Decimal(20), books.method_shown("Cash"), books.usual_account),
    }


def test_one_payment_over_two_invoices_keeps_its_split(world: World, books: Ledger) -> None:
    acme = world.customer("Acme Ltd")
    first, second = world.invoice(acme, "100.00", number="1001"), world.invoice(acme, "50.00", number="1002")
    world.invoice(acme, "70.00", number="1003")
    world.pays(acme, "120.00", {first: "100.00", second: "20.00"})
    assert written(world.sync())["books"]["payment created"] == 1
    (paid,) = books.payments()
    assert paid.applied == {"1001": Decimal(100), "1002": Decimal(20)}
    assert [each.open for each in books.invoices()] == [Decimal(0), Decimal(30), Decimal(70)]


def test_a_declined_card_and_a_payment_of_nothing_stay_out(world: World, books: Ledger) -> None:
    acme = world.customer("Acme Ltd")
    invoice = world.invoice(acme, "100.00", number="1001")
    world.pays(acme, "100.00", {invoice: "100.00"}, success=False)
    world.pays(acme, "0.00")
    world.sync()
    assert (books.payments(), books.invoice("1001").open) == ([], Decimal(100))
    assert sorted(world.states().values()) == ["declined", "zero"]


def test_a_payment_moved_in_syncro_moves_in_the_books(world: World, books: Ledger) -> None:
    acme = world.customer("Acme Ltd")
    first, second = world.invoice(acme, "100.00", number="1001"), world.invoice(acme, "100.00", number="1002")
    payment = world.pays(acme, "100.00", {first: "100.00"})
    world.sync()
    world.syncro.apply(id=payment, apply={second: "100.00"})
    assert written(world.sync())["books"] == books.moving
    assert [each.open for each in books.invoices()] == [Decimal(100), Decimal(0)]
    assert (len(books.payments()), world.sync().counts["writes"], world.states()) == (1, NOTHING, {})


def test_money_the_books_get_another_way_stays_out(world: World, books: Ledger) -> None:
    acme = world.customer("Acme Ltd")
    save_mapping(world.company, "payment_method", "Other", kind="outside", label="Comes with the bank feed")
    world.pays(acme, "30.00", method="Other")
    world.sync()
    assert (books.payments(), list(world.states().values())) == ([], ["not_money"])
