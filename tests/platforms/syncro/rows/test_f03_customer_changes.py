"""F03: a customer that changes is seen without any invoice."""

from __future__ import annotations

from apps.platforms.records import Customer
from tests.platforms.syncro.reader import Reader


def test_a_changed_customer_is_seen_without_an_invoice(reader: Reader) -> None:
    acme = str(reader.syncro.customer(business_name="Acme Ltd"))
    reader.reads()
    reader.syncro.edit_customer(id=acme, phone="555-0100")
    reader.reads()
    seen = reader.rows("customer").get(external_id=acme).record()
    assert isinstance(seen, Customer)
    assert seen.phone == "555-0100"
    assert not reader.asked()["invoices/1"]


def test_a_customer_disabled_is_inactive_and_not_gone(reader: Reader) -> None:
    acme = str(reader.syncro.customer(business_name="Acme Ltd"))
    reader.reads()
    reader.syncro.edit_customer(id=acme, disabled=True)
    reader.reads()
    assert reader.rows("customer").get(external_id=acme).status == "inactive"
