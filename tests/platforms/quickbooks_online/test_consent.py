"""From the consent page to the first tokens, and back."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from apps.platforms import errors
from apps.platforms.quickbooks_online import consent
from tests.platforms.quickbooks_online.conftest import Books

BACK = "http://localhost/connect/back"


def test_a_person_consents_and_the_code_becomes_tokens(books: Books) -> None:
    account = books.platform.account
    page = consent.authorize_url(account, BACK, "state-1")
    assert parse_qs(urlsplit(page).query)["scope"] == ["com.intuit.quickbooks.accounting"]
    answer = httpx.get(f"{page}&realm={books.realm}", trust_env=False)
    given = parse_qs(urlsplit(answer.headers["location"]).query)
    assert (given["state"], given["realmId"]) == (["state-1"], [books.realm])
    tokens = consent.exchange_code(account, given["code"][0], BACK)
    assert tokens.access
    assert tokens.refresh


def test_a_spent_code_is_refused(books: Books) -> None:
    with pytest.raises(errors.NeedsReconnect):
        consent.exchange_code(books.platform.account, "spent", BACK)


def test_a_sign_in_given_back_is_gone(books: Books) -> None:
    books.platform.check()
    consent.revoke(replace(books.platform.account))
    with pytest.raises(errors.NeedsReconnect):
        books.platform.check()
