"""What xero-python would do wrong if it were let: each trap of the library shown not to close."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from xero_python.api_client.configuration import Configuration
from xero_python.api_client.oauth2 import OAuth2Token

from apps.platforms import errors
from apps.platforms.base import Tokens, Verb
from apps.platforms.exact_json import write_json
from apps.platforms.xero.client import Desk
from apps.platforms.xero.platform import Xero
from apps.platforms.xero.translate.invoices import read_invoice
from tests.platforms.conftest import Bench
from tests.platforms.xero.conftest import (
    FACTS,
    Books,
    Stand,
    account_for,
    change,
    creation,
    customer,
    invoice,
    key,
    raw_invoice,
    told,
)


def test_amounts_leave_as_numbers_never_as_text_or_rounded_floats(books: Books) -> None:
    body = books.platform.draft("invoice", [creation(invoice("1234567.10"))], key)[0].body
    assert b'"LineAmount":1234567.10,' in body
    assert b'"UnitAmount":1234567.10,' in body


@pytest.mark.parametrize("value", [1.1, Decimal("NaN"), {"a": [Decimal("Infinity")]}])
def test_what_has_no_exact_value_is_not_written(value: Any) -> None:
    with pytest.raises(TypeError):
        write_json(value)


def test_amounts_arrive_exact(books: Books, stand: Stand) -> None:
    raw = told("Invoices", raw_invoice())
    text = httpx.Response(200, json=raw).text.replace("108.25", "1234567890.10")
    stand.on("GET", "/Invoices", httpx.Response(200, text=text))
    (page,) = books.platform.pull("invoice", "")
    assert getattr(page.records[0], "total", None) == Decimal("1234567890.10")


def test_the_library_holds_no_connection_and_no_token(books: Books) -> None:
    Configuration().oauth2_token = OAuth2Token(client_id="another", client_secret="client")
    desk = Desk()
    assert desk.rest_client is None
    built = books.platform.client.built("get_invoices", page=1)
    assert (built.method, built.path, built.body) == ("GET", "/Invoices", b"")


def test_a_throttled_read_does_not_sleep(books: Books, stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    stand.on("GET", "/Invoices", httpx.Response(429, headers={"Retry-After": "21600", "X-Rate-Limit-Problem": "day"}))
    with pytest.raises(errors.BudgetExhausted):
        list(books.platform.pull("invoice", ""))
    assert (slept, len(stand.asked)) == ([], 1)


def test_a_create_is_not_repeated_when_the_line_drops(books: Books, stand: Stand) -> None:
    def drop(request: httpx.Request) -> httpx.Response:
        raise httpx.RemoteProtocolError("Server disconnected without sending a response.")

    stand.on("PUT", "/Invoices", drop)
    with pytest.raises(errors.Unsure):
        books.write(creation(invoice()))
    assert len(stand.asked) == 1


def test_every_request_has_the_deadline(books: Books, stand: Stand) -> None:
    stand.on("GET", "/Invoices", told("Invoices"))
    stand.on("PUT", "/Invoices", told("Invoices", raw_invoice()))
    list(books.platform.pull("invoice", ""))
    books.write(creation(invoice()))
    assert {call.extensions["timeout"]["write"] for call in stand.asked} == {60.0}


def test_five_at_once_renew_an_expired_token_once(books: Books, stand: Stand) -> None:
    books.bench.tokens.tokens = Tokens(access="old", refresh="r", expires_at=books.bench.now - timedelta(seconds=1))
    stand.on(
        "POST", "/connect/token", {"access_token": "new", "refresh_token": "s", "expires_in": 1800, "unknown": "key"}
    )
    stand.on("GET", "/Contacts", told("Contacts"))
    threads = [threading.Thread(target=lambda: list(books.platform.pull("customer", ""))) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(stand.of("POST", "/connect/token")) == 1
    assert {call.headers["authorization"] for call in stand.of("GET")} == {"Bearer new"}


@pytest.mark.parametrize(
    "fields",
    [
        {"Reference": None, "Url": None, "DueDate": None},
        {"CurrencyCode": "XYZ", "Status": "FUTURE", "LineAmountTypes": "Odd"},
        {"LineItems": None, "Payments": None, "HasAttachments": None, "BrandNew": {"a": [1]}},
        {"SentToContact": "false", "AmountDue": "108.25", "Total": "108.25"},
    ],
)
def test_nulls_and_words_nobody_knew_lose_no_page(books: Books, stand: Stand, fields: dict[str, Any]) -> None:
    stand.on("GET", "/Invoices", told("Invoices", raw_invoice(**fields)))
    (page,) = books.platform.pull("invoice", "")
    assert (len(page.records), list(page.unreadable)) == (1, [])
    assert "None" not in page.records[0].content().values()


def test_creates_have_a_key_of_their_own_and_changes_none(books: Books, stand: Stand) -> None:
    stand.on("PUT", "/Contacts", told("Contacts", {"ContactID": "c"}))
    stand.on("POST", "/Invoices", told("Invoices", raw_invoice()))
    books.write(creation(customer()))
    books.write(change(read_invoice(raw_invoice())))
    books.write(change(read_invoice(raw_invoice()), Verb.VOID))
    (made,), changes = stand.of("PUT"), stand.of("POST")
    assert 0 < len(made.headers["idempotency-key"]) <= 128
    assert not any("idempotency-key" in call.headers for call in changes)


def test_the_same_bytes_sent_again_have_the_same_key_and_another_organisation_another(
    bench: Bench, stand: Stand
) -> None:
    stand.on("PUT", "/Contacts", told("Contacts", {"ContactID": "c"}))
    bench.tokens.tokens = Tokens(access="a")
    one, two = (Xero(account_for(bench, stand, account_id=name, options={"facts": FACTS.content()})) for name in "12")
    (draft,) = one.draft("customer", [creation(customer())], lambda: "k")
    for platform in (one, one, two):
        platform.send(draft)
    keys = [call.headers["idempotency-key"] for call in stand.asked]
    assert keys[0] == keys[1] != keys[2]
    assert len(draft.key) <= 60


def test_booleans_of_a_query_are_lower_case(books: Books) -> None:
    (draft,) = books.platform.draft("invoice", [creation(invoice())], key)
    assert draft.query["summarizeErrors"] == "false"


def test_xeros_gate_knows_who_asks(books: Books, stand: Stand) -> None:
    stand.on("GET", "/Contacts", told("Contacts"))
    list(books.platform.pull("customer", ""))
    assert stand.asked[0].headers["user-agent"] == "Tieout"
    assert stand.asked[0].headers["accept"] == "application/json"
    assert "gzip" in stand.asked[0].headers["accept-encoding"]
