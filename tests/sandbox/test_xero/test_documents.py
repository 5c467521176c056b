"""Invoices and credit notes: numbers, lines, tax, statuses, locks, and what may change once money is on them."""

from collections.abc import Callable

import pytest

from .desk import ZERO, Body, Desk

Clock = Callable[[float], None]
VOIDED = {"Status": "VOIDED"}


def test_totals_and_tax_are_computed_line_by_line_half_up(desk: Desk) -> None:
    lines = [desk.line(50, tax="OUTPUT", Quantity=2), desk.line(26.24, tax="OUTPUT"), desk.line(-10)]
    made = desk.invoice(desk.contact(), LineItems=lines)
    assert [line["TaxAmount"] for line in made["LineItems"]] == [8.25, 2.16, 0]
    assert (made["SubTotal"], made["TotalTax"], made["Total"]) == (116.24, 10.41, 126.65)
    assert (made["AmountDue"], made["Status"], made["InvoiceNumber"]) == (126.65, "AUTHORISED", "INV-0001")


def test_2165_rounds_to_217(desk: Desk) -> None:
    kind = desk.control.tax_rate(name="Two", percent="2.165")
    assert desk.invoice(desk.contact(), LineItems=[desk.line(100, tax=kind)])["TotalTax"] == 2.17


def test_inclusive_amounts_hold_their_tax(desk: Desk) -> None:
    made = desk.invoice(desk.contact(), LineItems=[desk.line(108.25, tax="OUTPUT")], LineAmountTypes="Inclusive")
    assert (made["SubTotal"], made["TotalTax"], made["Total"]) == (100, 8.25, 108.25)


def test_a_compound_component_is_charged_on_top(desk: Desk) -> None:
    parts = [{"Name": "A", "Rate": 5}, {"Name": "B", "Rate": 10, "IsCompound": True}]
    made = desk.make("TaxRates", {"Name": "Both", "TaxComponents": parts})
    assert (made["TaxType"], made["EffectiveRate"]) == ("TAX002", 15.5)


def test_a_sent_tax_amount_wins_up_to_the_unit_amount(desk: Desk) -> None:
    key = desk.contact()
    assert desk.invoice(key, LineItems=[desk.line(100, tax="OUTPUT", TaxAmount=8.26)])["TotalTax"] == 8.26
    many = [desk.line(0.01, tax="OUTPUT", Quantity=1000, TaxAmount=0.84)]
    assert "cannot be greater than the UnitAmount" in desk.refused("PUT", "Invoices", desk.sale(key, LineItems=many))
    desk.control.setting(name="tax_override", value="free")
    assert desk.invoice(key, LineItems=many)["TotalTax"] == 0.84


def test_unit_amounts_have_two_places_unless_four_are_asked_for(desk: Desk) -> None:
    body = desk.sale(desk.contact(), LineItems=[desk.line(0.0375, Quantity=1000)])
    assert desk.make("Invoices", body)["Total"] == 40
    exact = desk.make("Invoices", body, unitdp="4")
    assert (exact["Total"], exact["LineItems"][0]["UnitAmount"]) == (37.5, 0.0375)
    assert desk.read("Invoices", exact["InvoiceID"])["LineItems"][0]["UnitAmount"] == 0.04


def test_put_wants_a_new_number_and_post_overwrites_an_old_one(desk: Desk) -> None:
    first, other = desk.contact(), desk.contact("Other")
    made = desk.invoice(first, InvoiceNumber="1001")
    assert desk.refused("PUT", "Invoices", desk.sale(other, InvoiceNumber="1001")) == "Invoice # must be unique."
    lost = desk.make("Invoices", desk.sale(other, 5, InvoiceNumber="1001"), "POST")
    assert (lost["InvoiceID"], lost["Total"], lost["Contact"]["ContactID"]) == (made["InvoiceID"], 5, other)


