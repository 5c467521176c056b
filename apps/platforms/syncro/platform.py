"""The contract kept by Syncro: all it tells is read; customers, payments and edits of invoices are written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import ClassVar

import httpx

from apps.platforms.base import (
    Account,
    Answer,
    DirectPlatform,
    Draft,
    Found,
    Health,
    Outcome,
    Page,
    Roll,
    Side,
    Verb,
    Write,
)
from apps.platforms.errors import (
    NeedsReconnect,
    PermissionMissing,
    PlatformError,
    Refused,
    TryLater,
    Unreadable,
    Unsure,
)
from apps.platforms.exact_json import write_json
from apps.platforms.forecast import Stretch
from apps.platforms.records import Facts, Invoice, Record
from apps.platforms.syncro import health, lists, looking, outlook, tabs, writing
from apps.platforms.syncro.changes import read
from apps.platforms.syncro.client import LIMITS, PATHS, Client
from apps.platforms.syncro.paying import Till
from apps.platforms.syncro.translate import READERS

#: Screens of the web app, below the account's own host.
SCREENS: Mapping[str, str] = {
    "customer": "customers", "item": "products", "invoice": "invoices", "payment": "payments",
    "payment_method": "payment_methods", "item_category": "product_categories", "vendor": "vendors",
    "contact": "contacts", "purchase_order": "purchase_orders",
}  # fmt: skip
#: Errors that end a send; all others belong to the write.
STOPS = (TryLater, Unsure, NeedsReconnect)


class Syncro(DirectPlatform):
    """One Syncro account, by API token. No idempotency keys, no undo: creates are looked for first."""

    key: ClassVar[str] = "syncro"
    title: ClassVar[str] = "Syncro"
    side: ClassVar[Side] = Side.SYNCRO
    entities: ClassVar[tuple[str, ...]] = tuple(PATHS)
    writes: ClassVar[Mapping[str, frozenset[Verb]]] = {
        "customer": frozenset({Verb.CREATE, Verb.UPDATE}),
        "payment": frozenset({Verb.CREATE}),
        "invoice": frozenset({Verb.UPDATE}),
    }
    limits = LIMITS
    looks_first: ClassVar[frozenset[str]] = frozenset({"payment", "customer", "invoice"})

    def __init__(self, account: Account) -> None:
        self.account = account
        self.client = Client(account)
        self.till = Till(self.client, account)

    @classmethod
    def step(cls, whole: Write, there: Mapping[int, Record]) -> Write | None:
        """An edit of an invoice goes line by line (see writing.next_step); all else is one request."""
        now = there.get(0)
        if isinstance(whole.record, Invoice) and isinstance(now, Invoice):
            return writing.next_step(whole, whole.record, now)
        return whole

    def close(self) -> None:
        """Let the connections go."""
        self.client.wire.close()

    def check(self) -> Health:
        """See health.look."""
        return health.look(self.client, self.account)

    def facts(self) -> Facts:
        """Time zone, and the currency where its sign tells it."""
        return health.facts(self.client, self.account)

    def pull(self, entity: str, cursor: str, *, full: bool = False) -> Iterator[Page]:
        """See lists.pull and feed.Load. A module that is switched off costs nothing. PermissionMissing names its box."""
        if tabs.is_off(self.account, entity):
            yield Page(cursor=cursor, last=True)
            return
        try:
            yield from lists.pull(self.client, entity, cursor, full=full, kept=self.account.kept)
        except PermissionMissing as error:
            raise PermissionMissing(health.lacks(entity), code=error.code) from error

    def forecast(self, entities: Sequence[str]) -> Iterator[Stretch]:
        """See outlook.forecast."""
        return outlook.forecast(self.client, [each for each in entities if not tabs.is_off(self.account, each)])

    def ids(self, entity: str) -> Iterator[Sequence[str]]:
        """Every id, from thin lists; raises when a page could not be read."""
        return lists.ids(self.client, entity)

    def roll(self, entity: str, cursor: str = "") -> Iterator[Roll]:
        """The same lists with all they tell: see lists.roll. PermissionMissing names its box."""
        try:
            yield from lists.roll(self.client, entity, int(cursor or 1))
        except PermissionMissing as error:
            raise PermissionMissing(health.lacks(entity), code=error.code) from error

    def get(self, entity: str, ids: Sequence[str]) -> Mapping[str, Record | None]:
        """One request each; None for 404 and for null. Payment methods come from their list. What cannot be read is
        left out: neither there nor gone.
        """
        if entity in lists.ONE_PAGE:
            known = {str(row["id"]): READERS[entity](row) for row in self.client.slice(entity, 1).rows}
            return {key: known.get(key) for key in ids}
        details = {key: self.client.one(entity, key) for key in ids}
        there = read(entity, [raw for raw in details.values() if raw]).records
        return {key: None for key, raw in details.items() if not raw} | {record.external_id: record for record in there}

    def draft(self, entity: str, writes: Sequence[Write], new_key: Callable[[], str]) -> list[Draft]:
        """One request per write. One that cannot be expressed raises Refused when alone, and is left out of several."""
        drafts: list[Draft] = []
        for position, write in enumerate(writes):
            try:
                drafts.append(self._draft(entity, write, position, new_key))
            except Refused:
                if len(writes) == 1:
                    raise
        return drafts

    def send(self, draft: Draft) -> list[Outcome]:
        """Send it once, and see that it stands: a 200 that says success: false is Refused, as is a declined payment,
        and so is a change that does not show afterwards.
        """
        try:
            return [writing.SENDERS[draft.entity](self.client, self.till, draft)]
        except Unreadable as error:
            raise Unsure(f"Syncro accepted it with an answer that makes no sense: {error.message}") from error
        except STOPS:
            raise
        except PlatformError as error:
            return [Outcome(error=error)]

    def find(self, entity: str, write: Write) -> Found | Answer:
        """See looking.find; NotCovered when the payment is not there and its invoices have less open than it wants."""
        return looking.find(self.client, self.till, entity, write)

    def url(self, entity: str, external_id: str) -> str:
        """The record in Syncro's web app, on the host of the API; "" for what has no screen that is known."""
        if entity not in SCREENS:
            return ""
        return str(httpx.URL(self.account.base_url).copy_with(path=f"/{SCREENS[entity]}/{external_id}"))

    def _draft(self, entity: str, write: Write, position: int, new_key: Callable[[], str]) -> Draft:
        if write.verb not in self.writes.get(entity, frozenset()):
            raise Refused(f"Syncro's API cannot {write.verb} a {entity}.")
        method, path, body = writing.request(write, self.till.unit)
        return Draft(
            method=method, path=path, body=write_json(body) if body is not None else b"", key=new_key(), entity=entity,
            verb=write.verb, positions=(position,),
        )  # fmt: skip
