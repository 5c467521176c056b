"""F10: the ids of locations on invoices and purchase orders, which Syncro does not name."""

from __future__ import annotations

from tests.platforms.syncro.reader import Reader


def test_an_invoice_keeps_the_id_of_its_location(reader: Reader) -> None:
    north = str(reader.syncro.location("North"))
    acme = str(reader.syncro.customer(business_name="Acme Ltd"))
    line = {"item": "Work", "name": "Work done", "quantity": "1", "price": "10.00", "taxable": False}
    key = str(reader.syncro.invoice(customer_id=acme, date="2026-04-01", lines=[line], location_id=north))
    reader.reads()
    assert reader.rows("invoice").get(external_id=key).content["location_id"] == north
