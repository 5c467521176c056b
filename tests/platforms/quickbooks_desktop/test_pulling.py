"""Pulls letter by letter: iterators, cursors that survive a crash, deletions, and questions by id."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from apps.platforms.base import Page
from apps.platforms.errors import PermissionMissing, Unavailable
from apps.platforms.mailbox import Letter
from tests.platforms.quickbooks_desktop.conftest import (
    CUSTOMER,
    SINCE,
    Counter,
    answer,
    cursor_of,
    judge,
    reply,
    ret,
    texts,
)

ENTITIES = (
    "account", "tax_code", "payment_method", "item", "customer", "invoice", "payment", "credit_memo", "refund",
    "receivable_movement",
)  # fmt: skip
NOTHING = {"code": "1", "message": "A query request did not find a matching object in QuickBooks"}


def payment(key: str, modified: str = "2026-03-05T10:00:00-08:00") -> str:
    times = f"<TimeModified>{modified}</TimeModified>"
    return f"<ReceivePaymentRet><TxnID>{key}</TxnID>{times}<TxnDate>2026-03-05</TxnDate></ReceivePaymentRet>"


def page(counter: Counter, letter: Letter, *replies: str) -> tuple[Page, Letter | None]:
    return counter.platform.read_page(letter, answer(*replies))


def payments(inside: str, **more: str) -> str:
    return reply("ReceivePaymentQuery", inside, "main", **more)


def ended(counter: Counter, following: Letter | None) -> Page:
    """The last page of a pull: it asks for what was deleted, and nothing was."""
    assert following
    last, after = page(counter, following, reply("TxnDeletedQuery", "", "main", **NOTHING))
    assert (last.last, after) == (True, None)
    return last


@pytest.mark.parametrize("entity", ENTITIES)
@pytest.mark.parametrize("cursor", ["", SINCE])
def test_a_pull_that_finds_nothing_ends_and_keeps_its_place(counter: Counter, entity: str, cursor: str) -> None:
    letter: Letter | None = counter.ask(entity, cursor)
    last = Page()
    while letter is not None:
        assert json.loads(json.dumps(letter.context)) == letter.context
        message = judge(letter.text)[0]
        replies = [reply(str(each.tag)[:-2], "", str(each.get("requestID")), **NOTHING) for each in message]
        last, letter = page(counter, letter, *replies)
    assert (last.last, list(last.records), list(last.gone)) == (True, [], [])
    assert cursor_of(last.cursor) == (cursor_of(cursor) if cursor else "")


def test_a_first_load_asks_for_everything_and_then_for_all_deletions_there_are(counter: Counter) -> None:
    letter = counter.ask("payment")
    query = judge(letter.text)[0][0]
    assert (query.get("iterator"), texts(query)) == ("Start", {"MaxReturned": "100", "IncludeLineItems": "true"})
    found, following = page(counter, letter, payments(payment("1-1")))
    assert ([record.external_id for record in found.records], found.last) == (["1-1"], False)
    assert following
    asked = judge(following.text)[0][0].findtext("DeletedDateRangeFilter/FromDeletedDate") or ""
    assert datetime.fromisoformat(asked) == datetime(2026, 1, 11, 12, tzinfo=UTC)
    assert cursor_of(ended(counter, following).cursor) == "2026-03-05T18:00:00+00:00"


def test_pages_go_on_with_the_same_filters_until_none_remains(counter: Counter) -> None:
    letter = counter.ask("payment", SINCE)
    found, following = page(counter, letter, payments(payment("1-1"), iteratorRemainingCount="1", iteratorID="{it}"))
    assert following
    assert (found.cursor, found.last) == (SINCE, False)
    first, onward = judge(letter.text)[0][0], judge(following.text)[0][0]
    assert (onward.get("iterator"), onward.get("iteratorID")) == ("Continue", "{it}")
    assert texts(first) == texts(onward)
    found, deleted = page(counter, following, payments(payment("1-2"), iteratorRemainingCount="0", iteratorID="{it}"))
    assert deleted
    assert judge(deleted.text)[0][0].tag == "TxnDeletedQueryRq"
    assert found.cursor == SINCE


def test_times_are_asked_for_with_an_offset_and_an_overlap(counter: Counter) -> None:
    query = judge(counter.ask("payment", SINCE).text)[0][0]
    assert query.findtext("ModifiedDateRangeFilter/FromModifiedDate") == "2026-03-01T09:55:00+00:00"
    listed = judge(counter.ask("item", SINCE).text)[0][0]
    assert listed.findtext("FromModifiedDate") == "2026-03-01T09:55:00+00:00"


def test_the_length_of_a_pull_is_taken_off_its_cursor(counter: Counter) -> None:
    letter = counter.ask("payment")
    counter.bench.now += timedelta(minutes=20)
    _, following = page(counter, letter, payments(payment("1-1")))
    assert cursor_of(ended(counter, following).cursor) == "2026-03-05T17:40:00+00:00"


def test_a_time_without_a_zone_moves_the_cursor_to_the_earliest_it_can_be(counter: Counter) -> None:
    _, following = page(counter, counter.ask("payment"), payments(payment("1-1", "2026-03-05T10:00:00")))
    assert cursor_of(ended(counter, following).cursor) == "2026-03-04T20:00:00+00:00"


def test_a_full_load_reads_everything_whatever_the_cursor_says(counter: Counter) -> None:
    letter = counter.ask("payment", SINCE, full=True)
    assert "ModifiedDate" not in letter.text
    found, following = page(counter, letter, payments(payment("1-1")))
    assert [record.external_id for record in found.records] == ["1-1"]
    ended(counter, following)


def test_customers_are_read_whole_because_balances_move_by_themselves(counter: Counter) -> None:
    assert "FromModifiedDate" not in counter.ask("customer", SINCE).text


def test_what_was_deleted_is_gone_by_our_ids(counter: Counter) -> None:
    letter = counter.ask("item", SINCE)
    _, deleted = page(counter, letter, reply("ItemQuery", "", "main", **NOTHING))
    assert deleted
    gone = ret("ListDeleted", {"ListDelType": "ItemService", "ListID": "8-1", "FullName": "Labor"})
    found, following = page(counter, deleted, reply("ListDeletedQuery", gone, "main"))
    assert (found.gone, found.last, following) == (["ItemService:8-1"], True, None)


def test_deletions_are_asked_for_as_far_back_as_quickbooks_remembers(counter: Counter) -> None:
    old = '{"since": "2020-01-01T00:00:00+00:00"}'
    _, deleted = page(counter, counter.ask("payment", old), payments("", **NOTHING))
    assert deleted
    asked = judge(deleted.text)[0][0].findtext("DeletedDateRangeFilter/FromDeletedDate") or ""
    assert datetime.fromisoformat(asked) == datetime(2026, 1, 11, 12, tzinfo=UTC)


def test_a_deleted_journal_entry_takes_all_its_parts_along(counter: Counter) -> None:
    letter: Letter | None = counter.ask("receivable_movement", SINCE)
    while letter is not None and "TxnDeletedQueryRq" not in letter.text:
        replies = [
            reply(str(each.tag)[:-2], "", str(each.get("requestID")), **NOTHING) for each in judge(letter.text)[0]
        ]
        _, letter = page(counter, letter, *replies)
    assert letter
    gone = ret("TxnDeleted", {"TxnDelType": "JournalEntry", "TxnID": "1J-1"})
    found, _ = page(counter, letter, reply("TxnDeletedQuery", gone, "main"))
    assert found.gone[:2] == ["JournalEntry:1J-1:1", "JournalEntry:1J-1:2"]


def test_a_changed_journal_entry_says_which_parts_it_no_longer_has(counter: Counter) -> None:
    letter = counter.ask("receivable_movement", SINCE)
    accounts = reply("AccountQuery", ret("Account", {"ListID": "A/R"}), "receivable")
    row = {"AccountRef": {"ListID": "A/R"}, "Amount": "10.00", "EntityRef": {"ListID": CUSTOMER}}
    entry = ret("JournalEntry", {"TxnID": "1J-1", "TxnDate": "2026-03-05", "JournalDebitLine": row})
    found, _ = page(counter, letter, accounts, reply("JournalEntryQuery", entry, "main"))
    assert [record.external_id for record in found.records] == ["JournalEntry:1J-1:1"]
    assert found.gone[0] == "JournalEntry:1J-1:2"


def test_one_unreadable_record_is_left_out_and_asked_for_again(counter: Counter) -> None:
    bad = "<ReceivePaymentRet><TxnID>1-9</TxnID><TxnDate>soon</TxnDate></ReceivePaymentRet>"
    found, following = page(counter, counter.ask("payment", SINCE), payments(bad + payment("1-1")))
    assert [record.external_id for record in found.records] == ["1-1"]
    assert following
    ended, _ = page(counter, following, reply("TxnDeletedQuery", "", "main", **NOTHING))
    assert (ended.cursor, len(ended.unreadable)) == (SINCE, 1)


@pytest.mark.parametrize(("code", "kind"), [("3391", Unavailable), ("3260", PermissionMissing), ("1000", Unavailable)])
def test_a_question_that_was_not_answered_is_never_an_empty_list(
    counter: Counter, code: str, kind: type[Exception]
) -> None:
    with pytest.raises(kind):
        page(counter, counter.ask("payment"), payments("", code=code, message="no"))
    with pytest.raises(Unavailable):
        page(counter, counter.ask("payment"))
    with pytest.raises(Unavailable):
        counter.platform.read_page(counter.ask("payment"), "")


def test_documents_are_not_read_while_the_receivable_accounts_are_not_known(counter: Counter) -> None:
    refused = reply("AccountQuery", "", "receivable", code="3260", message="no")
    with pytest.raises(PermissionMissing):
        page(counter, counter.ask("receivable_movement"), refused, reply("JournalEntryQuery", "", "main", **NOTHING))


def test_a_file_without_sales_tax_has_no_tax_codes(counter: Counter) -> None:
    letter = counter.ask("tax_code")
    found, following = page(counter, letter, reply("ItemSalesTaxQuery", "", "main", code="3250", message="not enabled"))
    assert (found.records, found.last) == ([], False)
    assert following


def test_pages_that_do_not_get_fewer_end(counter: Counter) -> None:
    more = {"iteratorRemainingCount": "5", "iteratorID": "{it}"}
    _, following = page(counter, counter.ask("payment"), payments(payment("1-1"), **more))
    assert following
    with pytest.raises(Unavailable, match="circles"):
        page(counter, following, payments(payment("1-1"), **more))


def test_records_asked_for_by_id_are_there_or_gone(counter: Counter) -> None:
    letter = counter.platform.ask_again("item", ["ItemService:8-1", "ItemService:8-2", "ItemService:8-3"])
    assert len(judge(letter.text)[0]) == 3
    there = ret("ItemService", {"ListID": "8-1", "Name": "Labor"})
    other = ret("ItemInventory", {"ListID": "8-3", "Name": "Disk"})
    replies = [
        reply("ItemQuery", there, "1"),
        reply("ItemQuery", "", "2", code="3120", message="no"),
        reply("ItemQuery", other, "3"),
    ]
    found, following = page(counter, letter, *replies)
    assert (found.gone, following) == (["ItemService:8-2", "ItemService:8-3"], None)


def test_a_record_that_could_not_be_asked_for_is_not_gone(counter: Counter) -> None:
    letter = counter.platform.ask_again("payment", ["1-1"])
    with pytest.raises(Unavailable):
        page(counter, letter, reply("ReceivePaymentQuery", "", "1", code="3175", message="in use"))
    with pytest.raises(Unavailable):
        page(counter, letter)


def test_parts_of_documents_are_asked_for_by_their_document(counter: Counter) -> None:
    letter = counter.platform.ask_again("receivable_movement", ["Check:1F-1:1", "Check:1F-1:2"])
    query = judge(letter.text)[0][1]
    assert (query.tag, query.findtext("TxnID")) == ("CheckQueryRq", "1F-1")
    accounts = reply("AccountQuery", ret("Account", {"ListID": "A/R"}), "receivable")
    row = {"AccountRef": {"ListID": "A/R"}, "Amount": "5.00", "CustomerRef": {"ListID": CUSTOMER}}
    check = ret("Check", {"TxnID": "1F-1", "TxnDate": "2026-03-05", "ExpenseLineRet": row})
    found, _ = page(counter, letter, accounts, reply("CheckQuery", check, "1"), reply("CheckQuery", check, "2"))
    assert ([record.external_id for record in found.records], found.gone) == (["Check:1F-1:1"], ["Check:1F-1:2"])
