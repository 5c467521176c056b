"""The first look at an account."""

from __future__ import annotations

import pytest

from apps.platforms.errors import NeedsReconnect
from tests.platforms.syncro.conftest import Shop

READS = ["Customers - List/Search", "Customers - View Detail", "Products - List/Search", "Invoices - List/Search"]


def test_a_full_token_lacks_nothing(shop: Shop) -> None:
    health = shop.syncro.check()
    assert (health.title, dict(health.missing), list(health.warnings)) == ("acme", {}, [])
    assert (health.facts.currency, health.facts.time_zone) == ("", "America/Los_Angeles")


def test_each_missing_check_box_is_named_with_what_it_costs(shop: Shop) -> None:
    shop.invoice()
    shop.syncro.close()
    shop.syncro = shop.connect(READS)
    missing = shop.syncro.check().missing
    assert set(missing) == {
        "Vendors - List", "Purchase Orders - List/Search", "Invoices - View Details", "Payments - View List", "Payments - Create", "Customers - Create, Edit",
    }  # fmt: skip
    assert all(words.endswith(".") for words in missing.values())


def test_an_expired_token_needs_a_new_one(shop: Shop) -> None:
    shop.screens.expire_token(token=shop.bench.tokens.tokens.access)
    with pytest.raises(NeedsReconnect):
        shop.syncro.check()


def test_the_users_token_is_written_down_nowhere(shop: Shop) -> None:
    health = shop.syncro.check()
    assert "pocketsyncro" not in f"{health}{shop.bench.ledger}"
    assert shop.bench.tokens.tokens.access not in str(shop.bench.ledger)
