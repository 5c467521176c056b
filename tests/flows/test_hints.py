"""Syncro's notifications are hints: a flood of them is one look, and nothing they say is believed."""

from __future__ import annotations

from threading import Thread
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django_q.models import OrmQ

from apps.connections.doors import new_webhook
from apps.core.tasks import enqueue_once
from apps.mirror.models import SyncroRecord
from apps.reconciliation.tasks import run_company
from apps.sync.models import Run
from apps.sync.tasks import WHOLE_RUN
from tests.world import World

PORTAL = "https://tieout.test"


@pytest.fixture
def path(world: World, settings: Any) -> str:
    """Where the world's Syncro sends its notifications."""
    settings.PUBLIC_URL = PORTAL
    assert world.company.syncro is not None
    return new_webhook(world.company.syncro).removeprefix(PORTAL)


def waiting() -> list[int]:
    """The companies that a worker will look at."""
    return [each.task["args"][0] for each in OrmQ.objects.order_by("id") if each.task["func"] == WHOLE_RUN]


def work_off() -> None:
    """A worker takes what waits, as it was when it came."""
    company_ids = waiting()
    OrmQ.objects.all().delete()
    for company_id in company_ids:
        run_company(company_id)


def told(invoice: str, **fields: Any) -> dict[str, Any]:
    """What Syncro posts of an invoice."""
    link = f"https://acme.syncromsp.com/invoices/{invoice}"
    return {"text": "Invoice was paid", "html": "<p>paid</p>", "link": link, "attributes": {"id": invoice, **fields}}


def test_a_thousand_posts_of_one_hint_make_one_pass(world: World, client: Client, path: str) -> None:
    invoice = world.invoice(world.customer(), "100.00")
    for _ in range(1000):
        assert client.post(path, told(invoice), content_type="application/json").status_code == 200
    work_off()
    assert Run.objects.filter(company=world.company).count() == 1
    assert SyncroRecord.objects.filter(entity="invoice", external_id=invoice).exists()


def test_posts_at_the_same_moment_are_one_hint(world: World) -> None:
    def knock() -> None:
        enqueue_once(WHOLE_RUN, world.company.pk)
        connection.close()

    threads = [Thread(target=knock) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert waiting() == [world.company.pk]


def test_what_a_hint_says_is_not_believed(world: World, client: Client, path: str) -> None:
    invoice = world.invoice(world.customer(), "100.00")
    lies = told(invoice, total="1.00", is_paid=True, customer_id="9")
    assert client.post(path, lies, content_type="application/json").status_code == 200
    work_off()
    row = SyncroRecord.objects.get(entity="invoice", external_id=invoice)
    assert (str(row.amount), str(row.balance)) == ("100.00", "100.00")


def test_a_replay_years_later_is_a_look_like_any_other(world: World, client: Client, path: str) -> None:
    invoice = world.invoice(world.customer(), "100.00")
    for _ in range(2):
        client.post(path, told(invoice), content_type="application/json")
        work_off()
    assert Run.objects.filter(company=world.company, error="").count() == 2
    assert len(world.in_books("Invoice")) <= 1
