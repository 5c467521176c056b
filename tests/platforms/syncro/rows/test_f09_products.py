"""F09: every product is listed, and a changed one is seen, though products carry no time of change."""

from __future__ import annotations

from tests.platforms.syncro.reader import Reader


def test_every_product_and_category_is_listed(reader: Reader) -> None:
    made = {str(reader.syncro.product(name=f"Part {number}")) for number in range(60)}
    parent = str(reader.syncro.category("Hardware"))
    child = str(reader.syncro.category("Cables", parent))
    reader.reads()
    assert reader.ids("item") == made
    assert reader.rows("item_category").get(external_id=child).content["parent_id"] == parent


def test_a_changed_product_is_seen(reader: Reader) -> None:
    part = str(reader.syncro.product(name="Cable", price_retail=5))
    reader.reads()
    reader.syncro.edit_product(id=part, price_retail=7)
    reader.reads()
    assert reader.rows("item").get(external_id=part).content["price"] == "7"
