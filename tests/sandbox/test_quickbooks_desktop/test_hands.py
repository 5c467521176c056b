"""What people do in the screens, and what the story of the shop asks of every books."""

import datetime as dt
from pathlib import Path

import pytest

from apps.sandbox.control import Control, ControlError
from apps.sandbox.frame import PocketServer
from apps.sandbox.quickbooks_desktop.app import PocketDesktop
from apps.sandbox.shop import seed
from apps.sandbox.shop.catalogue import VENDOR_TWIN
from apps.sandbox.store import Store
from apps.sandbox.syncro.app import PocketSyncro

from .desk import Desk, payment


def test_a_new_company_comes_with_what_a_shop_needs(desk: Desk) -> None:
    assert desk.facts == {"file": "C:\\QB\\pocket.qbw", "company": "Pocket Company"}
    names = {row["FullName"] for row in desk.ask("AccountQuery")}
    assert {"Checking", "Undeposited Funds", "Accounts Receivable", "Sales of Product Income", "Cost of Goods Sold",
            "Customer deposits liability"} <= names  # fmt: skip
    assert {"Cash", "Check", "Credit Card"} <= {row["Name"] for row in desk.ask("PaymentMethodQuery")}
    assert [row["Name"] for row in desk.ask("SalesTaxCodeQuery")] == ["Tax", "Non"]
    assert desk.ask("ItemSalesTaxQuery", {"FullName": "Sales Tax"})[0]["TaxRate"] == "8.25"
    assert desk.app.control_new_company(name="Another") == desk.facts


def test_what_was_answered_survives_a_restart(tmp_path: Path) -> None:
    desk = Desk(PocketDesktop(Store(tmp_path / "a.db")))
    key = desk.customer()
    made = desk.invoice(key, RefNumber="7")
    desk.app.control_pay(key, 30, {made["TxnID"]: 30})
    desk.app.control_setting("applied_sign", 1)
    desk.app.store.commit()
    again = Desk(PocketDesktop(Store(tmp_path / "a.db")))
    assert again.read("Invoice", made["TxnID"]) == desk.read("Invoice", made["TxnID"])
    assert again.code("CustomerAdd", {"Name": "Acme"}) == 3100
    assert again.customer("Else") != key


def test_a_bookkeeper_receives_moves_and_finds_payments(desk: Desk) -> None:
    hands, key = desk.app, desk.customer()
    first, second = (desk.invoice(key, RefNumber=number)["TxnID"] for number in ("7", "8"))
    paid = hands.control_pay(key, "100", {first: "100"}, "2026-10-05", "CHK-1", "Check")
    assert hands.control_paid_by(first) == [{"id": paid, "amount": "100.00"}]
    assert hands.control_move_payment(paid, {second: 60}) == paid
    booked = hands.control_booked("8")
    assert (booked["id"], booked["customer_id"], booked["total"], booked["open"]) == (second, key, "100.00", "40.00")
    assert hands.control_open_invoices(key) == [first, second]
    assert hands.control_balance(key) == 100.0
    hands.control_move_payment(paid, {})
    assert desk.read("ReceivePayment", paid)["UnusedPayment"] == "100.00"


def test_one_live_invoice_has_a_number_or_none_is_told(desk: Desk) -> None:
    key = desk.customer()
    made = [desk.invoice(key, RefNumber="7")["TxnID"] for _ in range(2)]
    with pytest.raises(LookupError):
        desk.app.control_booked("7")
    desk.app.control_void("Invoice", made[0])
    assert desk.app.control_booked("7")["id"] == made[1]


def test_the_screens_take_payments_off_by_themselves(desk: Desk) -> None:
    hands, key = desk.app, desk.customer()
    made = [desk.invoice(key)["TxnID"] for _ in range(3)]
    paid = hands.control_pay(key, 300, dict.fromkeys(made, 100))
    line = desk.read("Invoice", made[2])["InvoiceLineRet"]["TxnLineID"]
    hands.control_void("Invoice", made[0])
    hands.control_delete("Invoice", made[1])
    hands.control_edit("Invoice", made[2], InvoiceLineMod=[{"TxnLineID": line, "Amount": "90.00"}])
    assert desk.read("ReceivePayment", paid)["UnusedPayment"] == "300.00"
    assert hands.control_balance(key) == -210.0


def test_a_person_deletes_a_deposited_payment_out_of_its_deposit(desk: Desk) -> None:
    hands, key = desk.app, desk.customer()
    both = [hands.control_pay(key, amount) for amount in (10, 20)]
    hands.control_deposit(both)
    hands.control_delete("ReceivePayment", both[0])
    assert desk.ask("DepositQuery", {"IncludeLineItems": "true"})[0]["DepositLineRet"]["TxnID"] == both[1]


