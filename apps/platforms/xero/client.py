"""Requests to Xero: xero-python builds them, our one transport sends them, we read the answers.

The library sends nothing here: it sleeps on throttles, repeats creates after a lost connection, has no time-out,
refreshes tokens without a lock and loses a whole page over a value it does not know.
https://developer.xero.com/documentation/api/accounting/requests-and-responses
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from xero_python.accounting import AccountingApi
from xero_python.api_client import ApiClient
from xero_python.api_client.configuration import Configuration

from apps.platforms.base import Account, Bucket, Draft, Limits, Verb
from apps.platforms.errors import BudgetExhausted, Gone, NeedsReconnect, PlatformError, RateLimited, Unavailable
from apps.platforms.exact_json import write_json
from apps.platforms.http import Wire, retry_after
from apps.platforms.oauth import OAuth2
from apps.platforms.xero.addresses import api_prefix, with_sign_in
from apps.platforms.xero.errors import KEPT_OUT, denied, refusal
from apps.platforms.xero.limits import CALL, LIMITS, PAGE, PROBLEMS
from apps.platforms.xero.translate.values import Body, Raw

#: Xero's gate turns away what does not say who it is.
AGENT = {"Accept": "application/json", "User-Agent": "Tieout"}
#: Seconds to keep still when a window is used up and Xero does not say for how long; divided by the account's scale.
BREATH = 5.0
#: The longest Idempotency-Key; keys are per app, so the organisation is hashed in.
KEY_LENGTH = 128


@dataclass(frozen=True, slots=True)
class Built:
    """A request as the library built it; `since` is its If-Modified-Since, "" for none."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    body: bytes
    since: str


class Desk(ApiClient):  # type: ignore[misc]
    """xero-python as the one who writes the request; it lays it down instead of sending it.

    Its Configuration is a singleton whose first token every later client would share: no token ever goes in.
    """

    def __init__(self) -> None:
        super().__init__(Configuration())
        self.rest_client = None
        self.built: Built | None = None

    def update_params_for_auth(self, headers: Any, querys: Any, auth_settings: Any) -> None:
        """No token: the transport signs."""

    def request(self, method: str, url: str, query_params: Any = None, headers: Any = None, **rest: Any) -> None:
        """Keep the request."""
        query = tuple((str(name), str(value)) for name, value in query_params or ())
        body = rest.get("body") or b""
        since = str((headers or {}).get("If-Modified-Since") or "")
        self.built = Built(method, url, query, body, since)


class XeroWire(Wire):
    """Our way out, which reads on a 429 what was used up: the minute, the day, or the minute of the whole app."""

    def _fault(self, answer: httpx.Response, buckets: Sequence[Bucket], write: bool) -> PlatformError | None:
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            return self._throttled(answer, buckets)
        if answer.headers.get("x-minlimit-remaining", "").strip() == "0":
            self._close(buckets, "minute", BREATH / self.account.scale)
        return super()._fault(answer, buckets, write)

    def _throttled(self, answer: httpx.Response, buckets: Sequence[Bucket]) -> PlatformError:
        problem = answer.headers.get("x-rate-limit-problem", "").strip().lower()
        short = BREATH if problem == "concurrent" else self.limits.retry_wait
        wait = retry_after(answer) or short / self.account.scale
        self._close(buckets, PROBLEMS.get(problem, "minute"), wait)
        kind = BudgetExhausted if problem == "day" else RateLimited
        return kind(retry_after=wait, code=f"429 {problem}".strip())

    def _close(self, buckets: Sequence[Bucket], name: str, seconds: float) -> None:
        for place in buckets:
            if place.name == name:
                self.account.limiter.penalize(place, seconds)


