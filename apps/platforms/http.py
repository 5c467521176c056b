"""The one way out: time-outs, budget, ledger, redaction and outbound guard for every platform, in one place.

What a failed request means depends on whether it may have changed something: a read is simply asked again, a write
whose answer is lost is `Unsure`, and only what certainly never arrived is `Unavailable`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from decimal import Decimal
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self

import httpx
import stamina

from apps.core.redact import redact_headers, redact_json, redact_text
from apps.platforms.base import Account, Bucket, Call, Draft, Limits
from apps.platforms.errors import PlatformError, RateLimited, Refused, Unavailable, Unsure

#: How much of a request and of an answer the ledger keeps, in characters.
KEPT = 64 * 1024
#: Seconds to wait for a connection; everything else may take the platform's whole deadline.
CONNECT = 10.0
#: A read is tried so often, all within so many seconds; longer waits belong to the queue.
TRIES, QUICK = 3, 5.0
#: A write must leave within so many seconds: leases, and the trust that it is not there, count from when its bytes were
#: committed, and waiting for the budget or for a new token must not use them up.
LEAVES_WITHIN = 30.0
#: Failures after which we know that the request never left us.
NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
#: Answers that say nothing of what became of the request, besides all from 500 on.
NO_ANSWER = frozenset({301, 302, 303, 307, 308, 408, 425})

Origin = tuple[str, str, int | None]


def origin(url: str | httpx.URL) -> Origin:
    """Scheme, host and port of an address: what the outbound guard compares."""
    parsed = httpx.URL(url)
    return parsed.scheme, parsed.host.lower().rstrip("."), parsed.port or {"https": 443, "http": 80}.get(parsed.scheme)


class GuardedTransport(httpx.BaseTransport):
    """Lets requests out to the addresses of one account only, and keeps the deadline while an answer trickles in."""

    def __init__(self, inner: httpx.BaseTransport, allowed: set[Origin], deadline: float) -> None:
        self.inner = inner
        self.allowed = allowed
        self.deadline = deadline

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The whole answer, in time. Raises Refused for a foreign address, httpx.ReadTimeout when it is late."""
        if origin(request.url) not in self.allowed or request.url.userinfo:
            raise Refused(f"{request.url.host} is not an address of this connection, so nothing was sent there.")
        until = time.monotonic() + self.deadline
        waits = request.extensions.setdefault("timeout", {})
        waits["read"] = self.deadline
        answer = self.inner.handle_request(request)
        # httpcore looks the time-out up again when it begins with the body.
        waits["read"] = max(until - time.monotonic(), 0.1)
        try:
            body = b"".join(_in_time(answer.stream, until))
        finally:
            answer.close()
        return httpx.Response(
            answer.status_code, headers=answer.headers, stream=httpx.ByteStream(body), extensions=answer.extensions
        )

    def close(self) -> None:
        """Close the connections below."""
        self.inner.close()


def _in_time(stream: object, until: float) -> Iterator[bytes]:
    assert isinstance(stream, httpx.SyncByteStream)
    for chunk in stream:
        if time.monotonic() > until:
            raise httpx.ReadTimeout("the answer took longer than the deadline")
        yield chunk


