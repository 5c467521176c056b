"""A SOAP client that is not ours, strict, over the vendor's own contract and over ours, holds a whole session."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import zeep
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from apps.api import webconnector
from apps.api.soap import METHODS, SPACE
from apps.connections.mailboxes import Mailbox
from apps.connections.models import Company
from tests.api.standin import Standin
from tests.house.source import ROOT

SPECS = Path(os.environ.get("TIEOUT_SPECS") or ROOT.parent / "shared" / "specs")
INTUITS = SPECS / "qbd" / "TroubleshootWebServiceFS.flowlink.wsdl"

pytestmark = pytest.mark.django_db(transaction=True)


soap_client: Any = zeep.Client


@pytest.fixture(params=["Intuit's", "ours"])
def service(
    request: pytest.FixtureRequest,
    live_server: LiveServer,
    client: Client,
    mailbox: Mailbox,
    engine: Standin,
    tmp_path: Path,
) -> Iterator[Any]:
    """The service as a strict client sees it."""
    address = f"{live_server.url}/webconnector/acme/"
    if request.param == "Intuit's":
        if not INTUITS.is_file():
            pytest.skip(f"Intuit's WSDL is not at {INTUITS}")
        contract, binding = INTUITS, "TroubleshootWebServiceFSSoap"
    else:
        contract, binding = tmp_path / "ours.wsdl", "QBWebConnectorSvcSoap"
        contract.write_bytes(client.get("/webconnector/acme/?wsdl").content)
    with soap_client(str(contract), settings=zeep.Settings(strict=True)) as soap:
        yield soap.create_service(f"{{{SPACE}}}{binding}", address)


def test_a_whole_session(service: Any, mailbox: Mailbox, engine: Standin) -> None:
    engine.letters = ["<QBXML>Zoë &amp; Söhne</QBXML>", "<QBXML>2</QBXML>"]
    assert service.serverVersion() == "Tieout"
    assert service.clientVersion("2.3.0.215") is None
    ticket, file = service.authenticate("tieout-acme", mailbox.password)
    assert (bool(ticket), file) == (True, None)
    assert service.sendRequestXML(ticket, "<HCP/>", "C:\\a.qbw", "US", 13, 0) == engine.letters[0]
    assert service.receiveResponseXML(ticket, "<A>ü</A>", "", "") == 50
    assert service.sendRequestXML(ticket, "", "C:\\a.qbw", "US", 13, 0) == engine.letters[1]
    assert service.receiveResponseXML(ticket, "<B/>", "", "") == 100
    assert service.getLastError(ticket) is None
    assert service.closeConnection(ticket) == "OK"
    assert engine.answers == ["<A>ü</A>", "<B/>"]


def test_nothing_to_do_and_nobody_we_know(service: Any, mailbox: Mailbox) -> None:
    assert service.authenticate("tieout-acme", mailbox.password) == [None, "none"]
    assert service.authenticate("tieout-acme", "pässword") == [None, "nvu"]
    assert service.sendRequestXML("made-up", "", "", "", 0, 0) is None
    assert service.receiveResponseXML("made-up", "<A/>", "", "") == -1
    assert service.getLastError("made-up") == webconnector.FORGOTTEN
    assert service.connectionError("made-up", "0x80040408", "No start") == "done"


def test_a_fault_is_understood_as_one(
    live_server: LiveServer, client: Client, mailbox: Mailbox, tmp_path: Path
) -> None:
    contract = tmp_path / "more.wsdl"
    ours = client.get("/webconnector/acme/?wsdl").content
    contract.write_bytes(ours.replace(b"getLastError", b"formatDisk"))
    with soap_client(str(contract)) as soap:
        service = soap.create_service(f"{{{SPACE}}}QBWebConnectorSvcSoap", f"{live_server.url}/webconnector/acme/")
        with pytest.raises(zeep.exceptions.Fault, match="There is no method formatDisk"):
            service.formatDisk("x")


def test_our_contract_has_every_method_and_the_companys_address(client: Client, company: Company) -> None:
    text = client.get("/webconnector/acme/?WSDL").content.decode()
    assert re.findall(r'<wsdl:operation name="(\w+)"><wsdl:input', text) == list(METHODS)
    assert 'location="https://tieout.test/webconnector/acme/"' in text
