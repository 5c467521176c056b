"""An edit of the books on its way into Syncro, interrupted between its lines: every line stands once, none is missing."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.sync.models import Request
from tests.flows.wires import Killed, once, wound
from tests.world import World, written


@pytest.fixture
def edited(hasty: World) -> str:
    """An invoice of two lines to which the books gave one other amount and two more lines; its id in Syncro."""
    hasty.policy(invoice_edits_in_books="accept")
    invoice = hasty.invoice(hasty.customer(), "100.00", "20.00", number="1001")
    hasty.sync()
    charges(hasty, "90.00", "7.00", "8.00")
    return invoice


def charges(world: World, *amounts: str) -> None:
    """Make the invoice of the books one of these lines, as its screen does."""
    item = {"ItemRef": {"value": world.ledger.named("item", "Services")}, "TaxCodeRef": {"value": "NON"}}
    lines = [
        {
            "DetailType": "SalesItemLineDetail",
            "Amount": float(each),
            "Description": f"For {each}",
            "SalesItemLineDetail": item,
        }
        for each in amounts
    ]
    world.books.edit(entity="Invoice", id=world.ledger.invoice("1001").id, Line=lines)


def lines_of(world: World, invoice: str) -> list[tuple[str, str]]:
    """Words and prices of the lines in the pocket Syncro itself, sorted."""
    (row,) = [row for row in world.syncro.state("invoices") if str(row["id"]) == invoice]
    return sorted((line["name"], f"{Decimal(line['price']):.2f}") for line in row["lines"])


EDITED = [("For 7.00", "7.00"), ("For 8.00", "8.00"), ("For 90.00", "90.00")]


def test_each_line_is_a_request_of_its_own_with_its_bytes(hasty: World, edited: str) -> None:
    assert written(hasty.sync())["syncro"] == {"invoice updated": 3}
    assert lines_of(hasty, edited) == EDITED
    sent = Request.objects.filter(entity="invoice", path__contains="line_items")
    assert sorted(sent.values_list("method", flat=True)) == ["POST", "PUT", "PUT"]
    assert hasty.states() == {}


@pytest.mark.parametrize("fault", ["lose", "drop"])
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_lost_line_stands_once(hasty: World, edited: str, method: str, fault: str) -> None:
    hasty.syncro.fault(kind=fault, method=method, path="/line_items")
    hasty.sync()
    hasty.sync()
    assert (lines_of(hasty, edited), hasty.states()) == (EDITED, {})


@pytest.mark.parametrize("fault", ["lose", "drop"])
def test_a_line_whose_removal_was_lost_is_gone_once(hasty: World, edited: str, fault: str) -> None:
    charges(hasty, "90.00")
    hasty.syncro.fault(kind=fault, method="DELETE", path="/line_items")
    hasty.sync()
    hasty.sync()
    assert (lines_of(hasty, edited), hasty.states()) == ([("For 90.00", "90.00")], {})


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_after_a_death_between_two_lines_it_goes_on_where_it_stopped(
    hasty: World, edited: str, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wound(monkeypatch, after=once(Killed(), method, "/line_items"))
    with pytest.raises(Killed):
        hasty.sync()
    hasty.sync()
    hasty.sync()
    assert (lines_of(hasty, edited), hasty.states()) == (EDITED, {})


def test_a_line_nobody_can_express_holds_the_whole_edit_before_anything_is_written(hasty: World, edited: str) -> None:
    own = hasty.ledger.own_item("Rent of a van")
    item = {"ItemRef": {"value": own}, "TaxCodeRef": {"value": "NON"}}
    lines = [
        {"DetailType": "SalesItemLineDetail", "Amount": 5.0, "Description": "Van", "SalesItemLineDetail": item}
    ] * 3
    hasty.books.edit(entity="Invoice", id=hasty.ledger.invoice("1001").id, Line=lines)
    assert written(hasty.sync())["syncro"] == {}
    assert "Van” is on Rent of a van of the books, which stands for nothing in Syncro" in hasty.held("not_taken").reason
