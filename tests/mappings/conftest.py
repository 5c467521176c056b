"""A company with both sides mirrored, and rows in a few words."""

from __future__ import annotations

import pytest

from apps.connections.models import Company, Connection


@pytest.fixture
def company(db: None) -> Company:
    """Acme, whose books do not choose taxes by themselves."""
    books = Connection.objects.create(platform="quickbooks_online", account_id="1")
    return Company.objects.create(slug="acme", name="Acme", books_platform="quickbooks_online", books=books)
