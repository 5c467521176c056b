"""A company with a Syncro connection, and the way to end what runs beside Django's connection."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from apps.connections.beside import close_beside
from apps.connections.models import Company, Connection


@pytest.fixture(autouse=True)
def _nothing_left_open() -> Iterator[None]:
    yield
    close_beside()


@pytest.fixture
def connection(transactional_db: None) -> Connection:
    """A connected Syncro account; committed, as connections beside Django's must see it."""
    return Connection.objects.create(platform="syncro", account_id="acme")


@pytest.fixture
def company(connection: Connection) -> Company:
    """Acme, with books in QuickBooks Online that are not connected yet."""
    return Company.objects.create(slug="acme", name="Acme", books_platform="quickbooks_online", syncro=connection)
