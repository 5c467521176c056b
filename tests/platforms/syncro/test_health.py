"""The first look at an account."""

from __future__ import annotations

import pytest

from apps.platforms.errors import NeedsReconnect
from apps.platforms.syncro.health import DETAILS, LISTS, ROWS, WRITES
from apps.sandbox.syncro.account import PERMISSIONS
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
        "Vendors - List", "Purchase Orders - List/Search", "Invoices - View Details", "Payments - View List",
        "Payments - Create", "Customers - Create, Edit", "Invoices - Edit",
    }  # fmt: skip
    assert all(words.endswith(").") for words in missing.values())
    assert missing["Payments - Create"] == (
        "Payments entered in the books cannot be brought to Syncro. Does not work: Payments from the books into Syncro "
        "(F04); Payments made in the books imported (F22); One payment on several invoices imported (F23); Intuit "
        "Merchant Services (F25)."
    )


def test_global_admin_is_a_saving_and_no_must(shop: Shop) -> None:
    everything = {permission for _, _, permission in PERMISSIONS}
    shop.syncro.close()
    shop.syncro = shop.connect(sorted(everything - {"Global Admin"}))
    health = shop.syncro.check()
    assert (dict(health.missing), len(health.warnings)) == ({}, 1)
    assert "Global Admin" in health.warnings[0]


def test_a_refused_list_is_a_permission_and_a_refused_token_is_no_sign_in(shop: Shop) -> None:
    refusal = {"error": "Not authorized."}
    shop.screens.fault(kind="status", method="GET", path="/payments$", status=401, body=refusal)
    assert "Payments - View List" in shop.syncro.check().missing
    shop.screens.fault(kind="status", method="GET", path="/api/v1", status=401, body=refusal, times=99)
    with pytest.raises(NeedsReconnect):
        shop.syncro.check()


def test_every_row_named_is_one_of_the_feature_table() -> None:
    named = {row for *_, rows in (*LISTS.values(), *DETAILS.values(), *WRITES) for row in rows}
    assert named <= set(ROWS)


def test_an_expired_token_needs_a_new_one(shop: Shop) -> None:
    shop.screens.expire_token(token=shop.bench.tokens.tokens.access)
    with pytest.raises(NeedsReconnect):
        shop.syncro.check()


def test_the_users_token_is_written_down_nowhere(shop: Shop) -> None:
    health = shop.syncro.check()
    assert "pocketsyncro" not in f"{health}{shop.bench.ledger}"
    assert shop.bench.tokens.tokens.access not in str(shop.bench.ledger)
