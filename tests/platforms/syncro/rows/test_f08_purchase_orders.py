"""F08: purchase orders with their vendor and lines."""

from __future__ import annotations

from decimal import Decimal

from apps.platforms.records import PurchaseOrder
from tests.platforms.syncro.reader import Reader


def ordered(reader: Reader, **fields: str) -> tuple[str, str]:
    """An order of ten disks, and its vendor."""
    vendor = str(reader.syncro.vendor(name="Wholesale Parts", email="sales@parts.test"))
    disk = str(reader.syncro.product(name="Disk", maintain_stock=True, price_cost=60, price_retail=80))
    lines = [{"product_id": disk, "quantity": 10, "cost": "60.00"}]
    return str(reader.syncro.purchase_order(vendor_id=vendor, lines=lines, **fields)), vendor


def order(reader: Reader, key: str) -> PurchaseOrder:
    record = reader.rows("purchase_order").get(external_id=key).record()
    assert isinstance(record, PurchaseOrder)
    return record


def test_an_order_comes_with_vendor_lines_and_what_stands_beside_them(reader: Reader) -> None:
    key, vendor = ordered(reader, shipping="12.50", other="2.00")
    reader.reads()
    seen = order(reader, key)
    assert (seen.vendor_id, seen.shipping, seen.other) == (vendor, Decimal("12.50"), Decimal("2.00"))
    assert [(line.quantity, line.cost, line.amount) for line in seen.lines] == [
        (Decimal(10), Decimal(60), Decimal(600))
    ]
    assert seen.total == Decimal("614.50")
    assert reader.rows("vendor").get(external_id=vendor).label == "Wholesale Parts"


def test_an_order_that_did_not_change_costs_no_detail(reader: Reader) -> None:
    ordered(reader)
    reader.reads()
    reader.asked()
    reader.reads()
    assert not reader.asked()["purchase_orders/1"]


def test_lines_shown_by_the_list_or_told_in_dollars_are_the_same(reader: Reader) -> None:
    reader.syncro.setting(name="order_lines_in", value="dollars")
    reader.syncro.setting(name="orders_list_lines", value=True)
    key, _ = ordered(reader)
    reader.reads()
    assert not reader.asked()["purchase_orders/1"]
    assert [line.amount for line in order(reader, key).lines] == [Decimal(600)]


def test_what_a_token_may_not_read_costs_that_list_alone(reader: Reader) -> None:
    ordered(reader)
    reader.syncro.fault(kind="status", status=401, path="/purchase_orders", times=99, body={"error": "Not authorized."})
    (warning,) = reader.reads().warnings
    assert "“Purchase Orders - List/Search”" in warning
    assert reader.ids("vendor")
