"""What became of a write: by identifier, never by position, and nothing guessed from silence."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.platforms import errors
from apps.platforms.base import Outcome, Verb
from apps.platforms.mailbox import Letter
from apps.platforms.quickbooks_desktop.errors import ROWS, TROUBLES
from apps.platforms.records import Invoice, Item, Payment
from tests.platforms.quickbooks_desktop.conftest import (
    CUSTOMER,
    DAY,
    Counter,
    answer,
    change,
    creation,
    invoice,
    line,
    reply,
    ret,
)
from tests.platforms.quickbooks_desktop.facts import SPECS

RET = {
    "TxnID": "1A2B-1",
    "EditSequence": "17",
    "CustomerRef": {"ListID": CUSTOMER},
    "TxnDate": "2026-03-05",
    "Subtotal": "100.00",
}
WRITE = creation(invoice())
STANDING = invoice(external_id="1A2B-1", revision="17")


def refused(counter: Counter, code: str, message: str = "no") -> errors.PlatformError:
    error = counter.outcome(WRITE, reply("InvoiceAdd", code=code, message=message)).error
    assert error
    return error


def test_a_document_that_was_made_comes_back_as_it_now_is(counter: Counter) -> None:
    outcome = counter.outcome(WRITE, reply("InvoiceAdd", ret("Invoice", RET)))
    assert isinstance(outcome.record, Invoice)
    assert (outcome.record.external_id, outcome.record.revision, outcome.record.total) == ("1A2B-1", "17", Decimal(100))


def test_answers_belong_to_writes_by_identifier(counter: Counter) -> None:
    writes = [creation(invoice(number=str(place))) for place in range(3)]
    (letter,) = counter.draft(*writes)
    third = reply("InvoiceAdd", ret("Invoice", {**RET, "TxnID": "third"}), "3")
    first = reply("InvoiceAdd", ret("Invoice", {**RET, "TxnID": "first"}), "1")
    found = counter.platform.read_outcomes(letter, writes, answer(third, first, status="0"))
    assert [outcome.record and outcome.record.external_id for outcome in found] == ["first", None, "third"]
    assert isinstance(found[1].error, errors.Unsure)


@pytest.mark.usefixtures("specs")
def test_a_recovered_answer_that_repeats_only_the_identity_is_unsure_with_it(counter: Counter) -> None:
    (letter,) = counter.draft(WRITE)
    text = (SPECS / "examples/recovery_status_check.rs.xml").read_text().replace("op-201", "1")
    (outcome,) = counter.platform.read_outcomes(letter, [WRITE], text)
    assert isinstance(outcome.error, errors.Unsure)
    assert outcome.error.external_id == "1A2B-1727799999"


def test_a_recovered_item_is_known_by_its_type_too(counter: Counter) -> None:
    write = creation(Item(name="Labor", income_account_id="80000020-1"))
    inside = "<ErrorRecovery><ListID>8-1</ListID><EditSequence>1</EditSequence></ErrorRecovery>"
    error = counter.outcome(write, reply("ItemServiceAdd", inside)).error
    assert error
    assert error.external_id == "ItemService:8-1"


def test_a_warning_with_a_document_is_done_and_without_one_is_unsure(counter: Counter) -> None:
    done = counter.outcome(WRITE, reply("InvoiceAdd", ret("Invoice", RET), code="530", message="ignored"))
    assert done.record
    assert isinstance(refused(counter, "530"), errors.Unsure)


@pytest.mark.parametrize("status", ["600", "9001", "9002", "9005"])
def test_a_letter_quickbooks_has_no_notes_of_is_looked_up(counter: Counter, status: str) -> None:
    with pytest.raises(errors.Unsure):
        counter.outcome(WRITE, status=status)


@pytest.mark.parametrize("text", ["", "<html/>", "<QBXML><QBXMLMsgsRs>"])
def test_an_answer_that_cannot_be_read_says_nothing_of_any_write(counter: Counter, text: str) -> None:
    (letter,) = counter.draft(WRITE)
    with pytest.raises(errors.Unsure):
        counter.platform.read_outcomes(letter, [WRITE], text)


def test_a_document_that_comes_back_without_sense_is_unsure(counter: Counter) -> None:
    outcome = counter.outcome(WRITE, reply("InvoiceAdd", ret("Invoice", {**RET, "Subtotal": "many"})))
    assert isinstance(outcome.error, errors.Unsure)


@pytest.mark.parametrize(("verb", "name"), [(Verb.VOID, "TxnVoid"), (Verb.DELETE, "TxnDel")])
def test_what_was_taken_away_has_no_record_and_what_was_not_there_is_gone(
    counter: Counter, verb: Verb, name: str
) -> None:
    write = change(STANDING, verb)
    assert counter.outcome(write, reply(name, "<TxnID>1A2B-1</TxnID>")) == Outcome()
    missing = counter.outcome(write, reply(name, code="3120", message="Object not found"))
    assert isinstance(missing.error, errors.Gone)


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        ("3000", "The given object ID is invalid.", errors.BadReference),
        ("3070", "The string is too long.", errors.Refused),
        ("3100", "The name of the list element is already in use.", errors.AlreadyThere),
        ("3120", "Object specified in the request cannot be found.", errors.BadReference),
        ("3140", "There is an invalid reference to QuickBooks Customer.", errors.BadReference),
        ("3160", "Cannot delete: This payment has been deposited.", errors.LockedByPayment),
        ("3185", "Cannot void: Other transactions are linked to it.", errors.LockedByPayment),
        ("3170", "There was an error when modifying an invoice.", errors.Refused),
        ("3170", "QuickBooks error message: The books have been closed.", errors.PeriodClosed),
        ("3171", "An attempt was made to modify with a date on or before the closing date.", errors.PeriodClosed),
        ("3175", "The object is in use.", errors.Unavailable),
        ("3176", "The related object is in use.", errors.Unavailable),
        ("3180", "This list has been modified by another user.", errors.Unavailable),
        ("3180", "The credit limit has been exceeded.", errors.Refused),
        ("3200", "The provided edit sequence is out-of-date.", errors.OutOfDate),
        ("3210", "QuickBooks error message: You cannot pay more than the amount due.", errors.NotCovered),
        ("3210", "The Terms field has an invalid value.", errors.Refused),
        ("3250", "This feature is not enabled.", errors.PermissionMissing),
        ("3260", "Insufficient permission.", errors.PermissionMissing),
        ("3261", "The application has no permission.", errors.PermissionMissing),
        ("3290", "Lines are in the wrong order.", errors.Refused),
        ("1000", "There was a general error.", errors.Refused),
        ("", "", errors.Unsure),
    ],
)
def test_refusals_are_named_for_what_happens_next(
    counter: Counter, code: str, message: str, kind: type[Exception]
) -> None:
    assert type(refused(counter, code, message)) is kind


def test_every_row_has_a_sentence_or_keeps_quickbooks_own(counter: Counter) -> None:
    assert refused(counter, "3140", "There is an invalid reference.").message == "There is an invalid reference."
    assert all(row.sentence.endswith(".") for row in ROWS if row.sentence)
    assert all(trouble.sentence.rstrip(")").endswith(".") for trouble in TROUBLES)


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        ("0x80040414", errors.Unavailable, "window is open"),
        ("0x8004040A", errors.Refused, "Another company file"),
        ("0x80040416", errors.Unavailable, "not running"),
        ("0x80040422", errors.Unavailable, "single-user"),
        ("0x80040418", errors.PermissionMissing, "Admin"),
        ("0x8004041A", errors.PermissionMissing, "may not use"),
        ("0x80040423", errors.Refused, "too old"),
        ("0x80040154", errors.PermissionMissing, "not installed"),
    ],
)
def test_a_session_that_cannot_begin_has_a_cure(counter: Counter, code: str, kind: type[Exception], words: str) -> None:
    for letter in (None, *counter.draft(WRITE)):
        error = counter.platform.failed(letter, code, "QBWC1013")
        assert type(error) is kind
        assert words in error.message


def test_a_letter_quickbooks_cannot_read_is_refused_so_that_its_writes_go_one_by_one(counter: Counter) -> None:
    (letter,) = counter.draft(WRITE)
    error = counter.platform.failed(letter, "0x80040400", "QuickBooks found an error when parsing")
    assert (type(error), error.code) == (errors.Refused, "parse")


@pytest.mark.parametrize("code", ["0x80040402", "0x8004041C", "0x8FFFFFFF", ""])
def test_an_unknown_failure_of_a_write_is_unsure_and_of_a_question_asked_again(counter: Counter, code: str) -> None:
    (letter,) = counter.draft(WRITE)
    assert isinstance(counter.platform.failed(letter, code, "strange"), errors.Unsure)
    asking: Letter = counter.ask("invoice")
    assert isinstance(counter.platform.failed(asking, code, "strange"), errors.Unavailable)


def test_tax_lines_of_our_own_come_back_as_tax(counter: Counter) -> None:
    record = invoice(line(), line("6.00", item_id="ItemSalesTax:t"), tax=Decimal(6), tax_code_id="ItemSalesTax:zero")
    rows = [("InvoiceLineRet", {"TxnLineID": "2", "ItemRef": {"ListID": "i"}, "Amount": "100.00"}),
            ("InvoiceLineRet", {"TxnLineID": "3", "ItemRef": {"ListID": "t"}, "Amount": "6.00"})]  # fmt: skip
    values = [*{**RET, "Subtotal": "106.00", "ItemSalesTaxRef": {"ListID": "zero"}}.items(), *rows]
    made = counter.outcome(creation(record), reply("InvoiceAdd", ret("Invoice", values))).record
    assert isinstance(made, Invoice)
    assert (made.tax, made.total, made.tax_code_id) == (Decimal(6), Decimal(106), "ItemSalesTax:zero")


def test_a_payment_comes_back_with_what_is_left_of_it(counter: Counter) -> None:
    record = Payment(customer_id=CUSTOMER, date=DAY, amount=Decimal(75))
    values = {"TxnID": "1B-1", "TxnDate": "2026-03-05", "TotalAmount": "75.00", "UnusedPayment": "75.00"}
    made = counter.outcome(creation(record), reply("ReceivePaymentAdd", ret("ReceivePayment", values))).record
    assert isinstance(made, Payment)
    assert (made.unapplied, made.applications) == (Decimal(75), ())
