"""A pass works out the tax of what changed, asks a person where it does not come out, and holds nothing up for it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.connections.models import Company
from apps.mappings.models import TaxRate
from apps.mirror.store import save_records
from apps.platforms.base import Side
from apps.platforms.records import Invoice, Line
from apps.reconciliation.models import Mismatch
from apps.reconciliation.reconcile import reconcile
from apps.reconciliation.tieout import tie_out
from apps.sync.models import InvoiceTax
from apps.sync.tax.judge import rates_of_lines, rebuild_taxes
from tests.features.ledger import TODAY
from tests.world import World


def tell(world: World, name: str, percent: str, told: str | None = "", **fields: Any) -> str:
    """A rate in Syncro, and what staff say its percent is: the same unless given, None for nothing yet."""
    key = str(world.syncro.tax_rate(name=name, percent=percent))
    said = percent if told == "" else told
    TaxRate.objects.create(company=world.company, external_id=key, name=name, percent=said, **fields)
    return key


def correct(world: World, key: str, percent: str) -> None:
    TaxRate.objects.filter(company=world.company, external_id=key).update(percent=Decimal(percent))


def taxes(world: World) -> list[list[str]]:
    """The verdict on every invoice, and each line's percent and tax."""
    found = InvoiceTax.objects.filter(company=world.company).order_by("invoice__label")
    return [[each.verdict, *(f"{line['percent']}%: {line['tax']}" for line in each.lines)] for each in found]


def test_lines_of_two_rates_are_told_apart_and_the_books_get_what_they_always_got(world: World) -> None:
    tell(world, "State", "8.25", is_default=True)
    phones = tell(world, "Phones", "12")
    phone = world.syncro.product(name="Phone", description="Phone", price_retail=50, tax_rate_id=int(phones))
    work = {"item": "Work", "name": "Done", "quantity": "1", "price": "100.00", "taxable": True}
    world.syncro.invoice(customer_id=world.customer(), lines=[{"product_id": phone}, work], date=str(TODAY))
    world.sync()
    assert (taxes(world), world.states(), world.queue()) == ([["sure", "12%: 6.00", "8.25%: 8.25"]], {}, [])
    judged = InvoiceTax.objects.get()
    keys = rates_of_lines(world.company, [judged.invoice_id])
    assert [keys[line["line"]] for line in judged.lines] == [phones, judged.lines[1]["rate"]]
    assert judged.invoice.amount == Decimal("164.25")


def test_an_invoice_of_one_rate_gives_its_lines_none(world: World) -> None:
    tell(world, "State", "8.25", is_default=True)
    world.invoice(world.customer(), "100.00", "20.00", taxable=True)
    world.sync()
    assert taxes(world) == [["sure", "8.25%: 8.25", "8.25%: 1.65"]]
    assert rates_of_lines(world.company, InvoiceTax.objects.values_list("invoice", flat=True)) == {}


def test_a_tax_that_does_not_come_out_is_shown_line_by_line_until_its_rate_is_corrected(world: World) -> None:
    state = tell(world, "State", "8.25", "8", is_default=True)
    world.invoice(world.customer(), "100.00", number="1001", taxable=True)
    world.sync()
    (item,) = world.queue()
    assert item.sentence.startswith(
        f"Invoice 1001 of 108.25 on {TODAY} for Acme Ltd says tax 8.25, but its lines make 8.00 (0.25 less): "
        "Work 100.00 at State 8 % is 8.00. That is 8.00 rounded per document, per rate, "
    )
    assert (item.kind, item.amount, world.states()) == ("tax_cannot_be_rebuilt", Decimal(0), {})
    assert tie_out(world.company).unexplained == Decimal(0)
    correct(world, state, "8.25")
    world.sync()
    assert world.queue() == []


