"""Nothing that signs anybody in is logged or stored."""

from __future__ import annotations

import logging
import sys

import pytest

from apps.core.redact import GONE, RedactingFormatter, redact_headers, redact_json, redact_text


def test_headers_that_carry_secrets_lose_their_values() -> None:
    seen = redact_headers({"Authorization": "Bearer abc", "X-Intuit-Signature": "xyz", "Accept": "application/json"})
    assert seen == {"Authorization": GONE, "X-Intuit-Signature": GONE, "Accept": "application/json"}


def test_secrets_go_at_any_depth_and_the_rest_stays() -> None:
    raw = {
        "users": [{"user_token": "t1", "email": "a@b.test"}],
        "customer": {"online_profile_url": "https://x.test/p?portal_key=1", "portal_key": "k", "balance": 12.5},
        "access_token": "a", "refresh_token": "", "SyncToken": "3", "password": None, "token_type": "bearer",
    }  # fmt: skip
    assert redact_json(raw) == {
        "users": [{"user_token": GONE, "email": "a@b.test"}],
        "customer": {"online_profile_url": GONE, "portal_key": GONE, "balance": 12.5},
        "access_token": GONE, "refresh_token": "", "SyncToken": "3", "password": None, "token_type": "bearer",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("GET https://x.test/api/v1/customers?api_key=SECRET&page=2", "SECRET"),
        ("grant_type=refresh_token&refresh_token=SECRET", "SECRET"),
        ('{"client_secret": "SEC RET", "a": 1}', "SEC RET"),
        ("{'my_token': 'SECRET'}", "SECRET"),
        ("Authorization: Bearer SECRETSECRET", "SECRETSECRET"),
        ("postgresql://tieout:SECRET@db.test/tieout", "SECRET"),
        ("card 4111 1111 1111 1111 declined", "4111 1111 1111 1111"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln", "eyJzdWIi"),
    ],
)
def test_text_loses_what_looks_like_a_secret(text: str, secret: str) -> None:
    assert secret not in redact_text(text)
    assert GONE in redact_text(text)


@pytest.mark.parametrize(
    "text", ["page=2&per_page=100", "invoice 4111111111111112", '"SyncToken": "3"', "paid 1234.56"]
)
def test_what_is_no_secret_can_be_read(text: str) -> None:
    assert redact_text(text) == text


def test_arguments_and_tracebacks_of_a_log_line_are_redacted_too() -> None:
    try:
        raise ValueError("token=SECRET")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, __file__, 1, "asked %s", ("?api_key=HIDDEN",), sys.exc_info())
    line = RedactingFormatter("%(message)s").format(record)
    assert "SECRET" not in line
    assert "HIDDEN" not in line
