"""Files into our rows: what is new, changed, unchanged and left out; twice is once, and nothing is guessed or deleted."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.connections.models import Company, Connection
from apps.mappings.imports import Imported, import_report
from apps.mappings.imports.purchases import NotReady
from apps.mappings.models import Location, RefundOrigin, TaxRate
from apps.mappings.told import origins_of
from apps.mirror.models import Link, SyncroRecord
from apps.mirror.store import save_records
from apps.platforms.base import Side
from apps.platforms.records import Customer, Invoice, read_record
from apps.platforms.reports import BadFile, Report
from tests.mappings.rows import in_syncro

SAMPLES = Path("docs/samples")
HEAD = "Number,Date,Customer,Customer ID,Item,Quantity,Cost,Total,Paid By\n"
Load = Callable[..., Imported]
NONE = {"new": 0, "changed": 0, "unchanged": 0, "left_out": 0}


@pytest.fixture
def load(company: Company, tmp_path: Path) -> Load:
    """Import a file with this content for Acme, whose Syncro has a few customers."""
    in_syncro(
        company,
        Customer(external_id="11", name="Acme Ltd", company_name="Acme Ltd", first_name="Ann", last_name="Able"),
        Customer(external_id="12", name="Jo Seller", first_name="Jo", last_name="Seller"),
        Customer(external_id="13", name="Twin"),
        Customer(external_id="14", name="twin"),
    )

    def importer(text: str, report: Report = Report.CUSTOMER_PURCHASES, **options: Any) -> Imported:
        path = tmp_path / "report.csv"
        path.write_text(text)
        return import_report(company, report, path, **options)

    return importer


def purchases() -> list[Any]:
    rows = SyncroRecord.objects.filter(entity="customer_purchase").order_by("id")
    return [read_record(row.entity, row.content, external_id=row.external_id) for row in rows]


def rates() -> dict[str, tuple[str, Decimal | None]]:
    return {rate.name: (rate.external_id, rate.percent) for rate in TaxRate.objects.order_by("id")}


@pytest.mark.parametrize("report", list(Report))
def test_the_samples_of_the_documentation_are_kept_whole_and_once(load: Load, company: Company, report: Report) -> None:
    path = SAMPLES / f"{report}.csv"
    first, again = import_report(company, report, path), import_report(company, report, path)
    assert first.counts["new"] > 1
    assert first.counts == {**NONE, "new": first.counts["new"]}
    assert (again.counts, first.problems, again.changes) == ({**NONE, "unchanged": first.counts["new"]}, [], [])


def test_a_purchase_becomes_a_row_of_syncros_side(load: Load, company: Company) -> None:
    import_report(company, Report.CUSTOMER_PURCHASES, SAMPLES / "customer-purchases.csv")
    first, second = SyncroRecord.objects.filter(entity="customer_purchase").order_by("id")
    assert (first.external_id, first.label, first.party, first.amount) == ("1017", "1017", "11", Decimal(1120))
    assert (str(first.date), first.content["method"], len(first.content["lines"])) == ("2026-03-31", "Cash", 2)
    assert (second.party, second.content["lines"][0]["description"]) == ("12", "Phone\n(cracked screen)")
    assert not Link.objects.exists()


def test_a_changed_row_updates_and_one_that_is_no_longer_there_stays(load: Load) -> None:
    load(HEAD + "1,2026-03-31,Acme Ltd,,Phone,1,45,,Cash\n2,2026-03-31,Acme Ltd,,Phone,1,50,,Cash\n")
    done = load(HEAD + "1,2026-03-31,Acme Ltd,,Phone,1,40,,Check\n")
    assert done.counts == {**NONE, "changed": 1}
    assert "total 45 → 40, method Cash → Check" in done.changes[0].words
    assert [(each.number, each.total) for each in purchases()] == [("1", Decimal(40)), ("2", Decimal(50))]


def test_a_preview_tells_the_same_and_keeps_nothing(load: Load) -> None:
    text = HEAD + "1,2026-03-31,Acme Ltd,,Phone,1,45,,Cash\n2,2026-03-31,Nobody,,Phone,1,45,,Cash\n"
    preview = load(text, dry_run=True)
    assert (purchases(), preview.counts) == ([], {**NONE, "new": 1, "left_out": 1})
    assert load(text).counts == preview.counts


def test_two_equal_purchases_without_numbers_stay_two(load: Load) -> None:
    row = ",2026-03-31,Acme Ltd,,Phone,1,45,,Cash\n"
    assert load(HEAD + row * 2).counts == {**NONE, "new": 2}
    assert load(HEAD + row * 3).counts == {**NONE, "new": 1, "unchanged": 2}
    assert len(purchases()) == 3


@pytest.mark.parametrize(
    ("seller", "party"),
    [
        ("acme  LTD,", "11"),
        ("Ann Able,", "11"),
        ("'Able, Ann',", "11"),
        ("12,", "12"),
        ("Whoever,12", "12"),
        (",12", "12"),
    ],
)
def test_a_seller_is_found_by_name_or_id(load: Load, seller: str, party: str) -> None:
    load(HEAD + f"1,2026-03-31,{seller},Phone,1,45,,Cash\n".replace("'", '"'))
    assert [each.customer_id for each in purchases()] == [party]


@pytest.mark.parametrize(
    ("seller", "words"),
    [
        ("Acme Lmt,", "Syncro has no customer of this name. Near: Acme Ltd (id 11)."),
        ("Zzz,", "of this name. Correct it"),
        ("TWIN,", "2 customers are called so (ids 13, 14)"),
        ("99,", "Syncro has no customer of this id"),
        ("Acme Ltd,99", "Syncro has no customer of this id"),
    ],
)
def test_a_seller_who_is_nobody_or_several_is_never_guessed(load: Load, seller: str, words: str) -> None:
    done = load(HEAD + f"1,2026-03-31,{seller},Phone,1,45,,Cash\n2,2026-03-31,Acme Ltd,,Phone,1,45,,Cash\n")
    assert (done.counts, [each.number for each in purchases()]) == ({**NONE, "new": 1, "left_out": 1}, ["2"])
    assert (done.problems[0].line, done.problems[0].column) == (2, "Customer")
    assert words in done.problems[0].sentence


def test_before_customers_were_read_nothing_can_be_matched(company: Company) -> None:
    with pytest.raises(NotReady, match="run `sync acme` first"):
        import_report(company, Report.CUSTOMER_PURCHASES, SAMPLES / "customer-purchases.csv")


def test_the_account_says_how_it_writes_dates(load: Load, company: Company) -> None:
    facts = {"defaults": {"date_format": "dd-mm-yy"}}
    company.syncro = Connection.objects.create(platform="syncro", account_id="acme", facts=facts)
    load(HEAD + "1,03-04-26,Acme Ltd,,Phone,1,45,,Cash\n")
    assert str(purchases()[0].date) == "2026-04-03"


def test_rates_with_ids_name_the_discovered_ones_and_groups_find_their_parts(load: Load, company: Company) -> None:
    TaxRate.objects.create(company=company, external_id="88422")
    done = import_report(company, Report.TAX_RATES, SAMPLES / "tax-rates.csv")
    group = TaxRate.objects.get(name="State and City")
    assert (done.counts, done.notes) == ({**NONE, "new": 3, "changed": 1}, [])
    assert (group.parts, group.percent, group.is_default) == (["88421", "88422"], Decimal("8.25"), True)
    assert [rate.name for rate in TaxRate.objects.filter(archived=True)] == ["Old Rate (Archived)"]


def test_a_rate_without_an_id_goes_to_the_one_of_its_name(load: Load, company: Company) -> None:
    TaxRate.objects.create(company=company, external_id="5", name="State")
    assert load("Name,Percent\nSTATE,6.25%\n", Report.TAX_RATES).counts == {**NONE, "changed": 1}
    assert rates() == {"STATE": ("5", Decimal("6.25"))}


def test_a_rate_that_nothing_is_called_waits_for_staff_and_is_not_doubled(load: Load) -> None:
    done = load("Name,Percent\nState,6.25%\n", Report.TAX_RATES)
    assert (done.counts["new"], "which id of Syncro these have: State" in done.notes[0]) == (1, True)
    assert load("Name,Percent\nstate,6.5%\n", Report.TAX_RATES).counts == {**NONE, "changed": 1}
    assert rates() == {"state": ("", Decimal("6.5"))}


def test_a_rate_that_waited_is_tied_when_a_file_tells_its_id(load: Load, company: Company) -> None:
    load("Name,Percent\nState,6.25%\n", Report.TAX_RATES)
    TaxRate.objects.create(company=company, external_id="5")
    load("ID,Name,Percent\n5,State,6.25%\n", Report.TAX_RATES)
    assert rates() == {"State": ("5", Decimal("6.25"))}


def test_several_rates_of_one_name_need_an_id(load: Load, company: Company) -> None:
    for key in ("5", "6"):
        TaxRate.objects.create(company=company, external_id=key, name="State")
    done = load("Name,Percent\nState,6.25%\n", Report.TAX_RATES)
    assert (done.counts["left_out"], done.problems[0].sentence) == (
        1,
        "Several rates are called so (ids 5, 6); fill in the id.",
    )


def test_a_group_waits_for_its_parts_and_takes_them_when_they_come(load: Load) -> None:
    done = load("ID,Name,Percent,First Tax,Second Tax\n9,Both,,State,City\n", Report.TAX_RATES)
    assert done.notes == [
        "The group Both waits: no rate is called State.",
        "The group Both waits: no rate is called City.",
    ]
    load("ID,Name,Percent\n1,State,6.25\n2,City,2\n", Report.TAX_RATES)
    assert TaxRate.objects.get(name="Both").parts == ["1", "2"]


def test_a_new_default_takes_the_place_of_the_old_and_what_a_file_leaves_out_stays(load: Load) -> None:
    load("ID,Name,Percent,Default\n1,State,6.25,yes\n2,City,2,no\n", Report.TAX_RATES)
    load("ID,Name,Percent,Default\n2,City,2,yes\n", Report.TAX_RATES)
    load("ID,Name,Percent\n2,City,2.5\n", Report.TAX_RATES)
    assert [(rate.name, str(rate.percent)) for rate in TaxRate.objects.filter(is_default=True)] == [("City", "2.50000")]


def test_locations_get_names(load: Load, company: Company) -> None:
    Location.objects.create(company=company, external_id="101")
    done = load("ID,Name\n101,Main Street\n102,Airport\n", Report.LOCATIONS)
    assert done.counts == {**NONE, "new": 1, "changed": 1}
    assert dict(Location.objects.values_list("external_id", "name")) == {"101": "Main Street", "102": "Airport"}


def test_a_refund_report_creates_nothing_and_waits_for_what_was_not_read(load: Load, company: Company) -> None:
    before = SyncroRecord.objects.count()
    done = load("Refund Number,Original Number\n1203,1187\n1204,1190\n", Report.REFUNDS)
    assert (done.counts["new"], done.notes[0][:9], SyncroRecord.objects.count()) == (2, "4 numbers", before)
    assert origins_of(company, ["1203", "77"])["1203"].invoice is None
    save_records(company, Side.SYNCRO, [Invoice(external_id="5", number="1187", date=date(2026, 3, 31))])
    origin = origins_of(company, ["1203", "77"])["1203"]
    assert (origin.number, origin.invoice and origin.invoice.external_id) == ("1187", "5")
    assert load("Refund Number,Original Number\n1203,1188\n", Report.REFUNDS).counts == {**NONE, "changed": 1}
    assert RefundOrigin.objects.count() == 2


def test_a_broken_file_keeps_nothing_of_a_later_batch(load: Load) -> None:
    rows = "".join(f"{number},2026-03-31,Acme Ltd,,Phone,1,45,,Cash\n" for number in range(1500))
    with pytest.raises(BadFile, match="never closed"):
        load(HEAD + rows + '1501,2026-03-31,"Acme Ltd,,Phone,1,45,,Cash\n')
    assert purchases() == []


def test_the_command_tells_what_it_did_and_what_it_left_out(load: Load, tmp_path: Path) -> None:
    path, out = tmp_path / "purchases.csv", StringIO()
    path.write_text(HEAD + "1,2026-03-31,Acme Ltd,,Phone,1,45,,Cash\n2,2026-03-31,Acme Ltd,,Phone,1,forty,,Cash\n")
    with pytest.raises(CommandError) as told:
        call_command("import-csv", "acme", "customer-purchases", str(path), stdout=out)
    assert told.value.returncode == 5
    assert "line 2: new: 1 · Acme Ltd · 2026-03-31 · 45.00" in out.getvalue()
    assert "line 3, Cost: 'forty': This is not an amount; write it like 1234.56." in out.getvalue()
    assert "Kept: 1 new, 0 changed, 0 unchanged, 1 left out." in out.getvalue()


def test_the_command_in_json_and_as_a_preview(load: Load) -> None:
    out = StringIO()
    path = str(SAMPLES / "customer-purchases.csv")
    call_command("import-csv", "acme", "customer-purchases", path, "--dry-run", "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert {name: told[name] for name in ("company", "report", "dry_run", "new", "left_out", "problems")} == {
        "company": "acme", "report": "customer-purchases", "dry_run": True, "new": 2, "left_out": 0, "problems": [],
    }  # fmt: skip
    assert not purchases()


def test_a_file_of_another_kind_is_a_usage_error(load: Load) -> None:
    for path in ("docs/samples/locations.csv", "docs/samples/none.csv"):
        with pytest.raises(CommandError) as told:
            call_command("import-csv", "acme", "refunds", path, stdout=StringIO())
        assert told.value.returncode == 2