def test_it_is_over_when_the_invoice_is_changed_in_syncro(world: World) -> None:
    tell(world, "State", "8.25", "8", is_default=True)
    invoice = world.invoice(world.customer(), "100.00", taxable=True)
    world.sync()
    work = {"item": "Work", "name": "Done", "quantity": "1", "price": "100.00", "taxable": False}
    world.syncro.edit_invoice(id=invoice, lines=[work])
    world.sync()
    assert (taxes(world), world.queue()) == ([["sure", "0%: 0.00"]], [])


def test_rates_that_nobody_told_are_one_item_whatever_waits_for_them(world: World) -> None:
    tell(world, "State", "8.25", is_default=True)
    county = tell(world, "", "7.5", None)
    acme = world.customer(tax_rate_id=int(county))
    for number in ("1001", "1002", "1003"):
        world.invoice(acme, "100.00", number=number, taxable=True)
    world.sync()
    (item,) = world.queue()
    assert "The tax of 3 invoices cannot be worked out line by line until somebody says" in item.sentence
    assert f"the percent of the tax rate with the id {county}. Say it under Mappings" in item.sentence
    correct(world, county, "7.5")
    world.sync()
    assert (taxes(world), world.queue()) == ([["sure", "7.5%: 7.50"]] * 3, [])


def test_while_nobody_told_any_rate_nothing_is_judged_and_nothing_asked(world: World) -> None:
    tell(world, "", "8.25", None)
    world.invoice(world.customer(), "100.00", taxable=True)
    world.sync()
    assert (taxes(world), world.queue()) == ([], [])


def invoices(company: Company, numbers: range, tax: str = "8.25") -> None:
    """Invoices as Syncro told them."""
    line = Line(line_id="7", name="Work", price=Decimal(100), amount=Decimal(100))
    records = [
        Invoice(
            external_id=str(number), number=str(number), customer_id="1", date=TODAY, lines=(line,),
            subtotal=Decimal(100), tax=Decimal(tax), total=100 + Decimal(tax),
        )
        for number in numbers
    ]  # fmt: skip
    save_records(company, Side.SYNCRO, records)


@pytest.fixture
def company(db: None) -> Company:
    company = Company.objects.create(slug="acme", name="Acme", books_platform="quickbooks_online")
    TaxRate.objects.create(company=company, external_id="1", name="State", percent=Decimal("8.25"), is_default=True)
    return company


def test_only_what_changed_is_judged_again(company: Company) -> None:
    invoices(company, range(10))
    assert [rebuild_taxes(company), rebuild_taxes(company)] == [10, 0]
    invoices(company, range(3), tax="9.00")
    assert [rebuild_taxes(company), rebuild_taxes(company)] == [3, 0]
    TaxRate.objects.update(percent=Decimal(9))
    assert rebuild_taxes(company) == 10


def test_a_rate_told_wrongly_does_not_flood_the_queue(company: Company) -> None:
    invoices(company, range(60), tax="9.00")
    rebuild_taxes(company)
    assert reconcile(company) == {"open": 51, "opened": 51, "closed": 0}
    assert "tax of 10 more invoices" in Mismatch.objects.get(subject="more invoices").sentence
    TaxRate.objects.update(percent=Decimal(9))
    rebuild_taxes(company)
    assert reconcile(company)["open"] == 0


def test_many_invoices_take_no_more_queries_than_few(company: Company) -> None:
    asked = []
    for numbers in (range(2), range(2, 300)):
        invoices(company, numbers)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert rebuild_taxes(company) == len(numbers)
        asked.append(len(seen))
    assert asked[0] == asked[1] < 12


def test_a_line_kept_before_looks_as_it_did() -> None:
    plain, exact = (Invoice(date=TODAY, lines=(Line(net=net),)) for net in (None, Decimal("1.234")))
    assert not {"net", "tax_key", "tax_note"} & set(plain.content()["lines"][0])
    assert (exact.content()["lines"][0]["net"], exact.agreed()) == ("1.234", plain.agreed())
