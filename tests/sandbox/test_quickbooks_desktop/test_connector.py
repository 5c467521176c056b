"""The Web Connector: whole sessions over HTTP, bad answers, and sessions that are cut."""

from collections.abc import Iterator
from threading import Event

import pytest
from lxml import etree

from apps.sandbox.quickbooks_desktop.app import PocketDesktop

from .desk import Desk, document, rq
from .stub import FILE, OWNER, Stub, serving, wrapped

ADD = document(rq("CustomerAdd", {"Name": "Acme"}), newMessageSetID="a")
ASK = document(rq("CustomerQuery"))
OPENING = ["serverVersion", "clientVersion", "authenticate"]
ROUND = ["sendRequestXML", "receiveResponseXML"]


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serving(Stub(ADD, ASK)) as running:
        yield running


@pytest.fixture
def tied(desk: Desk, stub: Stub) -> Desk:
    desk.app.control_connect(stub.qwc(), "secret")
    return desk


def customers(desk: Desk) -> list[str]:
    return [row["Name"] for row in desk.app.control_state("Customer")]


def test_a_session_goes_through_all_requests(tied: Desk, stub: Stub) -> None:
    session = tied.app.control_poll()
    assert session["calls"] == stub.names() == [*OPENING, *ROUND, *ROUND, "closeConnection"]
    assert (session["percents"], session["status"], session["error"]) == ([50, 100], "OK", "")
    assert "<Name>Acme</Name>" in stub.said("receiveResponseXML")[1]["response"]
    assert {said["ticket"] for name, said in stub.calls[3:]} == {"ticket"}


def test_calls_have_the_shape_of_the_vendor(tied: Desk, stub: Stub) -> None:
    tied.app.control_poll()
    assert stub.headers[2]["SOAPAction"] == '"http://developer.intuit.com/authenticate"'
    assert stub.headers[2]["Content-Type"] == "text/xml; charset=utf-8"
    assert stub.said("serverVersion") == [{}]
    assert stub.said("authenticate") == [{"strUserName": "us\u00e9r", "strPassword": "secret"}]
    assert stub.said("receiveResponseXML")[0] | {"response": ""} == {
        "ticket": "ticket",
        "response": "",
        "hresult": "",
        "message": "",
    }


def test_the_host_answer_comes_with_the_first_request_only(tied: Desk, stub: Stub) -> None:
    tied.app.control_poll()
    first, second = stub.said("sendRequestXML")
    root = etree.fromstring(first["strHCPResponse"].encode())
    assert [each.tag for each in root[0]] == ["HostQueryRs", "CompanyQueryRs", "PreferencesQueryRs"]
    stamps = {row.findtext("DataExtName"): row.findtext("DataExtValue") for row in root.iter("DataExtRet")}
    assert stamps["FileID"] == FILE
    assert second["strHCPResponse"] == ""
    assert (first["strCompanyFileName"], first["qbXMLCountry"], first["qbXMLMajorVers"], first["qbXMLMinorVers"]) == (
        "C:\\QB\\pocket.qbw", "US", "16", "0")  # fmt: skip


@pytest.mark.parametrize(
    ("said", "status"), [("none", "No data exchange required"), ("busy", "The application is busy")]
)
def test_without_work_quickbooks_is_not_even_opened(tied: Desk, stub: Stub, said: str, status: str) -> None:
    stub.answers["authenticate"] = lambda call: ["", said, "60", "300"]
    session = tied.app.control_poll()
    assert (session["calls"], session["status"], session["postpone"], session["every"]) == (OPENING, status, 60, 300)


def test_a_wrong_password_ends_it(tied: Desk, stub: Stub) -> None:
    tied.app.control_password("guess")
    assert tied.app.control_poll()["error"].startswith("QBWC1040")
    assert stub.names() == OPENING


def test_nothing_to_send_asks_for_the_reason(tied: Desk, stub: Stub) -> None:
    stub.answers["sendRequestXML"] = lambda call: ""
    session = tied.app.control_poll()
    assert session["calls"] == [*OPENING, "sendRequestXML", "getLastError", "closeConnection"]
    assert session["status"] == "no more to do"


def test_noop_waits_and_asks_again(tied: Desk, stub: Stub) -> None:
    tied.app.control_setting("noop_pause", 0)
    said = iter(["NoOp", "NoOp", ADD])
    stub.answers |= {"sendRequestXML": lambda call: next(said), "getLastError": lambda call: "NoOp"}
    stub.answers["receiveResponseXML"] = lambda call: 100
    assert tied.app.control_poll()["calls"].count("getLastError") == 2
    assert customers(tied) == ["Acme"]


def test_a_negative_answer_ends_with_the_reason(tied: Desk, stub: Stub) -> None:
    stub.answers["receiveResponseXML"] = lambda call: -1
    session = tied.app.control_poll()
    assert session["calls"] == [*OPENING, *ROUND, "getLastError", "closeConnection"]
    assert session["error"] == "no more to do"


def test_a_request_out_of_form_comes_back_as_an_hresult(tied: Desk, stub: Stub) -> None:
    stub.requests[0] = ADD.replace("Name", "Nome")
    tied.app.control_poll()
    said = stub.said("receiveResponseXML")
    assert (said[0]["response"], said[0]["hresult"]) == ("", "0x80040400")
    assert said[1]["response"]
    assert customers(tied) == []


