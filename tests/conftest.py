"""What every test gets: the embedded PostgreSQL of the tests, which settings start by themselves, and the World."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from apps.connections.beside import close_beside
from apps.connections.models import Company
from apps.sandbox.control import Control
from apps.sandbox.frame import PocketServer
from apps.sandbox.quickbooks_online.app import PocketQuickBooks
from apps.sandbox.shop import seed
from apps.sandbox.store import Store
from apps.sandbox.syncro.app import PocketSyncro
from tests.world import TODAY, World, connect_world

SCALE = 1000.0
#: On CI the browser is installed first, so that nothing is left out there.
BROWSERLESS = shutil.which("chromium") is None and "CI" not in os.environ


def pytest_report_header() -> list[str]:
    """Say what is left out, and how to have it."""
    left_out = "browser tests are left out: Chromium is not installed (Debian: apt-get install chromium)"
    return [left_out] if BROWSERLESS else []


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """`make test` needs nothing but Python: without Chromium the browser tests are not chosen."""
    browser = [item for item in items if BROWSERLESS and "browser" in item.path.parts]
    config.hook.pytest_deselected(items=browser)
    items[:] = [item for item in items if item not in set(browser)]


@pytest.fixture(autouse=True)
def let_go() -> Iterator[None]:
    """The connection beside Django's must not keep the test database busy at the end."""
    yield
    close_beside()


@pytest.fixture(scope="session")
def pocket_servers() -> Iterator[tuple[PocketServer, PocketServer]]:
    """Both pocket vendors, listening for the whole session; each test starts with empty ones."""
    servers = (PocketServer(PocketSyncro(Store())).start(), PocketServer(PocketQuickBooks(Store())).start())
    yield servers
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def world(shopless: World) -> World:
    """A company tied to a Syncro with the usual payment methods, and to empty books."""
    return shopless


@pytest.fixture
def shop(shopless: World) -> World:
    """The demo shop, seeded and not synced yet."""
    seed(shopless.syncro, shopless.books, TODAY)
    return shopless


@pytest.fixture
def shopless(transactional_db: None, settings: Any, pocket_servers: tuple[PocketServer, PocketServer]) -> World:
    """A company tied to an empty Syncro and empty books, without even payment methods."""
    syncro, books = (Control(server.url) for server in pocket_servers)
    for control in (syncro, books):
        control.reset()
        control.setting(name="limit_scale", value=SCALE)
    token, realm = syncro.create_token(), books.new_company()["realm"]
    granted = books.grant()
    settings.LIMIT_SCALE = SCALE
    settings.SYNCRO_API_URL = f"{syncro.url}/api/v1"
    settings.QBO_API_URL = f"{books.url}/v3"
    settings.QBO_DISCOVERY_URL = f"{books.url}/.well-known/openid_configuration"
    settings.QBO_CLIENT_ID, settings.QBO_CLIENT_SECRET = granted["client_id"], granted["client_secret"]
    company = Company.objects.create(slug="acme", name="Acme Computers", books_platform="quickbooks_online")
    connect_world(company, syncro, books, realm, token, granted["refresh_token"])
    return World(company, syncro, books, pocket_servers)
