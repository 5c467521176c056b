"""Pulls, sweeps and single reads."""

from __future__ import annotations

import json
from decimal import Decimal
from itertools import islice

import pytest

from apps.platforms.errors import NeedsReconnect, PermissionMissing, Unavailable
from apps.platforms.records import Application, Invoice, ItemKind, Payment, Status
from apps.platforms.syncro import ends
from tests.platforms.syncro.conftest import Shop


def test_invoices_come_with_lines_payments_and_balance(shop: Shop) -> None:
    key = shop.invoice("100.00")
    paid = shop.pay("30.00", apply={key: "30.00"})
    declined = shop.pay("70.00", apply={key: "70.00"}, success=False)
    invoice = shop.read("invoice", key)
    assert isinstance(invoice, Invoice)
    assert (invoice.total, invoice.balance, invoice.tax_key) == (Decimal(100), Decimal(70), shop.rate)
    assert invoice.payment_ids == (paid,)
    assert declined not in invoice.payment_ids


def test_the_first_pull_reads_every_page_and_the_next_only_what_changed(shop: Shop) -> None:
    keys = [shop.invoice(str(price)) for price in range(1, 31)]
    first, cursor = shop.pulled("invoice")
    assert sorted(first) == sorted(keys)
    shop.screens.edit_invoice(id=keys[3], note="changed")
    assert shop.pulled("invoice", cursor)[0] == [keys[3]]


def test_a_pull_goes_on_at_the_page_where_it_stopped(shop: Shop) -> None:
    keys = {shop.invoice() for _ in range(60)}
    stored = list(islice(shop.syncro.pull("invoice", ""), 2))
    rest, _ = shop.pulled("invoice", stored[-1].cursor)
    before = {record.external_id for page in stored for record in page.records}
    assert (len(before), len(rest)) == (50, 10)
    assert before | set(rest) == keys


def test_a_full_pull_reads_everything_again(shop: Shop) -> None:
    key = shop.invoice()
    _, cursor = shop.pulled("invoice")
    assert shop.pulled("invoice", cursor)[0] == []
    assert shop.pulled("invoice", cursor, full=True)[0] == [key]


def test_an_edit_that_moves_rows_between_pages_hides_none(shop: Shop) -> None:
    keys = [shop.invoice() for _ in range(30)]
    seen: list[str] = []
    for number, page in enumerate(shop.syncro.pull("invoice", "")):
        seen += [record.external_id for record in page.records]
        if number == 0:
            shop.screens.delete_invoice(id=keys[0])
    assert set(seen) == set(keys)


def test_a_pull_that_loses_an_answer_says_so(shop: Shop) -> None:
    shop.invoice()
    shop.screens.fault(kind="status", status=503, path="/invoices/", times=5)
    with pytest.raises(Unavailable):
        shop.pulled("invoice")


@pytest.mark.parametrize("entity", ["customer", "item", "payment"])
def test_short_lists_are_read_whole_each_time(shop: Shop, entity: str) -> None:
    shop.screens.product(name="Cable")
    shop.pay("5.00")
    first, cursor = shop.pulled(entity)
    assert len(first) == 1
    assert shop.pulled(entity, cursor)[0] == first


def test_of_a_long_list_both_ends_are_read(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ends, "WHOLE", 4)
    keys = [shop.pay("1.00") for _ in range(150)]
    first, cursor = shop.pulled("payment")
    assert len(first) == 150
    again, _ = shop.pulled("payment", cursor)
    assert len(again) == 100
    assert keys[0] in again
    assert keys[-1] in again


def test_payment_methods_come_at_once(shop: Shop) -> None:
    card = shop.screens.payment_method(name="Terminal", uses_card_processing=True)
    assert card in shop.pulled("payment_method")[0]
    assert shop.read("payment_method", card).charges_cards


def test_a_disabled_customer_is_inactive_and_not_gone(shop: Shop) -> None:
    shop.screens.edit_customer(id=shop.customer, disabled=True)
    assert shop.pulled("customer")[0] == [shop.customer]
    assert shop.read("customer", shop.customer).status is Status.INACTIVE


