"""What every test gets: the embedded PostgreSQL of the tests, which settings start by themselves, and the World."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.signals import request_finished
from django.dispatch import receiver
from pytest_django.live_server_helper import LiveServer

from apps.connections.beside import close_beside
from apps.connections.connecting import connect_account
from apps.connections.models import Company
from apps.platforms.base import Tokens
from apps.sandbox.control import Control
from apps.sandbox.frame import PocketApp, PocketServer
from apps.sandbox.shop import seed
from apps.sandbox.store import Store
from apps.sandbox.syncro.app import PocketSyncro
from tests import recorder
from tests.features.ledger import LEDGERS, TODAY
from tests.world import World

SCALE = 1000.0
#: On CI the browser is installed first, so that nothing is left out there.
BROWSERLESS = shutil.which("chromium") is None and "CI" not in os.environ


def pytest_report_header() -> list[str]:
    """Say what is left out, and how to have it."""
    left_out = "browser tests are left out: Chromium is not installed (Debian: apt-get install chromium)"
    return [*([left_out] if BROWSERLESS else []), *([] if recorder.checkable() else [recorder.MISSING])]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """`make test` needs nothing but Python: without Chromium the browser tests are not chosen."""
    browser = [item for item in items if BROWSERLESS and "browser" in item.path.parts]
    config.hook.pytest_deselected(items=browser)
    items[:] = [item for item in items if item not in set(browser)]


@receiver(request_finished)
def let_go_too(**signal: object) -> None:
    """The live server answers each call in a thread of its own, which has such a connection too."""
    close_beside()


@pytest.fixture(autouse=True)
def let_go() -> Iterator[None]:
    """The connection beside Django's must not keep the test database busy at the end."""
    yield
    close_beside()


class Street:
    """The pocket vendors of this session, each opened when a test first comes to it."""

    def __init__(self) -> None:
        self.servers: dict[str, PocketServer] = {}

    def at(self, key: str) -> PocketServer:
        """The pocket of a platform, empty and in no hurry."""
        if key not in self.servers:
            app: type[PocketApp] = LEDGERS[key].app if key in LEDGERS else PocketSyncro
            self.servers[key] = PocketServer(app(Store())).start()
        control = Control(self.servers[key].url)
        control.reset()
        control.setting(name="limit_scale", value=SCALE)
        return self.servers[key]


@pytest.fixture(autouse=True)
def what_is_sent_fits_its_description(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever a test is about: no platform of ours sends a body that its vendor does not describe.

    Not where the pockets themselves are tried, by hand and with everything a vendor must refuse.
    """
    if "sandbox" in request.path.parts or not recorder.checkable():
        yield
        return
    with pytest.MonkeyPatch.context() as patch, recorder.recording(patch) as seen:
        yield
    assert not [each for app, asked in seen for each in recorder.complaints(app, asked)][:3]


@pytest.fixture(scope="session")
def street() -> Iterator[Street]:
    """Listening for the whole session; each test starts with empty ones."""
    street = Street()
    yield street
    for server in street.servers.values():
        server.shutdown()
        server.server_close()


@pytest.fixture
def platform(request: pytest.FixtureRequest) -> str:
    """Which books the world has: the first of LEDGERS, unless a story is told on several."""
    return str(getattr(request, "param", next(iter(LEDGERS))))


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
def shopless(
    transactional_db: None, settings: Any, street: Street, platform: str, request: pytest.FixtureRequest
) -> World:
    """A company tied to an empty Syncro and empty books, without even payment methods."""
    if LEDGERS[platform].calls_us:
        portal: LiveServer = request.getfixturevalue("live_server")
        settings.PUBLIC_URL, settings.ALLOWED_HOSTS = portal.url, [*settings.ALLOWED_HOSTS, portal.thread.host]
    servers = (street.at("syncro"), street.at(platform))
    syncro, books = (Control(server.url) for server in servers)
    settings.LIMIT_SCALE, settings.SYNCRO_API_URL = SCALE, f"{syncro.url}/api/v1"
    company = Company.objects.create(slug="acme", name="Acme Computers", books_platform=platform)
    connect_account(company, "syncro", "acme", Tokens(access=syncro.create_token()))
    ledger = LEDGERS[platform](books)
    ledger.connect(company, settings)
    company.refresh_from_db()
    return World(company, syncro, books, servers, ledger)
