"""A company with a Syncro connection, and the way to end what runs beside Django's connection."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from apps.connections.beside import close_beside
from apps.connections.models import Company, Connection
from tests.connections.vendor import Vendor, vendor_on_loopback


@pytest.fixture(autouse=True)
def _nothing_left_open() -> Iterator[None]:
    yield
    close_beside()


@pytest.fixture
def connection(db: None) -> Connection:
    """A connected Syncro account. Tests of what runs beside Django's connection mark themselves transaction=True."""
    return Connection.objects.create(platform="syncro", account_id="acme")


@pytest.fixture
def company(connection: Connection) -> Company:
    """Acme, with books in QuickBooks Online that are not connected yet."""
    return Company.objects.create(slug="acme", name="Acme", books_platform="quickbooks_online", syncro=connection)


@pytest.fixture
def vendor(settings: LazySettings) -> Iterator[Vendor]:
    """A small Syncro on loopback at SYNCRO_API_URL; its answers can be changed."""
    with vendor_on_loopback() as running:
        settings.SYNCRO_API_URL = f"{running.address}/{{subdomain}}/api/v1"
        yield running
