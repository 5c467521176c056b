"""Requests to QuickBooks: python-quickbooks builds them, our one transport sends them, we read the answers.

The library sends nothing here: it has no time-out, hides status and headers, and writes Decimals as text.
https://developer.intuit.com/app/developer/qbo/docs/develop/explore-the-quickbooks-online-api
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar

import httpx
from quickbooks import QuickBooks

from apps.platforms.base import Account, Draft, Limits, Verb
from apps.platforms.errors import RateLimited, Unavailable
from apps.platforms.exact_json import write_json
from apps.platforms.http import Wire
from apps.platforms.oauth import OAuth2
from apps.platforms.quickbooks_online.errors import find_fault, to_error
from apps.platforms.quickbooks_online.translate.values import Body, Raw

MINOR_VERSION = 75
#: The most rows of one query.
PAGE = 1000
#: What a request draws on: 500 a minute and 10 a second; batches 40 a minute besides.
ONE, BATCH = "requests+second", "requests+second+batch"
#: Query parameters that turn an update into a void.
VOIDS: Mapping[str, Mapping[str, str]] = {
    "Invoice": {"operation": "void"},
    "Payment": {"operation": "update", "include": "void"},
}


@dataclass(frozen=True, slots=True)
class Built:
    """A request as the library built it."""

    method: str
    path: str
    query: Mapping[str, str]
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Rows:
    """Objects by QuickBooks' names, and the server's own time of the answer."""

    by_kind: Mapping[str, list[Raw]]
    time: str

    @property
    def count(self) -> int:
        """How many objects there are in all."""
        return sum(len(rows) for rows in self.by_kind.values())


class _Nothing:
    """What the library gets instead of an answer."""

    status_code: ClassVar[int] = 200
    text: ClassVar[str] = "{}"


class Desk(QuickBooks):  # type: ignore[misc]
    """python-quickbooks as the one who writes the request; it lays it down instead of sending it."""

    api_url_v3 = sandbox_api_url_v3 = "/v3"
    built: Built | None = None

    def _start_session(self) -> str:
        return ""

    def process_request(
        self, request_type: str, url: str, headers: Any = "", params: Any = "", data: Any = ""
    ) -> _Nothing:
        """Keep the request."""
        query = {str(name): str(value) for name, value in dict(params or {}).items()}
        body = data if isinstance(data, bytes) else str(data or "").encode()
        self.built = Built(request_type, url, query, headers["Content-Type"] if body else "", body)
        return _Nothing()


class Client:
    """One company of QuickBooks Online."""

    def __init__(self, account: Account, limits: Limits) -> None:
        self.account = account
        self.limits = limits
        self.wire = Wire(account, limits, trace_header="intuit_tid")
        self.oauth = OAuth2(account, self.wire, revoke_as_json=True)

    def company(self) -> Raw:
        """CompanyInfo."""
        answer = self._ask(self._built("get_single_object", "CompanyInfo", self.account.account_id))
        return _object(answer, "CompanyInfo")

    def preferences(self) -> Raw:
        """Preferences: closed period, numbering, tax, currencies."""
        desk = self._desk()
        url = f"{desk.api_url}/company/{desk.company_id}/preferences"
        return _object(self._ask(self._built("get", url)), "Preferences")

    def query(self, kind: str, select: str) -> tuple[list[Raw], str]:
        """The rows of one query (at most 1000) and the server's time. Raises Unavailable when it could not be read."""
        answer = self._ask(self._built("query", select))
        found = answer.get("QueryResponse")
        if not isinstance(found, Mapping):
            raise Unavailable("QuickBooks Online answered a query without a list.")
        return list(found.get(kind) or []), str(answer.get("time") or "")

    def changes(self, kinds: Iterable[str], since: datetime) -> Rows:
        """All of these kinds that changed since; at most 1000 objects together, without a word when there are more."""
        moment = since.replace(microsecond=0).isoformat()
        answer = self._ask(self._built("change_data_capture", ",".join(kinds), moment))
        found: dict[str, list[Raw]] = {}
        for response in answer.get("CDCResponse") or []:
            if fault := find_fault(response):
                raise to_error(fault, write=False)
            for part in response.get("QueryResponse") or []:
                for kind, rows in part.items():
                    found.setdefault(kind, []).extend(rows if isinstance(rows, list) else [])
        return Rows(found, str(answer.get("time") or ""))

    def one(self, kind: str, verb: Verb, body: Body, key: str) -> Draft:
        """The request for one write."""
        text = write_json(body)
        if verb is Verb.DELETE:
            built = self._built("delete_object", kind, text, request_id=key)
        elif verb is Verb.VOID:
            desk = self._desk()
            url = f"{desk.api_url}/company/{desk.company_id}/{kind.lower()}"
            built = self._built("post", url, text, params=dict(VOIDS[kind]), request_id=key)
        else:
            name = "create_object" if verb is Verb.CREATE else "update_object"
            built = self._built(name, kind, text, request_id=key)
        return _draft(built, key, ONE)

    def batch(self, items: list[tuple[str, Verb, Body]], key: str) -> Draft:
        """The request for up to 30 writes that do not depend on one another; their `bId`s are "1", "2" and so on."""
        requests = [
            {"bId": str(place), "operation": verb.value, kind: body}
            for place, (kind, verb, body) in enumerate(items, 1)
        ]
        desk = self._desk()
        url = f"{desk.api_url}/company/{desk.company_id}/batch"
        return _draft(self._built("post", url, write_json({"BatchItemRequest": requests}), request_id=key), key, BATCH)

    def send(self, draft: Draft) -> tuple[int, Any]:
        """Send a draft as it is; status and JSON of the answer. A rejected token is renewed, the bytes stay."""
        since = time.monotonic()
        headers = self.oauth.headers()
        answer = self.wire.write(draft, headers, since=since)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            answer = self.wire.write(draft, self.oauth.headers(rejected=_token(headers)), since=since)
        return answer.status_code, self.wire.json(answer)

    def slow_down(self, error: RateLimited, bucket: str) -> RateLimited:
        """A throttle that came with a status other than 429: everybody waits the minute Intuit asks for."""
        error.retry_after = error.retry_after or self.limits.retry_wait / self.account.scale
        for place in self.limits.buckets:
            if place.name in bucket.split("+"):
                self.account.limiter.penalize(place, error.retry_after)
        return error

    def _ask(self, built: Built) -> Mapping[str, Any]:
        headers = self.oauth.headers()
        answer = self._read(built, headers)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            answer = self._read(built, self.oauth.headers(rejected=_token(headers)))
        body = self.wire.json(answer)
        fault = find_fault(body)
        if fault or answer.status_code >= httpx.codes.BAD_REQUEST:
            error = to_error(fault, answer.status_code, write=False)
            raise self.slow_down(error, ONE) if isinstance(error, RateLimited) else error
        if not isinstance(body, Mapping):
            raise Unavailable("QuickBooks Online answered something that is no object.")
        return body

    def _read(self, built: Built, headers: Mapping[str, str]) -> httpx.Response:
        kinds = {"Content-Type": built.content_type} if built.content_type else {}
        content = built.body or None
        return self.wire.read(built.method, built.path, built.query, {**kinds, **headers}, content, bucket=ONE)

    def _desk(self) -> Desk:
        return Desk(company_id=self.account.account_id, minorversion=MINOR_VERSION)

    def _built(self, name: str, *args: Any, **kwargs: Any) -> Built:
        desk = self._desk()
        getattr(desk, name)(*args, **kwargs)
        built = desk.built
        if built is None:
            raise TypeError(f"python-quickbooks builds no request for {name}")
        return replace(built, path=self._path(built))

    def _path(self, built: Built) -> str:
        """The path behind the base address, which may already end in /v3 or in the company."""
        base = self.account.base_url.rstrip("/")
        whole = f"/v3/company/{self.account.account_id}"
        for ending in (whole, "/v3"):
            if base.endswith(ending):
                return built.path.removeprefix(ending)
        return built.path


def select(kind: str, *conditions: str, by: str = "", start: int = 1) -> str:
    """A query for up to 1000 rows that fulfil every condition (empty ones are none), in the order of `by`."""
    where = " AND ".join(part for part in conditions if part)
    parts = (f"SELECT * FROM {kind}", f"WHERE {where}" if where else "", f"ORDERBY {by}" if by else "")  # noqa: S608
    return " ".join(part for part in (*parts, f"STARTPOSITION {start} MAXRESULTS {PAGE}") if part)


def literal(value: str) -> str:
    """A text in a query: in single quotes, backslashes and quotes escaped."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _draft(built: Built, key: str, bucket: str) -> Draft:
    return Draft(
        method=built.method,
        path=built.path,
        query=built.query,
        content_type=built.content_type,
        body=built.body,
        key=key,
        bucket=bucket,
    )


def _object(answer: Mapping[str, Any], kind: str) -> Raw:
    found = answer.get(kind)
    if not isinstance(found, Mapping):
        raise Unavailable(f"QuickBooks Online answered without {kind}.")
    return found


def _token(headers: Mapping[str, str]) -> str:
    return headers["Authorization"].removeprefix("Bearer ")
