"""The one transport: what a failed request means, where it may go, what the ledger keeps."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from decimal import Decimal

import httpx
import pytest

from apps.platforms.base import Bucket, Draft, Limits
from apps.platforms.errors import PlatformError, RateLimited, Refused, Unavailable, Unsure
from apps.platforms.http import KEPT, Wire, retry_after
from apps.sandbox.control import Control
from apps.sandbox.frame import PocketApp, PocketServer, Request, Response, route
from apps.sandbox.store import Store
from tests.platforms.conftest import Bench

LIMITS = Limits(buckets=(Bucket(name="requests", per_minute=60), Bucket(name="batch", per_minute=30)), deadline=1.0)
POST = Draft(method="POST", path="/things", body=b'{"name":"x"}')


class Echo(PocketApp):
    """Says back what it got."""

    name = "echo"

    @route("GET", "/v1/things")
    def things(self, request: Request) -> Response:
        return Response(200, b'{"price": 0.1, "user_token": "hush-hush-hush"}', {"x-request-id": "r-7"})

    @route("POST", "/v1/things")
    def make(self, request: Request) -> Response:
        return Response(200, {"id": 1})

    @route("GET", "/v1/away")
    def away(self, request: Request) -> Response:
        return Response(302, {}, {"Location": "/v1/things"})

    @route("GET", "/v1/page")
    def page(self, request: Request) -> Response:
        return Response(200, b"<html>sign in</html>")

    @route("POST", "/v1/page")
    def posted_page(self, request: Request) -> Response:
        return Response(200, b"<html>thanks</html>")


@pytest.fixture
def server() -> Iterator[PocketServer]:
    server = PocketServer(Echo(Store())).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def screens(server: PocketServer) -> Control:
    return Control(server.url)


@pytest.fixture
def wire(server: PocketServer, bench: Bench) -> Iterator[Wire]:
    with Wire(bench.account(f"{server.url}/v1"), LIMITS) as wire:
        yield wire


def test_numbers_come_as_exact_decimals(wire: Wire) -> None:
    assert wire.json(wire.read("GET", "/things"))["price"] == Decimal("0.1")


def test_a_read_is_tried_again_and_each_try_draws_on_the_budget(wire: Wire, bench: Bench, screens: Control) -> None:
    screens.fault(kind="status", status=503, times=2)
    assert wire.read("GET", "/things").status_code == 200
    assert bench.limiter.drawn == ["requests"] * 3
    assert [call.status for call in bench.ledger] == [503, 503, 200]


def test_a_read_gives_up_after_three_tries(wire: Wire, bench: Bench, screens: Control) -> None:
    screens.fault(kind="drop", times=9)
    with pytest.raises(Unavailable):
        wire.read("GET", "/things")
    assert len(bench.ledger) == 3


def test_a_write_draws_on_all_its_buckets(wire: Wire, bench: Bench) -> None:
    wire.write(Draft(method="POST", path="/things", body=b"{}", bucket="requests+batch"))
    assert bench.limiter.drawn == ["requests", "batch"]


@pytest.mark.parametrize("fault", [{"kind": "lose"}, {"kind": "drop"}, {"kind": "status", "status": 502}])
def test_a_write_without_an_answer_is_unsure_and_sent_once(
    wire: Wire, bench: Bench, screens: Control, fault: dict[str, object]
) -> None:
    screens.fault(**fault)
    with pytest.raises(Unsure):
        wire.write(POST)
    assert len(bench.ledger) == 1


def test_a_write_answered_after_the_deadline_is_unsure(wire: Wire, screens: Control) -> None:
    screens.delay_next(1.6)
    with pytest.raises(Unsure):
        wire.write(POST)


def test_a_write_that_never_left_did_nothing(bench: Bench) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with Wire(bench.account(f"http://127.0.0.1:{port}"), LIMITS) as wire, pytest.raises(Unavailable):
        wire.write(POST)
    assert bench.ledger[0].error.startswith("ConnectError")


def test_a_limit_closes_the_bucket_for_as_long_as_the_vendor_says(wire: Wire, bench: Bench, screens: Control) -> None:
    screens.fault(kind="status", status=429, headers={"Retry-After": "7"}, times=2)
    asks: list[Callable[[], object]] = [lambda: wire.write(POST), lambda: wire.read("GET", "/things")]
    for ask in asks:
        with pytest.raises(RateLimited) as caught:
            ask()
        assert caught.value.retry_after == 7
    assert bench.limiter.closed == [("requests", 7.0)] * 2


def test_a_limit_without_a_word_takes_the_platforms_wait(wire: Wire, bench: Bench, screens: Control) -> None:
    screens.fault(kind="status", status=429)
    with pytest.raises(RateLimited):
        wire.read("GET", "/things")
    assert bench.limiter.closed == [("requests", LIMITS.retry_wait / 100)]


def test_no_redirect_is_followed(wire: Wire, bench: Bench) -> None:
    with pytest.raises(Unavailable):
        wire.read("GET", "/away", tries=1)
    assert [call.url.rpartition("/")[2] for call in bench.ledger] == ["away"]


@pytest.mark.parametrize("host", ["127.0.0.2:{port}", "127.0.0.1:1", "evil.test", "127.0.0.1:{port}@evil.test"])
def test_nothing_leaves_for_another_address(wire: Wire, server: PocketServer, bench: Bench, host: str) -> None:
    port = server.server_address[1]
    with pytest.raises(Refused, match="not an address of this connection"):
        wire.read("GET", f"http://{host.format(port=port)}/v1/things")
    assert bench.ledger[0].status == 0


def test_a_configured_address_may_be_asked(server: PocketServer, bench: Bench) -> None:
    account = bench.account("http://api.test/v1", addresses={"discovery": f"{server.url}/v1/things"})
    with Wire(account, LIMITS) as wire:
        assert wire.read("GET", f"{server.url}/v1/things").status_code == 200


def test_a_page_instead_of_json_is_no_answer(wire: Wire) -> None:
    with pytest.raises(Unavailable):
        wire.json(wire.read("GET", "/page"))
    with pytest.raises(Unsure):
        wire.json(wire.write(Draft(method="POST", path="/page", body=b"{}")))


def test_a_refusal_without_json_is_still_a_refusal(wire: Wire, screens: Control) -> None:
    screens.fault(kind="status", status=404, body=None)
    assert not wire.json(wire.write(POST))


def test_the_ledger_keeps_no_secret(wire: Wire, bench: Bench) -> None:
    wire.read("GET", "/things", {"api_key": "hush-key-1"}, {"Authorization": "Bearer hush-token-1"})
    call = bench.ledger[0]
    assert "hush" not in f"{call}"
    assert call.vendor_id == "r-7"
    assert '"price": 0.1' in call.answer


def test_a_secret_exchange_leaves_no_body(wire: Wire, bench: Bench) -> None:
    wire.read("POST", "/things", content=b"code=hush", bucket="", secret=True)
    assert "hush" not in bench.ledger[0].request
    assert bench.ledger[0].answer.endswith("(not kept)")


def test_the_ledger_keeps_the_beginning_of_a_long_answer(bench: Bench) -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(200, text="x" * 2 * KEPT))
    with Wire(bench.account("https://api.test", transport=transport), LIMITS) as wire:
        wire.read("GET", "/long")
    assert len(bench.ledger[0].answer) == KEPT


def _trickle(listener: socket.socket, stop: threading.Event) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while not stop.wait(0.1):
            connection.send(b"x")


def test_an_answer_that_trickles_in_ends_at_the_deadline(bench: Bench) -> None:
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_trickle, args=(listener, stop), daemon=True).start()
        account = bench.account(f"http://127.0.0.1:{listener.getsockname()[1]}")
        with Wire(account, LIMITS) as wire, pytest.raises(Unsure):
            wire.write(POST)
        stop.set()


@pytest.mark.parametrize(("text", "least", "most"), [("7", 7, 7), ("-1", 0, 0), ("soon", None, None), ("", None, None)])
def test_retry_after_is_a_number_or_nothing(text: str, least: float | None, most: float | None) -> None:
    wait = retry_after(httpx.Response(429, headers={"Retry-After": text}))
    assert wait == least == most


def test_retry_after_may_be_a_date() -> None:
    header = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 90))
    assert 80 < (retry_after(httpx.Response(429, headers={"Retry-After": header})) or 0) < 95


@pytest.mark.parametrize(
    "fault", [httpx.ReadTimeout, httpx.ReadError, httpx.RemoteProtocolError, httpx.WriteError, httpx.WriteTimeout]
)
def test_only_a_failed_connection_is_surely_harmless(bench: Bench, fault: Callable[[str], Exception]) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise fault("lost")

    with Wire(bench.account("https://api.test", transport=httpx.MockTransport(fail)), LIMITS) as wire:
        errors: list[type[PlatformError]] = []
        asks: list[Callable[[], object]] = [lambda: wire.write(POST), lambda: wire.read("GET", "/x", tries=1)]
        for ask in asks:
            with pytest.raises(PlatformError) as caught:
                ask()
            errors.append(type(caught.value))
    assert errors == [Unsure, Unavailable]
