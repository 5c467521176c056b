"""A pocket with one US organisation, limits far away."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from apps.sandbox.store import Store
from apps.sandbox.xero.app import PocketXero

from .desk import Desk, start


@pytest.fixture
def app(tmp_path: Path) -> PocketXero:
    return PocketXero(Store(tmp_path / "pocket.db"))


@pytest.fixture
def url(app: PocketXero) -> Iterator[str]:
    server = start(app)
    yield server.url
    server.shutdown()
    server.server_close()


@pytest.fixture
def open_company(app: PocketXero, url: str) -> Iterator[Callable[..., Desk]]:
    app.control_setting("limit_scale", 1000)
    with ExitStack() as desks:
        yield lambda **values: desks.enter_context(closing(Desk(app, url, app.control_new_company(**values)["tenant"])))


@pytest.fixture
def desk(open_company: Callable[..., Any]) -> Desk:
    company: Desk = open_company()
    return company


@pytest.fixture
def clock(app: PocketXero) -> Callable[[float], None]:
    """Moves the pocket's clock on by so many seconds, and stops it there."""
    now = [app.clock()]
    app.clock = lambda: now[0]

    def pass_(seconds: float) -> None:
        now[0] += seconds

    return pass_
