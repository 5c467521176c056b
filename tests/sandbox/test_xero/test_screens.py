"""What people do in the vendor's own screens."""

import pytest

from apps.sandbox.control import ControlError
from apps.sandbox.xero.settings import DEFAULTS, READINGS

from .desk import Desk


def invoices(desk: Desk, key: str, *amounts: float) -> list[str]:
    return [desk.invoice(key, amount)["InvoiceID"] for amount in amounts]


def test_a_payment_on_one_invoice_is_plain(desk: Desk) -> None:
    key = desk.contact()
    (one,) = invoices(desk, key, 100)
    made = desk.control.pay(customer_id=key, amount="40", apply={one: "40"}, date="2026-03-05", ref="CHK 1")
    shown = desk.read("Payments", made)
    assert (shown["Amount"], shown["Reference"], shown["DateString"]) == (40, "CHK 1", "2026-03-05T00:00:00")
    assert desk.control.paid_by(invoice_id=one) == [{"id": made, "amount": 40}]
    assert (desk.control.balance(customer_id=key), desk.control.open_invoices(customer_id=key)) == (60, [one])


def test_a_payment_on_several_invoices_is_a_batch_and_the_rest_an_overpayment(desk: Desk) -> None:
    key = desk.contact()
    one, two = invoices(desk, key, 10, 20)
    made = desk.control.pay(customer_id=key, amount=35, apply={one: 10, two: 20})
    assert made.startswith("batch:")
    assert desk.rows("Overpayments")[0]["RemainingCredit"] == 5
    assert desk.control.balance(customer_id=key) == -5
    assert desk.control.pay(customer_id=key, amount=7).startswith("overpayment:")


def test_who_pays_too_much_has_an_overpayment(desk: Desk) -> None:
    key = desk.contact()
    (one,) = invoices(desk, key, 100)
    desk.control.setting(name="ui_overpayment_type", value="AROVERPAYMENT")
    desk.control.pay(customer_id=key, amount=130, apply={one: 130})
    assert desk.read("Invoices", one)["Status"] == "PAID"
    over = desk.rows("Overpayments")[0]
    assert (over["Type"], over["RemainingCredit"]) == ("AROVERPAYMENT", 30)


def test_moving_is_removing_and_redoing(desk: Desk) -> None:
    key = desk.contact()
    one, two, three = invoices(desk, key, 50, 50, 50)
    first = desk.control.pay(customer_id=key, amount=50, apply={one: 50}, date="2026-03-05", ref="r")
    second = desk.control.move_payment(id=first, apply={two: 25, three: 25})
    assert desk.read("Payments", first)["Status"] == "DELETED"
    members = desk.rows("Payments", where='Status=="AUTHORISED"')
    assert {each["BatchPaymentID"] for each in members} == {second.removeprefix("batch:")}
    third = desk.control.move_payment(id=second, apply={one: 50})
    assert desk.control.paid_by(invoice_id=one) == [{"id": third, "amount": 50}]
    assert desk.read("Payments", third)["Reference"] == "r"


def test_an_overpayment_moves_its_allocations(desk: Desk) -> None:
    key = desk.contact()
    one, two = invoices(desk, key, 50, 50)
    over = desk.control.pay(customer_id=key, amount=50)
    assert desk.control.move_payment(id=over, apply={one: 30}) == over
    assert desk.control.move_payment(id=over, apply={two: 50}) == over
    assert desk.control.paid_by(invoice_id=two) == [{"id": over, "amount": 50}]
    assert desk.control.paid_by(invoice_id=one) == []
    desk.control.delete(entity="Payment", id=over)
    assert desk.rows("Overpayments")[0]["Status"] == "VOIDED"
    assert desk.rows("BankTransactions")[0]["Status"] == "VOIDED"
    assert desk.control.balance(customer_id=key) == 100


