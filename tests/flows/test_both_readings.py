"""Where the vendors' pages leave a doubt, the loop holds under both readings."""

from __future__ import annotations

from typing import Any

import pytest

from apps.mirror.models import Link
from apps.reconciliation.tieout import tie_out
from tests.world import World

SYNCRO: list[dict[str, Any]] = [
    {"payment_touches_invoice": True}, {"newest_first": True}, {"retry_after": "never"}, {"requires_number": False},
]  # fmt: skip
BOOKS: list[dict[str, Any]] = [
    {"batch_replay": "answer", "batch_order": "sent"}, {"orderby_id": "number"}, {"refresh_rotation": "daily"},
    {"payment_touches_invoice": False}, {"docnumber_family": "entity"}, {"duplicate_detail_id": True}, {"non_latin1": "question"},
    {"tax_without_taxable_line": "honour"},
]  # fmt: skip


def small_shop(world: World) -> None:
    """Three customers, six invoices with tax and without, partial, split, over- and shared payments."""
    rate = world.syncro.tax_rate(name="Sales Tax", percent="8.25")
    names = [world.customer(name, tax_rate_id=rate) for name in ("Acme Ltd", "Zoë & Söhne", "東京 PC")]
    invoices = [world.invoice(names[n % 3], "99.99", "0.01", taxable=n % 2 == 0) for n in range(6)]
    world.pays(names[0], "40.00", {invoices[0]: "40.00"})
    world.pays(names[0], "20.00", {invoices[0]: "20.00"})
    world.pays(names[1], "120.00", {invoices[1]: "100.00"})
    world.pays(names[2], "150.00", {invoices[2]: "108.25", invoices[5]: "41.75"})


def all_is_well(world: World) -> None:
    """Everything in sync, not a cent unexplained, and nothing left to write."""
    rest = Link.objects.filter(company=world.company).exclude(state="in_sync")
    assert not [(link.entity, link.code, link.reason) for link in rest]
    tie = tie_out(world.company)
    assert (tie.summary()["unexplained"], tie.rings) == ("0.00", False)
    assert world.sync().counts["writes"] == {"books": {}, "syncro": {}}


@pytest.mark.parametrize("reading", SYNCRO, ids=str)
def test_the_loop_holds_under_each_reading_of_syncro(world: World, reading: dict[str, Any]) -> None:
    for name, value in reading.items():
        world.syncro.setting(name=name, value=value)
    small_shop(world)
    world.sync()
    for name, value in {
        "payment_touches_invoice": False,
        "newest_first": False,
        "retry_after": "alternate",
        "requires_number": True,
    }.items():
        world.syncro.setting(name=name, value=value)
    all_is_well(world)


@pytest.mark.parametrize("reading", BOOKS, ids=str)
def test_the_loop_holds_under_each_reading_of_the_books(world: World, reading: dict[str, Any]) -> None:
    for name, value in reading.items():
        world.books.setting(name=name, value=value)
    small_shop(world)
    world.sync()
    all_is_well(world)


@pytest.mark.parametrize(
    "preference", [("SalesFormsPrefs.CustomTxnNumbers", False), ("SalesFormsPrefs.AutoApplyCredit", True)]
)
def test_the_loop_holds_whatever_the_company_prefers(world: World, preference: tuple[str, Any]) -> None:
    world.books.preference(path=preference[0], value=preference[1])
    small_shop(world)
    world.sync()
    all_is_well(world)
