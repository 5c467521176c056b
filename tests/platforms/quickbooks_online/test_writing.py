"""Writes into a pocket company: batches, refusals, lost answers."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from apps.platforms import errors
from apps.platforms.base import ABSENT, Found, Verb
from apps.platforms.records import Application, CreditMemo, Payment, RefundReceipt, Status
from tests.platforms.quickbooks_online.conftest import DAY, MARKER, Books, change, creation, customer, item, key


def test_an_invoice_arrives_as_it_was_meant(books: Books) -> None:
    made = books.create(books.invoice("33.33", number="10023", memo="Hi"), MARKER)
    assert (made.number, made.total, made.memo, made.marker) == ("10023", Decimal("33.33"), "Hi", MARKER)


def test_thirty_five_customers_are_two_requests_and_each_answer_finds_its_place(books: Books) -> None:
    wanted = [customer(f"Customer {number}") for number in range(35)]
    outcomes = books.write(*map(creation, wanted))
    assert [getattr(outcome.record, "name", None) for outcome in outcomes] == [one.name for one in wanted]
    assert len(books.requests("/batch")) == 2


def test_a_failure_in_a_batch_belongs_to_its_row(books: Books) -> None:
    outcomes = books.write(creation(customer("One")), creation(customer("Acme")), creation(customer("Two")))
    assert [type(outcome.error) for outcome in outcomes] == [type(None), errors.AlreadyThere, type(None)]


def test_a_write_that_cannot_be_said_leaves_its_neighbours_alone(books: Books) -> None:
    good, bad = creation(customer("Good")), creation(customer("🍕"))
    drafts = books.platform.draft("customer", [bad, good], key)
    assert [draft.positions for draft in drafts] == [(1,)]
    with pytest.raises(errors.Refused):
        books.platform.draft("customer", [bad], key)


def test_a_row_without_an_answer_is_unsure(books: Books) -> None:
    draft = books.platform.draft("customer", [creation(customer("A")), creation(customer("B"))], key)[0]
    half = {"BatchItemResponse": [{"bId": "2", "Customer": {"Id": "77", "DisplayName": "B"}}]}
    books.fault("status", "/batch", status=200, body=half)
    first, second = books.platform.send(draft)
    assert isinstance(first.error, errors.Unsure)
    assert second.record
    assert second.record.external_id == "77"


def test_two_changes_of_one_document_are_never_sent_together(books: Books) -> None:
    now = books.create(customer("Ada"))
    with pytest.raises(ValueError, match="one document"):
        books.platform.draft("customer", [change(now, phone="1"), change(now, phone="2")], key)


def test_an_update_changes_what_it_names_and_nothing_else(books: Books) -> None:
    now = books.create(customer("Ada", phone="1", notes="keep", email="ada@example.com"))
    after = books.write(change(now, phone="2"))[0].record
    assert after == replace(now, phone="2", revision="1", updated_at=after.updated_at if after else None)


def test_a_stale_revision_is_out_of_date(books: Books) -> None:
    now = books.create(customer("Ada"))
    books.app.control_edit("Customer", now.external_id, books.realm, Notes="by hand")
    assert isinstance(books.write(change(now, phone="2"))[0].error, errors.OutOfDate)


def test_an_invoice_can_be_changed_voided_and_deleted(books: Books) -> None:
    now = books.create(books.invoice(), MARKER)
    line = replace(now.lines[0], price=Decimal(120), amount=Decimal(120))
    changed = books.write(change(now, lines=(line,), total=Decimal(120)))[0].record
    assert changed
    assert (changed.marker, getattr(changed, "total", 0)) == (MARKER, Decimal(120))
    voided = books.write(change(changed, Verb.VOID))[0].record
    assert voided
    assert voided.status is Status.VOIDED
    assert books.write(change(voided, Verb.DELETE))[0].error is None
    assert books.state("Invoice") == []


def test_a_payment_is_applied_moved_taken_off_and_voided(books: Books) -> None:
    one, two = books.create(books.invoice("40.00")), books.create(books.invoice("60.00"))
    parts = (Application(document_id=one.external_id, amount=Decimal(40)),)
    now = books.create(Payment(customer_id=books.customer, date=DAY, amount=Decimal(40), applications=parts), MARKER)
    moved = books.write(change(now, applications=(replace(parts[0], document_id=two.external_id),)))[0].record
    assert moved
    assert [part.document_id for part in moved.applications] == [two.external_id]  # type: ignore[attr-defined]
    freed = books.write(change(moved, applications=()))[0].record
    assert freed
    assert freed.unapplied == Decimal(40)  # type: ignore[attr-defined]
    voided = books.write(change(freed, Verb.VOID))[0].record
    assert voided
    assert voided.status is Status.VOIDED


def test_credit_memos_and_refunds_are_made(books: Books) -> None:
    lines = books.invoice("15.00").lines
    memo = books.create(CreditMemo(customer_id=books.customer, date=DAY, lines=lines), MARKER)
    assert memo.balance == Decimal(15)
    bank = books.account("Bank")
    refund = books.create(RefundReceipt(customer_id=books.customer, date=DAY, lines=lines, account_id=bank), MARKER)
    assert (refund.total, refund.account_id) == (Decimal(15), bank)


def test_closed_books_and_deposits_say_so(books: Books) -> None:
    paid = books.create(Payment(customer_id=books.customer, date=DAY, amount=Decimal(5)))
    books.app.control_deposit([paid.external_id], realm=books.realm)
    now = books.platform.get("payment", [paid.external_id])[paid.external_id]
    assert now
    assert isinstance(books.write(change(now, memo="x"))[0].error, errors.LockedByPayment)
    books.app.control_close_books(books.realm, "2026-12-31")
    assert isinstance(books.write(creation(books.invoice()))[0].error, errors.PeriodClosed)


@pytest.mark.parametrize("number_of_rows", [1, 3])
def test_a_lost_answer_is_unsure_and_looking_finds_each_once(books: Books, number_of_rows: int) -> None:
    writes = [creation(books.invoice(f"1{place}.00"), f"{MARKER}{place}") for place in range(number_of_rows)]
    draft = books.platform.draft("invoice", writes, key)[0]
    books.fault("lose", "/batch" if number_of_rows > 1 else "/invoice")
    with pytest.raises(errors.Unsure):
        books.platform.send(draft)
    found = [books.platform.find("invoice", write) for write in writes]
    assert all(isinstance(one, Found) for one in found)
    assert len(books.state("Invoice")) == number_of_rows


def test_the_same_bytes_sent_again_do_nothing_twice(books: Books) -> None:
    draft = books.platform.draft("invoice", [creation(books.invoice(), MARKER)], key)[0]
    books.fault("lose", "/invoice")
    with pytest.raises(errors.Unsure):
        books.platform.send(draft)
    assert books.platform.send(draft)[0].record
    assert len(books.state("Invoice")) == 1


def test_a_replayed_batch_that_is_refused_as_a_whole_is_unsure(books: Books) -> None:
    draft = books.platform.draft("customer", [creation(customer("A")), creation(customer("B"))], key)[0]
    fault = {
        "Fault": {"Error": [{"Message": "A business validation error", "code": "6000"}], "type": "ValidationFault"}
    }
    books.fault("status", "/batch", status=400, body=fault)
    with pytest.raises(errors.Unsure):
        books.platform.send(draft)


def test_throttled_means_nothing_happened_and_a_broken_gateway_that_nobody_knows(books: Books) -> None:
    draft = books.platform.draft("customer", [creation(customer("A"))], key)[0]
    books.fault("status", "/customer", status=429, body={})
    with pytest.raises(errors.RateLimited):
        books.platform.send(draft)
    books.fault("status", "/customer", status=502, body="<html>Bad gateway</html>")
    with pytest.raises(errors.Unsure):
        books.platform.send(draft)


def test_an_expired_token_is_renewed_and_the_same_bytes_go_again(books: Books) -> None:
    draft = books.platform.draft("customer", [creation(customer("A"))], key)[0]
    books.app.control_expire_tokens(books.realm)
    books.app.control_log(clear=True)
    assert books.platform.send(draft)[0].record
    first, second = books.requests("/customer")
    assert (first["status"], second["status"], first["body"]) == (401, 200, second["body"])


def test_nothing_is_found_where_nothing_is(books: Books) -> None:
    assert books.platform.find("invoice", creation(books.invoice(), MARKER)) is ABSENT
    assert books.platform.find("customer", creation(customer("Nobody"))) is ABSENT


def test_a_moved_date_does_not_hide_our_document_and_a_copy_is_not_it(books: Books) -> None:
    made = books.create(books.invoice(), MARKER)
    books.app.control_edit("Invoice", made.external_id, books.realm, TxnDate="2026-03-20")
    books.create(books.invoice(), MARKER)
    found = books.platform.find("invoice", creation(books.invoice(), MARKER))
    assert isinstance(found, Found)
    assert found.record.external_id == made.external_id


def test_names_are_found_as_they_were_sent(books: Books) -> None:
    made = books.create(customer("O\u2019Brien: “North” 🙂"))
    found = books.platform.find("customer", creation(customer("O\u2019Brien: “North” 🙂")))
    assert isinstance(found, Found)
    assert found.record.external_id == made.external_id
    widget = books.create(item("Widget's", income_account_id=books.income))
    assert books.platform.find("item", creation(item("Widget's"))) == Found(widget)


def test_changes_are_looked_for_by_what_they_wanted(books: Books) -> None:
    now = books.create(books.invoice(), MARKER)
    wanted = change(now, memo="new memo")
    assert books.platform.find("invoice", wanted) is ABSENT
    books.write(wanted)
    assert isinstance(books.platform.find("invoice", wanted), Found)
    delete = change(now, Verb.DELETE)
    books.app.control_delete("Invoice", now.external_id, books.realm)
    assert isinstance(books.platform.find("invoice", delete), Found)
