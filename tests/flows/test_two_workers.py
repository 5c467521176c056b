"""Two workers at one company: the claim, its lease and its fence decide, not luck."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from django.db import connection, transaction

from apps.connections.beside import close_beside
from apps.connections.policies import Policies
from apps.core.clock import db_now
from apps.mirror.models import Link
from apps.sync.claim import Patience, claim, release_expired, still_ours
from apps.sync.current import link_counts
from apps.sync.engine import settle_newborns
from apps.sync.look import look_at_doubts
from apps.sync.push import push_due
from apps.sync.reading import opened
from tests.world import World

SOON = Patience(lease=0.2, trust=0.1)
LATER = Patience(lease=60.0, trust=0.1)


def in_threads(*works: Callable[[], Any]) -> list[Future[Any]]:
    """Each at the same time with a database connection of its own."""
    ready = threading.Barrier(len(works))

    def one(work: Callable[[], Any]) -> Any:
        try:
            ready.wait()
            return work()
        finally:
            close_beside()
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return [pool.submit(one, work) for work in works]


def pushing(world: World, rounds: int = 6) -> None:
    """A worker without the lock that otherwise keeps workers apart."""
    with opened(world.company) as platforms:
        for _ in range(rounds):
            release_expired(world.company)
            settle_newborns(world.company, Policies.of(world.company))
            look_at_doubts(world.company, platforms)
            push_due(world.company, platforms, lambda text: None)


def half_paid(world: World, count: int) -> None:
    """Customers with an invoice each, half of it paid, read and not sent yet."""
    for number in range(count):
        customer = world.customer(f"Customer {number}")
        invoice = world.invoice(customer, "100.00")
        world.pays(customer, "50.00", {invoice: "50.00"})
    world.sync()
    for number in range(count):
        customer = world.syncro_customer(f"Customer {number}")
        for _ in range(3):
            invoice = world.invoice(customer, "100.00")
            world.pays(customer, "50.00", {invoice: "50.00"})
    world.sync(dry_run=True)


def test_two_workers_send_each_document_once(hasty: World) -> None:
    half_paid(hasty, 10)
    for future in in_threads(lambda: pushing(hasty), lambda: pushing(hasty), lambda: pushing(hasty)):
        future.result()
    hasty.sync()
    assert [row["Balance"] for row in hasty.in_books("Invoice")] == [50] * 40
    assert hasty.total(hasty.in_books("Payment")) == 50 * 40
    assert link_counts(hasty.company)["in_sync"] == len(Link.objects.all()) == 10 + 40 + 40


def test_an_answer_after_the_lease_changes_nothing_any_more(hasty: World, settings: Any) -> None:
    """One worker waits for its answer; another finds the document meanwhile; then the answer comes."""
    settings.SHORTEST_LEASE = 0.2
    hasty.invoice(hasty.customer(), "100.00")
    hasty.sync()
    for _ in range(2):
        hasty.invoice(hasty.syncro_customer("Acme Ltd"), "100.00")
    hasty.sync(dry_run=True)
    hasty.books.delay_next(3.0, method="POST", path="/invoice")
    for future in in_threads(lambda: pushing(hasty, 1), lambda: pushing(hasty, 12)):
        future.result()
    assert len(hasty.in_books("Invoice")) == 3
    assert link_counts(hasty.company) == {"in_sync": 4, "pending": 0, "held": 0, "in_doubt": 0, "ignored": 0}


def claimed(world: World, patience: Patience) -> list[Link]:
    """The invoices that are due, claimed."""
    return claim(world.company, "invoice", "syncro", 30, patience, db_now())


def due_invoices(world: World, count: int) -> None:
    """Invoices found due and not sent."""
    world.sync()
    acme = world.customer()
    for _ in range(count):
        world.invoice(acme, "10.00")
    world.sync(dry_run=True)


def test_no_link_is_claimed_twice(hasty: World) -> None:
    due_invoices(hasty, 20)
    taken = [future.result() for future in in_threads(*[lambda: claimed(hasty, LATER)] * 3)]
    ids = [link.pk for links in taken for link in links]
    assert len(ids) == len(set(ids)) == 20


def test_who_lost_the_claim_may_not_send(hasty: World) -> None:
    due_invoices(hasty, 1)
    first = claimed(hasty, SOON)
    connection.cursor().execute("SELECT pg_sleep(0.3)")
    assert release_expired(hasty.company) == 1
    second = claimed(hasty, LATER)
    with transaction.atomic():
        assert still_ours(first, LATER) == []
        assert [link.pk for link in still_ours(second, LATER)] == [link.pk for link in second]


def test_a_holder_that_is_only_late_is_not_released_while_it_commits(hasty: World) -> None:
    """It holds its links in the transaction that commits its request: the release waits, and finds a new lease."""
    due_invoices(hasty, 1)
    links = claimed(hasty, SOON)
    committing = threading.Event()

    def commit() -> int:
        with transaction.atomic():
            connection.cursor().execute("SELECT pg_sleep(0.3)")
            held = still_ours(links, LATER)
            committing.set()
            connection.cursor().execute("SELECT pg_sleep(0.5)")
            return len(held)

    def release() -> int:
        committing.wait(10)
        return release_expired(hasty.company)

    assert [future.result() for future in in_threads(commit, release)] == [1, 0]
