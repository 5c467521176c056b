"""F18: the whole list of customers, for exporting it at any time."""

from __future__ import annotations

from tests.platforms.syncro.reader import Reader


def test_every_customer_and_contact_is_listed(reader: Reader) -> None:
    made = [str(reader.syncro.customer(business_name=f"Customer {number}")) for number in range(60)]
    ada = str(reader.syncro.contact(customer_id=made[0], name="Ada", properties={"title": "Owner"}))
    reader.reads()
    assert reader.ids("customer") == set(made)
    assert reader.rows("contact").get(external_id=ada).party == made[0]


def test_who_is_disabled_is_listed_too_and_said_to_be(reader: Reader) -> None:
    key = str(reader.syncro.customer(business_name="Gone Fishing"))
    reader.syncro.edit_customer(id=key, disabled=True)
    reader.reads()
    assert reader.rows("customer").get(external_id=key).status == "inactive"
