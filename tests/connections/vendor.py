"""The smallest Syncro that a first look can be taken at: fixed answers over real HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

LISTS = (
    "payment_methods", "categories", "vendors", "contacts", "purchase_orders", "customers", "products", "invoices",
    "payments", "line_items",
)  # fmt: skip


@dataclass
class Vendor:
    """Which token is valid, and what other than an empty list is answered, by last part of the path."""

    address: str
    token: str = "right"
    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def answer(self, path: str, authorization: str) -> tuple[int, Any]:
        """Status and JSON."""
        self.asked.append(path)
        name = urlsplit(path).path.rpartition("/")[2]
        if name in self.answers:
            return self.answers[name]
        if authorization != f"Bearer {self.token}":
            return 401, {"error": "Not authorized"}
        if name == "me":
            return 200, {"user_id": 1, "subdomain": "acme", "user_token": "never kept"}
        return 200, {name: [], "meta": {"page": 1, "total_pages": 1}} if name in LISTS else {}


@contextmanager
def vendor_on_loopback() -> Iterator[Vendor]:
    """A vendor that answers until the block ends."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = vendor.answer(self.path, self.headers.get("Authorization", ""))
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *given: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    vendor = Vendor(f"http://127.0.0.1:{server.server_port}")
    thread = Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield vendor
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
