"""First loads and changes of an account of some size: counted in requests, and true to the last invoice."""

from __future__ import annotations

from decimal import Decimal
from math import ceil
from typing import Any

import pytest

from apps.mirror.models import Piece
from apps.platforms.base import Side
from apps.platforms.errors import Unavailable
from apps.sync.loaded import FEWEST_PROOFS
from tests.conftest import Street
from tests.platforms.syncro.reader import Reader

SIZE = {"customers": 300, "invoices": 1000, "payments": 900, "products": 30}
#: Rows of a page: customers, products, invoices and payments; lines.
PAGE, LINES_PAGE = 25, 100
#: Everything but customers, products, invoices, lines and payments: who we are, settings, the short lists.
SMALL = 12


@pytest.fixture
def reader(transactional_db: None, settings: Any, street: Street) -> Reader:
    """A large pocket account that nobody has read yet."""
    return opened(street, settings, None)


def opened(street: Street, settings: Any, permissions: list[str] | None) -> Reader:
    control = street_control(street, settings)
    control.bulk(**SIZE)
    return Reader(control, permissions)


def street_control(street: Street, settings: Any) -> Any:
    from apps.sandbox.control import Control

    server = street.at("syncro")
    settings.LIMIT_SCALE, settings.SYNCRO_API_URL = 1000.0, f"{server.url}/api/v1"
    return Control(server.url)


def pages(count: int, size: int = PAGE) -> int:
    return ceil(count / size)


def fewest() -> int:
    lists = sum(pages(SIZE[name]) for name in ("customers", "invoices", "payments", "products"))
    return lists + pages(3 * SIZE["invoices"], LINES_PAGE)


def agrees(reader: Reader) -> bool:
    """Every row of an invoice says what the detail of the pocket itself says."""
    told = {str(row["id"]): row for row in reader.syncro.state("invoices")}
    paid = {str(row["id"]): row for row in reader.syncro.state("payments")}
    for row in reader.rows("invoice"):
        raw = told[row.external_id]
        used = sum(each["allocation"].get(row.external_id, 0) for each in paid.values() if each["success"])
        assert row.balance == Decimal(raw["total"]) - Decimal(used) / 100, row.external_id
        assert [line["line_id"] for line in row.content["lines"]] == [str(line["id"]) for line in raw["lines"]]
    return set(told) == reader.ids("invoice")


def test_a_first_load_by_the_feed_costs_hardly_more_than_its_pages(reader: Reader) -> None:
    reader.reads()
    asked = reader.asked()
    assert sum(asked.values()) <= 1.1 * fewest() + SMALL, asked
    assert asked["invoices/1"] <= FEWEST_PROOFS
    assert agrees(reader)
    assert not Piece.objects.exists()
