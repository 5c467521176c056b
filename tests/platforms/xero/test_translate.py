"""Raw objects to records and back: amounts, dates, states, and values nobody told us of."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from apps.platforms import errors
from apps.platforms.records import Account, Address, Application, Customer, Item, ItemKind, Line, LineKind, Status
from apps.platforms.xero.translate.customers import read_customer, write_customer
from apps.platforms.xero.translate.invoices import read_credit_memo, read_invoice, write_credit_memo, write_invoice
from apps.platforms.xero.translate.items import read_item, write_item
from apps.platforms.xero.translate.names import contact_number, document_number, item_code
from apps.platforms.xero.translate.payments import read_batch, read_credit, read_payment, read_refund
from apps.platforms.xero.translate.reference import read_account, read_facts, read_tax_rate
from tests.platforms.xero.conftest import (
    BANK,
    CONTACT,
    DAY,
    FACTS,
    MARKER,
    OTHER,
    PAID,
    SALES,
    A,
    B,
    customer,
    guid,
    invoice,
    line,
    raw_batch,
    raw_credit,
    raw_invoice,
    raw_payment,
)


def test_an_invoice_is_read_whole() -> None:
    found = read_invoice(raw_invoice())
    assert (found.external_id, found.number, found.customer_id, found.po_number) == (A, "1001", CONTACT, "PO 7")
    assert (found.date, found.due_date, found.marker) == (DAY, date(2026, 3, 12), MARKER)
    assert (found.subtotal, found.tax, found.total, found.balance) == (
        Decimal(100),
        Decimal("8.25"),
        Decimal("108.25"),
        Decimal("108.25"),
    )
    assert found.revision == "1775822400000"
    (only,) = found.lines
    assert (only.quantity, only.price, only.amount, only.taxable, only.tax_code_id, only.account_id) == (
        Decimal(2),
        Decimal(50),
        Decimal(100),
        True,
        "TAX001",
        SALES,
    )


@pytest.mark.parametrize(
    ("state", "status"),
    [("AUTHORISED", "active"), ("PAID", "active"), ("DRAFT", "voided"), ("SUBMITTED", "voided"), ("VOIDED", "voided"), ("DELETED", "deleted"), ("NEW", "active")],
)  # fmt: skip
def test_what_is_not_owed_does_not_count(state: str, status: str) -> None:
    assert read_invoice(raw_invoice(Status=state)).status == status


def test_a_date_is_a_calendar_date_in_whatever_zone() -> None:
    assert read_invoice(raw_invoice(Date="/Date(1772668800000+1300)/")).date == DAY
    assert read_invoice(raw_invoice(Date="2026-03-05T00:00:00")).date == DAY


def test_lines_with_tax_inside_are_read_net() -> None:
    rows = [{"LineItemID": "1", "LineAmount": 108.25, "TaxAmount": 8.25, "AccountCode": "200", "TaxType": "X"}]
    found = read_invoice(raw_invoice(LineAmountTypes="Inclusive", LineItems=rows))
    assert found.lines[0].amount == 100


def test_null_is_nothing_and_never_a_word() -> None:
    found = read_invoice(
        raw_invoice(Reference=None, Url=None, LineItems=None, DueDate=None, Contact=None, AmountDue=None)
    )
    assert (found.po_number, found.marker, found.lines, found.due_date, found.customer_id) == ("", "", (), None, "")
    assert found.balance is None


@pytest.mark.parametrize(
    "fields", [{"Total": "many"}, {"Date": None}, {"Date": "/Date(x)/"}, {"InvoiceID": None}, {"Total": "NaN"}]
)
def test_what_makes_no_sense_is_said_to_be_unreadable(fields: dict[str, Any]) -> None:
    with pytest.raises(errors.Unreadable):
        read_invoice(raw_invoice(**fields))


def test_what_lies_on_an_invoice_is_named_by_its_records() -> None:
    rows = [{"PaymentID": "p"}, {"PaymentID": "m", "BatchPaymentID": "b"}]
    found = read_invoice(
        raw_invoice(Payments=rows, Overpayments=[{"OverpaymentID": "o"}], Prepayments=[{"PrepaymentID": "q"}])
    )
    assert found.payment_ids == ("p", "batch:b", "overpayment:o", "prepayment:q")


def test_an_invoice_is_written_and_read_back_the_same() -> None:
    wanted = invoice(lines=(line("100.00", quantity=Decimal(4), price=Decimal(25), item_code="L"),), tax=Decimal("8.25"), total=Decimal("108.25"), tax_code_id="TAX001", po_number="PO 7")  # fmt: skip
    body = write_invoice(wanted, FACTS, MARKER)
    given = {**body, "InvoiceID": A, "SubTotal": 100, "TotalTax": "8.25", "Total": "108.25"}
    found = read_invoice(given)
    assert (found.number, found.date, found.tax, found.po_number, found.marker) == (
        "1001",
        DAY,
        wanted.tax,
        "PO 7",
        MARKER,
    )
    assert write_invoice(found, FACTS, MARKER) == body


def test_an_invoice_without_due_date_is_due_at_once() -> None:
    assert write_invoice(invoice(), FACTS)["DueDate"] == "2026-03-05"


def test_tax_is_spread_to_the_last_cent() -> None:
    lines = (line("33.33"), line("33.33"), line("33.34"), line("10.00", taxable=False))
    body = write_invoice(invoice("110.00", lines=lines, tax=Decimal("8.26"), tax_code_id="TAX001"), FACTS)
    taxes = [row.get("TaxAmount") for row in body["LineItems"]]
    assert sum(filter(None, taxes)) == Decimal("8.26")
    assert [row["TaxType"] for row in body["LineItems"]] == ["TAX001"] * 3 + ["NONE"]
    assert taxes[3] is None


def test_tax_over_lines_of_both_signs_adds_up_too() -> None:
    lines = (line("100.00"), line("-10.00", kind=LineKind.DISCOUNT), line("0.03"))
    body = write_invoice(invoice("90.03", lines=lines, tax=Decimal("7.43"), tax_code_id="TAX001"), FACTS)
    assert sum(row["TaxAmount"] for row in body["LineItems"]) == Decimal("7.43")
    assert body["LineItems"][1]["TaxAmount"] < 0


def rows_of(tax: str, *lines: Line) -> list[tuple[Decimal, Decimal]]:
    """Quantity and tax of each line, at 8.25 per cent."""
    facts = replace(FACTS, defaults={**FACTS.defaults, "rate:T": "8.25"})
    amount = sum((each.amount for each in lines), Decimal(0))
    body = write_invoice(invoice(str(amount), lines=lines, tax=Decimal(tax), tax_code_id="T"), facts)
    return [(row["Quantity"], row["TaxAmount"]) for row in body["LineItems"]]


CHEAP = line("50.00", quantity=Decimal(50), price=Decimal(1))


def test_a_cent_left_over_goes_where_xero_takes_it() -> None:
    found = rows_of("6.87", CHEAP, line("33.33"))
    assert found == [(Decimal(50), Decimal("4.13")), (Decimal(1), Decimal("2.74"))]
    assert rows_of("4.13", CHEAP) == [(Decimal(50), Decimal("4.13"))]
    assert rows_of("4.12", CHEAP) == [(Decimal(1), Decimal("4.12"))]


def test_tax_of_another_rate_is_spread_in_proportion() -> None:
    found = rows_of("10.00", line("50.00"), line("50.00"))
    assert [tax for _, tax in found] == [Decimal("5.00"), Decimal("5.00")]


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"lines": (line("5.00"),), "tax": Decimal("6.00"), "tax_code_id": "T"}, errors.Refused),
        ({"lines": (line("5.00", taxable=False),), "tax": Decimal("1.00"), "tax_code_id": "T"}, errors.Refused),
        ({"lines": (line("5.00"), line("-5.00")), "tax": Decimal("1.00"), "tax_code_id": "T"}, errors.Refused),
        ({"lines": (line("5.00"),), "tax": Decimal("1.00")}, errors.BadReference),
        ({"lines": (line("5.00", account_id=""),)}, errors.BadReference),
        ({"lines": (line("5.00", account_id=guid(99)),)}, errors.BadReference),
        ({"number": "Nº 7"}, errors.Refused),
    ],
    ids=["more tax than line", "no taxed line", "taxed lines of nothing", "no rate", "no account", "account without code", "number"],
)  # fmt: skip
def test_what_cannot_be_said_is_refused(fields: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        write_invoice(invoice(**fields), FACTS)


@pytest.mark.parametrize(
    ("quantity", "price", "amount", "sent"),
    [
        ("2", "49.995", "99.99", ("2", "49.995")),
        ("1.5", "33.333", "50.00", ("1.5", "33.333")),
        ("3", "33.333333", "100.00", ("1", "100.00")),
        ("2", "50", "90.00", ("1", "90.00")),
        ("0.33333", "30", "10.00", ("1", "10.00")),
    ],
)
def test_quantity_times_price_is_the_amount_or_is_not_said(
    quantity: str, price: str, amount: str, sent: tuple[str, str]
) -> None:
    one = line(amount, quantity=Decimal(quantity), price=Decimal(price))
    row = write_invoice(invoice(amount, lines=(one,)), FACTS)["LineItems"][0]
    assert (row["Quantity"], row["UnitAmount"], row["LineAmount"]) == (
        Decimal(sent[0]),
        Decimal(sent[1]),
        Decimal(amount),
    )
    assert (f"{quantity} × {price}" in row["Description"]) is (sent[0] == "1")  # noqa: RUF001


def test_a_text_line_is_text_alone() -> None:
    lines = (line(), Line(kind=LineKind.TEXT, description="Thanks"), Line(kind=LineKind.TEXT))
    rows = write_invoice(invoice(lines=lines), FACTS)["LineItems"]
    assert rows[1:] == [{"Description": "Thanks"}, {"Description": "-"}]


def test_an_update_never_names_the_number_and_reuses_the_lines() -> None:
    now = read_invoice(raw_invoice())
    wanted = invoice(lines=(line("90.00"), line("10.00")), number="2002")
    body = write_invoice(wanted, FACTS, MARKER, now)
    assert not {"InvoiceNumber", "Type", "Status"} & set(body)
    assert [row.get("LineItemID") for row in body["LineItems"]] == [guid(31), None]
    assert body["Reference"] == ""


def test_a_line_that_loses_its_item_is_a_new_one() -> None:
    now = replace(read_invoice(raw_invoice()), lines=(line(line_id="x", item_code="L"),))
    assert "LineItemID" not in write_invoice(invoice(), FACTS, "", now)["LineItems"][0]


def test_an_invoice_with_money_on_it_keeps_its_amounts() -> None:
    paid = read_invoice(raw_invoice(AmountDue=8.25, AmountPaid=100.0))
    body = write_invoice(replace(paid, due_date=date(2026, 4, 1), customer_id=OTHER), FACTS, "", paid)
    assert body == {"Contact": {"ContactID": OTHER}, "DueDate": "2026-04-01", "Reference": "PO 7"}
    with pytest.raises(errors.LockedByPayment):
        write_invoice(replace(paid, total=Decimal(1)), FACTS, "", paid)


def test_an_invoice_whose_tax_is_automatic_is_left_alone() -> None:
    now = read_invoice(raw_invoice(SalesTaxCalculationTypeCode="AUTO"))
    with pytest.raises(errors.Refused, match="itself"):
        write_invoice(now, FACTS, "", now)


def test_a_credit_note_carries_its_marker_in_the_reference() -> None:
    raw = raw_invoice(
        Type="ACCRECCREDIT", CreditNoteID="c", CreditNoteNumber="CN1", RemainingCredit=8.25, Url=None, Reference=PAID
    )
    found = read_credit_memo(raw)
    assert (found.external_id, found.number, found.balance, found.marker) == ("c", "CN1", Decimal("8.25"), PAID)
    assert write_credit_memo(replace(found, balance=None), FACTS, PAID)["Reference"] == PAID
    with pytest.raises(errors.LockedByPayment):
        write_credit_memo(found, FACTS, PAID, found)


def test_a_payment_is_read_with_what_it_is_on() -> None:
    found = read_payment(raw_payment(IsReconciled=True))
    assert found.applications == (Application(document_id=A, amount=Decimal(100)),)
    assert (found.customer_id, found.amount, found.reference, found.marker) == (CONTACT, Decimal(100), "cheque 9", PAID)
    assert (found.deposited, found.deposit_account_id, found.unapplied, found.status) == (
        True,
        BANK,
        Decimal(0),
        Status.ACTIVE,
    )
    assert read_payment(raw_payment(Status="DELETED")).status is Status.DELETED


def test_a_batch_is_one_record_for_each_customer() -> None:
    (one,) = read_batch(raw_batch(), {A: CONTACT, B: CONTACT})
    assert (one.external_id, one.amount, one.customer_id, one.marker) == (
        f"batch:{guid(60)}",
        Decimal(100),
        CONTACT,
        PAID,
    )
    assert [(part.document_id, part.amount) for part in one.applications] == [(A, Decimal(60)), (B, Decimal(40))]
    two = read_batch(raw_batch(), {A: CONTACT, B: OTHER})
    assert [(each.external_id, each.amount) for each in two] == [
        (f"batch:{guid(60)}:{CONTACT}", Decimal(60)),
        (f"batch:{guid(60)}:{OTHER}", Decimal(40)),
    ]


def test_an_overpayment_is_read_with_its_allocations() -> None:
    uses = [{"Invoice": {"InvoiceID": A}, "Amount": 10}, {"Invoice": {"InvoiceID": A}, "Amount": 5}, {"Invoice": {"InvoiceID": B}, "Amount": 1, "IsDeleted": True}]  # fmt: skip
    found = read_credit("overpayment", raw_credit(Allocations=uses, RemainingCredit=25.0))
    assert found.external_id == f"overpayment:{guid(70)}"
    assert (found.amount, found.unapplied, found.marker, found.reference) == (
        Decimal(40),
        Decimal(25),
        f"{PAID}/2",
        "cheque 9",
    )
    assert found.applications == (Application(document_id=A, amount=Decimal(15)),)


def test_a_bank_transaction_reads_as_the_overpayment_it_made() -> None:
    made = raw_credit(BankTransactionID="t", BankAccount={"AccountID": BANK})
    del made["RemainingCredit"]
    assert read_credit("overpayment", made).content() == read_credit("overpayment", raw_credit()).content()


@pytest.mark.parametrize(
    ("kind", "entity", "prefix"),
    [("ARCREDITPAYMENT", "credit_memo", ""), ("AROVERPAYMENTPAYMENT", "payment", "overpayment:"), ("ARPREPAYMENTPAYMENT", "payment", "prepayment:")],
)  # fmt: skip
def test_money_paid_back_is_known_by_its_type(kind: str, entity: str, prefix: str) -> None:
    found = read_refund(raw_payment(PaymentType=kind))
    (used,) = found.applications
    assert (used.document_entity, used.document_id, found.amount) == (entity, f"{prefix}{A}", Decimal(100))
    assert found.account_id == BANK


CONTACT_ROW = {
    "ContactID": CONTACT, "Name": "Acme Ltd", "ContactNumber": "tieout~home~acme~customer~1", "ContactStatus": "ACTIVE",
    "EmailAddress": "a@b.co", "UpdatedDateUTC": "/Date(1775822400000)/", "TaxNumberType": "TAXNUMBERTYPE/SSN",
    "Phones": [{"PhoneType": "DEFAULT", "PhoneNumber": "555", "PhoneAreaCode": "212"}, {"PhoneType": "FAX", "PhoneNumber": "9"}],
    "Addresses": [{"AddressType": "STREET", "City": "Elsewhere"}, {"AddressType": "POBOX", "AddressLine1": "1 Main", "City": "X"}],
    "Balances": {"AccountsReceivable": {"Outstanding": 12.5, "Overdue": 0}}, "IsSupplier": True, "IsCustomer": False,
}  # fmt: skip


def test_a_contact_is_read() -> None:
    found = read_customer(CONTACT_ROW)
    assert (found.name, found.phone, found.address.line1, found.balance) == (
        "Acme Ltd",
        "212 555",
        "1 Main",
        Decimal("12.5"),
    )
    assert (found.only_supplier, found.status, found.marker) == (True, Status.ACTIVE, "tieout:home:acme:customer:1")
    assert read_customer({**CONTACT_ROW, "IsCustomer": True, "ContactStatus": "GDPRREQUEST"}).only_supplier is False
    assert read_customer({"ContactID": "1"}).balance is None


def test_an_update_of_a_contact_says_what_differs_and_whole_lists() -> None:
    now = read_customer(CONTACT_ROW)
    body = write_customer(replace(now, phone="777"), FACTS, "", now)
    assert list(body) == ["Phones"]
    assert [row["PhoneType"] for row in body["Phones"]] == ["DEFAULT", "MOBILE", "FAX"]
    assert body["Phones"][0] == {
        "PhoneType": "DEFAULT",
        "PhoneNumber": "777",
        "PhoneAreaCode": "",
        "PhoneCountryCode": "",
    }
    moved = write_customer(replace(now, address=Address(city="Y")), FACTS, "", now)
    assert [row["City"] for row in moved["Addresses"]] == ["Y", "Elsewhere"]


def test_a_new_contact_carries_our_key_and_no_empty_field() -> None:
    body = write_customer(
        customer("  Ada \n Lovelace ", email="ä@b.co", phone="1"), FACTS, "tieout:home:acme:customer:1"
    )
    assert body["Name"] == "Ada Lovelace"
    assert body["ContactNumber"] == "tieout~home~acme~customer~1"
    assert set(body) == {"Name", "Phones", "ContactNumber"}


def test_archiving_and_a_name_are_said_once() -> None:
    now = read_customer(CONTACT_ROW)
    assert write_customer(replace(now, status=Status.INACTIVE), FACTS, "", now) == {"ContactStatus": "ARCHIVED"}
    assert write_customer(now, FACTS, "", now) == {}
    with pytest.raises(errors.Refused):
        write_customer(Customer(name=" "), FACTS)


def test_keys_fit_and_are_the_same_every_time() -> None:
    long = "tieout:home:" + "a" * 60 + ":customer:1"
    assert contact_number(long) == contact_number(long)
    assert len(contact_number(long)) <= 50
    assert contact_number("") == ""
    assert document_number(" 1001 ") == "1001"


def test_codes_of_items_fit_and_stay_apart() -> None:
    first, second = (item_code("", "A very long name of a product, " + end) for end in ("one", "two"))
    assert len(first) <= 30
    assert first != second
    assert item_code("SKU-1", "Widget") == "SKU-1"
    assert item_code("SKU-1", "Widget (Syncro 77)") == "SKU-1-77"
    with pytest.raises(errors.Refused):
        item_code("", " ")


def test_an_item_is_written_and_read_back() -> None:
    wanted = Item(name="Widget", sku="W1", price=Decimal("12.3456"), income_account_id=SALES, cost=Decimal(5))
    body = write_item(wanted, FACTS)
    assert body == {
        "Code": "W1",
        "Name": "Widget",
        "SalesDetails": {"UnitPrice": Decimal("12.3456"), "AccountCode": "200"},
    }
    found = read_item({**body, "ItemID": "i", "IsTrackedAsInventory": False})
    assert (found.sku, found.name, found.price, found.kind) == ("W1", "Widget", Decimal("12.3456"), ItemKind.SERVICE)
    assert write_item(replace(found, price=Decimal(13)), FACTS, "", found)["Code"] == "W1"
    assert write_item(found, FACTS, "", found) == {}


def test_tracked_items_are_not_made() -> None:
    with pytest.raises(errors.Refused):
        write_item(Item(name="Box", kind=ItemKind.INVENTORY), FACTS)


def test_accounts_go_by_id_and_tax_rates_by_type() -> None:
    found = read_account(
        {"AccountID": BANK, "Name": "Checking", "Type": "BANK", "Status": "ACTIVE", "Class": "NEWCLASS"}
    )
    assert isinstance(found, Account)
    assert (found.external_id, found.number, found.kind) == (BANK, "", "BANK")
    rate = read_tax_rate(
        {"TaxType": "TAX001", "Name": "City", "EffectiveRate": 8.25, "Status": "ARCHIVED", "ReportTaxType": "?"}
    )
    assert (rate.external_id, rate.percent, rate.taxable, rate.status) == (
        "TAX001",
        Decimal("8.25"),
        True,
        Status.INACTIVE,
    )
    parts = [{"Name": "State", "Rate": 6}, {"Name": "City", "Rate": 2.25}]
    assert read_tax_rate({"TaxType": "T", "TaxComponents": parts}).percent == Decimal("8.25")
    assert read_tax_rate({"TaxType": "T", "TaxComponents": [{**parts[0], "IsCompound": True}]}).percent is None


def test_the_later_lock_date_closes_the_books() -> None:
    organisation = {"OrganisationID": "o", "Name": "D", "BaseCurrency": "USD", "PeriodLockDate": "/Date(1772668800000+0000)/",
                    "EndOfYearLockDate": "/Date(1735603200000+0000)/", "Timezone": "UTC", "Version": "MARS", "ShortCode": "!x"}  # fmt: skip
    found = read_facts(organisation, [{"AccountID": SALES, "Code": "200"}, {"AccountID": BANK}])
    assert (found.closed_through, found.currency, found.keeps_numbers) == (DAY, "USD", True)
    assert found.defaults == {f"code:{SALES}": "200", "no_tax": "NONE", "short_code": "!x"}
    assert read_facts({}, [], [{"TaxType": "T", "EffectiveRate": 8.25}]).defaults["rate:T"] == "8.25"
    assert read_facts({}, []).closed_through is None
