"""F26: what an order looks like once it is finished: Syncro's own word, and what was received."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.platforms.records import PurchaseOrder
from tests.platforms.syncro.reader import Reader


@pytest.fixture
def key(reader: Reader) -> str:
    """An order of ten disks."""
    vendor = reader.syncro.vendor(name="Wholesale Parts")
    disk = reader.syncro.product(name="Disk", maintain_stock=True, price_cost=60, price_retail=80)
    lines = [{"product_id": disk, "quantity": 10, "cost": "60.00"}]
    return str(reader.syncro.purchase_order(vendor_id=vendor, lines=lines))


def order(reader: Reader, key: str) -> PurchaseOrder:
    """The order as it was read."""
    record = reader.rows("purchase_order").get(external_id=key).record()
    assert isinstance(record, PurchaseOrder)
    return record


def test_finished_is_the_word_of_the_side_itself(reader: Reader, key: str) -> None:
    reader.reads()
    assert order(reader, key).stage != "Finished"
    assert [line.received for line in order(reader, key).lines] == [Decimal(0)]
    reader.syncro.order_status(id=key, status="Finished")
    reader.reads()
    assert order(reader, key).stage == "Finished"


def test_all_received_finishes_it(reader: Reader, key: str) -> None:
    reader.syncro.receive_order(id=key)
    reader.reads()
    seen = order(reader, key)
    assert (seen.stage, [line.received for line in seen.lines]) == ("Finished", [Decimal(10)])
    assert sum(line.amount for line in seen.lines) + seen.shipping + seen.other == seen.total


def test_a_part_received_leaves_it_open(reader: Reader, key: str) -> None:
    reader.reads()
    (line,) = order(reader, key).lines
    reader.syncro.receive_order(id=key, line_id=line.line_id, quantity=4)
    reader.reads()
    seen = order(reader, key)
    assert seen.stage != "Finished"
    assert sum(line.received for line in seen.lines) == Decimal(4)
    assert sum(line.quantity for line in seen.lines) == Decimal(10)