def test_bills_may_share_a_number_and_post_saves_somebody_elses(desk: Desk) -> None:
    bill: Body = {"Type": "ACCPAY", "InvoiceNumber": "7", "LineItems": [desk.line(10, "310", "NONE")]}
    first = desk.invoice(desk.contact("A"), **bill)
    second = desk.invoice(desk.contact("B"), **bill)
    assert first["InvoiceID"] != second["InvoiceID"]
    posted = desk.make("Invoices", desk.sale(desk.contact("C"), **bill), "POST")
    assert posted["InvoiceID"] == first["InvoiceID"]


def test_a_voided_number_stays_taken_unless_told_otherwise(desk: Desk) -> None:
    key = desk.contact()
    made = desk.invoice(key, InvoiceNumber="9")
    desk.edit("Invoices", made["InvoiceID"], **VOIDED)
    assert desk.refused("PUT", "Invoices", desk.sale(key, InvoiceNumber="9"))
    desk.control.setting(name="number_reuse", value="free")
    assert desk.invoice(key, InvoiceNumber="9")["InvoiceID"] != made["InvoiceID"]


def test_lines_that_are_not_sent_again_are_gone(desk: Desk) -> None:
    made = desk.invoice(desk.contact(), LineItems=[desk.line(1), desk.line(2)])
    kept = made["LineItems"][1]["LineItemID"]
    lines = [{"LineItemID": kept, "UnitAmount": 3}, desk.line(4)]
    changed = desk.edit("Invoices", made["InvoiceID"], LineItems=lines)
    assert [line["LineAmount"] for line in changed["LineItems"]] == [3, 4]
    assert (changed["LineItems"][0]["LineItemID"], changed["Total"]) == (kept, 7)
    assert desk.edit("Invoices", made["InvoiceID"], Reference="PO 1")["Total"] == 7


def test_an_item_fills_what_the_line_leaves_open(desk: Desk) -> None:
    sold = {"UnitPrice": 12.5, "AccountCode": "200", "TaxType": "OUTPUT"}
    desk.make("Items", {"Code": "A1", "Name": "Part", "Description": "A part", "SalesDetails": sold})
    line = desk.invoice(desk.contact(), LineItems=[{"ItemCode": "A1", "Quantity": 2}])["LineItems"][0]
    assert (line["Description"], line["LineAmount"], line["TaxAmount"]) == ("A part", 25, 2.06)
    assert line["Item"]["Name"] == "Part"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"AccountCode": "999"}, "Account code '999' is not a valid code for this document"),
        ({"AccountCode": "610"}, "Account code '610' is not a valid code for this document"),
        ({"TaxType": "INPUT"}, "The TaxType code 'INPUT' cannot be used with account code '200'"),
        ({"TaxType": "NOPE"}, "The TaxType code 'NOPE' does not exist"),
        ({"ItemCode": "X"}, "Item code 'X' is not valid"),
        ({"LineAmount": 99}, "does not match the expected line total"),
        ({"Description": ""}, "Description must be at least 1 character"),
        ({"Tracking": [{"Name": "Location", "Option": "HQ"}]}, "could not be found"),
        ({"UnitAmount": -100, "DiscountAmount": 0}, "The discount rate '0.00' is invalid"),
        ({"UnitAmount": -1}, "total must be greater than or equal to zero"),
    ],
)
def test_a_line_is_refused(desk: Desk, change: Body, words: str) -> None:
    body = desk.sale(desk.contact(), LineItems=[{**desk.line(), **change}])
    assert words in desk.refused("PUT", "Invoices", body)


@pytest.mark.parametrize(
    ("change", "number"),
    [
        ({"Date": "2017-12-14 00:00:00"}, 14),
        ({"Type": "NOPE"}, 14),
        ({"InvoiceNumber": 12}, 14),
        ({"LineItems": {}}, 14),
        ({"SentToContact": "true"}, 14),
        ({"InvoiceNumber": "x" * 256}, 10),
        ({"InvoiceNumber": "é"}, 10),
        ({"DueDate": None}, 10),
        ({"LineItems": []}, 10),
        ({"CurrencyCode": "EUR"}, 10),
        ({"Status": "PAID"}, 10),
        ({"Contact": {"ContactID": ZERO}}, 10),
    ],
)
def test_a_document_is_refused(desk: Desk, change: Body, number: int) -> None:
    answer = desk.send("PUT", "Invoices", desk.sale(desk.contact(), **change))
    assert (answer.status_code, answer.json()["ErrorNumber"]) == (400, number)


