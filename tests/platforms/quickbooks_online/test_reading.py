"""Reads from a pocket company: first loads, changes, deletions, sign-ins."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from apps.platforms import errors
from apps.platforms.base import Page
from apps.platforms.quickbooks_online import client, reading
from tests.platforms.quickbooks_online.conftest import Books, customer


def pull(books: Books, entity: str, cursor: str = "") -> tuple[list[Any], list[str], str]:
    pages: list[Page] = list(books.platform.pull(entity, cursor))
    assert [page.last for page in pages] == [False] * (len(pages) - 1) + [True]
    records = [record for page in pages for record in page.records]
    return records, [key for page in pages for key in page.gone], pages[-1].cursor


def test_a_first_look_says_who_we_are_and_what_to_know(books: Books) -> None:
    books.app.control_close_books(books.realm, "2025-12-31")
    books.app.control_preference("SalesFormsPrefs.CustomTxnNumbers", value=False, realm=books.realm)
    health = books.platform.check()
    assert health.title == "Pocket Company"
    assert (health.facts.closed_through, health.facts.keeps_numbers) == (date(2025, 12, 31), False)
    assert (health.facts.currency, health.facts.automatic_tax) == ("USD", True)
    assert any("numbers" in warning for warning in health.warnings)


def test_a_rejected_token_is_renewed_and_the_question_asked_again(books: Books) -> None:
    books.platform.check()
    books.app.control_expire_tokens(books.realm)
    assert books.platform.check().title == "Pocket Company"
    assert len(books.bench.tokens.saved) == 2


def test_a_company_that_disconnected_needs_a_new_sign_in(books: Books) -> None:
    books.platform.check()
    books.app.control_revoke(books.realm)
    with pytest.raises(errors.NeedsReconnect):
        books.platform.check()


def test_everything_is_loaded_in_pages_each_record_once(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PAGE", 3)
    monkeypatch.setattr(reading, "PAGE", 3)
    for number in range(10):
        books.make("Customer", DisplayName=f"C{number}")
    records, gone, _ = pull(books, "customer")
    assert sorted(record.name for record in records) == ["Acme", *(f"C{number}" for number in range(10))]
    assert not gone


def test_a_first_load_goes_on_where_it_was_interrupted(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PAGE", 3)
    monkeypatch.setattr(reading, "PAGE", 3)
    for number in range(10):
        books.make("Customer", DisplayName=f"C{number}")
    first = next(iter(books.platform.pull("customer", "")))
    rest, _, cursor = pull(books, "customer", first.cursor)
    assert len({record.external_id for record in (*first.records, *rest)}) == 11
    assert json.loads(cursor)["since"] == json.loads(first.cursor)["since"]


def test_one_capture_serves_every_entity_of_a_run(books: Books) -> None:
    cursors = {entity: pull(books, entity)[2] for entity in ("customer", "item", "invoice")}
    books.make("Customer", DisplayName="New")
    books.app.control_log(clear=True)
    found = {entity: pull(books, entity, cursor)[0] for entity, cursor in cursors.items()}
    assert "New" in [record.name for record in found["customer"]]
    assert len(books.requests("/cdc")) == 1


def test_the_next_run_asks_again(books: Books) -> None:
    _, _, cursor = pull(books, "customer")
    _, _, cursor = pull(books, "customer", cursor)
    books.make("Customer", DisplayName="Later")
    assert "Later" in [record.name for record in pull(books, "customer", cursor)[0]]


def test_a_deleted_document_is_gone_and_is_no_record_with_balance_zero(books: Books) -> None:
    made = books.create(books.invoice())
    _, _, cursor = pull(books, "invoice")
    books.app.control_delete("Invoice", made.external_id, books.realm)
    records, gone, _ = pull(books, "invoice", cursor)
    assert (records, gone) == ([], [made.external_id])


def test_inactive_names_are_loaded_too(books: Books) -> None:
    books.app.control_edit("Customer", books.customer, books.realm, Active=False)
    assert [(record.name, record.status) for record in pull(books, "customer")[0]] == [("Acme", "inactive")]


def test_a_cursor_beyond_the_reach_of_captures_loads_everything(books: Books) -> None:
    books.create(books.invoice())
    long_ago = json.dumps({"since": (books.bench.now - timedelta(days=40)).isoformat()})
    books.app.control_log(clear=True)
    assert len(pull(books, "invoice", long_ago)[0]) == 1
    assert not books.requests("/cdc")


@pytest.mark.parametrize("cap", [2, 5])
def test_more_changes_than_a_capture_holds_are_still_all_read(
    books: Books, monkeypatch: pytest.MonkeyPatch, cap: int
) -> None:
    monkeypatch.setattr(reading, "CAP", cap)
    _, _, cursor = pull(books, "customer")
    for number in range(4):
        books.make("Customer", DisplayName=f"C{number}")
    names = {record.name for record in pull(books, "customer", cursor)[0]}
    assert names == {"Acme", "C0", "C1", "C2", "C3"}


def test_get_tells_what_is_there_and_what_is_not(books: Books) -> None:
    found = books.platform.get("customer", [books.customer, "9999"])
    assert found["9999"] is None
    assert getattr(found[books.customer], "name", "") == "Acme"


def test_could_not_ask_is_not_an_empty_list(books: Books) -> None:
    books.platform.check()
    books.fault("status", "/query", status=503, body="<html>Service unavailable</html>", times=20)
    with pytest.raises(errors.Unavailable):
        list(books.platform.ids("customer"))
    with pytest.raises(errors.Unavailable):
        books.platform.get("customer", ["1"])


def test_a_fault_in_an_answer_of_status_200_is_a_fault(books: Books) -> None:
    books.platform.check()
    fault = {"Fault": {"Error": [{"Message": "ThrottleExceeded", "code": "003001"}], "type": "SERVICE"}}
    books.fault("status", "/query", status=200, body=fault)
    with pytest.raises(errors.RateLimited):
        list(books.platform.ids("customer"))
    assert {name for name, _ in books.bench.limiter.closed} == {"requests", "second"}


def test_a_journal_entry_on_a_customer_moves_his_receivable(books: Books) -> None:
    side = {"PostingType": "Debit", "AccountRef": {"value": books.account("Accounts Receivable")}}
    owed = {**side, "Entity": {"Type": "Customer", "EntityRef": {"value": books.customer}}}
    other = {"PostingType": "Credit", "AccountRef": {"value": books.income}}
    lines = [
        {"Amount": 25, "DetailType": "JournalEntryLineDetail", "JournalEntryLineDetail": part} for part in (owed, other)
    ]
    key = books.make("JournalEntry", TxnDate="2026-03-05", Line=lines)
    records, _, cursor = pull(books, "receivable_movement")
    assert [(one.external_id, one.customer_id, one.amount) for one in records] == [
        (f"JournalEntry:{key}:1", books.customer, Decimal(25))
    ]
    books.app.control_delete("JournalEntry", key, books.realm)
    assert f"JournalEntry:{key}:1" in pull(books, "receivable_movement", cursor)[1]


def test_a_payment_taken_in_quickbooks_comes_with_its_split(books: Books) -> None:
    made = [books.create(books.invoice("40.00")), books.create(books.invoice("60.00"))]
    apply: dict[str, str | float] = {made[0].external_id: "40.00", made[1].external_id: "50.00"}
    key = books.app.control_pay(books.customer, "95.00", apply, "2026-03-06", realm=books.realm)
    paid: Any = books.platform.get("payment", [key])[key]
    assert [(part.document_id, part.amount) for part in paid.applications] == [
        (made[0].external_id, Decimal(40)), (made[1].external_id, Decimal(50)),
    ]  # fmt: skip
    assert (paid.amount, paid.unapplied) == (Decimal(95), Decimal(5))


def test_tax_codes_carry_their_percent(books: Books) -> None:
    percents = {record.name: record.percent for record in pull(books, "tax_code")[0]}
    assert Decimal("8.25") in percents.values()


def test_every_id_is_told(books: Books) -> None:
    made = books.create(customer("Ada"))
    assert sorted(key for page in books.platform.ids("customer") for key in page) == sorted(
        [books.customer, made.external_id]
    )
