"""F01: a change is across seconds after its notification, and one pass later without it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from django_q.models import OrmQ
from pytest_django.live_server_helper import LiveServer

from apps.connections.doors import new_webhook
from apps.connections.models import Connection
from apps.core.tasks import is_waiting
from apps.sync.tasks import WHOLE_RUN, pump_all
from tests.core.processes import until
from tests.features.ledger import Ledger
from tests.world import NOTHING, World

PATIENCE = 20.0


@pytest.fixture
def used(world: World) -> World:
    """A world in which the choices of accounts and methods were made, as one sale after another shows."""
    first = world.customer("First Ltd")
    world.pays(first, "1.00", {world.invoice(first, "1.00", number="1000"): "1.00"})
    world.sync()
    OrmQ.objects.all().delete()  # a session ends with a hint of its own
    return world


@pytest.fixture
def portal(used: World, live_server: LiveServer, settings: Any) -> Iterator[World]:
    """The portal before the world, told to both vendors; whatever they say on the way lies in the queue."""
    settings.PUBLIC_URL = live_server.url
    world = used
    world.syncro.webhook(url=new_webhook(Connection.objects.get(platform="syncro")))
    if world.ledger.notifies:
        world.books.webhook(url=f"{live_server.url}/webhooks/{world.ledger.notifies}/")
    yield world
    if world.ledger.notifies:
        world.books.webhook(url=None)


def a_worker_comes(world: World) -> int:
    """Wait for a hint, and do what is queued as a worker does; gives how many hints there were."""
    until(OrmQ.objects.exists, PATIENCE)
    tasks = list(OrmQ.objects.all())
    for each in tasks:
        module, _, name = each.task["func"].rpartition(".")
        each.delete()
        getattr(import_module(module), name)(*each.task["args"])
    world.ledger.comes()
    return len(tasks)


def test_an_invoice_made_in_syncro_is_heard_of_and_booked(portal: World, books: Ledger) -> None:
    portal.invoice(portal.customer("Acme Ltd"), "100.00", number="1001")
    assert a_worker_comes(portal) == 1
    assert books.invoice("1001").customer == "Acme Ltd"
    assert books.invoice("1001").total == 100


def test_many_changes_at_once_are_one_hint(portal: World, books: Ledger) -> None:
    acme = portal.customer("Acme Ltd")
    for number in range(12):
        portal.invoice(acme, "10.00", number=f"11{number:02}")
    time.sleep(0.5)
    assert a_worker_comes(portal) == 1
    assert len(books.invoices()) == 13


def test_a_payment_taken_in_the_books_reaches_syncro(portal: World, books: Ledger) -> None:
    invoice = portal.invoice(portal.customer("Acme Ltd"), "100.00", number="1001")
    portal.sync()
    OrmQ.objects.all().delete()
    books.takes("100.00", {"1001": "100.00"})
    if books.notifies:
        assert a_worker_comes(portal) == 1
    else:
        portal.sync()
    assert portal.due(invoice) == 0


def test_without_a_notification_the_next_round_finds_it(used: World, books: Ledger) -> None:
    used.invoice(used.customer("Acme Ltd"), "100.00", number="1001")
    pump_all()
    a_worker_comes(used)
    assert books.invoice("1001").total == 100


def test_our_own_writes_are_heard_of_and_change_nothing(portal: World, books: Ledger) -> None:
    acme = portal.customer("Acme Ltd")
    portal.pays(acme, "100.00", {portal.invoice(acme, "100.00", number="1001"): "100.00"})
    a_worker_comes(portal)
    assert not books.notifies or until(lambda: is_waiting(WHOLE_RUN, portal.company.pk), PATIENCE)
    assert (portal.sync().counts["writes"], len(books.payments()), len(portal.syncro_payments())) == (NOTHING, 2, 2)
