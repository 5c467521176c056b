"""Requests whose answers never came: nothing stands twice, nothing is missing."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

import httpx
import pytest

from apps.mirror.models import Link
from apps.platforms.base import Answer, DirectPlatform, Found, Limits, Side, Write
from apps.platforms.errors import NotCovered, PermissionMissing, PlatformError, Refused, Withheld
from apps.sync.current import link_counts
from apps.sync.look import look_at_doubts
from apps.sync.models import Request
from apps.sync.push import push_due
from apps.sync.reading import opened
from tests.features.ledger import Ledger, on_direct_books, on_every_books
from tests.flows.wires import Killed, once, wound
from tests.world import World

MORE = [{"item": "Work", "name": "More work", "quantity": "1", "price": "130.00", "taxable": False}]


def once_each(names: Iterable[str], expected: int) -> None:
    """Every name stands exactly once."""
    counted = Counter(names)
    assert (len(counted), set(counted.values())) == (expected, {1}), counted


def numbers(world: World) -> list[str]:
    """Of the invoices in the books."""
    return [each.number for each in world.ledger.invoices()]


def settled(world: World) -> bool:
    """Nothing is waiting, being sent or in doubt."""
    counts = link_counts(world.company)
    return not (counts["pending"] or counts["in_doubt"] or counts["held"])


@on_direct_books
def test_a_lost_invoice_is_found_not_made_again(hasty: World, books: Ledger) -> None:
    invoice = hasty.invoice(hasty.customer(), "100.00")
    books.breaks("lose", "invoice")
    hasty.sync()
    assert hasty.books_id("invoice", invoice)
    once_each(numbers(hasty), 1)


@dataclass
class Asked:
    """Books that are only asked, and what they say to each question."""

    says: PlatformError
    limits: Limits
    looks_first: frozenset[str] = frozenset()

    def find(self, entity: str, write: Write) -> Found | Answer:
        """The one thing they say."""
        raise self.says


def after_looks(world: World, error: PlatformError) -> list[str]:
    """The states of links after an invoice was lost and every question about it ended like this."""
    with opened(world.company) as platforms:
        push_due(world.company, platforms, lambda text: None)
        asked = Asked(error, platforms[Side.BOOKS].limits)
    for _ in range(3):
        Link.objects.update(not_before=None)
        look_at_doubts(world.company, cast("dict[Side, DirectPlatform]", {Side.BOOKS: asked}))
        time.sleep(0.4)
    return sorted(Link.objects.filter(entity="invoice").values_list("state", flat=True))


@pytest.mark.parametrize("platform", ["xero"], indirect=True)
@pytest.mark.parametrize(
    ("error", "state"),
    [
        (Refused("The question makes no sense."), "in_doubt"),
        (PermissionMissing(), "in_doubt"),
        (Withheld("It is not there, and no further one is written."), "pending"),
        (NotCovered(), "pending"),
    ],
)
def test_only_who_looked_can_say_that_nothing_is_there(
    hasty: World, books: Ledger, error: PlatformError, state: str
) -> None:
    """A look that is refused is no look: what may be there is not sent a second time."""
    hasty.invoice(hasty.customer(), "100.00")
    hasty.sync()
    hasty.invoice(hasty.syncro_customer("Acme Ltd"), "100.00")
    hasty.sync(dry_run=True)
    books.breaks("lose", "invoice")
    assert after_looks(hasty, error) == sorted([state, "in_sync"])


@on_direct_books
def test_a_dropped_invoice_is_sent_again_with_a_new_key(hasty: World, books: Ledger) -> None:
    hasty.invoice(hasty.customer(), "100.00")
    books.breaks("drop", "invoice")
    hasty.sync()
    once_each(numbers(hasty), 1)
    keys = list(Request.objects.filter(entity="invoice").values_list("key", flat=True))
    assert len(set(keys)) == len(keys) == 2


@on_direct_books
@pytest.mark.parametrize("fault", ["lose", "drop"])
def test_thirty_customers_in_a_lost_batch_stand_once(hasty: World, books: Ledger, fault: str) -> None:
    for number in range(30):
        hasty.customer(f"Customer {number}")
    books.breaks(fault, "customer")
    hasty.sync()
    once_each([name for name in books.customers() if name.startswith("Customer ")], 30)
    assert settled(hasty)


@on_direct_books
def test_a_lost_batch_of_invoices_and_its_lost_retry(hasty: World, books: Ledger) -> None:
    acme = hasty.customer()
    for _ in range(12):
        hasty.invoice(acme, "10.00")
    books.breaks("drop", "invoice")
    books.breaks("lose", "invoice")
    hasty.sync()
    once_each(numbers(hasty), 12)
    assert settled(hasty)


@pytest.mark.parametrize("fault", ["lose", "drop"])
def test_a_batch_whose_replay_is_answered_as_at_first(hasty: World, books: Ledger, fault: str) -> None:
    """The other reading of the vendor's page on batches with a known request id."""
    hasty.books.setting(name="batch_replay", value="answer")
    acme = hasty.customer()
    for _ in range(12):
        hasty.invoice(acme, "10.00")
    books.breaks(fault, "invoice")
    books.breaks("lose", "invoice")
    hasty.sync()
    once_each(numbers(hasty), 12)
    assert settled(hasty)