def test_a_bare_array_is_no_data(desk: Desk) -> None:
    assert desk.send("PUT", "Invoices", [desk.sale(desk.contact())]).json()["ErrorNumber"] == 17


def test_the_status_only_goes_forward(desk: Desk) -> None:
    made = desk.invoice(desk.contact(), Status="DRAFT")
    key = made["InvoiceID"]
    for status in ("SUBMITTED", "DRAFT", "AUTHORISED"):
        assert desk.edit("Invoices", key, Status=status)["Status"] == status
    assert desk.refused("POST", f"Invoices/{key}", {"Status": "DRAFT"}).endswith("not of valid status for modification")
    assert desk.edit("Invoices", key, **VOIDED)["AmountDue"] == 0
    assert "not of valid status" in desk.refused("POST", f"Invoices/{key}", {"Reference": "x"})
    draft = desk.invoice(desk.contact("B"), Status="DRAFT")["InvoiceID"]
    assert "not of valid status" in desk.refused("POST", f"Invoices/{draft}", VOIDED)
    assert desk.edit("Invoices", draft, Status="DELETED")["Status"] == "DELETED"


def test_an_invoice_of_nothing_is_paid_at_once(desk: Desk) -> None:
    key = desk.contact()
    made = desk.invoice(key, 0)
    assert made["Status"] == "PAID"
    desk.control.setting(name="void_zero_invoice", value="refuse")
    assert "not of valid status" in desk.refused("POST", f"Invoices/{made['InvoiceID']}", VOIDED)
    desk.control.setting(name="void_zero_invoice", value="allow")
    assert desk.edit("Invoices", made["InvoiceID"], **VOIDED)["Status"] == "VOIDED"
    desk.control.setting(name="zero_invoice", value="authorised")
    assert desk.invoice(key, 0)["Status"] == "AUTHORISED"


def test_once_paid_a_sale_keeps_its_amounts(desk: Desk) -> None:
    made = desk.invoice(desk.contact())
    key, line = made["InvoiceID"], made["LineItems"][0]
    desk.pay(key, 40)
    path = f"Invoices/{key}"
    assert "cannot be edited as it has a payment" in desk.refused("POST", path, {"Date": "2026-03-02"})
    assert "must supply a LineItemID" in desk.refused("POST", path, {"LineItems": [desk.line()]})
    more = [{"LineItemID": line["LineItemID"], "UnitAmount": 101}]
    assert "cannot be edited" in desk.refused("POST", path, {"LineItems": more})
    assert "cannot be applied" in desk.refused("POST", path, VOIDED)
    words = [{"LineItemID": line["LineItemID"], "Description": "Other", "AccountCode": "210"}]
    changed = desk.edit("Invoices", key, Reference="r", LineItems=words)
    assert (changed["Reference"], changed["LineItems"][0]["Description"], changed["AmountDue"]) == ("r", "Other", 60)


def test_a_paid_bill_stands_still(desk: Desk) -> None:
    made = desk.invoice(desk.contact(), Type="ACCPAY", LineItems=[desk.line(10, "310")])
    desk.pay(made["InvoiceID"], 5)
    assert "cannot be edited" in desk.refused("POST", f"Invoices/{made['InvoiceID']}", {"DueDate": "2026-05-01"})


def test_a_due_date_on_a_part_paid_invoice_moves_without_a_stamp(desk: Desk, clock: Clock) -> None:
    key = desk.invoice(desk.contact())["InvoiceID"]
    desk.pay(key, 40)
    before = desk.read("Invoices", key)
    clock(60)
    after = desk.edit("Invoices", key, DueDate="2026-06-01")
    assert (after["DueDateString"], after["UpdatedDateUTC"]) == ("2026-06-01T00:00:00", before["UpdatedDateUTC"])
    assert desk.edit("Invoices", key, Reference="x")["UpdatedDateUTC"] != before["UpdatedDateUTC"]


