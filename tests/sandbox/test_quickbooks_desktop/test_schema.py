"""The shipped form is the derived one, and zeep reads the vendor's WSDL as the connector speaks."""

from pathlib import Path
from typing import Any

import zeep
from lxml import etree

from apps.sandbox.quickbooks_desktop.schema import load
from apps.sandbox.quickbooks_desktop.soap import NAMESPACE, SOAP, envelope

from .derive import derive

CALLS = {
    "serverVersion": {},
    "clientVersion": {"strVersion": "2.3"},
    "authenticate": {"strUserName": "u", "strPassword": "p"},
    "sendRequestXML": {"ticket": "t", "strHCPResponse": "<h/>", "strCompanyFileName": "C:\\a.qbw", "qbXMLCountry": "US",
                       "qbXMLMajorVers": "16", "qbXMLMinorVers": "0"},
    "receiveResponseXML": {"ticket": "t", "response": "<r/>", "hresult": "", "message": ""},
    "connectionError": {"ticket": "t", "hresult": "0x80040414", "message": "m"},
    "getLastError": {"ticket": "t"},
    "closeConnection": {"ticket": "t"},
}  # fmt: skip


def test_the_shipped_form_is_the_derived_one(specs: Path) -> None:
    assert load() == derive()


def content(body: bytes) -> list[tuple[str, str]]:
    root = etree.fromstring(body)
    call = root.find(f"{{{SOAP}}}Body")[0]  # type: ignore[index]
    return [(str(each.tag), each.text or "") for each in call.iter()]


def test_every_call_is_what_the_vendors_wsdl_says(specs: Path) -> None:
    client: Any = zeep.Client(  # type: ignore[no-untyped-call]
        str(specs / "TroubleshootWebServiceFS.flowlink.wsdl")
    )
    service = client.create_service(f"{{{NAMESPACE}}}TroubleshootWebServiceFSSoap", "http://localhost/")
    for method, arguments in CALLS.items():
        theirs = client.create_message(service, method, **arguments)
        assert content(etree.tostring(theirs)) == content(envelope(method, arguments)), method
