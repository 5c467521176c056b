"""F15, Syncro's side: an invoice shows one sum of tax; which rate or group each line had follows from it, to the cent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from apps.platforms.syncro.translate.invoices import read_invoice
from apps.sync.tax.rates import Rate, RateBook
from apps.sync.tax.rebuild import Answer, Verdict, rebuild
from apps.sync.tax.told import adds_up, as_told
from tests.platforms.syncro.conftest import Shop


class Quebec:
    """A shop that charges two taxes at once, sells books with one, and has a customer who pays none."""

    def __init__(self, shop: Shop) -> None:
        rates = {"GST": "5", "QST": "9.975", "Exempt": "0"}
        self.shop, screens = shop, shop.screens
        self.keys = {name: str(screens.tax_rate(name=name, percent=percent)) for name, percent in rates.items()}
        both = str(screens.tax_rate(name="GST and QST", group=[self.keys["GST"], self.keys["QST"]]))
        plain = {name: (self.keys[name], Decimal(percent)) for name, percent in rates.items()}
        told = [Rate(self.keys[name], name, (part,)) for name, part in plain.items()]
        self.book = RateBook([*told, Rate(both, "GST and QST", (plain["GST"], plain["QST"]))])
        self.keys["both"] = both
        self.acme = str(screens.customer(business_name="Acme", tax_rate_id=both))
        self.product = str(screens.product(name="Manual", description="A book", tax_rate_id=self.keys["GST"]))

    def answer(self, *lines: dict[str, Any], customer: str = "") -> Answer:
        given = [{"item": "Work", "name": "Done", "quantity": "1", "taxable": True, **line} for line in lines]
        content = self.shop.read("invoice", self.shop.invoice(customer_id=customer or self.acme, lines=given)).content()
        assert adds_up(content)
        return rebuild(as_told(content, self.book, {self.product: self.keys["GST"]}), self.book)

    def said(self, answer: Answer) -> list[tuple[str, str]]:
        names = {key: name for name, key in self.keys.items()}
        return [(names.get(line.rate.key, ""), f"{line.tax:.2f}") for line in answer.lines]


@pytest.fixture
def quebec(shop: Shop) -> Quebec:
    return Quebec(shop)


def test_a_line_of_a_group_has_the_sum_of_its_rates(quebec: Quebec) -> None:
    answer = quebec.answer({"price": "100.00"}, {"price": "20.00", "taxable": False})
    assert quebec.said(answer) == [("both", "14.98"), ("", "0.00")]


def test_a_product_with_one_of_the_rates_stands_beside_the_group(quebec: Quebec) -> None:
    answer = quebec.answer({"price": "100.00"}, {"price": "19.99", "product_id": quebec.product})
    assert quebec.said(answer) == [("both", "14.97"), ("GST", "1.00")]  # the document is rounded


def test_parts_of_an_hour_and_discounts_come_out_to_the_cent(quebec: Quebec) -> None:
    lines: list[dict[str, Any]] = [
        {"price": "95.35", "quantity": "1.333", "line_discount_percent": "7.5"},
        {"price": "12.49", "quantity": "3", "discount_dollars": "2.00", "product_id": quebec.product},
        {"price": "-10.00", "taxable": True},
    ]
    answer = quebec.answer(*lines)
    assert quebec.said(answer) == [("both", "17.61"), ("GST", "1.77"), ("both", "-1.50")]


def test_an_exempt_customer_pays_none_of_them(quebec: Quebec) -> None:
    nobody = str(quebec.shop.screens.customer(business_name="Church", tax_rate_id=quebec.keys["Exempt"]))
    lines = {"price": "100.00"}, {"price": "19.99", "product_id": quebec.product}
    assert quebec.said(quebec.answer(*lines, customer=nobody)) == [("Exempt", "0.00")] * 2


def test_a_group_whose_rates_nobody_told_is_asked_for(quebec: Quebec) -> None:
    quebec.book = RateBook([Rate(quebec.keys["both"]), Rate(quebec.keys["GST"], "GST", (("gst", Decimal(5)),))])
    answer = quebec.answer({"price": "100.00"})
    assert (answer.verdict, answer.missing) == (Verdict.RATES_MISSING, (quebec.keys["both"],))


def test_where_an_account_tells_the_rate_of_a_line_it_is_taken(quebec: Quebec) -> None:
    line = {"id": 1, "item": "Book", "name": "Book", "price": "10.0", "quantity": "1.0", "taxable": True}
    raw = {"id": 7, "date": "2026-04-01", "subtotal": "20.0", "tax": "2.0", "total": "22.0", "customer": {}}
    told = [{**line, "tax_rate_id": int(quebec.keys["GST"])}, {**line, "id": 2, "tax_note": "gst and qst"}]
    invoice = read_invoice({**raw, "line_items": told})
    answer = rebuild(as_told(invoice.content(), quebec.book, {}), quebec.book)
    assert quebec.said(answer) == [("GST", "0.50"), ("both", "1.50")]
