"""Sign-ins: renewed once, kept before use, given up only when the vendor says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import httpx
import pytest

from apps.platforms.base import Bucket, Limits, Tokens
from apps.platforms.errors import NeedsReconnect, RateLimited, Refused, TryLater, Unavailable
from apps.platforms.http import Wire
from apps.platforms.oauth import OAuth2
from tests.platforms.conftest import Bench

LIMITS = Limits(buckets=(Bucket(name="requests", per_minute=60),))
DISCOVERY = "https://sign.test/openid"


class SignInServer:
    """A token endpoint that rotates its refresh token and knows only the newest."""

    def __init__(self) -> None:
        self.valid = "again"
        self.asked: list[str] = []
        self.answer: httpx.Response | None = None
        self.token_url = "https://tokens.test/token"

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        if str(request.url) == DISCOVERY:
            names = ("authorization_endpoint", "token_endpoint", "revocation_endpoint")
            urls = ("https://web.test/authorize", self.token_url, "https://tokens.test/revoke")
            return httpx.Response(200, json=dict(zip(names, urls, strict=True)))
        if self.answer is not None:
            return self.answer
        form = dict(httpx.QueryParams(request.content.decode()))
        if form.get("grant_type") == "refresh_token" and form["refresh_token"] != self.valid:
            return httpx.Response(400, json={"error": "invalid_grant"})
        self.valid = f"again-{len(self.asked)}"
        given = {"access_token": f"new-{len(self.asked)}", "refresh_token": self.valid, "expires_in": 3600}
        return httpx.Response(200, json=given)


@pytest.fixture
def server() -> SignInServer:
    return SignInServer()


@pytest.fixture
def sign_in(server: SignInServer, bench: Bench) -> Iterator[OAuth2]:
    account = bench.account(
        "https://api.test", transport=httpx.MockTransport(server), addresses={"discovery": DISCOVERY},
        client_id="us", client_secret="hush",
    )  # fmt: skip
    with Wire(account, LIMITS) as wire:
        yield OAuth2(account, wire)


def expires(bench: Bench, minutes: float) -> None:
    bench.tokens.tokens = Tokens(access="first", refresh="again", expires_at=bench.now + timedelta(minutes=minutes))


def test_a_fresh_token_is_used_as_it_is(sign_in: OAuth2, server: SignInServer, bench: Bench) -> None:
    expires(bench, 6)
    assert sign_in.access_token() == "first"
    assert server.asked == []


def test_an_old_token_is_renewed_and_kept_before_it_is_used(
    sign_in: OAuth2, server: SignInServer, bench: Bench
) -> None:
    expires(bench, 4)
    token = sign_in.access_token()
    assert [saved.access for saved in bench.tokens.saved] == [token]
    assert bench.tokens.tokens.refresh == server.valid
    assert bench.tokens.tokens.expires_at == bench.now + timedelta(hours=1)


def test_the_discovery_document_is_read_once(sign_in: OAuth2, server: SignInServer, bench: Bench) -> None:
    for rejected in ("first", sign_in.access_token("first")):
        sign_in.access_token(rejected)
    assert server.asked.count("/openid") == 1


def test_a_rejected_token_is_renewed_although_it_looks_fresh(sign_in: OAuth2, bench: Bench) -> None:
    expires(bench, 60)
    assert sign_in.access_token("first") != "first"


def test_who_waited_for_the_lock_uses_what_the_other_one_got(
    sign_in: OAuth2, server: SignInServer, bench: Bench
) -> None:
    expires(bench, 1)
    bench.tokens.on_lock = lambda: setattr(bench.tokens, "tokens", Tokens(access="theirs", refresh="r2"))
    assert sign_in.access_token() == "theirs"
    assert server.asked == []


def test_a_token_rotated_under_us_is_tried_once_more(sign_in: OAuth2, server: SignInServer, bench: Bench) -> None:
    expires(bench, 1)
    old, newer = bench.tokens.tokens, Tokens(access="", refresh="rotated")
    server.valid = "rotated"
    reads = iter([old, old, newer])
    bench.tokens.read = lambda: next(reads)  # type: ignore[method-assign]
    assert sign_in.access_token().startswith("new-")


def test_a_sign_in_that_is_gone_needs_a_person(sign_in: OAuth2, server: SignInServer, bench: Bench) -> None:
    expires(bench, 1)
    server.valid = "another"
    with pytest.raises(NeedsReconnect):
        sign_in.access_token()
    assert bench.tokens.saved == []


@pytest.mark.parametrize(("status", "error"), [(500, Unavailable), (429, RateLimited), (302, Unavailable)])
def test_a_sick_token_endpoint_loses_no_sign_in(
    sign_in: OAuth2, server: SignInServer, bench: Bench, status: int, error: type[TryLater]
) -> None:
    expires(bench, 1)
    sign_in.endpoints()
    server.answer = httpx.Response(status)
    with pytest.raises(error):
        sign_in.access_token()


def test_the_code_of_the_callback_becomes_tokens_nobody_wrote_down(sign_in: OAuth2, bench: Bench) -> None:
    tokens = sign_in.exchange_code("hush-code", "https://us.test/callback")
    assert tokens.refresh.startswith("again-")
    assert "hush" not in str(bench.ledger)
    assert tokens.refresh not in str(bench.ledger)


def test_the_person_is_sent_to_the_discovered_page(sign_in: OAuth2) -> None:
    url = httpx.URL(sign_in.authorize_url(["a", "b"], "https://us.test/callback", "state-1"))
    assert (url.host, url.params["scope"], url.params["state"]) == ("web.test", "a b", "state-1")


def test_a_token_address_without_encryption_is_refused(sign_in: OAuth2, server: SignInServer, bench: Bench) -> None:
    expires(bench, 1)
    server.token_url = "http://tokens.test/token"
    with pytest.raises(Refused):
        sign_in.access_token()


@pytest.mark.parametrize("answer", [httpx.Response(200), httpx.Response(400, json={"error": "invalid_token"})])
def test_giving_back_what_is_gone_already_is_fine(
    sign_in: OAuth2, server: SignInServer, answer: httpx.Response
) -> None:
    sign_in.endpoints()
    server.answer = answer
    sign_in.revoke()
    assert server.asked[-1] == "/revoke"


def test_revoking_fails_aloud_when_the_vendor_is_away(sign_in: OAuth2, server: SignInServer) -> None:
    sign_in.endpoints()
    server.answer = httpx.Response(503)
    give_back: Callable[[], None] = sign_in.revoke
    with pytest.raises(Unavailable):
        give_back()
