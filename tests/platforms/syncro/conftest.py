"""A shop on a running pocket Syncro, and our platform connected to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from apps.platforms.base import Draft, Outcome, Tokens, Verb, Write
from apps.platforms.records import Record
from apps.platforms.syncro.platform import Syncro
from apps.sandbox.control import Control
from apps.sandbox.frame import PocketServer
from apps.sandbox.store import Store
from apps.sandbox.syncro.app import PocketSyncro
from tests.conftest import SCALE, Street
from tests.platforms.conftest import Bench, MemoryTokens
from tests.platforms.syncro.reader import Reader

MARK = "tieout:k3v9:acme-ltd:payment:77"


class Shop:
    """One shop: its screens, our platform, and short words for what tests do with both."""

    def __init__(self, server: PocketServer, bench: Bench) -> None:
        self.screens = Control(server.url)
        self.screens.limit_scale(value=1000)
        self.bench = bench
        self.base_url = f"{server.url}/api/v1"
        self.rate = self.screens.tax_rate(name="Sales Tax", percent="8.25")
        self.customer = self.screens.customer(business_name="Acme Ltd", email="pay@acme.test", tax_rate_id=self.rate)
        self.syncro = self.connect()

    def connect(self, permissions: list[str] | None = None, **options: Any) -> Syncro:
        token = self.screens.create_token(permissions=permissions)
        self.bench.tokens = MemoryTokens(Tokens(access=token))
        return Syncro(self.bench.account(self.base_url, options=options))

    def invoice(self, price: str = "100.00", **fields: Any) -> str:
        line = {"item": "Labor", "name": "On-site", "quantity": "1", "price": price, "taxable": False}
        given = {"customer_id": self.customer, "date": "2026-04-01", "lines": [line], **fields}
        return str(self.screens.invoice(**given))

    def pay(self, amount: str, **fields: Any) -> str:
        return str(self.screens.pay(customer_id=self.customer, amount=amount, **fields))

    def read(self, entity: str, external_id: str) -> Any:
        return self.syncro.get(entity, [external_id])[external_id]

    def pulled(self, entity: str, cursor: str = "", *, full: bool = False) -> tuple[list[str], str]:
        pages = list(self.syncro.pull(entity, cursor, full=full))
        assert [page.last for page in pages] == [False] * (len(pages) - 1) + [True] or len(pages) == 1
        return [record.external_id for page in pages for record in page.records], pages[-1].cursor

    def create(self, record: Record, marker: str = MARK) -> Write:
        return Write(verb=Verb.CREATE, entity=record.entity, record=record, marker=marker)

    def drafted(self, write: Write) -> Draft:
        return self.syncro.draft(write.entity, [write], lambda: "key-1")[0]

    def sent(self, write: Write) -> Outcome:
        return self.syncro.send(self.drafted(write))[0]

    def requests(self, method: str = "GET") -> list[str]:
        return [row["path"].removeprefix("/api/v1") for row in self.screens.log() if row["method"] == method]


@pytest.fixture
def reader(transactional_db: None, settings: Any, street: Street) -> Reader:
    """A company tied to an empty account, read by the reading half of a pass."""
    server = street.at("syncro")
    settings.LIMIT_SCALE, settings.SYNCRO_API_URL = SCALE, f"{server.url}/api/v1"
    return Reader(Control(server.url))


@pytest.fixture
def shop(bench: Bench) -> Iterator[Shop]:
    server = PocketServer(PocketSyncro(Store())).start()
    shop = Shop(server, bench)
    yield shop
    shop.syncro.close()
    server.shutdown()
    server.server_close()
