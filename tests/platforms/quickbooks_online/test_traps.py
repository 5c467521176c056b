"""What python-quickbooks would do wrong if it were let: each trap of the library shown not to close."""

from __future__ import annotations

import json
from decimal import Decimal

import httpx
import pytest

from apps.platforms import errors
from apps.platforms.base import Tokens, Verb
from apps.platforms.quickbooks_online.client import Desk, select
from apps.platforms.quickbooks_online.platform import QuickBooksOnline
from tests.platforms.conftest import Bench
from tests.platforms.quickbooks_online.conftest import FACTS, Books, change, creation, customer, key


def test_amounts_leave_as_numbers_never_as_text_or_rounded_floats(books: Books) -> None:
    body = books.platform.draft("invoice", [creation(books.invoice("1234567.10"))], key)[0].body
    assert b'"Amount":1234567.10,' in body
    assert books.create(books.invoice("1234567.10")).total == Decimal("1234567.10")


def test_the_library_holds_no_session_and_sends_nothing() -> None:
    desk = Desk(company_id="1", minorversion=75)
    desk.query("SELECT * FROM Customer")
    assert desk.session is None
    assert desk.built
    assert desk.built.body == b"SELECT * FROM Customer"


def test_every_request_has_the_deadline_and_the_minor_version(bench: Bench) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"QueryResponse": {}, "time": "2026-03-05T13:00:01.000-08:00"})

    bench.tokens.tokens = Tokens(access="a")
    account = bench.account("https://books.test", account_id="9", transport=httpx.MockTransport(answer))
    list(QuickBooksOnline(account).ids("customer"))
    assert seen[0].extensions["timeout"]["write"] == 130.0
    assert seen[0].url == "https://books.test/v3/company/9/query?minorversion=75"


def test_changes_are_asked_for_with_an_offset(books: Books) -> None:
    cursor = list(books.platform.pull("customer", ""))[-1].cursor
    list(books.platform.pull("customer", cursor))
    asked = books.requests("/cdc")[0]["query"]["changedSince"][0]
    assert asked[-6] in "+-"


def test_an_update_of_one_field_names_that_field_alone(books: Books) -> None:
    now = books.create(customer("Ada", notes="keep", phone="1"))
    body = json.loads(books.platform.draft("customer", [change(now, phone="2")], key)[0].body)
    assert body == {"Id": now.external_id, "SyncToken": "0", "sparse": True, "PrimaryPhone": {"FreeFormNumber": "2"}}


def test_keys_of_a_batch_stay_within_fifty_characters(books: Books) -> None:
    writes = [creation(customer(f"C{number}")) for number in range(30)]
    draft = books.platform.draft("customer", writes, key)[0]
    ids = [item["bId"] for item in json.loads(draft.body)["BatchItemRequest"]]
    assert ids == [str(place) for place in range(1, 31)]
    assert len(draft.query["requestid"]) <= 36


@pytest.mark.parametrize("verb", [Verb.CREATE, Verb.UPDATE, Verb.VOID, Verb.DELETE])
def test_every_write_has_its_key(books: Books, verb: Verb) -> None:
    now = books.create(books.invoice())
    write = creation(books.invoice()) if verb is Verb.CREATE else change(now, verb)
    draft = books.platform.draft("invoice", [write], key)[0]
    assert draft.query["requestid"] == draft.key
    assert draft.query["minorversion"] == "75"


def test_a_throttle_is_a_throttle_and_no_validation(books: Books) -> None:
    books.platform.check()
    books.fault("status", "/query", status=429, body={"fault": {"error": [{"code": "3001"}], "type": "SERVICE"}})
    with pytest.raises(errors.RateLimited) as caught:
        list(books.platform.ids("customer"))
    assert caught.value.retry_after


def test_quotes_and_backslashes_cannot_leave_a_query(books: Books) -> None:
    made = books.create(customer("O'Brien \\ Sons' AND Id = '1"))
    assert books.platform.find("customer", creation(customer("O'Brien \\ Sons' AND Id = '1"))) != "absent"
    assert made.name == "O'Brien \\ Sons' AND Id = '1"
    assert select("Item", "", "Active = true", by="Name") == (
        "SELECT * FROM Item WHERE Active = true ORDERBY Name STARTPOSITION 1 MAXRESULTS 1000"
    )


@pytest.mark.parametrize("ending", ["", "/v3", "/v3/company/9", "/v3/company/9/"])
def test_the_address_may_end_where_it_likes(bench: Bench, ending: str) -> None:
    platform = QuickBooksOnline(
        bench.account(f"https://books.test{ending}", account_id="9", options={"facts": FACTS.content()})
    )
    draft = platform.draft("customer", [creation(customer())], key)[0]
    assert f"https://books.test{ending}".rstrip("/") + draft.path == "https://books.test/v3/company/9/customer"


def test_pages_in_the_vendors_app(bench: Bench) -> None:
    real = QuickBooksOnline(bench.account("https://quickbooks.api.intuit.com", account_id="9"))
    play = QuickBooksOnline(bench.account("https://sandbox-quickbooks.api.intuit.com", account_id="9"))
    assert real.url("invoice", "130") == "https://app.qbo.intuit.com/app/invoice?txnId=130"
    assert real.url("receivable_movement", "JournalEntry:12:1") == "https://app.qbo.intuit.com/app/journal?txnId=12"
    assert play.url("payment", "5") == "https://app.sandbox.qbo.intuit.com/app/recvpayment?txnId=5"
