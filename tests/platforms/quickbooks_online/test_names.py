"""Texts on their way into QuickBooks: nothing it refuses, nothing it would turn into question marks."""

from __future__ import annotations

import os
import random

import pytest

from apps.platforms.errors import Refused
from apps.platforms.quickbooks_online.translate import names
from apps.platforms.quickbooks_online.translate.customers import display_name, write_customer
from apps.platforms.quickbooks_online.translate.items import item_name
from apps.platforms.records import Facts
from tests.platforms.quickbooks_online.conftest import FACTS, customer, item

ALPHABET = "aZ9 .,:;\t\n\r\"'()-…“”\u2018\u2019\u2013—é ñßœŁ€½²™🙂👨‍👩‍👧漢字ﬁ\u200b\u00a0\u0085()" + "x" * 10


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Acme: West", "Acme- West"),
        ("  Joe\t\u2019s \n Café  ", "Joe 's Café"),
        ("“Smart” \u2013 quotes…", '"Smart" - quotes...'),
        ("Pizza 🍕 Palace", "Pizza Palace"),
        ("Łukasz Żółć", "Lukasz Zólc"),
        ("½ price", "½ price"),
    ],
)
def test_a_us_company_gets_letters_it_can_keep(given: str, kept: str) -> None:
    assert names.customer_name(given, american=True) == kept


def test_other_countries_keep_their_letters() -> None:
    assert names.customer_name("Łukasz 漢字", american=False) == "Łukasz 漢字"


def test_items_lose_their_double_quotes() -> None:
    assert names.item_name('24" monitor', american=True) == "24'' monitor"


def test_a_long_name_is_cut_and_keeps_what_tells_it_apart() -> None:
    name = names.customer_name("A" * 300 + " (Syncro 4711)", american=True)
    assert len(name) == 100
    assert name.endswith("A... (Syncro 4711)")


def test_a_name_of_emoji_alone_falls_back_to_the_company_then_to_the_number() -> None:
    assert display_name(customer("🙂", company_name="Acme"), FACTS) == "Acme"
    assert display_name(customer("🙂", external_id="77"), FACTS) == "Customer 77"
    assert item_name(item("🙂", external_id="78"), FACTS) == "Item 78"


def test_a_name_of_which_nothing_is_left_is_refused_in_a_clear_sentence() -> None:
    with pytest.raises(Refused, match="plain letters"):
        display_name(customer("🙂"), FACTS)


@pytest.mark.parametrize("address", ["nobody", "a@b", "a b@c.de", "a@b.c, d@e.f", "x" * 99 + "@a.de"])
def test_an_address_quickbooks_would_refuse_is_left_out(address: str) -> None:
    assert "PrimaryEmailAddr" not in write_customer(customer(email=address), FACTS)


def test_texts_are_cut_to_their_lengths() -> None:
    body = write_customer(customer(phone="1" * 50, notes="n" * 3000, company_name="c" * 200), FACTS)
    lengths = (len(body["PrimaryPhone"]["FreeFormNumber"]), len(body["Notes"]), len(body["CompanyName"]))
    assert lengths == (30, 2000, 100)


@pytest.mark.parametrize("facts", [FACTS, Facts(country="CA", currency="CAD")])
def test_any_name_becomes_one_that_stays_itself(facts: Facts) -> None:
    seed = int(os.environ.get("SEED", "0")) or random.randrange(10**6)
    print("seed", seed)
    chance = random.Random(seed)
    for _ in range(500):
        given = "".join(chance.choice(ALPHABET) for _ in range(chance.randrange(1, 220))) + "a"
        once = display_name(customer(given), facts)
        assert display_name(customer(once), facts) == once
        assert 0 < len(once) <= 100
        assert not set(once) & set(":\t\n\r")
        assert facts.country != "US" or once.encode("latin-1")
