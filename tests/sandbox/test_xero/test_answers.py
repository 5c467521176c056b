"""Every answer fits the vendor's own description of it, where that lies beside the project."""

from __future__ import annotations

import os
import runpy
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from .desk import ZERO, Desk, on, part

SPECS = Path(os.environ.get("TIEOUT_SPECS") or Path(__file__).resolve().parents[3].parent / "shared" / "specs")
ENVELOPE = {"Id", "Status", "ProviderName", "DateTimeUTC", "pagination"}
# The element that holds the rows -> the schema, where it is not of the same name.
SCHEMAS = {"Options": "TrackingOptions"}
LISTS = ("Accounts", "TaxRates", "Items", "Contacts", "ContactGroups", "Invoices", "CreditNotes", "Payments",
         "BatchPayments", "BankTransactions", "Overpayments", "Prepayments", "TrackingCategories", "Currencies",
         "Organisation")  # fmt: skip
PAGED = ("Contacts", "Invoices", "CreditNotes", "Payments", "BankTransactions", "Overpayments", "Prepayments")
Check = Callable[[str, Any], list[tuple[str, str]]]


@pytest.fixture(scope="module")
def check() -> Check:
    place = SPECS / "xero" / "validate.py"
    if not place.is_file():
        pytest.skip(f"the vendor's description is not at {place}: set TIEOUT_SPECS")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # the script leaves its file to the garbage collector
        found: Check = runpy.run_path(str(place))["check"]
    return found


def faults(check: Check, answer: httpx.Response) -> list[tuple[str, str]]:
    """What is wrong with one answer."""
    if "/api.xro/" not in str(answer.request.url) or not answer.content or "json" not in answer.headers["content-type"]:
        return []
    body = answer.json()
    if answer.status_code == 400:
        return check("Error", body)
    if "AllocationID" in body:
        return check("Allocation", body)
    (plural,) = set(body) - ENVELOPE
    return check(SCHEMAS.get(plural, plural), body)


def sell(desk: Desk) -> tuple[str, str]:
    """A contact with everything, an invoice with everything; their ids."""
    people = [{"FirstName": "A", "EmailAddress": "a@b.example", "IncludeInEmails": True}]
    terms = {"Sales": {"Day": 30, "Type": "DAYSAFTERBILLDATE"}}
    key = desk.contact(ContactNumber="1", ContactPersons=people, PaymentTerms=terms, EmailAddress="a@b.example",
                       Addresses=[{"AddressType": "POBOX", "City": "X"}], Phones=[{"PhoneType": "DEFAULT"}])  # fmt: skip
    group = desk.make("ContactGroups", {"Name": "G"})["ContactGroupID"]
    desk.send("PUT", f"ContactGroups/{group}/Contacts", {"Contacts": [{"ContactID": key}]})
    category = desk.make("TrackingCategories", {"Name": "Location"})["TrackingCategoryID"]
    desk.send("PUT", f"TrackingCategories/{category}/Options", {"Name": "HQ"})
    line = desk.line(50, Tracking=[{"Name": "Location", "Option": "HQ"}], ItemCode="SERVICES", DiscountRate=10)
    words = {"Description": "only words"}
    made = desk.invoice(key, LineItems=[line, words, desk.line(300)], Url="https://portal.example/1", Reference="PO")
    return key, made["InvoiceID"]


def settle(desk: Desk, key: str, invoice: str) -> None:
    """Payments, a batch, credits of every kind, refunds."""
    desk.pay(invoice, 5)
    shares = [{"Invoice": {"InvoiceID": invoice}, "Amount": 5}]
    desk.make("BatchPayments", {"Account": {"Code": "090"}, "Reference": "r", "Payments": shares})
    note, over = desk.credit(key, 50)["CreditNoteID"], desk.overpayment(key, 50)["OverpaymentID"]
    lines = [desk.line(50)]
    pre = desk.overpayment(key, Type="RECEIVE-PREPAYMENT", LineAmountTypes="Exclusive", LineItems=lines)["PrepaymentID"]
    for entity, each in (("CreditNote", note), ("Overpayment", over), ("Prepayment", pre)):
        path = f"{entity}s/{each}/Allocations"
        desk.send("PUT", path, part(invoice, 1), summarizeErrors="false")
        made = desk.send("PUT", path, {"Allocations": [part(invoice, 2)]}).json()["Allocations"][0]
        desk.send("DELETE", f"{path}/{made['AllocationID']}")
        desk.make("Payments", on(each, 3, entity))


def spoil(desk: Desk, key: str, invoice: str) -> None:
    """Refusals of every kind, told apart and together."""
    for plural, body in (
        ("Invoices", desk.sale(key, LineItems=[])),
        ("CreditNotes", desk.sale(key, Type="ACCRECCREDIT", LineItems=[])),
        ("Payments", on(invoice, 9999)),
        ("Contacts", {"Name": "Acme"}),
        ("Items", {"Code": "SERVICES"}),
        ("Items", {"Name": "without"}),
        ("BankTransactions", {"Type": "SPEND"}),
        ("BatchPayments", {"Account": {"Code": "090"}, "Payments": []}),
    ):
        for together in ("true", "false"):
            desk.send("PUT", plural, {plural: [body]}, summarizeErrors=together)
    desk.send("PUT", "Invoices", [])
    desk.send("PUT", "Invoices", {"Type": "NOPE"})
    desk.send("GET", "Invoices", where="nonsense")
    desk.send("POST", f"Invoices/{invoice}", {"Status": "VOIDED"})


def test_every_answer_of_a_busy_day_fits(desk: Desk, check: Check) -> None:
    key, invoice = sell(desk)
    settle(desk, key, invoice)
    spoil(desk, key, invoice)
    for plural in LISTS:
        desk.send("GET", plural)
    for plural in PAGED:
        desk.send("GET", plural, page=1)
    desk.send("GET", "Invoices", summaryOnly="true")
    desk.read("Contacts", key)
    desk.control.close_books(date="2026-01-31", lock="EndOfYearLockDate")
    desk.send("GET", "Organisation")
    found = {str(each.request.url): wrong for each in desk.answers if (wrong := faults(check, each))}
    assert found == {}


def test_the_check_finds_what_is_wrong(check: Check) -> None:
    assert check("Invoices", {"Invoices": [{"Type": "NOPE", "InvoiceID": ZERO}]})
