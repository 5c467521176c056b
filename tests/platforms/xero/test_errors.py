"""Ways of saying no, and what happens next."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from apps.platforms import errors
from apps.platforms.base import Tokens
from apps.platforms.xero.errors import ROWS, messages, refusal
from tests.platforms.xero.conftest import Books, Stand, creation, customer, invoice, refused, told

SAID = [
    ("The contact name Acme is already assigned to another contact. The contact name must be unique across all active contacts.", errors.AlreadyThere),
    ("The contact number 7 is already assigned to another contact. The contact number must be unique across all contacts.", errors.AlreadyThere),
    ("Invoice # must be unique.", errors.AlreadyThere),
    ("Order number must be unique", errors.AlreadyThere),
    ("Price List Item with Code 'W' already exists", errors.AlreadyThere),
    ("Invoice not of valid status for modification", errors.Refused),
    ("This document cannot be edited as it has a payment or credit note allocated to it.", errors.LockedByPayment),
    ("The status VOIDED cannot be applied to the invoice because it has payments or credit notes allocated to it.", errors.LockedByPayment),
    ("To update fields on a paid invoice line item, you must supply a LineItemID", errors.LockedByPayment),
    ("The document date cannot be before the period lock date, currently set at 30-Nov-2018", errors.PeriodClosed),
    ("The document date cannot be before the end of year lock date, currently set at 30-Nov-2018", errors.PeriodClosed),
    ("Payment amount exceeds the amount outstanding on this document", errors.NotCovered),
    ("Overpayment cannot be allocated as amount is greater than amount outstanding", errors.NotCovered),
    ("The invoice you are trying to allocate to has already been paid off", errors.NotCovered),
    ("Payments can only be made against Authorised documents", errors.BadReference),
    ("Only Status accepted for updates.", errors.Refused),
    ("The TaxType code 'x' cannot be used with account code 'y'", errors.BadReference),
    ("Account code 'x' is not a valid code for this document", errors.BadReference),
    ("Account type is invalid for making a payment to/from", errors.BadReference),
    ("Organisation is not subscribed to currency USD", errors.Refused),
    ("Something nobody has seen before", errors.Refused),
    ("Idempotency Key: x is used with a different request.", errors.Unsure),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kind"), SAID)
def test_every_known_text_has_its_row(text: str, kind: type[errors.PlatformError]) -> None:
    assert type(refusal({"ErrorNumber": 10, "Elements": [{"ValidationErrors": [{"Message": text}]}]})) is kind


def test_every_row_is_met_by_a_text_or_is_about_banks() -> None:
    import re

    unmet = [row.words for row in ROWS if not any(re.search(row.words, text, re.IGNORECASE) for text, _ in SAID)]
    assert [words.partition("|")[0] for words in unmet] == ["part of a batch", "reconciled", "contact.*(archived"]


def test_all_texts_are_kept_whole() -> None:
    long = "A" * 255
    body = {"Elements": [{"ValidationErrors": [{"Message": long}, {"Message": "Two"}, {"Message": "Two"}], "LineItems": [{"ValidationErrors": [{"Message": "Three"}]}]}]}  # fmt: skip
    assert messages(body) == [long, "Two", "Three"]
    assert refusal(body).message == f"{long} / Two / Three"
    assert refusal({**body, "ErrorNumber": 10}).code == "10"


def test_a_read_is_never_unsure() -> None:
    text = "Idempotency Key: x is used with a different request."
    assert isinstance(refusal({"Message": text}, write=False), errors.Unavailable)


@pytest.mark.parametrize("body", [None, [], {}, {"Elements": 3}, {"Elements": [None], "ValidationErrors": {}}])
def test_nonsense_is_a_refusal(body: Any) -> None:
    assert isinstance(refusal(body), errors.Refused)


READS = [
    (httpx.Response(503, text="The organisation is offline"), errors.Unavailable),
    (httpx.Response(500), errors.Unavailable),
    (httpx.Response(200, text="<html>"), errors.Unavailable),
    (httpx.Response(200, json=[]), errors.Unavailable),
    (httpx.Response(200, json={"Invoices": 3}), errors.Unavailable),
    (httpx.Response(403, text="<html>blocked</html>"), errors.Unavailable),
    (httpx.Response(403, json={"Title": "Forbidden", "Detail": "AuthenticationUnsuccessful"}), errors.NeedsReconnect),
    (httpx.Response(403, json={"Title": "Forbidden", "Detail": "The user may not"}), errors.PermissionMissing),
    (httpx.Response(403, headers={"WWW-Authenticate": "insufficent_scope"}, json={"Title": "x"}), errors.PermissionMissing),
    (httpx.Response(404, json={}), errors.Gone),
    (httpx.Response(412, json={}), errors.Refused),
    (httpx.Response(501, json={}), errors.Unavailable),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "kind"), READS)
def test_what_a_read_makes_of_an_answer(
    books: Books, stand: Stand, answer: httpx.Response, kind: type[Exception]
) -> None:
    stand.on("GET", "/Invoices", answer)
    with pytest.raises(kind) as caught:
        list(books.platform.pull("invoice", ""))
    assert caught.type is kind


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
def test_a_write_without_an_answer_is_unsure_and_not_sent_twice(books: Books, stand: Stand, status: int) -> None:
    stand.on("PUT", "/Invoices", httpx.Response(status))
    with pytest.raises(errors.Unsure):
        books.write(creation(invoice()))
    assert len(stand.asked) == 1


THROTTLES = [
    ({"X-Rate-Limit-Problem": "minute", "Retry-After": "17"}, errors.RateLimited, 17.0, ("minute", 17.0)),
    ({"X-Rate-Limit-Problem": "Day", "Retry-After": "60123"}, errors.BudgetExhausted, 60123.0, ("day", 60123.0)),
    ({"X-Rate-Limit-Problem": "AppMinute", "Retry-After": "3"}, errors.RateLimited, 3.0, ("app", 3.0)),
    ({"X-Rate-Limit-Problem": "app-minute", "Retry-After": "3"}, errors.RateLimited, 3.0, ("app", 3.0)),
    ({"X-Rate-Limit-Problem": "concurrent"}, errors.RateLimited, 0.05, ("minute", 0.05)),
    ({}, errors.RateLimited, 0.6, ("minute", 0.6)),
]  # fmt: skip


@pytest.mark.parametrize(("headers", "kind", "wait", "closed"), THROTTLES)
def test_a_throttle_closes_what_was_used_up(
    books: Books, stand: Stand, headers: dict[str, str], kind: type[errors.TryLater], wait: float, closed: tuple[str, float]
) -> None:  # fmt: skip
    stand.on("GET", "/Invoices", httpx.Response(429, headers=headers))
    with pytest.raises(errors.TryLater) as caught:
        list(books.platform.pull("invoice", ""))
    assert (caught.type, caught.value.retry_after) == (kind, wait)
    assert books.bench.limiter.closed == [closed]
    assert len(stand.asked) == 1


def test_every_call_draws_on_minute_day_and_app(books: Books, stand: Stand) -> None:
    stand.on("GET", "/Invoices", told("Invoices"))
    list(books.platform.pull("invoice", ""))
    assert books.bench.limiter.drawn == ["minute", "day", "app"]


def test_a_minute_that_is_used_up_is_left_alone(books: Books, stand: Stand) -> None:
    stand.on("GET", "/Invoices", httpx.Response(200, headers={"X-MinLimit-Remaining": "0"}, json=told("Invoices")))
    list(books.platform.pull("invoice", ""))
    assert books.bench.limiter.closed == [("minute", 0.05)]


def test_a_rejected_token_is_renewed_once(books: Books, stand: Stand) -> None:
    stand.on("POST", "/connect/token", {"access_token": "b", "refresh_token": "s", "expires_in": 1800})
    stand.on("GET", "/Invoices", httpx.Response(401, json={"Detail": "TokenExpired"}), told("Invoices"))
    list(books.platform.pull("invoice", ""))
    assert [call.headers["authorization"] for call in stand.of("GET")] == ["Bearer a", "Bearer b"]
    assert books.bench.tokens.tokens.refresh == "s"


def test_rejected_again_it_needs_a_new_sign_in(books: Books, stand: Stand) -> None:
    stand.on("POST", "/connect/token", {"access_token": "b", "refresh_token": "s", "expires_in": 1800})
    stand.on("PUT", "/Contacts", httpx.Response(401, json={"Detail": "AuthorizationUnsuccessful"}))
    with pytest.raises(errors.NeedsReconnect):
        books.write(creation(customer()))
    assert len(stand.of("PUT")) == 2
    assert stand.of("PUT")[0].content == stand.of("PUT")[1].content


def test_a_missing_scope_is_no_reason_to_renew(books: Books, stand: Stand) -> None:
    told_so = {"WWW-Authenticate": 'Bearer error="insufficient_scope"'}
    stand.on("GET", "/Invoices", httpx.Response(401, headers=told_so, json={"Title": "Unauthorized"}))
    with pytest.raises(errors.PermissionMissing):
        list(books.platform.pull("invoice", ""))
    assert len(stand.asked) == 1


def test_a_dead_refresh_token_needs_a_new_sign_in(books: Books, stand: Stand) -> None:
    books.bench.tokens.tokens = Tokens(refresh="dead")
    stand.on("POST", "/connect/token", httpx.Response(400, json={"error": "invalid_grant"}))
    with pytest.raises(errors.NeedsReconnect):
        list(books.platform.pull("invoice", ""))


def test_a_whole_request_that_is_refused_is_every_ones_refusal(books: Books, stand: Stand) -> None:
    stand.on("PUT", "/Invoices", refused("The document date cannot be before the period lock date, currently set at 1"))
    first, second = books.write(creation(invoice()), creation(invoice()))
    assert isinstance(first.error, errors.PeriodClosed)
    assert isinstance(second.error, errors.PeriodClosed)