def test_sweeps_read_thin_lists_only(shop: Shop) -> None:
    keys = {shop.invoice() for _ in range(30)}
    shop.screens.log(clear=True)
    assert {key for page in shop.syncro.ids("invoice") for key in page} == keys
    assert shop.requests() == ["/invoices"] * 2


def test_what_is_not_there_is_none_and_what_cannot_be_asked_raises(shop: Shop) -> None:
    assert shop.read("invoice", "999") is None
    assert shop.read("invoice", "no-number") is None
    shop.screens.fault(kind="status", status=200, body=None, path="/payments/1")
    assert shop.read("payment", "1") is None
    shop.screens.fault(kind="status", status=500, times=3)
    with pytest.raises(Unavailable):
        shop.read("invoice", "999")


def test_an_invoice_number_is_never_taken_for_an_id(shop: Shop) -> None:
    shop.invoice(number="4444")
    assert shop.read("invoice", "4444") is None


def test_a_missing_permission_is_not_a_lost_sign_in(shop: Shop) -> None:
    shop.syncro.close()
    shop.syncro = shop.connect(["Customers - List/Search"])
    with pytest.raises(PermissionMissing, match="Invoices - List"):
        shop.pulled("invoice")
    shop.screens.expire_token(token=shop.bench.tokens.tokens.access)
    with pytest.raises(NeedsReconnect):
        shop.pulled("customer")


def test_a_payment_over_invoices_does_not_tell_its_parts(shop: Shop) -> None:
    one, two = shop.invoice("60.00"), shop.invoice("50.00")
    payment = shop.read("payment", shop.pay("110.00", apply={one: "60.00", two: "50.00"}, date="2026-04-05"))
    assert isinstance(payment, Payment)
    assert payment.applications == (Application(document_id=one), Application(document_id=two))
    assert (payment.customer_id, payment.date.isoformat(), payment.unapplied) == (shop.customer, "2026-04-05", None)


def test_a_credit_is_a_payment_on_nothing(shop: Shop) -> None:
    credit = shop.read("payment", shop.screens.store_credit(customer_id=shop.customer, amount="25.00"))
    assert credit.applications == ()
    assert credit.unapplied == Decimal(25)


def test_items_say_what_they_are(shop: Shop) -> None:
    part = shop.screens.product(name="Disk", maintain_stock=True, price_retail=80.5)
    work = shop.screens.product(name="Hour", product_category="Labor")
    goods = shop.screens.product(name="Cable", product_category="Parts", disabled=True)
    kinds = {key: (item.kind, item.status) for key, item in shop.syncro.get("item", [part, work, goods]).items()}  # type: ignore[union-attr]
    assert kinds == {
        part: (ItemKind.INVENTORY, Status.ACTIVE),
        work: (ItemKind.SERVICE, Status.ACTIVE),
        goods: (ItemKind.NON_INVENTORY, Status.INACTIVE),
    }
    assert shop.read("item", part).price == Decimal("80.5")


def test_a_refund_is_a_negative_invoice_with_a_negative_payment(shop: Shop) -> None:
    refund = shop.screens.refund(invoice_id=shop.invoice("40.00"))
    assert shop.read("invoice", refund["invoice"]).total == Decimal(-40)
    assert shop.read("payment", refund["payment"]).amount == Decimal(-40)


def test_the_keys_to_the_customers_portal_are_not_kept(shop: Shop) -> None:
    payment = shop.read("payment", shop.pay("1.00"))
    assert "online_profile_url" not in json.dumps(payment.raw, default=str)
    assert "portal_key" not in str(shop.bench.ledger)


def test_records_open_in_the_web_app_of_the_account(shop: Shop) -> None:
    host = shop.base_url.removesuffix("/api/v1")
    assert shop.syncro.url("customer", "7") == f"{host}/customers/7"
    assert shop.syncro.url("item", "7") == f"{host}/products/7"
