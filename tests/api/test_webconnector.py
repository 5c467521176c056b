"""The address of the Web Connector, call by call and byte by byte."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.test import Client, RequestFactory

from apps.api import webconnector
from apps.api.bodies import TooLarge, read_body
from apps.connections.doors import webconnector_address
from apps.connections.mailboxes import Mailbox, make_mailbox, user_name
from apps.connections.models import Company, Connection
from apps.connections.opening import pause
from apps.core.clock import db_now
from apps.platforms.errors import NeedsReconnect
from apps.platforms.mailbox import Told
from apps.sync.models import SESSION, Run
from tests.api.conftest import HEAD, TAIL, Caller, envelope
from tests.api.standin import Standin

pytestmark = pytest.mark.django_db(transaction=True)


def credentials(mailbox: Mailbox, **changed: str) -> dict[str, str]:
    return {"strUserName": mailbox.user_name, "strPassword": mailbox.password, **changed}


@pytest.fixture
def ticket(connector: Caller, mailbox: Mailbox, engine: Standin) -> str:
    """A session with two letters to fetch."""
    engine.letters = ["<QBXML>1</QBXML>", "<QBXML>2</QBXML>"]
    return connector.texts("authenticate", **credentials(mailbox))[0]


def test_an_empty_text_is_on_the_wire_as_an_empty_element(connector: Caller, mailbox: Mailbox) -> None:
    said = connector.post(envelope("authenticate", **credentials(mailbox))).content
    assert b"<authenticateResult><string></string><string>none</string></authenticateResult>" in said
    assert b"<clientVersionResult></clientVersionResult>" in connector.post(envelope("clientVersion")).content


def test_an_answer_has_the_exact_shape(connector: Caller) -> None:
    answer = connector.post(envelope("serverVersion"))
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/xml; charset=utf-8")
    assert answer.content == (
        b"<?xml version='1.0' encoding='utf-8'?>\n"
        b'<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
        b'<serverVersionResponse xmlns="http://developer.intuit.com/"><serverVersionResult>Tieout</serverVersionResult>'
        b"</serverVersionResponse></soap:Body></soap:Envelope>"
    )


def test_the_request_as_it_was_logged_from_a_real_connector_is_understood(connector: Caller) -> None:
    spaces = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
    head = HEAD.replace("><soap:Body>", f" {spaces}><soap:Body>")
    body = f'{head}<serverVersion xmlns="http://developer.intuit.com/" />{TAIL}'
    headers = {"HTTP_SOAPACTION": '"http://developer.intuit.com/somethingElse"'}
    assert connector.post(body, **headers).status_code == 200


def test_a_whole_session(connector: Caller, engine: Standin, ticket: str) -> None:
    hcp = {"strHCPResponse": "<HCP/>", "strCompanyFileName": "C:\\a.qbw", "qbXMLCountry": "US"}
    first = connector.text("sendRequestXML", ticket=ticket, **hcp, qbXMLMajorVers="13", qbXMLMinorVers="0")
    assert first == "<QBXML>1</QBXML>"
    assert connector.text("receiveResponseXML", ticket=ticket, response="<A/>", hresult="", message="") == "50"
    connector.text("sendRequestXML", ticket=ticket)
    assert connector.text("receiveResponseXML", ticket=ticket, response="<B/>") == "100"
    assert connector.text("closeConnection", ticket=ticket) == "OK"
    assert engine.answers == ["<A/>", "<B/>"]
    assert engine.told[0] == Told(company="<HCP/>", file="C:\\a.qbw", country="US", version="13.0")


def test_what_quickbooks_could_not_do_reaches_the_engine(connector: Caller, engine: Standin, ticket: str) -> None:
    engine.said = "A window is open in QuickBooks."
    assert connector.text("receiveResponseXML", ticket=ticket, hresult="0x80040414", message="A dialog") == "-1"
    assert connector.text("getLastError", ticket=ticket) == "A window is open in QuickBooks."
    assert connector.text("connectionError", ticket=ticket, hresult="0x80040408", message="No start") == "done"
    assert engine.errors == [("0x80040414", "A dialog"), ("0x80040408", "No start")]


def test_two_connectors_at_once_are_told_apart(connector: Caller, mailbox: Mailbox, ticket: str) -> None:
    assert connector.texts("authenticate", **credentials(mailbox)) == ["", "busy"]
    connector.call("closeConnection", ticket=ticket)
    assert connector.texts("authenticate", **credentials(mailbox))[1] == ""


@pytest.mark.parametrize("wrong", [{"strPassword": "guess"}, {"strUserName": "root"}, {"strPassword": ""}])
def test_a_wrong_user_or_password_is_not_valid(connector: Caller, mailbox: Mailbox, wrong: dict[str, str]) -> None:
    assert connector.texts("authenticate", **credentials(mailbox, **wrong)) == ["", "nvu"]
    assert Connection.objects.get(pk=mailbox.connection.pk).last_ok_at is None


def test_a_company_that_does_not_exist_answers_like_a_wrong_password(client: Client, mailbox: Mailbox) -> None:
    nobody = Caller(client, "nobody")
    assert nobody.texts("authenticate", strUserName="tieout-nobody", strPassword=mailbox.password) == ["", "nvu"]
    assert nobody.text("sendRequestXML", ticket="x") == ""
    pages = [client.get(f"/webconnector/{slug}/") for slug in ("nobody", "acme")]
    assert [page.status_code for page in pages] == [200, 200]


def test_who_guesses_is_slowed_down_and_cannot_keep_the_connector_out(connector: Caller, mailbox: Mailbox) -> None:
    guess = envelope("authenticate", **credentials(mailbox, strPassword="guess"))
    statuses = [connector.post(guess).status_code for _ in range(webconnector.WRONG_A_MINUTE + 1)]
    assert statuses == [200] * webconnector.WRONG_A_MINUTE + [500]
    assert connector.texts("authenticate", **credentials(mailbox)) == ["", "none"]


def test_a_new_password_ends_the_old_one(connector: Caller, company: Company, mailbox: Mailbox) -> None:
    newer = make_mailbox(company, "quickbooks_desktop")
    assert connector.texts("authenticate", **credentials(mailbox)) == ["", "nvu"]
    assert connector.texts("authenticate", **credentials(newer)) == ["", "none"]


def test_it_is_noted_when_the_connector_came(connector: Caller, mailbox: Mailbox) -> None:
    connector.call("authenticate", **credentials(mailbox))
    came = Connection.objects.get(pk=mailbox.connection.pk).last_ok_at
    assert came is not None
    assert db_now() - came < timedelta(minutes=1)


def test_a_paused_company_has_nothing_to_do(
    connector: Caller, mailbox: Mailbox, engine: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    def paused(connection: Connection) -> str:
        raise NeedsReconnect("Paused.")

    pause(mailbox.connection, "Somebody said so.")
    monkeypatch.setattr(engine, "begin", paused)
    assert connector.texts("authenticate", **credentials(mailbox)) == ["", "none"]


@pytest.mark.parametrize("wrong", ["", "made-up", "TICKET"])
def test_a_ticket_that_is_none_gets_nothing_and_does_nothing(
    connector: Caller, engine: Standin, ticket: str, wrong: str
) -> None:
    assert connector.text("sendRequestXML", ticket=wrong) == ""
    assert connector.text("receiveResponseXML", ticket=wrong, response="<A/>") == "-1"
    assert connector.text("getLastError", ticket=wrong) == webconnector.FORGOTTEN
    assert connector.text("connectionError", ticket=wrong) == "done"
    assert (engine.handed, engine.answers, engine.live) == (0, [], {ticket: engine.live[ticket]})


def test_a_ticket_of_an_ended_session_is_none(connector: Caller, engine: Standin, ticket: str) -> None:
    connector.call("closeConnection", ticket=ticket)
    assert connector.text("receiveResponseXML", ticket=ticket, response="<A/>") == "-1"
    assert engine.answers == []


def test_a_ticket_opens_no_other_company(client: Client, engine: Standin, ticket: str) -> None:
    other = Company.objects.create(slug="other", name="Other", books_platform="quickbooks_desktop")
    make_mailbox(other, "quickbooks_desktop")
    assert Caller(client, "other").text("sendRequestXML", ticket=ticket) == ""
    assert engine.handed == 0


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not xml",
        b"<html><body>hello</body></html>",
        f"{LAUGHS}{HEAD}<serverVersion xmlns='http://developer.intuit.com/'>&b;</serverVersion>{TAIL}".encode(),
        f'<!DOCTYPE x SYSTEM "file:///etc/passwd">{HEAD}{TAIL}'.encode(),
        f"{HEAD}{TAIL}".encode(),
        f"{HEAD}<serverVersion xmlns='http://other.test/'/>{TAIL}".encode(),
        f"{HEAD}<shutDown xmlns='http://developer.intuit.com/'/>{TAIL}".encode(),
        f"{HEAD}<serverVersion xmlns='http://developer.intuit.com/'>&nope;</serverVersion>{TAIL}".encode(),
    ],
)
def test_whatever_is_no_call_is_a_fault_and_never_a_page(connector: Caller, body: bytes) -> None:
    answer = connector.post(body)
    assert (answer.status_code, answer["Content-Type"]) == (500, "text/xml; charset=utf-8")
    assert b"<faultcode>soap:Client</faultcode>" in answer.content
    assert b"root:" not in answer.content


def test_a_call_in_another_encoding_is_a_fault(connector: Caller) -> None:
    answer = connector.post(envelope("serverVersion"), content_type="text/xml; charset=utf-16")
    assert b"UTF-8" in answer.content


class Endless(BytesIO):
    """A body that nobody may read."""

    def read(self, *given: Any) -> bytes:
        raise AssertionError("the body was read")


def test_a_body_of_100_mb_is_refused_unread() -> None:
    request = RequestFactory().post("/webconnector/acme/", b"", content_type="text/xml")
    request.META["CONTENT_LENGTH"] = str(100 * 1024 * 1024)
    request._stream = Endless()
    answer = webconnector.connector(request, "acme")
    assert (answer.status_code, answer["Content-Type"]) == (413, "text/xml; charset=utf-8")


def test_a_body_that_says_nothing_of_its_length_is_read_to_the_cap_and_no_further() -> None:
    request = RequestFactory().post("/x/", b"", content_type="text/xml")
    request._stream = stream = BytesIO(b"x" * 1000)
    request.META["CONTENT_LENGTH"] = ""
    with pytest.raises(TooLarge):
        read_body(request, 100)
    assert stream.tell() == 101


def test_an_answer_of_12_mb_in_one_text_is_taken(connector: Caller, engine: Standin, ticket: str) -> None:
    long = "<x>" + "a" * 12_000_000
    connector.call("receiveResponseXML", ticket=ticket, response=long)
    assert engine.answers == [long]


def test_control_characters_neither_stop_a_call_nor_an_answer(connector: Caller, engine: Standin, ticket: str) -> None:
    engine.letters[0] = "a\x01b\x1fc\ufffe"
    assert connector.text("sendRequestXML", ticket=ticket) == "abc"
    dirty = envelope("receiveResponseXML", ticket=ticket, response="x@y#z").replace(b"@", b"&#x1F;\x07&#12;")
    connector.post(dirty.replace(b"#z", b"&#10;&#x41;z"))
    assert engine.answers == ["xy\nAz"]


def test_nothing_is_kept_in_the_browser_and_no_token_is_asked_for(
    company: Company, mailbox: Mailbox, engine: Standin
) -> None:
    strict = Caller(Client(enforce_csrf_checks=True))
    answer = strict.post(envelope("authenticate", **credentials(mailbox)))
    assert answer.status_code == 200
    assert not answer.cookies


def test_the_slash_may_be_left_out(client: Client, mailbox: Mailbox, engine: Standin) -> None:
    answer = client.post("/webconnector/acme", envelope("serverVersion"), content_type="text/xml")
    assert answer.status_code == 200


def test_a_wrong_host_and_a_mistake_of_ours_are_faults_too(
    connector: Caller, ticket: str, engine: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = connector.post(envelope("serverVersion"), HTTP_HOST="evil.test")
    assert (answer.status_code, answer["Content-Type"]) == (400, "text/xml; charset=utf-8")
    monkeypatch.setattr(engine, "end", lambda connection, ticket: 1 / 0)
    connector.client.raise_request_exception = False
    answer = connector.post(envelope("closeConnection", ticket=ticket))
    assert (answer.status_code, b"soap:Server" in answer.content) == (500, True)


def test_without_encryption_nobody_is_led_on_but_told(connector: Caller, settings: LazySettings) -> None:
    settings.HTTPS = True
    settings.SECURE_SSL_REDIRECT, settings.SECURE_REDIRECT_EXEMPT = True, [r"^webconnector/"]
    assert b"called by https" in connector.post(envelope("serverVersion")).content
    assert connector.post(envelope("serverVersion"), secure=True).status_code == 200


def test_a_look_at_the_address_is_answered(client: Client, company: Company) -> None:
    answer = client.get("/webconnector/acme/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert client.head("/webconnector/acme/").status_code == 200
    assert client.put("/webconnector/acme/").status_code == 405


def test_behind_the_address_are_the_rounds_of_the_engine(client: Client, mailbox: Mailbox) -> None:
    real = Caller(client)
    ticket, file = real.texts("authenticate", **credentials(mailbox))
    assert (len(ticket), file) == (32, "")
    assert real.texts("authenticate", **credentials(mailbox)) == ["", "busy"]
    assert real.text("sendRequestXML", ticket=ticket, strHCPResponse="<nonsense/>") == ""
    sentence = real.text("getLastError", ticket=ticket)
    assert sentence
    assert real.text("closeConnection", ticket=ticket) == sentence
    assert real.text("closeConnection", ticket=ticket) == webconnector.FORGOTTEN


def test_the_help_page_tells_how_the_last_session_went(admin_client: Client, mailbox: Mailbox) -> None:
    Run.objects.create(company=Company.objects.get(), cause=SESSION, ended_at=db_now(), error="Another file was open.")
    path = "/webconnector/acme/help/"
    assert "Another file was open." not in Client().get(path).content.decode()
    Authenticator.objects.create(user=User.objects.get(), type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert "Another file was open." in admin_client.get(path).content.decode()


def test_the_address_told_is_the_address_served(client: Client, company: Company) -> None:
    from django.urls import reverse

    assert webconnector_address("acme") == "https://tieout.test" + reverse("api:webconnector", args=["acme"])
    assert user_name(company) == "tieout-acme"
