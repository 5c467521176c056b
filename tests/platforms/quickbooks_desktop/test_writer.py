"""Letters by the schema: order, lengths, editions, versions, and nothing but ASCII whatever people type."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from apps.platforms.errors import Refused
from apps.platforms.quickbooks_desktop.translate import names
from apps.platforms.quickbooks_desktop.writer import Dialect, Message, clearing_set, knows, read_set, write_set
from tests.platforms.quickbooks_desktop.conftest import judge
from tests.platforms.quickbooks_desktop.facts import SHIPPED, SPECS, spelled, subset

US = Dialect()


def adding(body: dict[str, Any], name: str = "InvoiceAdd", dialect: Dialect = US) -> etree._Element:
    text = write_set([Message(f"{name}Rq", {name: body}, {"requestID": "1"})], "k", dialect)
    return judge(text, dialect.edition)[0][0][0]


@pytest.mark.usefixtures("specs")
def test_the_schema_we_ship_says_what_the_vendors_says() -> None:
    spec = json.loads((SPECS / "qbxml-schema.json").read_text())["messages"]
    assert SHIPPED.read_text() == spelled(subset(spec))


def test_fields_stand_in_the_order_of_the_schema_however_they_are_given() -> None:
    made = adding({"Memo": "m", "TxnDate": date(2026, 3, 5), "RefNumber": "7", "CustomerRef": {"ListID": "8-1"}})
    assert [child.tag for child in made] == ["CustomerRef", "TxnDate", "RefNumber", "Memo"]


def test_items_of_two_types_have_their_fields_in_two_orders() -> None:
    body = {"Name": "x", "ClassRef": {"ListID": "1"}, "ParentRef": {"ListID": "2"}, "SalesOrPurchase": {"Desc": "d"}}
    service, goods = adding(body, "ItemServiceAdd"), adding(body, "ItemNonInventoryAdd")
    assert [child.tag for child in service][1:3] == ["ClassRef", "ParentRef"]
    assert [child.tag for child in goods][1:3] == ["ParentRef", "ClassRef"]


def test_a_field_the_schema_does_not_have_is_a_bug() -> None:
    with pytest.raises(ValueError, match="InvoiceAdd has no DocNumber"):
        adding({"CustomerRef": {"ListID": "8-1"}, "DocNumber": "1"})
    with pytest.raises(ValueError, match="no attribute iterator"):
        read_set([Message("AccountQueryRq", {}, {"iterator": "Start"})], US)
    with pytest.raises(ValueError, match="cannot be Everything"):
        read_set([Message("CustomerQueryRq", {"ActiveStatus": "Everything"}, {})], US)


def test_what_must_be_there_is_asked_for_in_words() -> None:
    with pytest.raises(Refused, match="Invoice needs a value for Customer"):
        adding({"RefNumber": "1"})


def test_texts_are_cut_to_the_length_of_their_field() -> None:
    made = adding({"Name": "n" * 60, "Phone": "1" * 40, "BillAddress": {"City": "c" * 40}}, "CustomerAdd")
    assert [len(made.findtext(name) or "") for name in ("Name", "Phone", "BillAddress/City")] == [41, 21, 31]


def test_amounts_have_two_decimals_prices_and_quantities_what_they_need() -> None:
    item = {"Name": "x", "SalesOrPurchase": {"Price": Decimal("0.123456"), "AccountRef": {"ListID": "1"}}}
    assert adding(item, "ItemServiceAdd").findtext("SalesOrPurchase/Price") == "0.12346"
    sold = {"ItemRef": {"ListID": "1"}, "Quantity": Decimal("1.50"), "Amount": Decimal(7)}
    row = adding({"CustomerRef": {"ListID": "1"}, "InvoiceLineAdd": [sold]}).find("InvoiceLineAdd")
    assert row is not None
    assert (row.findtext("Quantity"), row.findtext("Amount")) == ("1.5", "7.00")


def test_what_an_older_quickbooks_does_not_know_is_left_out() -> None:
    old = Dialect(version="7.0")
    body = {"CustomerRef": {"ListID": "1"}, "ExternalGUID": names.guid("m")}
    assert adding(body, dialect=old).find("ExternalGUID") is None
    assert adding(body).find("ExternalGUID") is not None
    assert not knows("InvoiceAddRq", "InvoiceAdd/ExternalGUID", old)


def test_a_field_of_the_other_edition_is_a_bug() -> None:
    customer = {"Name": "x", "ItemSalesTaxRef": {"ListID": "1"}}
    assert adding(customer, "CustomerAdd").find("ItemSalesTaxRef") is not None
    with pytest.raises(ValueError, match="in this edition"):
        adding(customer, "CustomerAdd", Dialect(edition="QBCA"))


def test_a_letter_begins_with_the_version_it_is_written_in() -> None:
    start = (
        '<?xml version="1.0" encoding="utf-8"?><?qbxml version="13.0"?><QBXML><QBXMLMsgsRq onError="continueOnError"'
    )
    assert write_set([], "k", US) == f'{start} newMessageSetID="k"></QBXMLMsgsRq></QBXML>'
    assert clearing_set(US) == f'{start} oldMessageSetID="ClearAllMessageSets"></QBXMLMsgsRq></QBXML>'
    judge(clearing_set(US))


def test_typographic_signs_become_plain_and_accents_stay() -> None:
    made = adding({"Name": "“Zoë\u2019s” \u2013 Łódź… €5\u00a0😀 Иван\x07"}, "CustomerAdd")
    assert made.findtext("Name") == '"Zoë\'s" - Lódz... EUR5'


def test_line_breaks_stay_where_a_text_may_have_them() -> None:
    made = adding({"Name": "two\nlines", "Notes": "one\r\ntwo  \u2028three"}, "CustomerAdd")
    assert (made.findtext("Name"), made.findtext("Notes")) == ("two lines", "one\ntwo\nthree")


@given(name=st.text(max_size=200), notes=st.text(max_size=500))
def test_whatever_people_type_the_letter_is_valid_ascii(name: str, notes: str) -> None:
    body = {"Name": name, "Notes": notes, "BillAddress": {"Addr1": notes}, "Email": notes}
    made = adding(body, "CustomerAdd")
    assert all(letter <= "ÿ" for letter in made.findtext("Notes") or "")


@given(st.text(max_size=120))
def test_a_name_is_the_same_when_the_rule_is_applied_again(typed: str) -> None:
    for limit in (names.CUSTOMER, names.ITEM):
        name = names.name(typed, limit)
        assert names.name(name, limit) == name
        assert len(name) <= limit
        assert ":" not in name


def test_a_long_name_keeps_the_bracket_that_tells_it_apart() -> None:
    long = "The Very Long Company Name of Somebody Important (Syncro 4711)"
    assert names.name(long, 41) == "The Very Long Company Na... (Syncro 4711)"
    assert names.name(long, 31) == "The Very Long... (Syncro 4711)"


def test_a_name_of_which_nothing_is_left_is_refused() -> None:
    with pytest.raises(Refused, match="plain letters"):
        names.first_left((names.name("漢字", 41), names.name("\u200b", 41)))
