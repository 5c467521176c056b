"""Adding an application: what the Web Connector checks before it takes one in."""

from collections.abc import Iterator

import pytest

from .desk import Desk
from .stub import FILE, OWNER, Stub, serving

OTHER = "{11111111-1111-1111-1111-111111111111}"


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serving(Stub()) as running:
        yield running


def test_a_good_file_is_taken_and_the_company_stamped(desk: Desk, stub: Stub) -> None:
    assert desk.app.control_connect(stub.qwc(), "secret") == {"application": "Portal", "every": 900}
    row = desk.ask("CompanyQuery", {"OwnerID": OWNER})[0]["DataExtRet"]
    assert {each["DataExtName"]: each["DataExtValue"] for each in row}["FileID"] == FILE
    assert desk.app.control_registration() == {"applications": ["Portal"]}


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"AppName": ""}, "QBWC1001"),
        ({"FileID": "gone"}, "QBWC1001"),
        ({"OwnerID": OWNER.strip("{}")}, "QBWC1001"),
        ({"AppDescription": "x" * 81}, "QBWC1001"),
        ({"QBType": "QBPOS"}, "QBWC1001"),
        ({"PersonalDataPrep": "pdpNotNeeded"}, "QBWC1001"),
        ({"AppSupport": "http://localhost/help"}, "QBWC1000"),
        ({"AppURL": "http://books.example.com/", "AppSupport": "http://books.example.com/"}, "QBWC1010"),
        ({"AppURL": "https://10.0.0.1/", "AppSupport": "https://10.0.0.1/"}, "QBWC1002"),
    ],
)
def test_a_file_out_of_rule_is_not_taken(desk: Desk, stub: Stub, more: dict[str, str], code: str) -> None:
    with pytest.raises(ValueError, match=code):
        desk.app.control_connect(stub.qwc(**more), "secret")
    assert desk.app.control_registration() == {"applications": []}


@pytest.mark.parametrize(("path", "status", "code"), [("/soap", 405, "QBWC1048"), ("/help", 302, "QBWC1003")])
def test_both_addresses_must_answer_a_plain_get(desk: Desk, stub: Stub, path: str, status: int, code: str) -> None:
    stub.get_status[path] = status
    with pytest.raises(ValueError, match=code):
        desk.app.control_connect(stub.qwc(), "secret")


def test_the_stamp_of_an_application_does_not_change_by_itself(desk: Desk, stub: Stub) -> None:
    desk.app.control_connect(stub.qwc(), "secret")
    desk.app.control_disconnect()
    with pytest.raises(ValueError, match="QBWC1024"):
        desk.app.control_connect(stub.qwc(FileID=OTHER), "secret")
    desk.app.control_setting("restamp", value=True)
    desk.app.control_connect(stub.qwc(FileID=OTHER), "secret")


def test_plain_http_is_a_matter_of_the_setting(desk: Desk, stub: Stub) -> None:
    desk.app.control_setting("plain_http", ["localhost"])
    with pytest.raises(ValueError, match="QBWC1010"):
        desk.app.control_connect(stub.qwc(), "secret")


def test_a_name_belongs_to_one_application(desk: Desk, stub: Stub) -> None:
    desk.app.control_connect(stub.qwc(), "secret")
    with pytest.raises(ValueError, match="QBWC1005"):
        desk.app.control_connect(stub.qwc(OwnerID=OTHER), "secret")
    desk.app.control_connect(stub.qwc(AppName="Second", OwnerID=OTHER), "secret")
    with pytest.raises(LookupError):
        desk.app.control_poll()
    assert desk.app.control_poll("Second")["calls"][0] == "serverVersion"
