"""Our own writes coming back, copies of them, and marks of somebody else."""

from __future__ import annotations

import pytest

from apps.mirror.models import Link
from apps.sync import marks
from tests.features.ledger import Ledger, on_direct_books, on_every_books
from tests.flows.wires import Killed, once, wound
from tests.world import NOTHING, World

MORE = [{"item": "Work", "name": "More work", "quantity": "1", "price": "130.00", "taxable": False}]


def killed_after(world: World, patch: pytest.MonkeyPatch, method: str, path: str) -> None:
    """A run that dies with the answer of a write in its hands."""
    with patch.context() as for_now:
        wound(for_now, after=once(Killed(), method, path))
        with pytest.raises(Killed):
            world.sync()


def as_if_never_sent() -> None:
    """The note that something was sent is lost, as with a database that was restored."""
    Link.objects.filter(state="pushing").update(state="pending", lease_until=None)


@on_direct_books
def test_a_pull_that_overtakes_the_answer_joins(hasty: World, books: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    hasty.invoice(hasty.customer(), "100.00")
    killed_after(hasty, monkeypatch, *books.request("invoice"))
    as_if_never_sent()
    assert hasty.sync().counts["writes"] == NOTHING
    assert len(books.invoices()) == 1


@on_direct_books
def test_an_edit_before_the_echo_joined_still_goes_across(
    hasty: World, books: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = hasty.invoice(hasty.customer(), "100.00")
    killed_after(hasty, monkeypatch, *books.request("invoice"))
    as_if_never_sent()
    hasty.syncro.edit_invoice(invoice, MORE)
    hasty.sync()
    assert [each.total for each in books.invoices()] == [130]


def test_an_echo_of_another_amount_is_for_a_person(
    hasty: World, books: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme = hasty.customer()
    invoice = hasty.invoice(acme, "100.00")
    hasty.sync()
    hasty.pays(acme, "40.00", {invoice: "40.00"})
    killed_after(hasty, monkeypatch, *books.request("payment"))
    as_if_never_sent()
    (payment,) = books.payments()
    hasty.books.edit(entity="Payment", id=payment.id, TotalAmt=50)
    hasty.sync()
    assert hasty.held("cannot_tell").entity == "payment"
    assert len(books.payments()) == 1


@on_direct_books
def test_two_equal_payments_of_one_day_each_find_their_own(
    hasty: World, books: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme = hasty.customer()
    invoice = hasty.invoice(acme, "100.00")
    hasty.sync()
    for _ in range(2):
        hasty.pays(acme, "40.00", {invoice: "40.00"})
    killed_after(hasty, monkeypatch, *books.request("payment"))
    as_if_never_sent()
    assert hasty.sync().counts["writes"] == NOTHING
    pairs = {
        (link.syncro.external_id, link.books.marker)
        for link in Link.objects.filter(entity="payment")
        if link.syncro and link.books
    }
    assert {mark.rpartition(":")[2] for _, mark in pairs} == {key for key, _ in pairs}
    assert sum(paid.amount for paid in books.payments()) == 80


def copied_payment(world: World, marker: str = "") -> None:
    """A payment of Syncro's in the books, and a copy a bookkeeper made of it, mark and all."""
    acme = world.customer()
    invoice = world.invoice(acme, "100.00")
    world.pays(acme, "40.00", {invoice: "40.00"})
    world.sync()
    (payment,) = world.ledger.payments()
    world.ledger.copies_payment(payment, marker)


@on_every_books
def test_a_copy_with_our_mark_is_neither_joined_nor_sent_back(hasty: World) -> None:
    copied_payment(hasty)
    assert hasty.sync().counts["writes"] == NOTHING
    assert [each.amount for each in hasty.syncro_payments()] == [40]
    assert [item.kind for item in hasty.queue()] == ["copied_document"]


@on_every_books
def test_the_mark_of_another_installation_is_never_touched(hasty: World) -> None:
    copied_payment(hasty, marker="tieout:abc123:acme:payment:77")
    hasty.sync()
    assert hasty.sync().counts["writes"] == NOTHING
    assert [each.amount for each in hasty.syncro_payments()] == [40]
    assert not marks.is_ours("tieout:abc123:acme:payment:77", hasty.company)


@on_every_books
def test_a_payment_into_syncro_read_before_its_answer_is_not_a_new_one(
    hasty: World, books: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a second, equal one of the same day is not taken for it."""
    hasty.invoice(hasty.customer(), "100.00", number="1001")
    hasty.sync()
    for _ in range(2):
        books.takes("40.00", {"1001": "40.00"})
    hasty.sync(dry_run=True)
    killed_after(hasty, monkeypatch, "POST", "/payments$")
    hasty.sync()
    assert [each.amount for each in hasty.syncro_payments()] == [40, 40]
    assert len(books.payments()) == 2
