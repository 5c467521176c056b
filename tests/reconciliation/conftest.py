"""A company with nothing in it yet."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from apps.connections.models import Company, Membership, Role
from tests.reconciliation.shop import Shop


@pytest.fixture
def shop(db: None) -> Shop:
    """An empty shop."""
    return Shop(Company.objects.create(slug="acme", name="Acme", books_platform="quickbooks_online"))


@pytest.fixture
def bookkeeper(shop: Shop) -> User:
    """Somebody who may resolve, not approve."""
    return _member(shop, "bea", Role.BOOKKEEPER)


@pytest.fixture
def approver(shop: Shop) -> User:
    """Somebody who may approve."""
    return _member(shop, "ada", Role.APPROVER)


def _member(shop: Shop, name: str, role: Role) -> User:
    user = User.objects.create_user(name)
    Membership.objects.create(user=user, company=shop.company, role=role)
    return user