def test_journals_and_charges_move_what_is_owed(desk: Desk) -> None:
    hands, key = desk.app, desk.customer()
    entry = hands.control_journal(key, -25)
    hands.control_charge(key, 40)
    assert desk.owed(key)[0] == "15.00"
    row = desk.ask("JournalEntryQuery", {"TxnID": entry, "IncludeLineItems": "true"})[0]
    assert row["JournalCreditLine"]["EntityRef"]["ListID"] == key
    assert desk.ask("ChargeQuery")[0]["BalanceRemaining"] == "40.00"
    assert [row["TxnID"] for row in desk.ask("JournalEntryQuery", {"EntityFilter": {"ListID": key}})] == [entry]


def test_a_journal_entry_balances_and_has_one_line_on_receivables(desk: Desk) -> None:
    line = {"AccountRef": "Accounts Receivable", "EntityRef": desk.customer(), "Amount": 5}
    for other in (line, {"AccountRef": "Checking", "Amount": 6}):
        with pytest.raises(ValueError, match="3210"):
            desk.app.control_create("JournalEntry", {"JournalDebitLine": [line], "JournalCreditLine": [other]})


def test_a_person_types_numbers_and_ticks_boxes(desk: Desk) -> None:
    body = {"CustomerRef": desk.customer(), "IsToBePrinted": True, "Memo": None,
            "InvoiceLineAdd": [{"ItemRef": "Services", "Quantity": 2, "Rate": 7.5, "SalesTaxCodeRef": "Non"}]}  # fmt: skip
    made = desk.app.control_create("Invoice", body)
    assert (made["Subtotal"], made["IsToBePrinted"]) == ("15.00", "true")
    assert desk.read("Invoice", made["TxnID"])["InvoiceLineRet"]["Quantity"] == "2"


def test_items_and_rates_of_the_shop_name_their_kind(desk: Desk) -> None:
    kind, _, key = desk.app.control_deposit_item().partition(":")
    item = desk.ask("ItemQuery", {"ListID": key})[0]
    assert (kind, item["SalesOrPurchase"]["AccountRef"]["FullName"]) == ("ItemService", "Customer deposits liability")
    assert desk.app.control_deposit_item() == f"{kind}:{key}"
    rate = desk.app.control_tax_rate("City", "2")
    assert desk.app.control_tax_rate("Both", parts=[rate]).startswith("ItemSalesTaxGroup:")


def test_the_shop_opens_in_these_books_too(desk: Desk) -> None:
    servers = [PocketServer(PocketSyncro(Store())).start(), PocketServer(desk.app).start()]
    for _ in range(2):
        seed(Control(servers[0].url), Control(servers[1].url), dt.date(2026, 10, 1))
    assert len(desk.ask("ItemSalesTaxGroupQuery")) == 1
    assert [row["Name"] for row in desk.ask("VendorQuery")].count(VENDOR_TWIN) == 1
    for server in servers:
        server.shutdown()
        server.server_close()


def test_the_pocket_is_asked_by_control_verbs_only(desk: Desk) -> None:
    server = PocketServer(desk.app).start()
    control = Control(server.url)
    assert control.find(entity="ItemService", name="Services") == desk.service
    assert (
        control.create(entity="Customer", body={"Name": "By hand", "TermsRef": "Net 30"})["TermsRef"]["FullName"]
        == "Net 30"
    )
    assert control.state(kind="Customer")[0]["Balance"] == "0.00"
    with pytest.raises(ControlError, match="3100"):
        control.create(entity="Customer", body={"Name": "By hand"})
    with pytest.raises(ControlError, match="no entity"):
        control.state(kind="Estimate")
    server.shutdown()
    server.server_close()


def test_a_reset_forgets_the_company(desk: Desk) -> None:
    desk.app.control_setting("applied_sign", 1)
    desk.app.control_reset()
    with pytest.raises(LookupError):
        desk.app.company()
    assert desk.app.settings["applied_sign"] == -1
    assert desk.app.control_new_company()["company"] == "Pocket Company"


def test_two_thousand_invoices_are_no_burden(desk: Desk) -> None:
    keys = [desk.customer(f"C{number}") for number in range(10)]
    body = {"InvoiceLineAdd": [{"ItemRef": desk.service, "Amount": "10.00"}]}
    for number in range(2_000):
        desk.app.control_create("Invoice", {"CustomerRef": keys[number % 10], "RefNumber": str(number), **body})
    row = desk.ask("InvoiceQuery", {"RefNumber": "1999"})[0]
    desk.make("ReceivePaymentAdd", payment(keys[9], "10.82", {"TxnID": row["TxnID"], "PaymentAmount": "10.82"}))
    assert desk.app.control_booked("1999")["open"] == "0.01"
