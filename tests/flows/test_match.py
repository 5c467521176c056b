"""`match`: what both sides had before us is tied on a person's word; nothing is written by that."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.connections.policies import set_policy
from tests.world import NOTHING, World, written


def match(*words: str, what: str = "customers", err: StringIO | None = None) -> dict[str, Any]:
    """What `match acme` prints."""
    out = StringIO()
    call_command("match", "acme", what, *words, "--json", stdout=out, stderr=err or StringIO())
    told: dict[str, Any] = json.loads(out.getvalue())
    return told


def there(world: World, name: str, **fields: Any) -> str:
    """A customer the books had."""
    return str(world.books.create(entity="Customer", body={"DisplayName": name, **fields})["Id"])


@pytest.fixture
def both(world: World) -> dict[str, str]:
    """A customer in the words of either side, read and not sent; ids by side."""
    set_policy(world.company, "customers", "with_invoices")
    mail = "office@acme.example"
    ids = {
        "syncro": world.customer("Acme Computers", email=mail, phone="555-0100"),
        "books": there(world, "Acme Ltd", PrimaryEmailAddr={"Address": mail}),
    }
    world.sync(dry_run=True)
    return ids


def test_it_says_when_nothing_was_read_yet(world: World) -> None:
    err = StringIO()
    assert "sync acme --dry-run" in match(err=err)["unread"]
    assert "sync acme --dry-run" in err.getvalue()


def test_pairs_come_with_score_and_reason_and_are_tied_by_nobody(world: World, both: dict[str, str]) -> None:
    (pair,) = match()["proposals"]
    assert (pair["syncro"]["id"], pair["books"]["id"]) == (both["syncro"], both["books"])
    assert (pair["score"], pair["exact"], pair["reasons"]) == (40, False, ["e-mail"])
    assert match("--apply", "exact")["proposals"] == [pair]
    assert not world.company.links.exists()


def test_tied_they_are_in_step_as_they_are_and_follow_each_other(world: World, both: dict[str, str]) -> None:
    assert len(match("--apply", "all")["tied"]) == 1
    assert (world.sync().counts["writes"], world.states()) == (NOTHING, {})
    world.policy(customers="two_way")
    world.syncro.edit_customer(id=both["syncro"], phone="555-0111")
    assert written(world.sync())["books"] == {"customer updated": 1}
    (kept,) = world.in_books("Customer")
    assert (kept["DisplayName"], kept["PrimaryPhone"]["FreeFormNumber"]) == ("Acme Ltd", "555-0111")


def test_a_person_can_name_the_pair(world: World, both: dict[str, str]) -> None:
    match("--pair", f"{both['syncro']}={both['books']}")
    assert world.books_id("customer", both["syncro"]) == both["books"]
    with pytest.raises(CommandError, match="already belongs to"):
        match("--pair", f"{both['syncro']}={both['books']}")


def test_its_invoices_go_to_whom_it_was_tied_to(world: World, both: dict[str, str]) -> None:
    match("--apply", "all")
    world.invoice(both["syncro"], "100.00", number="1001")
    assert written(world.sync())["books"] == {"invoice created": 1}
    assert world.in_books("Invoice")[0]["CustomerRef"]["value"] == both["books"]


def test_what_waits_to_be_sent_is_tied_instead(world: World, both: dict[str, str]) -> None:
    world.policy(customers="two_way")
    world.sync(dry_run=True)
    assert world.states() == {"Acme Computers": "pending"}
    match("--apply", "all")
    assert (world.sync().counts["writes"], len(world.in_books("Customer"))) == (NOTHING, 1)


def test_items_are_tied_by_their_code(world: World) -> None:
    income = world.books.find("Account", "Sales of Product Income")
    body = {"Name": "Optical mouse", "Sku": "M-1", "Type": "NonInventory", "IncomeAccountRef": {"value": income}}
    there = world.books.create(entity="Item", body=body)["Id"]
    mouse = str(world.syncro.product(name="Mouse", upc_code="M-1"))
    world.sync(dry_run=True)
    assert len(match("--apply", "exact", what="items")["tied"]) == 1
    assert world.books_id("item", mouse) == there


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--pair", "1"), "--pair SYNCRO=BOOKS"), (("--pair", "1=2"), "no customer 1 in Syncro"),
        (("--under", "1=2"), "no customer 1 in Syncro"), (("--create", "77"), "no active customer 77"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said(world: World, words: tuple[str, str], message: str) -> None:
    with pytest.raises(CommandError, match=message) as told:
        match(*words)
    assert told.value.returncode == 2
