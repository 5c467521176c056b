"""F27: Syncro's API does not say which invoice a refund gives back; its report does, and creates nothing."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

from django.core.management import call_command

from apps.mappings.told import origins_of
from apps.mirror.models import Link, SyncroRecord
from tests.world import World


def imported(world: World, path: Path, text: str) -> str:
    """What the command says to this file."""
    out = StringIO()
    path.write_text(text)
    call_command("import-csv", world.company.slug, "refunds", str(path), stdout=out)
    return out.getvalue()


def test_the_report_names_the_original_of_a_refund(world: World, tmp_path: Path) -> None:
    world.policy(refunds="review")
    customer = world.customer()
    original = world.invoice(customer, "80.00", number="1001")
    world.invoice(customer, "-80.00", number="1002")
    world.sync()
    links = Link.objects.count()
    assert "1 new" in imported(world, tmp_path / "refunds.csv", "Refund Number,Original Number\n1002,1001\n")
    origin = origins_of(world.company, ["1002"])["1002"]
    assert (origin.number, origin.invoice and origin.invoice.external_id) == ("1001", original)
    assert Link.objects.count() == links
    (item,) = world.queue()
    assert item.sentence.endswith("It gives back invoice 1001.")


def test_a_report_that_comes_before_its_invoices_is_used_once_they_are_read(world: World, tmp_path: Path) -> None:
    said = imported(world, tmp_path / "refunds.csv", "Refund Number;Original Number\n1002;1001\n")
    assert "2 numbers name no invoice that was read so far" in said
    assert (origins_of(world.company, ["1002"])["1002"].invoice, SyncroRecord.objects.exists()) == (None, False)
    world.invoice(world.customer(), "80.00", number="1001")
    world.sync()
    found = origins_of(world.company, ["1002"])["1002"].invoice
    assert found is not None
    assert found.label == "1001"


def test_a_refund_that_nobody_told_of_has_no_origin(world: World, tmp_path: Path) -> None:
    imported(world, tmp_path / "refunds.csv", "Refund Number,Original Number\n1002,1001\n")
    assert origins_of(world.company, ["1003"]) == {}