class Client:
    """One organisation."""

    def __init__(self, account: Account, limits: Limits = LIMITS) -> None:
        self.account = with_sign_in(account)
        self.wire = XeroWire(self.account, limits, trace_header="xero-correlation-id")
        self.oauth = OAuth2(self.account, self.wire)

    def rows(self, name: str, root: str, *args: Any, **given: Any) -> tuple[list[Raw], Raw]:
        """The objects under `root` of one read, and the whole answer; both empty when nothing changed (304).

        Raises Gone for a 404, TryLater, NeedsReconnect, PermissionMissing.
        """
        answer = self.ask(self.built(name, *args, **given))
        found = answer.get(root, []) if answer else []
        if not isinstance(found, list):
            raise Unavailable(f"Xero answered without a list of {root}.")
        return [row for row in found if isinstance(row, Mapping)], answer

    def one(self, name: str, root: str, key: str, **given: Any) -> Raw | None:
        """One object by its id; None where Xero itself says there is none."""
        try:
            found, _ = self.rows(name, root, key, **given)
        except Gone:
            return None
        return found[0] if found else None

    def draft(self, name: str, *args: Any, root: str, bodies: Sequence[Body], **given: Any) -> Draft:
        """The request of one of the library's writes, its body exactly as we say; `root` "" for a body alone."""
        body = write_json({root: list(bodies)} if root else bodies[0])
        built = self.built(name, *args, body, **given)
        path = api_prefix(self.account.base_url) + built.path
        return Draft(method=built.method, path=path, query=dict(built.query), body=built.body, bucket=CALL)

    def send(self, draft: Draft) -> tuple[int, Any]:
        """Send a draft as it is; status and JSON of the answer. A rejected token is renewed once, the bytes stay.

        Raises TryLater, Unsure, NeedsReconnect, PermissionMissing.
        """
        since = time.monotonic()
        answer = self._signed(lambda signed: self.wire.write(draft, {**self._named(draft), **signed}, since=since))
        return answer.status_code, self.wire.json(answer)

    def ask(self, built: Built) -> Raw:
        """The answer to one read; {} when nothing changed since (304)."""
        answer = self._signed(lambda signed: self._read(built, signed))
        if answer.status_code == httpx.codes.NOT_MODIFIED:
            return {}
        body = self.wire.json(answer)
        if answer.status_code >= httpx.codes.BAD_REQUEST:
            raise refusal(body, answer.status_code, write=False)
        if not isinstance(body, Mapping):
            raise Unavailable("Xero answered something that is no object.")
        return body

    def built(self, name: str, *args: Any, **given: Any) -> Built:
        """A request of the library's method `name`, for our organisation."""
        desk = Desk()
        api = AccountingApi(desk)
        api.base_url = ""
        getattr(api, name)(self.account.account_id, *args, _preload_content=False, **given)
        if desk.built is None:
            raise TypeError(f"xero-python builds no request for {name}")
        return desk.built

    def _signed(self, ask: Callable[[Mapping[str, str]], httpx.Response]) -> httpx.Response:
        """Ask with a token, and once more with a new one when it was rejected. Raises what keeps us out."""
        signed = self.oauth.headers()
        answer = ask(signed)
        if isinstance(self._denied(answer), NeedsReconnect) and answer.status_code == httpx.codes.UNAUTHORIZED:
            answer = ask(self.oauth.headers(rejected=signed["Authorization"].removeprefix("Bearer ")))
        if error := self._denied(answer):
            raise error
        return answer

    def _denied(self, answer: httpx.Response) -> PlatformError | None:
        return denied(answer, self.wire.json(answer)) if answer.status_code in KEPT_OUT else None

    def _read(self, built: Built, signed: Mapping[str, str]) -> httpx.Response:
        path = api_prefix(self.account.base_url) + built.path
        since = {"If-Modified-Since": built.since} if built.since else {}
        headers = {**AGENT, **since, "Xero-Tenant-Id": self.account.account_id, **signed}
        return self.wire.read(built.method, path, built.query, headers, bucket=CALL)

    def _named(self, draft: Draft) -> dict[str, str]:
        key = {"Idempotency-Key": self.idempotency(draft.key)} if draft.key and draft.verb == Verb.CREATE else {}
        return {**AGENT, "Xero-Tenant-Id": self.account.account_id, **key}

    def idempotency(self, key: str) -> str:
        """The header of a create: the same for the same request to the same organisation, at most 128 characters."""
        return hashlib.sha512(f"{self.account.account_id}:{key}".encode()).hexdigest()[:KEY_LENGTH]


def page_of(since: str = "", page: int = 1) -> dict[str, Any]:
    """What every read of a paged list says."""
    return {"page": page, "page_size": PAGE, **({"if_modified_since": since} if since else {})}
