"""Batches that partly fail, idempotency keys, lost answers, and a killed process."""

from collections.abc import Callable
from pathlib import Path

import pytest

from apps.sandbox.store import Store
from apps.sandbox.xero.app import PocketXero

from .desk import ZERO, Body, Desk

Clock = Callable[[float], None]


def mixed(desk: Desk) -> Body:
    key = desk.contact()
    good, bad = desk.sale(key, 5, InvoiceNumber="1"), desk.sale(key, InvoiceNumber="2", LineItems=[])
    return {"Invoices": [good, bad, desk.sale(key, InvoiceNumber="3")]}


def test_told_apart_each_element_has_its_own_fate(desk: Desk) -> None:
    answer = desk.send("PUT", "Invoices", mixed(desk), summarizeErrors="false")
    rows = answer.json()["Invoices"]
    assert answer.status_code == 200
    assert [row["StatusAttributeString"] for row in rows] == ["OK", "ERROR", "OK"]
    assert [row["HasErrors"] for row in rows] == [False, True, False]
    assert rows[1]["InvoiceID"] == ZERO
    assert rows[1]["ValidationErrors"][0]["Message"] == "One or more line items must be specified"
    assert len(desk.rows("Invoices")) == 2


@pytest.mark.parametrize(("setting", "left"), [("saves_none", 0), ("saves_valid", 2)])
def test_taken_together_one_bad_element_spoils_the_answer(desk: Desk, setting: str, left: int) -> None:
    desk.control.setting(name="refused_batch", value=setting)
    answer = desk.send("PUT", "Invoices", mixed(desk))
    content = answer.json()
    assert (answer.status_code, content["Type"], content["ErrorNumber"]) == (400, "ValidationException", 10)
    assert [each["InvoiceNumber"] for each in content["Elements"]] == ["2"]
    assert len(desk.rows("Invoices")) == left


def test_a_refused_element_leaves_nothing_behind(desk: Desk) -> None:
    body = {**desk.sale(ZERO), "Contact": {"Name": "New"}, "LineItems": []}
    assert desk.refused("PUT", "Invoices", body, summarizeErrors="false") == ""
    assert desk.rows("Contacts") == []


def keyed(desk: Desk, body: Body, key: str, method: str = "PUT") -> tuple[int, Body]:
    answer = desk.send(method, "Contacts", body, headers={"Idempotency-Key": key})
    return answer.status_code, answer.json()


def test_a_key_replays_its_answer_for_six_minutes(desk: Desk, clock: Clock) -> None:
    first = keyed(desk, {"Name": "A"}, "k")
    assert keyed(desk, {"Name": "A"}, "k") == first
    clock(361)
    status, content = keyed(desk, {"Name": "A"}, "k")
    assert (status, "already assigned" in str(content)) == (400, True)


def test_a_key_stands_for_one_request(desk: Desk) -> None:
    keyed(desk, {"Name": "A"}, "k")
    words = "Idempotency Key: k is used with a different request."
    assert keyed(desk, {"Name": "B"}, "k")[1]["Message"] == words
    assert keyed(desk, {"Name": "A"}, "k", "POST")[1]["Message"] == words
    assert keyed(desk, {"Name": "C"}, "x" * 129)[0] == 400
    assert keyed(desk, {"Name": "C"}, "")[0] == 400
    assert keyed(desk, {"Name": "C"}, "x" * 128)[0] == 200


def test_refusals_and_failures_are_replayed_like_anything_else(desk: Desk, clock: Clock) -> None:
    assert keyed(desk, {"Name": ""}, "a") == keyed(desk, {"Name": ""}, "a")
    desk.control.fault(kind="status", status=500, body={"Message": "oops"}, method="PUT")
    assert keyed(desk, {"Name": "B"}, "b")[0] == 500
    assert keyed(desk, {"Name": "B"}, "b")[0] == 500
    clock(361)
    assert keyed(desk, {"Name": "B"}, "b")[0] == 200


def test_keys_belong_to_the_app_and_not_to_a_tenant(open_company: Callable[..., Desk]) -> None:
    ours, theirs = open_company(), open_company(name="Other")
    made = keyed(ours, {"Name": "A"}, "k")
    assert keyed(theirs, {"Name": "A"}, "k") == made
    assert theirs.rows("Contacts") == []


def test_an_answer_that_was_lost_is_given_again(desk: Desk) -> None:
    desk.control.lose_next_answer(method="PUT", path="Contacts")
    with pytest.raises(Exception, match="disconnected"):
        keyed(desk, {"Name": "A"}, "k")
    assert keyed(desk, {"Name": "A"}, "k")[0] == 200
    assert len(desk.rows("Contacts")) == 1


def test_an_update_names_an_id_that_exists(desk: Desk) -> None:
    assert desk.send("POST", f"Invoices/{ZERO}", {"Reference": "x"}).status_code == 404
    assert "could not be found" in desk.refused("POST", "Invoices", {"InvoiceID": ZERO, "Reference": "x"})


def test_nothing_answered_is_forgotten(desk: Desk, tmp_path: Path) -> None:
    made = desk.invoice(desk.contact())
    desk.pay(made["InvoiceID"], 40)
    desk.control.setting(name="unchanged", value="empty")
    again = PocketXero(Store(tmp_path / "pocket.db"))
    assert again.control_state("Invoices")[0]["AmountDue"] == 60
    assert again.control_balance(made["Contact"]["ContactID"]) == 60
    assert again.settings["unchanged"] == "empty"


def test_short_lists_are_written_too(desk: Desk) -> None:
    assert desk.make("Currencies", {"Code": "EUR"})["Code"] == "EUR"
    assert desk.invoice(desk.contact(), CurrencyCode="EUR")["CurrencyCode"] == "EUR"
    made = desk.make("Accounts", {"Code": "201", "Name": "More", "Type": "REVENUE"})
    assert made["Class"] == "REVENUE"
    assert "unique Code" in desk.refused("PUT", "Accounts", {"Code": "201", "Name": "X", "Type": "REVENUE"})
    parts = [{"Name": "A", "Rate": 5}]
    assert "unique" in desk.refused("PUT", "TaxRates", {"Name": "Tax Exempt", "TaxComponents": parts})
    assert desk.make("TaxRates", {"Name": "Tax Exempt", "Status": "DELETED"}, "POST")["Status"] == "DELETED"
