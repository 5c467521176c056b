"""First loads and changes of an account of some size: counted in requests, and true to the last invoice."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from math import ceil
from typing import Any

import pytest

from apps.mirror.models import Piece
from apps.platforms.errors import Unavailable
from apps.sandbox.control import Control
from apps.sync.loaded import FEWEST_PROOFS
from tests.conftest import SCALE, Street
from tests.platforms.syncro.reader import Reader

SIZE = {"customers": 100, "invoices": 400, "payments": 360, "products": 30}
#: Rows of a page: customers, products, invoices and payments; lines.
PAGE, LINES_PAGE = 25, 100
#: Everything but customers, products, invoices, lines and payments: who we are, settings, the short lists.
SMALL = 12


@pytest.fixture
def reader(transactional_db: None, settings: Any, street: Street) -> Reader:
    """An account of some size that nobody has read yet."""
    return opened(street, settings)


def opened(street: Street, settings: Any, permissions: list[str] | None = None) -> Reader:
    server = street.at("syncro")
    settings.LIMIT_SCALE, settings.SYNCRO_API_URL = SCALE, f"{server.url}/api/v1"
    control = Control(server.url)
    control.bulk(**SIZE)
    return Reader(control, permissions)


def pages(count: int, size: int = PAGE) -> int:
    return ceil(count / size)


def fewest() -> int:
    lists = sum(pages(SIZE[name]) for name in ("customers", "invoices", "payments", "products"))
    return lists + pages(3 * SIZE["invoices"], LINES_PAGE)


def agrees(reader: Reader) -> bool:
    """Every row of an invoice says what the detail of the pocket itself says."""
    told = {str(row["id"]): row for row in reader.syncro.state("invoices")}
    paid = {str(row["id"]): row for row in reader.syncro.state("payments")}
    for row in reader.rows("invoice"):
        raw = told[row.external_id]
        used = sum(each["allocation"].get(row.external_id, 0) for each in paid.values() if each["success"])
        assert row.balance == Decimal(raw["total"]) - Decimal(used) / 100, row.external_id
        assert [line["line_id"] for line in row.content["lines"]] == [str(line["id"]) for line in raw["lines"]]
    return set(told) == reader.ids("invoice")


def test_a_first_load_by_the_feed_costs_hardly_more_than_its_pages(reader: Reader) -> None:
    reader.reads()
    asked = reader.asked()
    assert sum(asked.values()) - asked["invoices/1"] <= fewest() + SMALL, asked
    assert asked["invoices/1"] <= FEWEST_PROOFS
    assert agrees(reader)
    assert not Piece.objects.exists()


def test_without_the_feed_each_invoice_costs_a_detail_and_nothing_is_read_twice(
    transactional_db: None, settings: Any, street: Street
) -> None:
    boxes = ["Customers - List/Search", "Products - List/Search", "Invoices - List/Search", "Invoices - View Details",
             "Payments - View List"]  # fmt: skip
    reader = opened(street, settings, boxes)
    reader.reads()
    asked = reader.asked()
    feedless = fewest() - pages(3 * SIZE["invoices"], LINES_PAGE)
    assert sum(asked.values()) <= 1.1 * (feedless + SIZE["invoices"]) + SMALL, asked
    assert asked["invoices/1"] == SIZE["invoices"]
    assert agrees(reader)


def test_a_load_stopped_again_and_again_goes_on_where_it_was(reader: Reader) -> None:
    total: Counter[str] = Counter()
    for _ in range(20):
        this = reader.reads(stops_after=45)
        total += reader.asked()
        if not this.more:
            break
    lists = {name: total[name] for name in ("customers", "invoices", "line_items", "payments")}
    assert lists["invoices"] <= pages(SIZE["invoices"]) + 10
    assert lists["line_items"] == pages(3 * SIZE["invoices"], LINES_PAGE)
    assert agrees(reader)


def test_a_load_that_dies_goes_on_at_the_next_page(reader: Reader) -> None:
    for path, skip in (("/invoices", "invoices"), ("/line_items", "line_items")):
        reader.syncro.fault(kind="status", status=500, path=path, times=99)
        with pytest.raises(Unavailable):
            reader.reads()
        reader.syncro.clear_faults()
        assert reader.asked()[skip] <= 3
    reader.reads()
    assert agrees(reader)


def test_a_feed_that_does_not_hold_still_is_repaired_by_details(reader: Reader) -> None:
    reader.syncro.setting(name="unstable_lines", value=7)
    reader.reads()
    assert reader.asked()["invoices/1"] > FEWEST_PROOFS
    assert agrees(reader)


def test_what_is_edited_while_the_load_goes_on_is_true_at_the_end(reader: Reader) -> None:
    some = [str(row["id"]) for row in reader.syncro.state("invoices")][:200:20]
    reader.reads(stops_after=25)
    line = {"item": "Late", "name": "Added later", "quantity": "1", "price": "5.00", "taxable": False}
    for key in some:
        reader.syncro.edit_invoice(id=key, lines=[line])
    gone = reader.syncro.invoice(
        customer_id=str(reader.syncro.state("customers")[0]["id"]), lines=[line], date="2026-04-01"
    )
    reader.syncro.delete_invoice(id=gone)
    reader.reads()
    assert agrees(reader)


def test_two_hundred_changes_cost_their_pages_and_a_detail_each(reader: Reader) -> None:
    reader.reads()
    reader.asked()
    for row in reader.syncro.state("invoices")[:200]:
        reader.syncro.edit_invoice(id=str(row["id"]), note="changed")
    reader.reads()
    asked = reader.asked()
    assert asked["invoices/1"] <= 200 + 15
    assert sum(asked.values()) <= 1.2 * (200 + pages(200) + SMALL), asked
    assert reader.rows("invoice").filter(content__memo="changed").count() == 200


def test_many_new_payments_at_once_are_all_seen(reader: Reader) -> None:
    reader.reads()
    reader.asked()
    customer = str(reader.syncro.state("customers")[0]["id"])
    made = {str(reader.syncro.pay(customer_id=customer, amount="1.00")) for _ in range(200)}
    reader.reads()
    assert made <= reader.ids("payment")
    assert reader.asked()["payments"] <= pages(200) + 3


def test_nothing_changed_costs_next_to_nothing(reader: Reader) -> None:
    reader.reads()
    reader.asked()
    reader.reads()
    assert sum(reader.asked().values()) <= 2 * SMALL + 15
