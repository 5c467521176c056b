"""F28: what the shop buys from customers is no record of Syncro's API; its report tells it, and it stands with the rest."""

from __future__ import annotations

from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from apps.mirror.models import Link, SyncroRecord
from apps.platforms.records import CustomerPurchase, read_record
from tests.world import World

HEAD = "Number,Date,Customer,Item,Category,Quantity,Cost,Total,Paid By\n"
LAPTOP = '17,04/13/2026,Acme Ltd,"Laptop, used",Laptops,1,"$1,000.00","$1,120.00",Cash\n17,,,Charger,Parts,2,60.00,,\n'
PHONE = "18,04/02/2026,Jo Seller,Phone,Phones,1,45.00,45.00,Store Credit\n"


@pytest.fixture
def shop(world: World) -> World:
    """A shop with two customers who sell it things."""
    world.customer("Acme Ltd")
    world.syncro.customer(firstname="Jo", lastname="Seller", business_name=None)
    world.sync()
    return world


def imported(world: World, path: Path, text: str) -> str:
    """What the command says to this file."""
    out = StringIO()
    path.write_text(text)
    call_command("import-csv", world.company.slug, "customer-purchases", str(path), stdout=out)
    return out.getvalue()


def purchases() -> list[CustomerPurchase]:
    rows = SyncroRecord.objects.filter(entity="customer_purchase").order_by("external_id")
    found = [read_record(row.entity, row.content) for row in rows]
    return [each for each in found if isinstance(each, CustomerPurchase)]


def test_the_report_becomes_purchases_of_known_customers(shop: World, tmp_path: Path) -> None:
    assert "Kept: 2 new" in imported(shop, tmp_path / "report.csv", HEAD + LAPTOP + PHONE)
    laptop, phone = purchases()
    assert (laptop.number, str(laptop.date), laptop.total, laptop.method) == ("17", "2026-04-13", Decimal(1120), "Cash")
    assert [(line.category, line.amount) for line in laptop.lines] == [
        ("Laptops", Decimal(1000)),
        ("Parts", Decimal(120)),
    ]
    assert SyncroRecord.objects.get(entity="customer", external_id=phone.customer_id).label == "Jo Seller"


def test_a_pass_keeps_them_and_reads_around_them(shop: World, tmp_path: Path) -> None:
    imported(shop, tmp_path / "report.csv", HEAD + PHONE)
    shop.sync(full=True)
    assert [each.number for each in purchases()] == ["18"]
    assert not Link.objects.filter(state="held").exists()


def test_the_next_report_adds_what_is_new_and_corrects_what_changed(shop: World, tmp_path: Path) -> None:
    imported(shop, tmp_path / "march.csv", HEAD + PHONE)
    said = imported(shop, tmp_path / "april.csv", HEAD + LAPTOP + PHONE.replace("45.00", "40.00"))
    assert "Kept: 1 new, 1 changed, 0 unchanged, 0 left out." in said
    assert [each.total for each in purchases()] == [Decimal(1120), Decimal(40)]


def test_a_seller_whom_syncro_does_not_know_is_asked_for(shop: World, tmp_path: Path) -> None:
    with pytest.raises(CommandError) as told:
        imported(shop, tmp_path / "report.csv", HEAD + PHONE.replace("Jo Seller", "Joe Seller") + LAPTOP)
    assert (told.value.returncode, [each.number for each in purchases()]) == (5, ["17"])


def test_the_account_writes_the_day_first_where_its_settings_say_so(shop: World, tmp_path: Path) -> None:
    account = shop.company.syncro
    assert account is not None
    account.facts = {**account.facts, "defaults": {"date_format": "dd-mm-yy"}}
    account.save()
    imported(shop, tmp_path / "report.csv", HEAD + PHONE)
    assert str(purchases()[0].date) == "2026-02-04"
