"""Looking before sending again: found by mark, by name or by id, absent only where QuickBooks answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from apps.platforms.base import ABSENT, CANNOT_TELL, Answer, Found, Verb, Write
from apps.platforms.errors import Unavailable
from apps.platforms.quickbooks_desktop.translate import names
from apps.platforms.records import Application, Customer, Item, Payment, Refund, Status
from tests.platforms.quickbooks_desktop.conftest import (
    CUSTOMER,
    DAY,
    Counter,
    answer,
    change,
    creation,
    invoice,
    judge,
    reply,
    ret,
    texts,
)

WRITE = creation(invoice())
GUID = names.guid(WRITE.marker)
NOTHING = {"code": "1", "message": "nothing"}
RET = {
    "TxnID": "1A2B-1",
    "EditSequence": "18",
    "CustomerRef": {"ListID": CUSTOMER},
    "TxnDate": "2026-03-05",
    "Subtotal": "100.00",
}
LINE = {"TxnLineID": "2", "ItemRef": {"ListID": "80000003-1700000000"}, "Amount": "100.00"}


def verdict(counter: Counter, write: Write, *replies: str) -> Found | Answer:
    letter = counter.look(write)
    return counter.platform.read_found(letter, [write], answer(*replies))[0]


def seen(*documents: dict[str, Any], name: str = "Invoice") -> list[str]:
    """Both answers to a look for a document: by date with these documents, by number with none."""
    inside = "".join(ret(name, document) for document in documents)
    return [reply(f"{name}Query", inside, "1d"), reply(f"{name}Query", "", "1n", **NOTHING)]


def test_a_document_is_looked_for_by_number_and_among_the_customers_of_a_month_around(counter: Counter) -> None:
    around, numbered = list(judge(counter.look(WRITE).text)[0])[-2:]
    assert texts(around)["TxnDateRangeFilter"] == {"FromTxnDate": "2026-02-02", "ToTxnDate": "2026-04-05"}
    assert texts(around)["EntityFilter"] == {"ListID": CUSTOMER}
    assert numbered.findtext("RefNumberCaseSensitive") == "10023"


def test_our_document_is_found_by_its_stamp_although_the_memo_was_rewritten(counter: Counter) -> None:
    found = verdict(counter, WRITE, *seen({**RET, "ExternalGUID": GUID, "Memo": "rewritten"}))
    assert isinstance(found, Found)
    assert found.record.external_id == "1A2B-1"


def test_our_document_is_found_by_its_memo_where_it_has_no_stamp(counter: Counter) -> None:
    assert isinstance(verdict(counter, WRITE, *seen({**RET, "Memo": f"x · {WRITE.marker}"})), Found)


def test_of_a_document_and_its_copy_the_one_with_the_stamp_is_ours(counter: Counter) -> None:
    copied = {**RET, "TxnID": "0000-1", "Memo": WRITE.marker}
    found = verdict(counter, WRITE, *seen(copied, {**RET, "Memo": WRITE.marker, "ExternalGUID": GUID}))
    assert isinstance(found, Found)
    assert found.record.external_id == "1A2B-1"


def test_a_document_of_the_same_number_and_total_is_not_ours(counter: Counter) -> None:
    assert verdict(counter, WRITE, *seen({**RET, "RefNumber": "10023"})) is ABSENT


def test_a_document_whose_date_was_moved_is_found_by_its_number(counter: Counter) -> None:
    moved = ret("Invoice", {**RET, "TxnDate": "2025-01-01", "Memo": WRITE.marker})
    replies = [reply("InvoiceQuery", "", "1d", **NOTHING), reply("InvoiceQuery", moved, "1n")]
    assert isinstance(verdict(counter, WRITE, *replies), Found)


def test_nothing_is_absent_while_a_question_is_open(counter: Counter) -> None:
    assert verdict(counter, WRITE, reply("InvoiceQuery", "", "1d", **NOTHING)) is CANNOT_TELL
    assert verdict(counter, WRITE, *seen({**RET, "Subtotal": "many"})) is CANNOT_TELL
    assert verdict(counter, replace(WRITE, marker=""), *seen()) is CANNOT_TELL
    locked = reply("InvoiceQuery", "", "1n", code="3260", message="no")
    assert verdict(counter, WRITE, seen()[0], locked) is CANNOT_TELL


def test_a_busy_quickbooks_is_asked_again(counter: Counter) -> None:
    with pytest.raises(Unavailable):
        verdict(counter, WRITE, seen()[0], reply("InvoiceQuery", "", "1n", code="3175", message="in use"))
    with pytest.raises(Unavailable):
        counter.platform.read_found(counter.look(WRITE), [WRITE], "")


def test_each_write_of_a_letter_has_its_own_verdict(counter: Counter) -> None:
    second = creation(invoice(number=""))
    letter = counter.look(WRITE, second)
    ours = ret("Invoice", {**RET, "Memo": WRITE.marker})
    replies = [*seen(), reply("InvoiceQuery", ours, "2d")]
    found = counter.platform.read_found(letter, [WRITE, second], answer(*replies))
    assert (found[0], isinstance(found[1], Found)) == (ABSENT, True)


@pytest.mark.parametrize(
    ("record", "reference"),
    [
        (Payment(customer_id=CUSTOMER, date=DAY, amount=Decimal(5), reference="r" * 30), "r" * 20),
        (Refund(customer_id=CUSTOMER, date=DAY, amount=Decimal(5), reference="r" * 30,
                applications=(Application(document_id="1", amount=Decimal(5)),)), "r" * 11),
    ],
)  # fmt: skip
def test_money_is_looked_for_by_the_reference_that_was_kept(
    counter: Counter, record: Payment | Refund, reference: str
) -> None:
    assert judge(counter.look(creation(record)).text)[0][-1].findtext("RefNumberCaseSensitive") == reference


def customer(**more: str) -> str:
    return reply("CustomerQuery", ret("Customer", {"ListID": "8-9", "Name": "acme", "FullName": "acme", **more}))


def test_a_customer_is_found_by_name_unless_the_name_is_anothers(counter: Counter) -> None:
    write = creation(Customer(name="Acme"))
    assert judge(counter.look(write).text)[0][0].findtext("FullName") == "Acme"
    assert isinstance(verdict(counter, write, customer()), Found)
    assert isinstance(verdict(counter, write, customer(ExternalGUID=names.guid(write.marker))), Found)
    assert verdict(counter, write, customer(ExternalGUID=names.guid("other"))) is ABSENT
    assert verdict(counter, write, reply("CustomerQuery", "", **NOTHING)) is ABSENT


def test_a_job_is_looked_for_below_its_own_parent(counter: Counter) -> None:
    write = creation(Customer(name="Clinic", parent_id="8-1"))
    letter = judge(counter.look(write).text)[0][0]
    assert texts(letter)["NameFilter"] == {"MatchCriterion": "Contains", "Name": "Clinic"}
    rows = [
        ret("Customer", {"ListID": key, "Name": "Clinic", "ParentRef": {"ListID": parent}})
        for key, parent in (("8-2", "8-7"), ("8-3", "8-1"))
    ]
    found = verdict(counter, write, reply("CustomerQuery", "".join(rows)))
    assert isinstance(found, Found)
    assert found.record.external_id == "8-3"


def test_an_item_is_found_by_the_name_it_was_cut_to(counter: Counter) -> None:
    write = creation(Item(name="Monthly managed services per workstation", income_account_id="1"))
    kept = names.name("Monthly managed services per workstation", 31)
    inside = ret("ItemService", {"ListID": "8-1", "Name": kept, "FullName": kept})
    found = verdict(counter, write, reply("ItemQuery", inside))
    assert isinstance(found, Found)
    assert found.record.external_id == "ItemService:8-1"


STANDING = invoice(external_id="1A2B-1", revision="17")


def by_id(values: dict[str, Any] | None) -> str:
    return (
        reply("InvoiceQuery", ret("Invoice", values)) if values else reply("InvoiceQuery", "", code="500", message="no")
    )


@pytest.mark.parametrize(
    ("verb", "now", "answered"),
    [
        (Verb.DELETE, None, Status.DELETED),
        (Verb.DELETE, RET, None),
        (Verb.VOID, {**RET, "Subtotal": "0.00", "Memo": "VOID: x"}, Status.VOIDED),
        (Verb.VOID, RET, None),
        (Verb.VOID, None, None),
        (Verb.UPDATE, None, None),
        (Verb.UPDATE, {**RET, "RefNumber": "10023", "InvoiceLineRet": LINE}, Status.ACTIVE),
        (Verb.UPDATE, {**RET, "RefNumber": "10023", "InvoiceLineRet": LINE, "EditSequence": "17"}, None),
        (Verb.UPDATE, {**RET, "RefNumber": "10023", "InvoiceLineRet": {**LINE, "Amount": "99.00"}}, None),
    ],
)
def test_a_change_is_looked_for_by_id(
    counter: Counter, verb: Verb, now: dict[str, Any] | None, answered: Status | None
) -> None:
    found = verdict(counter, change(STANDING, verb), by_id(now))
    assert (found.record.status if isinstance(found, Found) else None) == answered


def test_a_voided_payment_is_one_that_is_gone(counter: Counter) -> None:
    paid = Payment(external_id="1B-1", revision="1", customer_id=CUSTOMER, date=date(2026, 3, 5), amount=Decimal(5))
    found = verdict(counter, change(paid, Verb.VOID), reply("ReceivePaymentQuery", "", code="1", message="none"))
    assert isinstance(found, Found)
    assert found.record.status is Status.DELETED


def test_a_changed_customer_is_there_when_nothing_is_left_to_say(counter: Counter) -> None:
    now = Customer(name="Acme", external_id="8-9", revision="3", phone="1")
    write = change(now, phone="2")
    there = ret("Customer", {"ListID": "8-9", "EditSequence": "4", "Name": "Acme", "Phone": "2"})
    assert isinstance(verdict(counter, write, reply("CustomerQuery", there)), Found)
    before = ret("Customer", {"ListID": "8-9", "EditSequence": "4", "Name": "Acme", "Phone": "1"})
    assert verdict(counter, write, reply("CustomerQuery", before)) is ABSENT