def test_an_obstacle_at_the_door_is_a_connection_error(tied: Desk, stub: Stub) -> None:
    tied.app.control_hresult("0x80040414")
    session = tied.app.control_poll()
    assert session["calls"] == [*OPENING, "connectionError", "closeConnection"]
    assert "modal dialog" in stub.said("connectionError")[0]["message"]
    assert tied.app.control_poll()["error"] == ""


def test_another_file_can_be_named_after_a_connection_error(tied: Desk, stub: Stub) -> None:
    stub.answers["authenticate"] = lambda call: ["ticket", "D:\\other.qbw"]
    stub.answers["connectionError"] = lambda call: "c:\\qb\\POCKET.qbw"
    session = tied.app.control_poll()
    assert (session["hresults"], session["percents"]) == (["0x8004040A"], [50, 100])


def test_an_obstacle_during_a_request_leaves_the_others(tied: Desk, stub: Stub) -> None:
    tied.app.control_hresult("0x80040402", "Something unexpected", 1)
    tied.app.control_poll()
    assert [said["hresult"] for said in stub.said("receiveResponseXML")] == ["0x80040402", ""]
    assert customers(tied) == []


def test_the_wrong_company_file_is_not_touched(tied: Desk, stub: Stub) -> None:
    tied.app.company().set_profile(stamps={OWNER: "{00000000-0000-0000-0000-000000000000}"})
    assert tied.app.control_poll()["error"].startswith("QBWC1024")
    assert stub.names() == OPENING


@pytest.mark.parametrize(
    ("at", "when", "heard", "done"),
    [
        ("sendRequestXML", "before", 3, []),
        ("sendRequestXML", "after", 4, []),
        ("receiveResponseXML", "before", 4, ["Acme"]),
        ("receiveResponseXML", "after", 5, ["Acme"]),
        (1, "before", 0, []),
        (5, "after", 5, ["Acme"]),
        ("receiveResponseXML:2", "before", 6, ["Acme"]),
    ],
)
def test_a_session_is_cut_where_the_test_says(
    tied: Desk, stub: Stub, at: int | str, when: str, heard: int, done: list[str]
) -> None:
    tied.app.control_cut(at, when)
    session = tied.app.control_poll()
    assert (session["cut"] != "", len(stub.calls), customers(tied)) == (True, heard, done)
    stub.calls.clear()
    assert tied.app.control_poll()["cut"] == ""


def test_after_a_cut_the_same_set_is_not_executed_twice(tied: Desk, stub: Stub) -> None:
    tied.app.control_cut("receiveResponseXML", "before")
    tied.app.control_poll()
    tied.app.control_poll()
    assert "<ErrorRecovery>" in stub.said("receiveResponseXML")[0]["response"]
    assert customers(tied) == ["Acme"]


HTML = (200, "text/html", b"<html>Sign in</html>")


@pytest.mark.parametrize(
    ("method", "answer", "code"),
    [
        ("authenticate", ["ticket"], "QBWC1012"),
        ("authenticate", HTML, "QBWC1012"),
        ("clientVersion", "E:too old", "QBWC1046"),
        ("sendRequestXML", (200, "text/xml", b"\n<?xml version='1.0'?><a/>"), "QBWC1041"),
        (
            "sendRequestXML",
            (200, "text/xml", wrapped("sendRequestXML", "x", "http://developer.intuit.com")),
            "QBWC1041",
        ),
        ("sendRequestXML", (200, "text/xml", wrapped("receiveResponseXML", "x")), "QBWC1041"),
        ("sendRequestXML", (500, "text/xml", wrapped("sendRequestXML", "x")), "QBWC1041"),
        ("sendRequestXML", (302, "text/html", b""), "QBWC1041"),
        ("receiveResponseXML", "many", "QBWC1042"),
        ("closeConnection", HTML, "QBWC1044"),
    ],
)
def test_an_answer_out_of_shape_ends_the_session(
    tied: Desk, stub: Stub, method: str, answer: object, code: str
) -> None:
    stub.answers[method] = lambda call: answer
    session = tied.app.control_poll()
    assert session["error"].startswith(code), session["error"]
    assert session["calls"][-1] == method


def test_an_application_that_does_not_answer_is_an_error(tied: Desk, stub: Stub) -> None:
    tied.app.control_setting("http_timeout", 0.5)
    tied.app.connector().application = type(tied.app.connector().application)(
        **{**vars(tied.app.connector().application), "url": "http://127.0.0.1:9/soap"}
    )
    assert tied.app.control_poll()["error"].startswith("QBWC1034")


def wait_for_a_session(stub: Stub) -> None:
    for _ in range(1000):
        if "closeConnection" in stub.names():
            return
        Event().wait(0.01)
    raise AssertionError("no session came")


def test_polling_goes_on_by_itself_until_it_is_stopped(tied: Desk, stub: Stub) -> None:
    tied.app.control_keep_polling(0.01)
    wait_for_a_session(stub)
    tied.app.control_stop_polling()
    assert customers(tied) == ["Acme"]
    assert tied.app.store.get("polling", "every") is None


def test_polling_goes_on_after_a_restart(tied: Desk, stub: Stub) -> None:
    tied.app.store.put("polling", "every", {"seconds": 0.01})
    again = PocketDesktop(tied.app.store)
    wait_for_a_session(stub)
    again.control_stop_polling()


def test_sessions_of_one_application_do_not_overlap(tied: Desk, stub: Stub) -> None:
    stub.answers["clientVersion"] = lambda call: f"W:{tied.app.connector().poll().error}"
    assert tied.app.control_poll()["status"] == "OK"
    assert stub.names().count("serverVersion") == 1
