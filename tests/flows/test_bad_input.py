"""Bad input: a clear sentence, the record held or shortened by rule, nothing lost, and the rest of the run goes on."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.connections.connecting import connect_account
from apps.mappings.lookup import save_mapping
from apps.mappings.suggest import apply, suggest
from apps.platforms.base import Tokens
from apps.sandbox.syncro.account import PERMISSIONS
from apps.sync import decide
from apps.sync.engine import bring_in_step
from tests.features.ledger import TODAY, Ledger
from tests.world import World, written


def refused(*words: str) -> tuple[int, str]:
    """Exit code and sentence of a command that fails."""
    with pytest.raises(CommandError) as told:
        call_command(*words, stdout=StringIO(), stderr=StringIO())
    return told.value.returncode, str(told.value)


def test_an_unknown_company_is_a_usage_error_that_names_the_known(world: World) -> None:
    assert refused("sync", "nope") == (2, "There is no company 'nope'. Companies: acme.")


def test_a_wrong_token_is_refused_before_anything_changes(world: World, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("T-wrong")
    code, sentence = refused("connect", "acme", "syncro", "--subdomain", "acme", "--token-file", str(token))
    assert (code, "Syncro does not accept the token" in sentence) == (3, True)


def test_a_token_that_ends_stops_the_run_with_a_sentence(world: World) -> None:
    for token in world.servers[0].app.store.all("token"):
        token["expired"] = True
    code, sentence = refused("sync", "acme")
    assert (code, sentence[:40]) == (3, "Syncro no longer accepts the API token; ")


def test_a_missing_permission_costs_only_what_it_guards(world: World, books: Ledger) -> None:
    granted = sorted({permission for *_, permission in PERMISSIONS} - {"Payments - View List"})
    health = connect_account(
        world.company, "syncro", "acme", Tokens(access=world.syncro.create_token(permissions=granted))
    )
    assert list(health.missing) == ["Payments - View List"]
    assert "Payments sent to the books (F07)" in health.missing["Payments - View List"]
    world.invoice(world.customer("Acme Ltd"), "100.00", number="1001")
    run = world.sync()
    (warning,) = run.counts["warnings"]
    assert warning.startswith("Syncro does not let payment be read: The token needs “Payments - View List”: tick it")
    assert books.invoice("1001").total == 100


def test_an_unmapped_tax_holds_its_invoices_until_it_is_mapped(world: World, settings: Any) -> None:
    books = without_automatic_tax(world, settings)
    rate = world.syncro.tax_rate(name="State and County", percent="7.75")
    acme = world.customer("Acme Ltd", tax_rate_id=rate)
    world.invoice(acme, "10.00", number="1001")
    world.sync()
    world.invoice(acme, "100.00", number="1002", taxable=True)
    world.invoice(acme, "20.00", number="1003")
    assert written(bring_in_step(world.company))["books"] == {"invoice created": 1}
    assert f"which tax code of the books stands for Syncro's tax “{rate}”" in world.held("mapping_missing").reason
    apply(world.company, suggest(world.company))
    assert written(bring_in_step(world.company))["books"] == {"invoice created": 1}
    assert (books.invoice("1002").total, world.states()) == (Decimal("107.75"), {})


def without_automatic_tax(world: World, settings: Any) -> Ledger:
    """Books in which somebody has to choose the tax codes."""
    world.books.reset()
    world.books.setting(name="limit_scale", value=1000.0)
    world.ledger.connect(world.company, settings, ast=False)
    world.company.refresh_from_db()
    return world.ledger


def test_an_unmapped_payment_method_holds_its_payments_until_it_is_mapped(world: World, books: Ledger) -> None:
    acme = world.customer("Acme Ltd")
    invoice = world.invoice(acme, "100.00", number="1001")
    world.pays(acme, "60.00", {invoice: "60.00"}, method="Bitcoin")
    world.pays(acme, "40.00", {invoice: "40.00"}, method="Cash")
    world.sync()
    assert "what Syncro's payment method “Bitcoin” is in the books" in world.held("mapping_missing").reason
    assert [paid.amount for paid in books.payments()] == [Decimal(40)]
    account, method = world.books.find("Account", "Checking"), world.books.find("PaymentMethod", "Other")
    save_mapping(world.company, "payment_method", "Bitcoin", kind="money", external_id=method, account_id=account)
    world.sync()
    assert (books.invoice("1001").open, world.states()) == (Decimal(0), {})


def test_a_payment_in_another_currency_waits_for_a_person(world: World, books: Ledger) -> None:
    world.books.preference(path="CurrencyPrefs.MultiCurrencyEnabled", value=True)
    body = {"DisplayName": "Euro Ltd", "CurrencyRef": {"value": "EUR"}}
    euro = world.books.create(entity="Customer", body=body)["Id"]
    paid = {
        "CustomerRef": {"value": euro},
        "TotalAmt": 50,
        "CurrencyRef": {"value": "EUR"},
        "TxnDate": TODAY.isoformat(),
    }
    world.books.create(entity="Payment", body=paid)
    world.invoice(world.customer("Acme Ltd"), "100.00", number="1001")
    assert written(world.sync())["syncro"] == {}
    assert world.held("currency_differs").reason == "The payment is in EUR, the company's currency is USD."
    assert books.invoice("1001").total == 100


def test_an_invoice_for_a_customer_the_books_keep_in_another_currency_is_not_sent(world: World, books: Ledger) -> None:
    world.books.preference(path="CurrencyPrefs.MultiCurrencyEnabled", value=True)
    world.books.create(entity="Customer", body={"DisplayName": "Euro Ltd", "CurrencyRef": {"value": "EUR"}})
    world.invoice(world.customer("Euro Ltd"), "100.00", number="1001")
    world.sync()
    assert world.held("currency_differs").reason == "Euro Ltd is kept in EUR, the company's currency is USD."
    assert books.invoices() == []


@pytest.mark.parametrize(
    ("name", "there"),
    [
        pytest.param("Long " * 60, "Long " * 19 + "Lo...", id="300 characters"),
        pytest.param("Acme: Works", "Acme- Works", id="colon"),
        pytest.param("Joe's 🍕 Pizza", "Joe's Pizza", id="emoji"),
        pytest.param("Łódź “Quoted” Ltd", 'Lódz "Quoted" Ltd', id="letters the books do not keep"),
        pytest.param("  Two\tSpaces  ", "Two Spaces", id="odd spaces"),
    ],
)
def test_an_awkward_name_is_shortened_by_rule(world: World, books: Ledger, name: str, there: str) -> None:
    world.invoice(world.customer(name), "100.00", number="1001")
    world.sync()
    assert (books.customers(), books.invoice("1001").customer, world.states()) == ([there], there, {})
    assert world.sync().counts["writes"] == {"books": {}, "syncro": {}}


def test_a_name_of_emoji_alone_waits_with_a_sentence_and_goes_on_once_renamed(world: World, books: Ledger) -> None:
    party = world.customer("🍕🍕")
    world.invoice(party, "100.00", number="1001")
    world.invoice(world.customer("Acme Ltd"), "20.00", number="1002")
    world.sync()
    assert "no letter that QuickBooks Online keeps; give it a name with plain letters" in world.held("refused").reason
    assert books.customers() == ["Acme Ltd"]
    world.syncro.edit_customer(id=party, business_name="🍕 Pizza Party")
    world.sync()
    assert (books.invoice("1001").customer, world.states()) == ("Pizza Party", {})


def test_the_name_of_a_vendor_gets_our_number_behind_it(world: World, books: Ledger) -> None:
    world.books.create(entity="Vendor", body={"DisplayName": "Acme Ltd"})
    acme = world.customer("Acme Ltd")
    world.invoice(acme, "100.00", number="1001")
    world.sync()
    assert (books.customers(), world.states()) == ([f"Acme Ltd (Syncro {acme})"], {})


def test_two_customers_of_one_name_stay_two(world: World, books: Ledger) -> None:
    first, second = world.customer("John Smith"), world.customer("John Smith")
    world.invoice(first, "10.00", number="1001")
    world.invoice(second, "20.00", number="1002")
    world.sync()
    assert [each.customer for each in books.invoices()] == ["John Smith", f"John Smith (Syncro {second})"]
    assert world.states() == {}


def test_a_long_number_is_cut_and_one_that_then_is_taken_is_held(world: World, books: Ledger) -> None:
    acme = world.customer("Acme Ltd")
    for last in "12":
        world.invoice(acme, "10.00", number=f"INVOICE-2026-11-20-000{last}")
    world.invoice(acme, "20.00", number="1003")
    world.sync()
    assert [each.number for each in books.invoices()] == ["1003", "INVOICE-2026-11-20-00"]
    assert world.held("number_taken").reason.endswith("It is number INVOICE-2026-11-20-0002.")
    assert world.sync().counts["writes"] == {"books": {}, "syncro": {}}


def test_an_amount_that_is_no_number_costs_its_own_invoice_only(world: World, books: Ledger) -> None:
    acme = world.customer("Acme Ltd")
    world.sync()  # a first load asks for no details
    bad = world.invoice(acme, "100.00", number="1001")
    world.invoice(acme, "20.00", number="1002")
    shown = {
        "id": int(bad),
        "number": "1001",
        "customer_id": int(acme),
        "date": "2026-11-20",
        "total": "abc",
        "line_items": [],
    }
    world.syncro.fault(
        kind="status", method="GET", path=f"/invoices/{bad}$", status=200, body={"invoice": shown}, times=2
    )
    (warning,) = world.sync().counts["warnings"]
    assert warning.startswith("Syncro's invoice 1001 was left out: Syncro sent an amount that is no number: 'abc'.")
    assert [item.kind for item in world.queue()] == ["unreadable_record"]
    assert [each.number for each in books.invoices()] == ["1002"]
    world.syncro.clear_faults()
    assert "warnings" not in world.sync().counts
    assert (world.queue(), [each.number for each in books.invoices()]) == ([], ["1001", "1002"])


def test_an_invoice_whose_customer_is_gone_waits_in_the_queue(world: World, books: Ledger) -> None:
    acme, other = world.customer("Acme Ltd"), world.customer("Other Ltd")
    world.invoice(acme, "100.00", number="1001")
    world.invoice(other, "20.00", number="1002")
    world.syncro.delete_customer(acme)
    world.sync()
    assert world.held("bad_reference").reason == f"Its customer {acme} of Syncro is not known on the other side."
    assert [each.number for each in books.invoices()] == ["1002"]


def test_a_payment_that_cannot_be_read_costs_no_other(world: World, books: Ledger) -> None:
    acme = world.customer("Acme Ltd")
    world.pays(acme, "5.00")
    world.sync()
    for amount in ("10.00", "20.00"):
        world.pays(acme, amount)
    app: Any = world.servers[0].app
    *good, bad = (app.show_payment(row) for row in app.in_order("payment"))
    body = {
        "payments": [*good, {**bad, "payment_amount": "12,5O", "applied_at": "soon"}],
        "meta": {"total_pages": 1, "page": 1},
    }
    world.syncro.fault(kind="status", method="GET", path="/payments$", status=200, body=body)
    (warning,) = world.sync().counts["warnings"]
    assert warning.startswith(f"Syncro's payment {bad['id']} was left out")
    assert [paid.amount for paid in books.payments()] == [Decimal(5), Decimal(10)]
    world.sync()
    assert [paid.amount for paid in books.payments()] == [Decimal(5), Decimal(10), Decimal(20)]


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([{"quantity": "1.333", "price": "19.999"}], id="three decimals"),
        pytest.param(
            [{"quantity": "0.25", "price": "0.33"}, {"quantity": "3", "price": "33.3333"}], id="parts of cents"
        ),
        pytest.param([{"quantity": "1", "price": "100.00"}, {"quantity": "1", "price": "-30.00"}], id="negative line"),
        pytest.param(
            [{"quantity": "-1", "price": "5.00"}, {"quantity": "2", "price": "50.00"}], id="negative quantity"
        ),
        pytest.param([{"quantity": "3", "price": "9.99", "discount_percent": "12.5"}], id="percent off"),
        pytest.param([{"quantity": "2", "price": "50.00", "discount_dollars": "7.77"}], id="dollars off"),
        pytest.param([{"quantity": "100000", "price": "123.45"}], id="large"),
        pytest.param(
            [{"quantity": "0", "price": "45.00"}, {"quantity": "1", "price": "10.00"}], id="quantity of nothing"
        ),
    ],
)
@pytest.mark.parametrize("taxed", [False, True], ids=["untaxed", "taxed"])
def test_awkward_lines_come_to_the_same_total(
    world: World, books: Ledger, lines: list[dict[str, Any]], taxed: bool
) -> None:
    world.syncro.tax_rate(name="Local", percent="8.25")
    full = [{"item": "Work", "name": "Work done", "taxable": taxed, **line} for line in lines]
    invoice = world.syncro.invoice(customer_id=world.customer(), lines=full, date=TODAY.isoformat(), number="1001")
    world.sync()
    (ours,) = [row for row in world.syncro.state("invoices") if str(row["id"]) == invoice]
    there = books.invoice("1001")
    assert (there.total, there.tax, world.states()) == (Decimal(ours["total"]), Decimal(ours["tax"]), {})


def test_an_invoice_without_lines_costs_no_other(world: World, books: Ledger) -> None:
    acme = world.customer("Acme Ltd")
    world.invoice(acme, number="1001")
    world.invoice(acme, "20.00", number="1002")
    world.sync()
    assert [each.number for each in books.invoices()] == ["1002"]
    assert world.held("bad_input").reason == "Invoice 1001 has no lines yet; it goes on by itself once it has some."


def test_a_due_date_before_its_date_is_told_as_it_is(world: World, books: Ledger) -> None:
    world.invoice(world.customer(), "10.00", number="1001", due_date="2026-11-01")
    world.sync()
    assert (books.invoice("1001").date, books.invoice("1001").due, world.states()) == ("2026-11-20", "2026-11-01", {})


def test_a_closed_period_waits_for_a_person_and_goes_on_after_reopening(world: World, books: Ledger) -> None:
    acme = world.customer("Acme Ltd")
    world.books.close_books(date="2026-10-31")
    world.invoice(acme, "100.00", number="1001", date=dt.date(2026, 10, 30))
    world.invoice(acme, "20.00", number="1002")
    world.sync()
    link = world.held("period_closed")
    assert link.reason == "The books are closed up to 2026-10-31; this is dated 2026-10-30."
    assert [each.number for each in books.invoices()] == ["1002"]
    world.books.close_books(date=None)
    decide.retry(link)
    world.sync()
    assert ([each.number for each in books.invoices()], world.states()) == (["1001", "1002"], {})


def test_books_closed_behind_our_back_refuse_with_the_same_word(world: World, books: Ledger) -> None:
    acme = world.customer("Acme Ltd")
    invoice = world.invoice(acme, "100.00", number="1001", date=dt.date(2026, 10, 30))
    world.sync()
    world.books.close_books(date="2026-10-31")
    world.syncro.edit_invoice(id=invoice, date="2026-11-02")
    world.sync()
    assert "closed up to 2026-10-31" in world.held("period_closed").reason
    assert books.invoice("1001").date == "2026-10-30"
