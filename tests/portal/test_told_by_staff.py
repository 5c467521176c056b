"""Staff name what Syncro's API gives by id only, each in their own companies."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from apps.connections.models import Company, Role
from apps.mappings.models import Location, RefundOrigin, TaxRate
from apps.mirror.models import SyncroRecord
from apps.mirror.store import save_records
from apps.platforms.base import Side
from apps.platforms.records import Customer
from tests.portal import rows
from tests.portal.conftest import person

LISTS = ("/mappings/taxrate/", "/mappings/location/", "/mappings/refundorigin/", "/mirror/syncrocustomerpurchase/")


@pytest.fixture
def rates(shop: Company) -> dict[str, TaxRate]:
    """Two ids that were met, and a rate that a file told without an id."""
    save_records(shop, Side.SYNCRO, [Customer(external_id="9001", name="Zed", tax_key="88421")])
    made = [
        TaxRate(company=shop, external_id="88421"),
        TaxRate(company=shop, external_id="88422"),
        TaxRate(company=shop, name="State", percent=Decimal("6.25")),
    ]
    return {rate.external_id: rate for rate in TaxRate.objects.bulk_create(made)}


def list_form(*changes: tuple[TaxRate, str, str]) -> dict[str, str]:
    """What the list posts."""
    fields = {"form-TOTAL_FORMS": str(len(changes)), "form-INITIAL_FORMS": str(len(changes)), "_save": "Save"}
    for number, (rate, name, percent) in enumerate(changes):
        fields |= {f"form-{number}-id": str(rate.pk), f"form-{number}-name": name, f"form-{number}-percent": percent}
    return fields


@pytest.mark.parametrize("path", LISTS)
def test_lists_hold_only_rows_of_ones_own_companies(bookkeeper: Client, shop: Company, path: str) -> None:
    for company in (shop, rows.company("rival", "9139999")):
        TaxRate.objects.create(company=company, external_id="1")
        Location.objects.create(company=company, external_id="1")
        RefundOrigin.objects.create(company=company, refund_number="2", original_number="1")
        SyncroRecord.objects.create(
            company=company, entity="customer_purchase", external_id="1", label="17", digest="x"
        )
    page = bookkeeper.get(path)
    assert [str(row.company) for row in page.context["cl"].result_list] == [shop.name]


def test_rates_are_named_in_the_list(bookkeeper: Client, rates: dict[str, TaxRate]) -> None:
    page = bookkeeper.get("/mappings/taxrate/").content.decode()
    assert ("1 customer" in page, "Not known yet" in page) == (True, True)
    changes = list_form((rates[""], "State", "6.25"), (rates["88421"], "City", "2.5%"), (rates["88422"], "", ""))
    answer = bookkeeper.post("/mappings/taxrate/", changes)
    assert answer.status_code == 302, answer.context["cl"].formset.errors
    city = TaxRate.objects.get(external_id="88421")
    assert (city.name, city.percent) == ("City", Decimal("2.5"))


def test_what_cannot_be_is_said_and_not_kept(bookkeeper: Client, rates: dict[str, TaxRate]) -> None:
    page = bookkeeper.post("/mappings/taxrate/", list_form((rates[""], "", "6.25"), (rates["88421"], "City", "825")))
    assert "needs a name" in page.content.decode()
    assert page.context["cl"].formset.errors[1]["percent"]
    assert not TaxRate.objects.filter(name="City").exists()


def test_a_rate_of_a_file_is_tied_to_an_id(bookkeeper: Client, rates: dict[str, TaxRate]) -> None:
    page = f"/mappings/taxrate/{rates[''].pk}/change/"
    assert "88421 — 1 customer" in bookkeeper.get(page).content.decode()
    fields = {"external_id": "88421", "name": "State", "percent": "6.25", "first": "", "second": "", "default": "on"}
    assert bookkeeper.post(page, fields).status_code == 302
    rate = TaxRate.objects.get(external_id="88421")
    assert (rate.name, rate.is_default, TaxRate.objects.count()) == ("State", True, 2)


def test_a_group_is_made_of_two_rates_and_the_default_moves(bookkeeper: Client, rates: dict[str, TaxRate]) -> None:
    TaxRate.objects.filter(external_id="88421").update(name="City", percent=2, is_default=True)
    state = TaxRate.objects.create(company=rates[""].company, external_id="88430", name="County")
    page = f"/mappings/taxrate/{rates['88422'].pk}/change/"
    fields = {"name": "Both", "percent": "", "first": "88421", "second": "88430", "default": "on"}
    answer = bookkeeper.post(page, fields)
    assert answer.status_code == 302, answer.context["errors"]
    both = TaxRate.objects.get(name="Both")
    assert (both.parts, both.is_default, TaxRate.objects.filter(is_default=True).count()) == (
        ["88421", state.external_id],
        True,
        1,
    )
    assert "City + County" in bookkeeper.get("/mappings/taxrate/").content.decode()


def test_a_rate_that_nothing_names_yet_is_added(bookkeeper: Client, shop: Company) -> None:
    fields: dict[str, Any] = {
        "company": shop.pk,
        "external_id": "5",
        "name": "State",
        "percent": "6.25 %",
        "default": "on",
    }
    assert bookkeeper.post("/mappings/taxrate/add/", fields).status_code == 302
    assert TaxRate.objects.get(external_id="5").is_default


def test_a_location_is_named_and_added(bookkeeper: Client, shop: Company) -> None:
    place = Location.objects.create(company=shop, external_id="101")
    fields = {
        "form-TOTAL_FORMS": "1",
        "form-INITIAL_FORMS": "1",
        "_save": "Save",
        "form-0-id": place.pk,
        "form-0-name": "Main",
    }
    assert bookkeeper.post("/mappings/location/", fields).status_code == 302
    bookkeeper.post("/mappings/location/add/", {"company": shop.pk, "external_id": "102", "name": "Airport"})
    assert dict(Location.objects.values_list("external_id", "name")) == {"101": "Main", "102": "Airport"}


def test_a_viewer_reads_and_tells_nothing(viewer: Client, rates: dict[str, TaxRate]) -> None:
    page = viewer.get("/mappings/taxrate/").content.decode()
    assert ("6.25 %" in page, "form-0-name" in page) == (True, False)
    assert viewer.get(f"/mappings/taxrate/{rates[''].pk}/change/").status_code == 200
    assert viewer.post(f"/mappings/taxrate/{rates[''].pk}/change/", {"name": "Mine"}).status_code == 403
    assert viewer.get("/mappings/taxrate/add/").status_code == 403
    viewer.post("/mappings/taxrate/", list_form((rates["88421"], "Mine", "1")))
    assert not TaxRate.objects.filter(name="Mine").exists()


def test_who_may_only_see_one_of_two_companies_tells_in_the_other(
    client: Client, shop: Company, rates: dict[str, TaxRate]
) -> None:
    rival = rows.company("rival", "9139999")
    theirs = TaxRate.objects.create(company=rival, external_id="1")
    bo = person("bo", Role.BOOKKEEPER, shop)
    bo.memberships.create(company=rival, role=Role.VIEWER)
    client.force_login(bo)
    assert "form-0-name" not in client.get("/mappings/taxrate/").content.decode()
    assert "form-0-name" in client.get("/mappings/taxrate/?company=acme").content.decode()
    assert client.post(f"/mappings/taxrate/{theirs.pk}/change/", {"name": "Mine"}).status_code == 403
    client.post("/mappings/taxrate/add/", {"company": rival.pk, "external_id": "2", "name": "Mine"})
    client.post("/mappings/taxrate/?company=acme", list_form((theirs, "Mine", "1")))
    assert not TaxRate.objects.filter(name="Mine").exists()


def test_refunds_lead_to_the_invoices_that_were_read(bookkeeper: Client, shop: Company) -> None:
    invoice = SyncroRecord.objects.filter(company=shop, entity="invoice").first()
    assert invoice is not None
    RefundOrigin.objects.create(company=shop, refund_number="77777", original_number=invoice.label)
    page = bookkeeper.get("/mappings/refundorigin/").content.decode()
    assert ("77777 (not read yet)" in page, f"/record/syncro/{invoice.pk}/" in page) == (True, True)