class Wire(AbstractContextManager["Wire"]):
    """One account's way out. `trace_header` names the header with the vendor's own id of a request."""

    def __init__(self, account: Account, limits: Limits, *, trace_header: str = "x-request-id") -> None:
        self.account = account
        self.limits = limits
        self._trace = trace_header
        self._buckets: Mapping[str, Bucket] = {bucket.name: bucket for bucket in limits.buckets}
        self._allowed = {origin(url) for url in (account.base_url, *account.addresses.values()) if url}
        transport = GuardedTransport(
            account.transport or httpx.HTTPTransport(retries=1), self._allowed, limits.deadline
        )
        self._client = httpx.Client(
            transport=transport,
            timeout=httpx.Timeout(limits.deadline, connect=min(CONNECT, limits.deadline)),
            follow_redirects=False,
            trust_env=False,
            headers={"Accept": "application/json"},
        )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __enter__(self) -> Self:
        return self

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()

    def trust(self, url: str) -> None:
        """Allow the host of an address that a configured discovery document named."""
        self._allowed.add(origin(url))

    def read(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | Sequence[tuple[str, str]] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        *,
        bucket: str = "requests",
        secret: bool = False,
        tries: int = TRIES,
    ) -> httpx.Response:
        """Ask something that changes nothing, in at most `tries` quick tries. Status 200 to 499 but 429 comes back.

        `path` goes behind the account's base address, or is a whole address. `bucket` names what it draws on, several
        joined by "+", "" for none. `secret` keeps both bodies out of the ledger. Raises TryLater.
        """
        request = self._request(method, path, query, headers, content)
        patience = stamina.retry_context(on=Unavailable, attempts=tries, timeout=QUICK, wait_initial=0.1, wait_max=1)
        for attempt in patience:
            with attempt:
                return self._exchange(request, bucket, write=False, secret=secret)
        raise AssertionError("a retry ends with an answer or an error")

    def write(
        self, draft: Draft, headers: Mapping[str, str] | None = None, *, since: float | None = None
    ) -> httpx.Response:
        """Send one draft, once. Raises TryLater when it certainly did nothing, Unsure when nobody can say.

        `since`: the monotonic second at which the caller was handed the draft; what leaves too late does not leave.
        """
        kinds = {"Content-Type": draft.content_type} if draft.body else {}
        request = self._request(draft.method, draft.path, draft.query, {**kinds, **(headers or {})}, draft.body or None)
        request.extensions["write"] = True
        request.extensions["leaves_by"] = (time.monotonic() if since is None else since) + LEAVES_WITHIN
        return self._exchange(request, draft.bucket, write=True, secret=False)

    def json(self, answer: httpx.Response) -> Any:
        """The answer as JSON with Decimal numbers; {} for a refusal (4xx) that has none.

        Raises Unavailable when anything else is no JSON, Unsure when it answers a write.
        """
        try:
            return json.loads(answer.content, parse_float=Decimal)
        except ValueError:
            if 400 <= answer.status_code < 500:
                return {}
            kind = Unsure if answer.request.extensions.get("write") else Unavailable
            raise kind(
                f"The other system answered something that cannot be read (status {answer.status_code})."
            ) from None

    def _request(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | Sequence[tuple[str, str]] | None,
        headers: Mapping[str, str] | None,
        content: bytes | None,
    ) -> httpx.Request:
        url = path if path.startswith(("https://", "http://")) else self.account.base_url.rstrip("/") + path
        params = (
            httpx.QueryParams(list(query.items()) if isinstance(query, Mapping) else list(query)) if query else None
        )
        return self._client.build_request(method, url, params=params, headers=dict(headers or {}), content=content)

    def _exchange(self, request: httpx.Request, bucket: str, *, write: bool, secret: bool) -> httpx.Response:
        buckets = [self._buckets[name] for name in bucket.split("+") if name]
        for place in buckets:
            self.account.limiter.acquire(place)
        began = time.monotonic()
        if write and began > request.extensions["leaves_by"]:
            raise Unavailable("It waited too long for its turn, so it was not sent; it is sent again by itself.")
        try:
            answer = self._client.send(request)
        except (httpx.RequestError, Refused) as error:
            self._note(request, None, began, f"{type(error).__name__}: {error}", secret)
            raise _lost(error, write) from error
        fault = self._fault(answer, buckets, write)
        self._note(request, answer, began, fault.message if fault else "", secret)
        if fault:
            raise fault
        return answer

    def _fault(self, answer: httpx.Response, buckets: Sequence[Bucket], write: bool) -> PlatformError | None:
        status = answer.status_code
        if status == 429:
            wait = retry_after(answer) or self.limits.retry_wait / self.account.scale
            for place in buckets:
                self.account.limiter.penalize(place, wait)
            return RateLimited(retry_after=wait, code="429")
        if status >= 500 or status in NO_ANSWER:
            kind = Unsure if write else Unavailable
            return kind(
                f"The other system answered with status {status}.", code=str(status), retry_after=retry_after(answer)
            )
        return None

    def _note(
        self, request: httpx.Request, answer: httpx.Response | None, began: float, error: str, secret: bool
    ) -> None:
        self.account.note(
            Call(
                method=request.method,
                url=redact_text(str(request.url)),
                status=answer.status_code if answer else 0,
                milliseconds=int((time.monotonic() - began) * 1000),
                vendor_id=answer.headers.get(self._trace, "") if answer else "",
                request=_kept(request.headers, request.content, secret),
                answer=_kept(answer.headers, answer.content, secret) if answer else "",
                error=redact_text(error),
            )
        )


def retry_after(answer: httpx.Response) -> float | None:
    """Seconds the vendor asks us to wait, from a number or a date; None when it does not say."""
    text = answer.headers.get("retry-after", "").strip()
    if not text:
        return None
    try:
        return max(float(text), 0.0)
    except ValueError:
        return _until(text)


def _until(text: str) -> float | None:
    try:
        return max(parsedate_to_datetime(text).timestamp() - time.time(), 0.0)
    except ValueError:
        return None


def _lost(error: httpx.RequestError | Refused, write: bool) -> PlatformError:
    if isinstance(error, Refused):
        return error
    if write and not isinstance(error, NEVER_LEFT):
        return Unsure(code=type(error).__name__)
    return Unavailable(code=type(error).__name__)


def _kept(headers: httpx.Headers, body: bytes, secret: bool) -> str:
    head = "\n".join(f"{name}: {value}" for name, value in redact_headers(dict(headers)).items())
    return f"{head}\n\n{'(not kept)' if secret and body else _readable(body)}"[:KEPT]


def _readable(body: bytes) -> str:
    try:
        return json.dumps(redact_json(json.loads(body)), ensure_ascii=False)
    except ValueError:
        return redact_text(body.decode("utf-8", "replace"))