def test_locked_periods_are_closed_to_everything(desk: Desk) -> None:
    key = desk.contact()
    made = desk.invoice(key)
    desk.control.close_books(date="2026-03-31")
    words = "The document date cannot be before the period lock date, currently set at 31-Mar-2026"
    assert desk.refused("PUT", "Invoices", desk.sale(key)) == words
    assert desk.refused("POST", f"Invoices/{made['InvoiceID']}", VOIDED) == words
    assert desk.refused("POST", f"Invoices/{made['InvoiceID']}", {"Date": "2026-04-02"}) == words
    desk.control.close_books(date=None)
    desk.control.close_books(date="2026-03-31", lock="EndOfYearLockDate")
    assert "end of year lock date" in desk.refused("PUT", "Invoices", desk.sale(key))


def test_a_line_that_is_updated_keeps_its_tax_and_its_precision(desk: Desk) -> None:
    line = desk.line(0.1625, tax="OUTPUT", Quantity=1000, TaxAmount=0.16)
    made = desk.make("Invoices", desk.sale(desk.contact(), LineItems=[line, {"Description": "words"}]), unitdp="4")
    ids = [{"LineItemID": each["LineItemID"]} for each in made["LineItems"]]
    desk.edit("Invoices", made["InvoiceID"], LineItems=[{**ids[0], "Description": "Other"}, ids[1]])
    kept = desk.read("Invoices", made["InvoiceID"], unitdp="4")["LineItems"]
    assert (kept[0]["UnitAmount"], kept[0]["TaxAmount"], kept[1]["Description"]) == (0.1625, 0.16, "words")
    moved = [{**ids[0], "AccountID": desk.control.find("Account", "Services")}, ids[1]]
    assert desk.edit("Invoices", made["InvoiceID"], LineItems=moved)["LineItems"][0]["AccountCode"] == "210"


def test_a_draft_is_completed_before_it_is_approved(desk: Desk) -> None:
    draft = desk.invoice(desk.contact(), Status="DRAFT", LineItems=[{"Description": "x", "UnitAmount": 5}])
    path = f"Invoices/{draft['InvoiceID']}"
    assert desk.refused("POST", path, {"Status": "AUTHORISED"}) == "Account code or ID must be specified"


def test_tracking_is_limited_and_lives_on_lines(desk: Desk) -> None:
    made = desk.make("TrackingCategories", {"Name": "Location"})
    desk.send("PUT", f"TrackingCategories/{made['TrackingCategoryID']}/Options", {"Name": "HQ"})
    line = desk.line(Tracking=[{"Name": "Location", "Option": "HQ"}])
    shown = desk.invoice(desk.contact(), LineItems=[line])["LineItems"][0]["Tracking"][0]
    assert (shown["Name"], shown["Option"]) == ("Location", "HQ")
    desk.make("TrackingCategories", {"Name": "Team"})
    assert "2 active" in desk.refused("PUT", "TrackingCategories", {"Name": "Third"})


def test_sent_to_contact_needs_an_approved_invoice(desk: Desk) -> None:
    made = desk.make("Invoices", desk.sale(desk.contact(), Status="DRAFT", SentToContact=True), summarizeErrors="false")
    assert (made["StatusAttributeString"], made["SentToContact"]) == ("WARNING", False)
    assert made["Warnings"][0]["Message"] == "Only AUTHORISED invoices may have SentToContact updated."


def test_items_by_code(desk: Desk) -> None:
    made = desk.make("Items", {"Code": "A", "IsPurchased": False, "PurchaseDescription": "x"})
    assert "PurchaseDescription" not in made
    assert desk.refused("PUT", "Items", {"Code": "a"}) == "Price List Item with Code 'a' already exists"
    assert desk.make("Items", {"Code": "A", "Name": "B"}, "POST")["ItemID"] == made["ItemID"]
    assert "Code" in desk.refused("POST", f"Items/{made['ItemID']}", {"Name": "C"})
    assert desk.send("DELETE", f"Items/{made['ItemID']}").status_code == 204
    assert desk.send("GET", f"Items/{made['ItemID']}").status_code == 404