def test_a_paid_invoice_is_freed_before_it_is_voided(desk: Desk) -> None:
    key = desk.contact()
    (one,) = invoices(desk, key, 100)
    paid = desk.control.pay(customer_id=key, amount=60, apply={one: 60})
    note = desk.credit(key, 40)["CreditNoteID"]
    desk.control.allocate(id=note, invoice_id=one, amount=40)
    desk.control.delete(entity="Invoice", id=one)
    assert desk.read("Invoices", one)["Status"] == "VOIDED"
    assert (desk.read("Payments", paid)["Status"], desk.read("CreditNotes", note)["RemainingCredit"]) == ("DELETED", 40)


def test_refunds_pay_out_credits(desk: Desk) -> None:
    key = desk.contact()
    note, over = desk.credit(key, 40)["CreditNoteID"], desk.control.pay(customer_id=key, amount=10)
    desk.control.refund(id=note, amount=15)
    desk.control.refund(id=over, amount=10)
    kinds = {each["PaymentType"] for each in desk.rows("Payments")}
    assert (kinds, desk.control.balance(customer_id=key)) == ({"ARCREDITPAYMENT", "AROVERPAYMENTPAYMENT"}, -25)
    with pytest.raises(ControlError, match="less than that"):
        desk.control.refund(id=note, amount=26)


def test_people_are_free_of_locks_and_of_the_apis_rules(desk: Desk) -> None:
    key = desk.contact()
    (one,) = invoices(desk, key, 100)
    desk.control.close_books(date="2026-12-31")
    desk.control.pay(customer_id=key, amount=10, apply={one: 10}, date="2026-03-05")
    changed = desk.control.edit(entity="Invoice", id=one, LineItems=[desk.line(80)])
    assert (changed["Total"], changed["AmountDue"]) == (80, 70)
    with pytest.raises(ControlError, match="cannot be edited"):
        desk.control.edit(entity="Invoice", id=one, LineItems=[desk.line(5)])
    assert desk.read("Invoices", one)["Total"] == 80


def test_an_invoice_is_found_by_its_number(desk: Desk) -> None:
    key = desk.contact()
    made = desk.invoice(key, 12.5, InvoiceNumber="77")
    shown = {"id": made["InvoiceID"], "customer_id": key, "number": "77", "total": 12.5, "open": 12.5}
    assert desk.control.booked(number="77") == {**shown, "date": "2026-03-01"}
    desk.control.void(entity="Invoices", id=made["InvoiceID"])
    with pytest.raises(ControlError, match="0 invoices"):
        desk.control.booked(number="77")


def test_the_shop_finds_what_it_needs(desk: Desk) -> None:
    item = desk.control.deposit_item()
    assert desk.control.deposit_item() == item
    account = desk.read("Items", item)["SalesDetails"]["AccountCode"]
    assert desk.read("Accounts", desk.control.find("Account", "Customer deposits liability"))["Code"] == account
    vendor = desk.control.own_vendor(name="Ingram")
    assert desk.read("Contacts", vendor)["IsSupplier"] is True
    parts = [desk.control.tax_rate(name=name, percent=rate) for name, rate in (("State", "6.25"), ("City", "0.5"))]
    kind = desk.control.tax_rate(name="Group", parts=parts)
    assert desk.read("TaxRates", kind)["EffectiveRate"] == 6.75
    for name in ("Checking", "Undeposited Funds", "Cost of Goods Sold", "Sales of Product Income"):
        assert desk.control.find(entity="Account", name=name)


def test_an_unknown_word_is_told(desk: Desk) -> None:
    with pytest.raises(ControlError, match="no entity 'Nothing'"):
        desk.control.state("Nothing")
    with pytest.raises(ControlError, match="no setting 'nothing'"):
        desk.control.setting("nothing", 1)
    with pytest.raises(ControlError, match="is one of"):
        desk.control.setting("unchanged", "nothing")


def test_every_word_of_a_doubt_has_its_readings() -> None:
    words = {name for name, value in DEFAULTS.items() if isinstance(value, str)}
    assert words == set(READINGS)
    assert all(DEFAULTS[name] == readings[0] for name, readings in READINGS.items())
