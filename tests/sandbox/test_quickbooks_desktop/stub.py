"""A tiny application for the Web Connector to call: it answers what the test says, in the vendor's shape."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from lxml import etree

NS = "http://developer.intuit.com/"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
OWNER, FILE = "{57F3B9B1-86F1-4FCC-B1EE-566DE1813D20}", "{90A44FB5-33D9-4815-AC85-BC87A7E7D1EB}"
Said = dict[str, str]
Raw = tuple[int, str, bytes]


class Stub:
    """Sends `requests` one after the other, and keeps every call."""

    def __init__(self, *requests: str) -> None:
        self.requests = list(requests)
        self.url = ""
        self.calls: list[tuple[str, Said]] = []
        self.headers: list[Any] = []
        self.get_status = {"/soap": 200, "/help": 200}
        self.answers: dict[str, Callable[[Said], Any]] = {
            "serverVersion": lambda said: "1.0",
            "clientVersion": lambda said: "",
            "authenticate": lambda said: ["ticket", ""] if said["strPassword"] == "secret" else ["", "nvu"],
            "sendRequestXML": lambda said: self.requests[self.done] if self.done < len(self.requests) else "",
            "receiveResponseXML": self._received,
            "connectionError": lambda said: "done",
            "getLastError": lambda said: "no more to do",
            "closeConnection": lambda said: "OK",
        }
        self.done = 0

    def _received(self, said: Said) -> int:
        self.done += 1
        return min(100, 100 * self.done // len(self.requests))

    def said(self, method: str) -> list[Said]:
        return [said for name, said in self.calls if name == method]

    def names(self) -> list[str]:
        return [name for name, _ in self.calls]

    def qwc(self, **more: str) -> str:
        values = {"AppName": "Portal", "AppID": "", "AppURL": f"{self.url}/soap", "AppDescription": "Sends invoices",
                  "AppSupport": f"{self.url}/help", "UserName": "us\u00e9r", "OwnerID": OWNER, "FileID": FILE,
                  "QBType": "QBFS", **more}  # fmt: skip
        inside = "".join(f"<{name}>{value}</{name}>" for name, value in values.items() if value != "gone")
        scheduler = "<Scheduler><RunEveryNMinutes>15</RunEveryNMinutes></Scheduler>"
        return f'<?xml version="1.0"?><QBWCXML>{inside}{scheduler}</QBWCXML>'

    def answer(self, body: bytes) -> Raw:
        call = etree.fromstring(body).find(f"{{{SOAP}}}Body")[0]  # type: ignore[index]
        method = etree.QName(call).localname
        said = {etree.QName(each).localname: each.text or "" for each in call}
        self.calls.append((method, said))
        result = self.answers[method](said)
        return result if isinstance(result, tuple) else (200, "text/xml; charset=utf-8", wrapped(method, result))


def wrapped(method: str, result: Any, namespace: str = NS) -> bytes:
    """An answer as .NET wants it."""
    root = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"soap": SOAP})
    answer = etree.SubElement(etree.SubElement(root, f"{{{SOAP}}}Body"), f"{{{namespace}}}{method}Response")
    inner = etree.SubElement(answer, f"{{{namespace}}}{method}Result")
    if isinstance(result, list):
        for each in result:
            etree.SubElement(inner, f"{{{namespace}}}string").text = each
    else:
        inner.text = str(result)
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


@contextmanager
def serving(stub: Stub) -> Iterator[Stub]:
    """The stub on a free port of loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send(stub.get_status.get(self.path, 404), "text/html", b"<html/>")

        def do_POST(self) -> None:
            stub.headers.append(self.headers)
            self._send(*stub.answer(self.rfile.read(int(self.headers["content-length"]))))

        def _send(self, status: int, kind: str, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    stub.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield stub
    server.shutdown()
    server.server_close()
