"""Syncro's paths, lists and envelopes over the one transport; raw JSON with Decimal numbers in and out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from apps.platforms.base import Account, Bucket, Draft, Limits
from apps.platforms.errors import Gone, NeedsReconnect, PermissionMissing, PlatformError, Unavailable
from apps.platforms.exact_json import read_json
from apps.platforms.http import Wire
from apps.platforms.paging import Slice, numbered_pages
from apps.platforms.syncro.errors import refusal, sentence

Raw = dict[str, Any]

#: 180 requests a minute per IP address, over all accounts behind it (API basics: Rate limit). Places and burst together
#: stay below it in every minute there is; five more are left for requests that travel longer than those behind them.
LIMITS = Limits(
    buckets=(Bucket(name="requests", per_minute=170, burst=5, scope="egress"),),
    page_size=25,
    deadline=60,
    settle=120,
    retry_wait=30,
)
#: Path of each entity. "include_disabled" shows customers that would else look deleted.
PATHS: Mapping[str, str] = {
    "payment_method": "payment_methods",
    "item_category": "products/categories",
    "vendor": "vendors",
    "contact": "contacts",
    "purchase_order": "purchase_orders",
    "customer": "customers",
    "item": "products",
    "invoice": "invoices",
    "payment": "payments",
}
#: The feed of all lines: no entity, but a list like the others.
FEED = "line_items"
WRAPPERS: Mapping[str, str] = {
    "customer": "customer", "contact": "contact", "vendor": "vendor", "item": "product", "invoice": "invoice",
    "payment": "payment", "purchase_order": "purchase_order",
}  # fmt: skip
LIST_QUERY: Mapping[str, Mapping[str, str]] = {"customer": {"include_disabled": "true"}}
#: The body of an endpoint whose feature is switched off, with status 200 (API basics: error shapes).
SWITCHED_OFF = b"Disabled"


class Client:
    """One account. The token is read once: a Syncro token never changes by itself."""

    def __init__(self, account: Account) -> None:
        self.wire = Wire(account, LIMITS)
        self._account = account
        self._headers: dict[str, str] | None = None
        self._heard = ""

    def ask(self, path: str, query: Mapping[str, str] | None = None) -> Any:
        """The JSON at a path. Raises Gone for 404, PermissionMissing, NeedsReconnect, TryLater."""
        answer = self.wire.read("GET", path, query, self._authorized())
        self._heard = answer.headers.get("date", "")
        if answer.content.strip() == SWITCHED_OFF:
            raise PermissionMissing("This feature is switched off in Syncro.")
        self._check(answer, path)
        return self.wire.json(answer)

    def now(self) -> str:
        """The instant of the last answer by the vendor's own clock, to the second; ours where it does not tell."""
        try:
            return parsedate_to_datetime(self._heard).isoformat()
        except ValueError:
            return self._account.clock().isoformat()

    def one(self, entity: str, external_id: str) -> Raw | None:
        """The detail of one record; None where Syncro says there is none, also when the number of another one fits."""
        try:
            body = self.ask(f"/{PATHS[entity]}/{_safe(external_id)}")
        except Gone:
            return None
        raw = unwrap(entity, body)
        return raw if raw and str(raw.get("id")) == external_id else None

    def slice(self, entity: str, page: int, query: Mapping[str, str] | None = None) -> Slice:
        """One page of a list; Unavailable when the answer is no list."""
        path = PATHS.get(entity, entity)
        name = path.rpartition("/")[2]
        try:
            body = self.ask(f"/{path}", {**LIST_QUERY.get(entity, {}), **(query or {}), "page": str(page)})
        except Gone as error:
            raise Unavailable(f"Syncro has no list of {name} at this address.", code=error.code) from error
        rows = body.get(name) if isinstance(body, Mapping) else body
        if not isinstance(rows, list):
            raise Unavailable(f"Syncro's list of {name} could not be read: {sentence(body)[:200]}")
        meta = body.get("meta") if isinstance(body, Mapping) else None
        meta = meta if isinstance(meta, Mapping) else {}
        return Slice(rows, _count(meta.get("total_pages")), _count(meta.get("page")))

    def pages(self, entity: str, query: Mapping[str, str] | None = None, start: int = 1) -> Iterator[tuple[int, Slice]]:
        """A list from page `start` to its end, with or without meta."""
        return numbered_pages(lambda page: self.slice(entity, page, query), start)

    def send(self, draft: Draft) -> Any:
        """Send one draft and give its JSON. Raises what the refusal means, TryLater, or Unsure."""
        answer = self.wire.write(draft, self._authorized())
        self._check(answer, draft.path, draft.method)
        return self.wire.json(answer)

    def send_loosely(self, draft: Draft) -> Any:
        """Send one draft whose answer proves nothing: its JSON, or its words where it has none; raises as `send`."""
        answer = self.wire.write(draft, self._authorized())
        self._check(answer, draft.path, draft.method)
        try:
            return read_json(answer.content)
        except ValueError:
            return answer.text

    def _authorized(self) -> Mapping[str, str]:
        if self._headers is None:
            token = self._account.tokens.read().access
            if not token:
                raise NeedsReconnect
            self._headers = {"Authorization": f"Bearer {token}"}
        return self._headers

    def _check(self, answer: httpx.Response, path: str, method: str = "GET") -> None:
        if answer.status_code < 400:
            return
        error = refusal(answer.status_code, f"{method} {path}", self.wire.json(answer))
        raise self._whole_token(error) if answer.status_code == 401 and path != "/me" else error

    def _whole_token(self, error: PlatformError) -> PlatformError:
        """A 401 does not say whether one permission or the whole token is gone: /me, open to every token, does."""
        try:
            self.ask("/me")
        except NeedsReconnect as gone:
            return gone
        return error


def unwrap(entity: str, body: object) -> Raw | None:
    """A record out of its envelope, which single GETs do not always have; None for a null."""
    if not isinstance(body, Mapping):
        return None
    inner = body.get(WRAPPERS[entity], body)
    return dict(inner) if isinstance(inner, Mapping) else None


def _count(value: object) -> int | None:
    text = str(value)
    return int(text) if text.isdecimal() else None


def _safe(external_id: str) -> str:
    """An id as one piece of a path; Syncro's ids are numbers."""
    if not external_id.isascii() or not external_id.isdecimal():
        raise Gone(f"{external_id!r} is no id of Syncro.")
    return external_id
