"""Ids that records name become rows without a name; staff or a file give it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from apps.connections.models import Company
from apps.mappings.discovered import discover, seen_on
from apps.mappings.models import Location, TaxRate
from apps.mappings.told import CannotTie, tie
from apps.mirror.models import SyncroRecord
from apps.mirror.store import save_records
from apps.platforms.base import Side
from apps.platforms.records import Customer, Invoice, Item, PurchaseOrder, Record
from apps.reconciliation.reconcile import reconcile

DAY = date(2026, 3, 31)


def told(company: Company, *records: Record) -> None:
    save_records(company, Side.SYNCRO, records)


def locations() -> dict[str, str]:
    return dict(Location.objects.order_by("external_id").values_list("external_id", "name"))


def test_every_rate_that_is_named_anywhere_gets_a_row_once(company: Company) -> None:
    places = {
        "location_quantities": [{"location_id": 102, "tax_rate_id": 4}, {"location_id": None, "tax_rate_id": None}]
    }
    told(
        company,
        Customer(external_id="1", name="A", tax_key="1"),
        Customer(external_id="2", name="B", tax_key="1"),
        Customer(external_id="3", name="C"),
        Item(external_id="1", name="Part", tax_key="2", raw=places),
        Invoice(external_id="1", date=DAY, tax_key="3", raw={"location_quantities": None}),
    )
    assert discover(company) == 5
    assert discover(company) == 0
    assert sorted(TaxRate.objects.values_list("external_id", "name")) == [(key, "") for key in ("1", "2", "3", "4")]
    assert locations() == {"102": ""}


def test_locations_come_from_documents_and_take_the_name_that_all_agree_on(company: Company) -> None:
    told(
        company,
        Invoice(external_id="1", date=DAY, location_id="101"),
        PurchaseOrder(external_id="1", date=DAY, location_id="102", raw={"location": {"name": "Airport"}}),
        Customer(external_id="1", name="A", raw={"location_id": 103, "location_name": "Harbour"}),
        Customer(external_id="2", name="B", raw={"location_id": 103, "location_name": "Harbor"}),
    )
    discover(company)
    assert locations() == {"101": "", "102": "Airport", "103": ""}


def test_a_name_that_turns_up_later_is_taken_and_one_that_was_told_stays(company: Company) -> None:
    told(
        company,
        Invoice(external_id="1", date=DAY, location_id="101"),
        Invoice(external_id="2", date=DAY, location_id="102"),
    )
    discover(company)
    Location.objects.filter(external_id="102").update(name="Our Airport")
    for key in ("101", "102"):
        told(company, Customer(external_id=key, name=key, raw={"location_id": int(key), "location_name": "Syncro's"}))
    assert (discover(company), discover(company)) == (1, 0)
    assert locations() == {"101": "Syncro's", "102": "Our Airport"}


def test_reconciling_finds_them_and_another_company_keeps_its_own(company: Company) -> None:
    other = Company.objects.create(slug="other", name="Other", books_platform="quickbooks_online")
    told(other, Customer(external_id="1", name="A", tax_key="1"))
    told(company, Customer(external_id="1", name="A", tax_key="1"))
    TaxRate.objects.create(company=company, external_id="1", name="State", percent=Decimal("6.25"))
    reconcile(company)
    assert not TaxRate.objects.filter(company=other).exists()
    reconcile(other)
    assert [rate.name for rate in TaxRate.objects.filter(company=company)] == ["State"]
    assert TaxRate.objects.get(company=other).name == ""


def test_what_names_a_rate_is_counted_for_staff(company: Company) -> None:
    told(
        company,
        *(Customer(external_id=str(n), name="A", tax_key="1") for n in range(3)),
        Item(external_id="1", name="P", tax_key="1"),
    )
    SyncroRecord.objects.filter(external_id="2", entity="customer").update(gone_at="2026-03-31T00:00Z")
    told(company, Invoice(external_id="1", date=DAY, location_id="101"))
    assert seen_on(TaxRate, [company.pk]) == {(company.pk, "1"): "2 customers, 1 product"}
    assert seen_on(Location, [company.pk]) == {(company.pk, "101"): "1 invoice"}


def test_a_told_rate_is_tied_to_a_discovered_id(company: Company) -> None:
    TaxRate.objects.create(company=company, external_id="5", is_default=True)
    group = TaxRate.objects.create(company=company, external_id="9", name="Both", part_names=["State", "5"])
    rate = tie(TaxRate.objects.create(company=company, name="State", percent=Decimal("6.25")), "5")
    assert (rate.external_id, rate.percent, rate.is_default) == ("5", Decimal("6.25"), True)
    group.refresh_from_db()
    assert (group.parts, TaxRate.objects.count()) == (["5", "5"], 2)


@pytest.mark.parametrize(
    ("name", "key", "words"), [("State", "5", "5 is called City already"), ("City", "7", "City is 5 in Syncro already")]
)
def test_what_is_named_already_is_not_tied(company: Company, name: str, key: str, words: str) -> None:
    TaxRate.objects.create(company=company, external_id="5", name="City")
    TaxRate.objects.create(company=company, name="State")
    with pytest.raises(CannotTie, match=words):
        tie(TaxRate.objects.get(name=name), key)
    assert TaxRate.objects.count() == 2
