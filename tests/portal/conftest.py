"""People and a small shop for the screens."""

from __future__ import annotations

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import User
from django.test import Client

from apps.connections.models import Company, Membership, Role
from tests.portal import rows


@pytest.fixture
def shop(db: None) -> Company:
    """A connected company with rows on both sides and two open items."""
    company = rows.company()
    rows.fill(company)
    return company


def person(name: str, role: str, company: Company | None) -> User:
    """Somebody with a role and a second factor."""
    user = User.objects.create_user(name, f"{name}@example.com", "pw", is_staff=True)
    Membership.objects.create(user=user, company=company, role=role)
    TOTP.activate(user, "JBSWY3DPEHPK3PXP")
    return user


@pytest.fixture
def bookkeeper(shop: Company, client: Client) -> Client:
    """Signed in as the bookkeeper of the shop."""
    client.force_login(person("bo", Role.BOOKKEEPER, shop))
    return client


@pytest.fixture
def viewer(shop: Company, client: Client) -> Client:
    """Signed in as somebody who may only look."""
    client.force_login(person("vi", Role.VIEWER, shop))
    return client


@pytest.fixture
def administrator(shop: Company, client: Client) -> Client:
    """Signed in as the administrator of all companies."""
    client.force_login(person("ad", Role.ADMINISTRATOR, None))
    return client
