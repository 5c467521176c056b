"""The first payment of a connection is watched: whether `apply_payments` counts cents or dollars is nowhere written."""

from __future__ import annotations

from typing import Any

import pytest

from apps.platforms.base import ABSENT, Found, Write
from apps.platforms.errors import BadReference, NotCovered, Refused, Unsure
from apps.platforms.syncro.paying import CHECK
from apps.platforms.syncro.platform import Syncro
from tests.platforms.syncro.conftest import MARK, Shop
from tests.platforms.syncro.test_writing import payment


class Kept(dict[str, Any]):
    """The options of a connection as they are kept."""

    def __call__(self, name: str, value: Any) -> None:
        self[name] = value


def opened(shop: Shop, kept: Kept) -> None:
    """Open the platform anew with what was kept."""
    shop.syncro.close()
    shop.syncro = Syncro(shop.bench.account(shop.base_url, options=dict(kept), remember=kept))


@pytest.fixture
def kept(shop: Shop) -> Kept:
    kept = Kept()
    opened(shop, kept)
    return kept


def posted(shop: Shop, write: Write) -> str:
    """Looked for and sent as the engine does; the complaint."""
    assert shop.syncro.find("payment", write) is ABSENT
    outcome = shop.sent(write)
    assert outcome.error is None
    return outcome.complaint


def test_a_first_payment_that_lands_is_remembered_and_the_next_is_not_watched(shop: Shop, kept: Kept) -> None:
    one, two = shop.invoice("30.00"), shop.invoice("20.00")
    assert posted(shop, payment(shop, "10.00", (one, "10.00"))) == ""
    assert (kept[CHECK]["right"], kept[CHECK]["unit"]) == (True, "cents")
    opened(shop, kept)
    before = len(shop.requests())
    shop.sent(payment(shop, "20.00", (two, "20.00")))
    assert len(shop.requests()) == before


def test_a_wrong_unit_stops_all_further_payments_with_the_cure(shop: Shop, kept: Kept) -> None:
    kept["apply_payments_unit"] = "dollars"
    opened(shop, kept)
    one, two = shop.invoice("30.00", number="1682"), shop.invoice("20.00")
    complaint = posted(shop, payment(shop, "30.00", (one, "30.00")))
    assert "0.30 to invoice 1682 instead of 30.00" in complaint
    assert "set the policy apply_payments_unit to cents (it is dollars now)" in complaint
    opened(shop, kept)
    other = payment(shop, "20.00", (two, "20.00"))
    with pytest.raises(Refused, match=r"no payment is written to it any more"):
        shop.syncro.find("payment", other)


def test_once_the_unit_is_set_and_the_payment_deleted_the_next_is_watched_anew(shop: Shop, kept: Kept) -> None:
    kept["apply_payments_unit"] = "dollars"
    opened(shop, kept)
    one = shop.invoice("30.00")
    posted(shop, payment(shop, "30.00", (one, "30.00")))
    kept["apply_payments_unit"] = "cents"
    opened(shop, kept)
    again = shop.create(payment(shop, "30.00", (one, "30.00")).record, f"{MARK}/again1")
    shop.screens.delete_payment(id=kept[CHECK]["payment"])
    assert posted(shop, again) == ""
    assert kept[CHECK]["right"] is True


def test_while_the_wrong_payment_stands_nothing_is_posted_in_the_other_unit(shop: Shop, kept: Kept) -> None:
    kept["apply_payments_unit"] = "dollars"
    opened(shop, kept)
    posted(shop, payment(shop, "30.00", (shop.invoice("30.00"), "30.00")))
    kept["apply_payments_unit"] = "cents"
    opened(shop, kept)
    other = shop.create(payment(shop, "5.00", (shop.invoice("20.00"), "5.00")).record, f"{MARK}8")
    with pytest.raises(Refused, match="still stands in Syncro; delete it there"):
        shop.syncro.find("payment", other)


def test_a_first_payment_of_which_no_answer_came_is_judged_when_it_is_found(shop: Shop, kept: Kept) -> None:
    kept["apply_payments_unit"] = "dollars"
    opened(shop, kept)
    write = payment(shop, "30.00", (shop.invoice("30.00"), "30.00"))
    shop.screens.lose_next_answer(path="/payments")
    with pytest.raises(Unsure):
        shop.sent(write)
    opened(shop, kept)
    found = shop.syncro.find("payment", write)
    assert isinstance(found, Found)
    assert "instead of 30.00" in found.complaint


def test_a_first_payment_that_was_never_posted_is_forgotten(shop: Shop, kept: Kept) -> None:
    write = payment(shop, "30.00", (shop.invoice("30.00"), "30.00"))
    shop.screens.drop_next_request(path="/payments")
    with pytest.raises(Unsure):
        shop.sent(write)
    opened(shop, kept)
    assert posted(shop, write) == ""
    assert kept[CHECK]["right"] is True


def test_a_refused_first_payment_hints_at_the_unit(shop: Shop, kept: Kept) -> None:
    shop.screens.setting(name="apply_payments_unit", value="dollars")
    outcome = shop.sent(payment(shop, "30.00", (shop.invoice("30.00"), "30.00")))
    assert isinstance(outcome.error, NotCovered)
    assert "apply_payments_unit may have to be dollars" in outcome.error.message


def test_what_others_did_to_the_invoice_meanwhile_proves_nothing(shop: Shop, kept: Kept) -> None:
    one = shop.invoice("30.00")
    write = payment(shop, "10.00", (one, "10.00"))
    shop.screens.lose_next_answer(path="/payments")
    with pytest.raises(Unsure):
        shop.sent(write)
    shop.pay("5.00", apply={one: "5.00"})
    opened(shop, kept)
    found = shop.syncro.find("payment", write)
    assert isinstance(found, Found)
    assert (found.complaint, kept[CHECK]) == ("", {})


@pytest.mark.parametrize(("method", "words"), [("Terminal", "charges a card"), ("Bitcoin", "no payment method called")])
def test_a_method_that_would_charge_a_card_or_is_none_is_never_sent(shop: Shop, method: str, words: str) -> None:
    shop.screens.payment_method(name="Terminal", uses_card_processing=True)
    with pytest.raises(BadReference, match=words):
        shop.syncro.find("payment", payment(shop, "1.00", method=method))
    assert shop.requests("POST") == []
