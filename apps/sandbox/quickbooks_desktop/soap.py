"""One SOAP call as the Web Connector makes it, and its answer read as strictly as .NET does. Page 1.1."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request

from lxml import etree

from apps.sandbox.quickbooks_desktop.qwc import OPENER

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
NAMESPACE = "http://developer.intuit.com/"
BEGIN = (
    f'<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="{SOAP}"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"><soap:Body>'
)
END = "</soap:Body></soap:Envelope>"
# What the log of the Web Connector calls a call that went wrong. Page 1.5.
CODES = {
    "serverVersion": "QBWC1034", "clientVersion": "QBWC1036", "authenticate": "QBWC1012", "sendRequestXML": "QBWC1041",
    "receiveResponseXML": "QBWC1042", "getLastError": "QBWC1043", "closeConnection": "QBWC1044",
    "connectionError": "QBWC1045",
}  # fmt: skip
MOST_BYTES = 100_000_000


class CallFailed(Exception):
    """The application could not be asked, or what it answered is not what .NET can read."""

    def __init__(self, method: str, why: str) -> None:
        super().__init__(f"{CODES[method]}: {why}")


def envelope(method: str, arguments: dict[str, str]) -> bytes:
    """The body of a call, document/literal wrapped."""
    call = etree.Element(f"{{{NAMESPACE}}}{method}", nsmap={None: NAMESPACE})  # type: ignore[dict-item]
    for name, value in arguments.items():
        etree.SubElement(call, f"{{{NAMESPACE}}}{name}").text = value or None
    return (BEGIN + etree.tostring(call, encoding="unicode") + END).encode()


def call(url: str, method: str, arguments: dict[str, str], timeout: float) -> list[str]:
    """Make one call: the strings of authenticate, or one string; CallFailed when there is no proper answer."""
    headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{NAMESPACE}{method}"',
               "User-Agent": "Mozilla/4.0 (compatible; MSIE 6.0; MS Web Services Client Protocol)"}  # fmt: skip
    request = urllib.request.Request(url, envelope(method, arguments), headers, method="POST")
    try:
        with OPENER.open(request, timeout=timeout) as answer:
            return parse(method, answer.status, answer.headers.get("Content-Type", ""), answer.read(MOST_BYTES))
    except urllib.error.HTTPError as error:
        with error:
            return parse(method, error.code, error.headers.get("Content-Type", ""), error.read(MOST_BYTES))
    except (OSError, http.client.HTTPException) as error:
        raise CallFailed(method, f"The underlying connection was closed: {error}") from error


def parse(method: str, status: int, kind: str, content: bytes) -> list[str]:
    """The result of a call."""
    if kind.partition(";")[0].strip().lower() != "text/xml":
        raise CallFailed(method, f"Client found response content type of {kind!r}, but expected 'text/xml' ({status}).")
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise CallFailed(method, f"The response is not well-formed XML: {error}") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise CallFailed(method, "For security reasons DTD is prohibited in this XML document.")
    bodies = root.findall(f"{{{SOAP}}}Body")
    if root.tag != f"{{{SOAP}}}Envelope" or len(bodies) != 1 or len(bodies[0]) != 1:
        raise CallFailed(method, "The response is not a SOAP 1.1 envelope.")
    fault = bodies[0].find(f"{{{SOAP}}}Fault")
    if fault is not None or status != 200:
        said = fault.findtext("faultstring", "") if fault is not None else ""
        raise CallFailed(method, f"The request failed with HTTP status {status}: {said}")
    return _result(method, bodies[0][0])


def _result(method: str, answer: etree._Element) -> list[str]:
    result = answer.find(f"{{{NAMESPACE}}}{method}Result")
    if answer.tag != f"{{{NAMESPACE}}}{method}Response" or result is None or len(answer) != 1:
        raise CallFailed(method, "Object reference not set to an instance of an object.")
    if method != "authenticate":
        if len(result):
            raise CallFailed(method, "There is an error in XML document: elements inside a string.")
        return [result.text or ""]
    strings = result.findall(f"{{{NAMESPACE}}}string")
    if len(strings) != len(result) or not 2 <= len(strings) <= 4:
        raise CallFailed(method, "Object reference not set to an instance of an object.")
    return [each.text or "" for each in strings]
