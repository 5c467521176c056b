"""What lies ahead: the plan of a first load, the age of sweeps, and what an address carries."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import F
from django.test import Client
from django.urls import reverse

from apps.connections.health import Reading
from apps.connections.models import Company, Connection, Role, Turn
from apps.core.clock import db_now, shifted
from apps.sync.models import Cursor, Run
from apps.sync.outlook import addresses_suffice, announce, plan_of, sweeps_are_young
from tests.portal.conftest import person
from tests.world import World

LISTS = {"payment_method", "customer", "item", "invoice", "payment"}


def filled(world: World, invoices: int = 60) -> World:
    """A shop with three pages of invoices."""
    acme = world.customer()
    for _ in range(invoices):
        world.invoice(acme, "10.00")
    return world


def sweeps(world: World) -> dict[str, Reading]:
    """What doctor says of sweeps, by name."""
    world.company.refresh_from_db()
    return {each.name: each for each in sweeps_are_young([world.company])}


def test_a_first_load_is_told_before_it_begins_with_a_request_or_two_each(world: World) -> None:
    filled(world).syncro.log(clear=True)
    plan = plan_of(world.company)
    asked = [row["path"].rpartition("/")[2] for row in world.syncro.log()]
    assert plan is not None
    assert {each.entity for each in plan.stretches} >= LISTS
    assert len(asked) == len(set(asked)) == len(plan.stretches) + 1, "one for each list, one for the feed of lines"
    (invoices,) = [each for each in plan.stretches if each.entity == "invoice"]
    assert (invoices.records, invoices.requests, invoices.remark) == (75, 3 + 1 + 1, "")
    assert plan.requests == sum(each.requests for each in plan.stretches)


def test_without_the_feed_each_invoice_is_a_request(world: World) -> None:
    filled(world).syncro.fault(kind="status", method="GET", path="/line_items", status=401, body={}, times=9)
    plan = plan_of(world.company)
    assert plan is not None
    (invoices,) = [each for each in plan.stretches if each.entity == "invoice"]
    assert (invoices.requests, "Global Admin" in invoices.remark) == (3 + 75 + 3 + 1, True)


def test_what_is_loaded_needs_no_plan_unless_all_is_read_again(world: World) -> None:
    world.sync()
    assert plan_of(world.company) is None
    assert plan_of(world.company, full=True) is not None


def test_the_command_shows_the_plan_first_and_keeps_it_in_its_json(world: World) -> None:
    filled(world, 1)
    out, err = StringIO(), StringIO()
    call_command("sync", "acme", "--json", stdout=out, stderr=err)
    plan = json.loads(out.getvalue())["plan"]
    assert err.getvalue().splitlines()[0].startswith("Reading Syncro for the first time: ")
    assert {"requests", "minutes", "a_minute", "lists"} == set(plan)
    again = StringIO()
    call_command("sync", "acme", "--json", stdout=again, stderr=StringIO())
    assert "plan" not in json.loads(again.getvalue())


def test_the_companys_page_shows_the_plan_until_the_load_is_done(world: World, client: Client) -> None:
    filled(world, 1)
    announce(world.company)
    client.force_login(person("ada", Role.ADMINISTRATOR, world.company))
    page = client.get(reverse("connections:company", args=["acme"]))
    assert "Reading Syncro for the first time: " in page.content.decode()
    world.sync()
    announce(Company.objects.get())
    assert "first_load" not in Connection.objects.get(platform="syncro").options


def test_other_companies_of_the_address_make_it_longer(world: World, settings: Any) -> None:
    settings.LIMIT_SCALE = 1
    alone = plan_of(world.company)
    carried(world, 3, cost=20)
    shared = plan_of(world.company)
    assert alone is not None
    assert shared is not None
    assert (alone.a_minute, shared.a_minute, shared.others) == (170, 110, 60)
    assert "as other companies of this address use 60" in shared.sentences[0]


def test_doctor_says_how_old_each_sweep_is_and_when_it_is_too_old(world: World) -> None:
    before = sweeps(world)["acme: Syncro sweeps"]
    assert before.ok
    assert "invoice not yet read whole" in before.sentence
    world.customer()
    world.sync()
    fresh = sweeps(world)["acme: Syncro sweeps"]
    assert fresh.ok
    assert "not yet" not in fresh.sentence
    with shifted(timedelta(hours=49)):
        Cursor.objects.exclude(entity__in=["invoice", "payment"]).update(swept_at=db_now())
        old = sweeps(world)["acme: Syncro sweeps"]
    assert not old.ok
    assert old.cure.startswith("invoice, payment: Deletions in Syncro of these are not known: run `sync acme`")


def carried(world: World, count: int, cost: int) -> None:
    """So many other companies draw on the address of the world's, and a look at each costs so many requests."""
    stored = world.company.syncro
    assert stored is not None
    key = Turn.objects.filter(connection=stored.pk, key__startswith="egress:").values_list("key", flat=True)[0]
    for number in range(count):
        other = Connection.objects.create(platform="syncro", account_id=f"other-{number}")
        company = Company.objects.create(
            slug=f"other-{number}", name="Other", books_platform="quickbooks_online", syncro=other
        )
        Run.objects.create(company=company, ended_at=db_now(), counts={"requests": {"syncro": cost, "books": 1}})
        Turn.objects.create(key=key, connection=other.pk, urgency=1, served_at=db_now())


def test_doctor_says_how_many_companies_an_address_carries_and_whether_it_can(world: World) -> None:
    world.sync()
    Run.objects.update(counts={})
    carried(world, 19, cost=8)
    (reading,) = addresses_suffice([])
    assert reading.ok
    assert "It carries 20 companies" in reading.sentence
    assert "takes 152 of the 170 requests a minute" in reading.sentence
    Run.objects.update(counts={"requests": {"syncro": 9}})
    (reading,) = addresses_suffice([])
    assert not reading.ok
    assert "EGRESS_ADDRESS" in reading.cure


def test_an_address_nobody_used_of_late_carries_nobody(world: World) -> None:
    Turn.objects.update(served_at=F("served_at") - timedelta(hours=25))
    (reading,) = addresses_suffice([])
    assert reading.ok
    assert "It carries 0 companies" in reading.sentence


@pytest.mark.parametrize(
    ("days", "ok", "words"), [(30, True, "in 29 days"), (10, False, "in 9 days"), (-1, False, "expired on")]
)
def test_doctor_tells_of_a_token_before_it_runs_out(world: World, days: int, ok: bool, words: str) -> None:
    from apps.connections.health import tokens_last
    from apps.connections.vault import write_tokens
    from apps.platforms.base import Tokens

    stored = world.company.syncro
    assert stored is not None
    stored.sealed = write_tokens(Tokens(access="x", expires_at=db_now() + timedelta(days=days)))
    stored.save(update_fields=["sealed"])
    (reading,) = tokens_last([world.company])
    assert (reading.ok, words in reading.sentence) == (ok, True)
    assert ok or "connect acme syncro --subdomain acme --token-file FILE --expires DATE" in reading.cure
