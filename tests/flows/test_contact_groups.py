"""F13 where nobody stands below anybody: the name says whose child it is, and a contact group keeps the family."""

from __future__ import annotations

import pytest

from tests.features.ledger import Ledger
from tests.world import NOTHING, World, written


@pytest.fixture
def platform() -> str:
    """The books that have groups for it."""
    return "xero"


@pytest.fixture
def family(hasty: World, books: Ledger) -> World:
    """Jones of the books; Garden and Kitchen of Syncro are to stand below it."""
    jones = books.own_customer("Jones")
    for name in ("Garden", "Kitchen"):
        child = hasty.customer(name)
        hasty.sync(dry_run=True)
        hasty.command("match", "customers", "--under", f"{child}={jones}")
    return hasty


def groups(world: World) -> dict[str, list[str]]:
    """The groups in the books themselves, and who is in each."""
    rows = world.in_books("ContactGroup")
    found = {row["Name"]: sorted(each["Name"] for each in row["Contacts"]) for row in rows}
    assert len(found) == len(rows)
    return found


FAMILY = {"Jones": ["Jones: Garden", "Jones: Kitchen"]}


def test_children_are_gathered_in_a_group_of_their_parents_name(family: World) -> None:
    family.sync()
    assert (groups(family), family.states()) == (FAMILY, {})
    assert (family.sync().counts["writes"], family.sync(full=True).counts["writes"]) == (NOTHING, NOTHING)


def test_a_group_that_is_there_is_used(family: World) -> None:
    family.books.create(entity="ContactGroup", body={"Name": "JONES"})
    family.sync()
    assert groups(family) == {"JONES": FAMILY["Jones"]}


@pytest.mark.parametrize("path", ["/ContactGroups$", "/Contacts$"])
@pytest.mark.parametrize("how", ["lose_next_answer", "drop_next_request"])
def test_an_answer_lost_on_the_way_makes_nothing_twice(family: World, path: str, how: str) -> None:
    getattr(family.books, how)(method="PUT", path=path, times=1)
    family.sync()
    assert (groups(family), family.states()) == (FAMILY, {})
    assert sum(written(family.sync())["books"].values()) == 0


def test_a_later_change_of_the_customer_leaves_the_group_alone(family: World) -> None:
    family.sync()
    family.syncro.edit_customer(id=family.syncro_customer("Garden"), phone="555-0100")
    assert written(family.sync())["books"] == {"customer updated": 1}
    assert (groups(family), family.states()) == (FAMILY, {})


def test_a_group_that_is_refused_keeps_no_invoice_back(family: World, books: Ledger) -> None:
    family.invoice(family.syncro_customer("Garden"), "80.00", number="1001")
    family.books.fault(kind="status", status=400, method="PUT", path="/ContactGroups$")
    family.sync()
    assert books.invoice("1001").customer == "Garden"
    assert set(family.states()) == {"Garden"}
