"""A pocket with one US company, limits far away."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from apps.sandbox.quickbooks_online.app import PocketQuickBooks
from apps.sandbox.store import Store

from .desk import Desk, start


@pytest.fixture
def app(tmp_path: Path) -> PocketQuickBooks:
    return PocketQuickBooks(Store(tmp_path / "pocket.db"))


@pytest.fixture
def url(app: PocketQuickBooks) -> Iterator[str]:
    server = start(app)
    yield server.url
    server.shutdown()
    server.server_close()


@pytest.fixture
def open_company(app: PocketQuickBooks, url: str) -> Iterator[Callable[..., Desk]]:
    app.control_setting("limit_scale", 1000)
    with ExitStack() as desks:
        yield lambda **values: desks.enter_context(closing(Desk(app, url, app.control_new_company(**values)["realm"])))


@pytest.fixture
def desk(open_company: Callable[..., Any]) -> Desk:
    company: Desk = open_company()
    return company
