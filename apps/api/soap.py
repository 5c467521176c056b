"""SOAP 1.1 as the QuickBooks Web Connector speaks it: one call in, one answer out, nothing else understood.

Document/literal wrapped, in Intuit's namespace. https://developer.intuit.com/app/developer/qbdesktop/docs/get-started/get-started-with-quickbooks-web-connector
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

SPACE = "http://developer.intuit.com/"
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
CONTENT_TYPE = "text/xml; charset=utf-8"

#: Every method with its parameters, in order. What a caller leaves out is "", what it adds is passed over.
METHODS: Mapping[str, tuple[str, ...]] = {
    "serverVersion": (),
    "clientVersion": ("strVersion",),
    "authenticate": ("strUserName", "strPassword"),
    "sendRequestXML": (
        "ticket", "strHCPResponse", "strCompanyFileName", "qbXMLCountry", "qbXMLMajorVers", "qbXMLMinorVers",
    ),
    "receiveResponseXML": ("ticket", "response", "hresult", "message"),
    "connectionError": ("ticket", "hresult", "message"),
    "getLastError": ("ticket",),
    "closeConnection": ("ticket",),
    "getInteractiveURL": ("wcTicket", "sessionID"),
    "interactiveRejected": ("wcTicket", "reason"),
    "interactiveDone": ("wcTicket",),
}  # fmt: skip
#: What is a number, and what is a list of texts; the rest is text.
NUMBERS = frozenset({"qbXMLMajorVers", "qbXMLMinorVers", "receiveResponseXMLResult"})
LISTS = frozenset({"authenticateResult"})

#: What XML 1.0 cannot hold, as a byte and as a reference: company files do hold some.
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
CONTROL_BYTES = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|&#(?:x0*(?:[0-8b-cB-Ce-fE-F]|1[0-9a-fA-F])|0*(?:[0-8]|1[124-9]|2[0-9]|3[01]));"
)
#: Neither has a place in a call. With long texts allowed the parser would let entities grow without a limit.
FORBIDDEN = (b"<!DOCTYPE", b"<!ENTITY")

#: Intuit's names stand without a prefix.
OWN: Any = {None: SPACE}

Result = str | int | Sequence[str]


class BadCall(ValueError):
    """What came is not a call of this service."""


@dataclass(frozen=True, slots=True)
class Called:
    """One call: the method and its parameters as text."""

    method: str
    given: Mapping[str, str]


def read_call(body: bytes) -> Called:
    """The call in an envelope. Raises BadCall with a sentence for anything else; nothing outside the body is read."""
    if any(mark in body for mark in FORBIDDEN):
        raise BadCall("A call has no document type.")
    # Long texts: a letter's answer may be longer than the 10 MB the parser allows by itself.
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        envelope = etree.fromstring(CONTROL_BYTES.sub(b"", body), parser)
    except etree.XMLSyntaxError as error:
        raise BadCall(f"This is not well-formed XML: {error.msg}") from error
    inside = envelope.find(f"{{{ENVELOPE}}}Body") if envelope.tag == f"{{{ENVELOPE}}}Envelope" else None
    if inside is None or len(inside) != 1:
        raise BadCall("This is not a SOAP 1.1 envelope with one call in it.")
    return _called(inside[0])


def _called(call: etree._Element) -> Called:
    name = etree.QName(call)
    if name.namespace != SPACE or name.localname not in METHODS:
        raise BadCall(f"There is no method {name.localname} in the namespace {name.namespace}.")
    given = {etree.QName(each).localname: each.text or "" for each in call}
    return Called(name.localname, {parameter: given.get(parameter, "") for parameter in METHODS[name.localname]})


def write_answer(method: str, result: Result) -> bytes:
    """The answer to a call. Empty texts stand as <x></x>: the connector takes <x/> and nothing at all for null."""
    envelope, inside = _envelope()
    answer = etree.SubElement(inside, f"{{{SPACE}}}{method}Response", nsmap=OWN)
    out = etree.SubElement(answer, f"{{{SPACE}}}{method}Result")
    if isinstance(result, str | int):
        out.text = writable(str(result))
    else:
        for text in result:
            etree.SubElement(out, f"{{{SPACE}}}string").text = writable(text)
    return etree.tostring(envelope, xml_declaration=True, encoding="utf-8")


def write_fault(sentence: str, whose: str = "Client") -> bytes:
    """The answer when there is none; `whose` fault it is: "Client" or "Server"."""
    envelope, inside = _envelope()
    fault = etree.SubElement(inside, f"{{{ENVELOPE}}}Fault")
    etree.SubElement(fault, "faultcode").text = f"soap:{whose}"
    etree.SubElement(fault, "faultstring").text = writable(sentence)
    return etree.tostring(envelope, xml_declaration=True, encoding="utf-8")


def writable(text: str) -> str:
    """The text without what XML cannot hold."""
    return CONTROL.sub("", text)


def _envelope() -> tuple[etree._Element, etree._Element]:
    envelope = etree.Element(f"{{{ENVELOPE}}}Envelope", nsmap={"soap": ENVELOPE})
    return envelope, etree.SubElement(envelope, f"{{{ENVELOPE}}}Body")
