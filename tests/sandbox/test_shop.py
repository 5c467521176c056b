"""The demo shop, played over HTTP against a pocket Syncro and a stand-in for the books."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from apps.sandbox.control import Control, ControlError
from apps.sandbox.frame import PocketServer
from apps.sandbox.shop import NotYet, books_day, number_of, seed
from apps.sandbox.store import Store
from apps.sandbox.syncro.app import PocketSyncro
from tests.sandbox.stand_in import StandIn

TODAY = dt.date(2026, 11, 22)


@pytest.fixture
def pockets() -> Iterator[tuple[Control, Control]]:
    servers = [PocketServer(PocketSyncro(Store())).start(), PocketServer(StandIn(Store())).start()]
    yield Control(servers[0].url), Control(servers[1].url)
    for server in servers:
        server.shutdown()
        server.server_close()


def snapshot(pocket: Control, *kinds: str) -> Any:
    """What there is, without the moment it was written."""
    volatile = {"created_at", "updated_at"}
    return [[{name: value for name, value in doc.items() if name not in volatile | {"lines"}}
             for doc in pocket.state(kind=kind)] for kind in kinds]  # fmt: skip


KINDS = ("customers", "products", "invoices", "payments", "tax_rates")


def test_the_shop_is_as_promised_and_seeding_again_changes_nothing(pockets: tuple[Control, Control]) -> None:
    syncro, books = pockets
    seed(syncro, books, TODAY)
    counts = {kind: len(syncro.state(kind=kind)) for kind in KINDS}
    assert counts == {"customers": 60, "products": 25, "invoices": 400, "payments": counts["payments"], "tax_rates": 4}
    before = snapshot(syncro, *KINDS)
    seed(syncro, books, TODAY + dt.timedelta(days=9))
    assert snapshot(syncro, *KINDS) == before
    assert [doc["DisplayName"] for doc in books.state("Vendor")] == ["Ingram Parts Supply"]


def test_two_shops_of_one_day_are_equal(pockets: tuple[Control, Control]) -> None:
    syncro, books = pockets
    seed(syncro, books, TODAY)
    first = snapshot(syncro, *KINDS)
    syncro.reset()
    seed(syncro, books, TODAY)
    assert snapshot(syncro, *KINDS) == first


@pytest.mark.parametrize("last", ["today", "rates", "group", "customers", "products", "invoices", "payments", "refund"])
def test_a_seed_broken_off_after_any_step_ends_in_the_same_shop(
    pockets: tuple[Control, Control], tmp_path: Path, last: str
) -> None:
    whole, books = pockets
    seed(whole, books, TODAY)
    server = PocketServer(PocketSyncro(Store(tmp_path / "syncro.sqlite"))).start()
    with pytest.raises(ControlError):
        seed(_BrokenOff(server.url, last), books, TODAY)
    server.shutdown()
    server.server_close()
    again = PocketServer(PocketSyncro(Store(tmp_path / "syncro.sqlite"))).start()
    seed(Control(again.url), books, TODAY)
    assert snapshot(Control(again.url), *KINDS) == snapshot(whole, *KINDS)
    again.shutdown()
    again.server_close()


class _BrokenOff(Control):
    """Dies once a step was played, before its answer is used."""

    def __init__(self, url: str, last: str) -> None:
        super().__init__(url)
        self.last = last

    def call(self, verb: str, *arguments: Any, **values: Any) -> Any:
        result = super().call(verb, *arguments, **values)
        if values.get("step") == self.last and result is not None:
            raise ControlError("killed")
        return result


def test_a_day_in_the_books_needs_the_documents_and_happens_once(pockets: tuple[Control, Control]) -> None:
    syncro, books = pockets
    seed(syncro, books, TODAY)
    with pytest.raises(NotYet, match=number_of("three_a")):
        books_day(syncro, books)
    _book(syncro, books, *(number_of(key) for key in ("three_a", "three_b", "three_c", "normal", "moved_to")))
    paid = _book(syncro, books, number_of("moved_from"))[0]
    moved = books.pay("1", "1.00", {paid: "1.00"}, "2026-11-01", "from Syncro")
    books_day(syncro, books)
    books_day(syncro, books)
    payments = {doc["PaymentRefNum"]: doc for doc in books.state("Payment")}
    assert sorted(payments) == ["CHK-PLAIN", "CHK-THREE", "from Syncro"]
    assert len(payments["CHK-THREE"]["Line"]) == 3
    assert (payments["from Syncro"]["Id"], payments["from Syncro"]["Line"][0]["LinkedTxn"][0]["TxnId"]) == (moved, "5")


def _book(syncro: Control, books: Control, *numbers: str) -> list[str]:
    wanted = {doc["number"]: doc for doc in syncro.state(kind="invoices")}
    return [books.create(entity="Invoice", body={"DocNumber": number, "CustomerRef": {"value": "1"}, "TotalAmt": "1",
                         "Balance": wanted[number]["total"]}) for number in numbers]  # fmt: skip
