"""Message sets that are sent again after a lost answer."""

from typing import Any

import pytest

from .desk import Desk, document, rq

A = "7Q2F9M4K0C1D8X5B3Z6A1R0"
ADD = rq("CustomerAdd", {"Name": "Acme", "ExternalGUID": "{3F2504E0-4F89-11D3-9A0C-0305E82C3301}"})
FAILING = rq("CustomerAdd", {"Name": "A:B"})


def code(desk: Desk, *messages: str, **ids: str) -> Any:
    return desk.text(document(*messages, **ids)).get("messageSetStatusCode")


def test_the_same_set_again_tells_what_it_did_and_does_nothing(desk: Desk) -> None:
    first = desk.text(document(ADD, FAILING, newMessageSetID=A))
    again = desk.text(document(ADD, FAILING, newMessageSetID=A))
    assert (again.get("newMessageSetID"), again.get("messageSetStatusCode")) == (A, "0")
    assert [each.get("statusCode") for each in again] == ["0", "3180"]
    told, made = again[0][0], first[0][0]
    assert told.tag == "ErrorRecovery"
    assert [told.findtext(name) for name in ("ListID", "EditSequence")] == [
        made.findtext(name) for name in ("ListID", "EditSequence")
    ]
    assert len(desk.ask("CustomerQuery")) == 1


def test_another_reading_repeats_the_whole_answer(desk: Desk) -> None:
    desk.app.control_setting("recovery_answer", "ret")
    first, again = (desk.app.control_execute(document(ADD, newMessageSetID=A)) for _ in range(2))
    assert first == again


def test_other_content_under_the_same_id_is_refused(desk: Desk) -> None:
    assert code(desk, ADD, newMessageSetID=A) == "0"
    assert code(desk, ADD.replace("Acme", "Else"), newMessageSetID=A) == "9001"
    assert len(desk.ask("CustomerQuery")) == 1


def test_an_empty_set_asks_for_the_status(desk: Desk) -> None:
    assert code(desk, newMessageSetID=A, oldMessageSetID=A) == "600"
    code(desk, ADD, newMessageSetID=A)
    said = desk.text(document(newMessageSetID=A, oldMessageSetID=A))
    assert (said.get("messageSetStatusCode"), said[0].tag) == ("0", "CustomerAddRs")


def test_a_cleared_set_is_unknown_and_would_be_executed_again(desk: Desk) -> None:
    code(desk, ADD, newMessageSetID=A)
    assert [code(desk, oldMessageSetID=A) for _ in range(2)] == ["0", "600"]
    assert code(desk, newMessageSetID=A, oldMessageSetID=A) == "600"
    assert desk.text(document(ADD, newMessageSetID=A))[0].get("statusCode") == "3100"


def test_all_sets_can_be_cleared(desk: Desk) -> None:
    for name in ("a", "b"):
        code(desk, newMessageSetID=name)
    assert desk.app.control_message_sets() == ["a", "b"]
    assert code(desk, oldMessageSetID="ClearAllMessageSets") == "0"
    assert desk.app.control_message_sets() == []
    assert [code(desk, newMessageSetID=name, oldMessageSetID=name) for name in ("a", "b")] == ["600", "600"]


def test_a_new_set_can_clear_the_old_one_that_is_known(desk: Desk) -> None:
    code(desk, ADD, newMessageSetID=A)
    assert code(desk, ADD.replace("Acme", "B"), newMessageSetID="b", oldMessageSetID=A) == "0"
    assert code(desk, ADD.replace("Acme", "C"), newMessageSetID="c", oldMessageSetID=A) == "600"
    assert [row["Name"] for row in desk.ask("CustomerQuery")] == ["Acme", "B"]


@pytest.mark.parametrize("key", [A + "1", "3F2504E0-4F89-11D3-9A0C-0305E82C3301", ""])
def test_an_id_is_one_to_23_characters_long(desk: Desk, key: str) -> None:
    assert code(desk, ADD, newMessageSetID=key) == "9004"
    assert desk.code("CustomerQuery") == 1


def test_without_ids_nothing_is_kept(desk: Desk) -> None:
    assert desk.text(document(ADD)).get("messageSetStatusCode") is None


def test_a_set_that_was_refused_as_a_whole_is_not_kept(desk: Desk) -> None:
    said = desk.app.control_execute(document(ADD.replace("Name", "Nome"), newMessageSetID=A))
    assert said["hresult"] == "0x80040400"
    assert code(desk, newMessageSetID=A, oldMessageSetID=A) == "600"


def test_transactions_and_removals_tell_their_ids(desk: Desk) -> None:
    key = desk.customer()
    add = rq("InvoiceAdd", {"CustomerRef": {"ListID": key}, "InvoiceLineAdd": desk.line()})
    made = desk.text(document(add, newMessageSetID="a"))[0][0]
    gone = rq("TxnDel", {"TxnDelType": "Invoice", "TxnID": str(made.findtext("TxnID"))})
    desk.text(document(gone, newMessageSetID="b"))
    told = [desk.text(document(newMessageSetID=each, oldMessageSetID=each))[0][0] for each in ("a", "b")]
    assert {each.findtext("TxnID") for each in told} == {made.findtext("TxnID")}
    assert told[0].findtext("TxnNumber") == made.findtext("TxnNumber")