@on_direct_books
def test_a_lost_update_is_recognised(hasty: World, books: Ledger) -> None:
    invoice = hasty.invoice(hasty.customer(), "100.00")
    hasty.sync()
    hasty.syncro.edit_invoice(invoice, MORE)
    hasty.books.log(clear=True)
    books.breaks("lose", "invoice", "update")
    hasty.sync()
    assert [each.total for each in books.invoices()] == [130]
    assert books.answered("invoice", "update") == 1
    assert settled(hasty)


@on_direct_books
def test_two_equal_lost_payments_of_one_day_are_told_apart(hasty: World, books: Ledger) -> None:
    acme = hasty.customer()
    invoice = hasty.invoice(acme, "100.00")
    hasty.pays(acme, "40.00", {invoice: "40.00"})
    hasty.pays(acme, "40.00", {invoice: "40.00"})
    books.breaks("lose", "payment")
    hasty.sync()
    assert [each.amount for each in books.payments()] == [40, 40]
    assert [each.open for each in books.invoices()] == [20]
    assert settled(hasty)


@on_direct_books
def test_a_lost_payment_stands_once(hasty: World, books: Ledger) -> None:
    acme = hasty.customer()
    invoice = hasty.invoice(acme, "100.00")
    hasty.sync()
    hasty.pays(acme, "40.00", {invoice: "40.00"})
    books.breaks("lose", "payment")
    hasty.sync()
    assert [each.amount for each in books.payments()] == [40]
    assert settled(hasty)


@on_direct_books
def test_a_lost_void_is_done_once(hasty: World, books: Ledger) -> None:
    invoice = hasty.invoice(hasty.customer(), "100.00")
    hasty.sync()
    hasty.syncro.delete_invoice(invoice)
    hasty.books.log(clear=True)
    books.breaks("lose", "invoice", "void")
    hasty.sync(full=True)
    assert ([each.voided for each in books.invoices()], books.answered("invoice", "void")) == ([True], 1)
    assert settled(hasty)


@on_direct_books
def test_an_answer_beyond_the_deadline_is_a_lost_answer(
    hasty: World, books: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    hasty.invoice(hasty.customer(), "100.00")
    late = httpx.ReadTimeout("the answer took longer than the deadline")
    wound(monkeypatch, after=once(late, *books.request("invoice")))
    hasty.sync()
    once_each(numbers(hasty), 1)
    assert Request.objects.filter(entity="invoice").count() == 1


@on_direct_books
def test_a_page_of_html_after_a_write_is_no_answer(hasty: World, books: Ledger) -> None:
    hasty.invoice(hasty.customer(), "100.00")
    books.breaks("status", "invoice", status=502, body="<html>Bad gateway</html>")
    hasty.sync()
    assert set(Request.objects.filter(entity="invoice").values_list("state", flat=True)) == {"lost", "settled"}
    once_each(numbers(hasty), 1)


def paid_in_books(world: World, amount: str = "60.00") -> None:
    """An invoice that is in step, paid in the books; the payment is still to reach Syncro."""
    world.invoice(world.customer(), "100.00", number="1001")
    world.sync()
    world.ledger.takes(amount, {"1001": amount})


@on_every_books
@pytest.mark.parametrize("fault", ["lose", "drop"])
def test_a_lost_payment_into_syncro_stands_once(hasty: World, books: Ledger, fault: str) -> None:
    paid_in_books(hasty)
    hasty.syncro.fault(kind=fault, method="POST", path="/payments")
    hasty.sync()
    hasty.sync()
    assert [each.amount for each in hasty.syncro_payments()] == [60]
    assert [each.amount for each in books.payments()] == [60]
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


@on_direct_books
def test_an_edit_while_the_answer_was_lost_still_goes_across(
    hasty: World, books: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = hasty.invoice(hasty.customer(), "100.00")
    wound(monkeypatch, after=once(Killed(), *books.request("invoice")))
    with pytest.raises(Killed):
        hasty.sync()
    hasty.syncro.edit_invoice(invoice, MORE)
    hasty.sync()
    assert [each.total for each in books.invoices()] == [130]


@on_direct_books
def test_a_deletion_while_the_answer_was_lost_is_followed(
    hasty: World, books: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = hasty.invoice(hasty.customer(), "100.00")
    wound(monkeypatch, after=once(Killed(), *books.request("invoice")))
    with pytest.raises(Killed):
        hasty.sync()
    hasty.syncro.delete_invoice(invoice)
    hasty.sync(full=True)
    assert [each.voided for each in books.invoices()] == [True]


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
    assert [each.amount for each in hasty.syncro_payments()] == [60]
