"""Webhooks: intent to receive, signatures, retries, and what raises an event."""

import base64
import hashlib
import hmac
import json
import queue
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from .desk import Body, Desk


class Ear:
    """A receiver of deliveries; `key` empty takes everything, `failures` answers 500 so often first."""

    def __init__(self, url: str) -> None:
        self.url, self.key, self.failures = url, "", 0
        self.came: queue.Queue[Body] = queue.Queue()

    def status(self, body: bytes, seal: str) -> int:
        wanted = base64.b64encode(hmac.new(self.key.encode(), body, hashlib.sha256).digest()).decode()
        if self.key and not hmac.compare_digest(wanted, seal):
            return 401
        if json.loads(body)["events"]:
            if self.failures:
                self.failures -= 1
                return 500
            self.came.put(json.loads(body))
        return 200

    def events(self, count: int) -> list[Body]:
        found: list[Body] = []
        while len(found) < count:
            found += self.came.get(timeout=20)["events"]
        return found


@pytest.fixture
def ear() -> Iterator[Ear]:
    class Listener(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            self.send_response(here.status(body, self.headers["x-xero-signature"]))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *words: Any) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Listener)
    here = Ear(f"http://127.0.0.1:{server.server_address[1]}/hook")
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield here
    server.shutdown()
    server.server_close()


def settled(desk: Desk) -> str:
    """How intent to receive went."""
    while desk.control.webhook_status() == "pending":
        time.sleep(0.02)
    return str(desk.control.webhook_status())


def listen(desk: Desk, ear: Ear) -> None:
    ear.key = desk.keys["webhook_key"]
    assert desk.control.webhook(url=ear.url) == ear.key
    assert settled(desk) == "ok"


def test_whoever_takes_anything_is_not_subscribed(desk: Desk, ear: Ear) -> None:
    desk.control.webhook(url=ear.url)
    assert settled(desk) == "disabled"
    desk.contact()
    assert ear.came.empty()


def test_an_event_says_where_to_look_and_no_more(desk: Desk, ear: Ear) -> None:
    listen(desk, ear)
    key = desk.contact()
    delivery = ear.came.get(timeout=20)
    event = delivery["events"][0]
    assert (event["eventCategory"], event["eventType"], event["resourceId"]) == ("CONTACT", "CREATE", key)
    assert (event["tenantId"], event["tenantType"]) == (desk.tenant, "ORGANISATION")
    assert delivery["firstEventSequence"] == delivery["lastEventSequence"] == 1
    assert set(event) == {"resourceUrl", "resourceId", "eventDateUtc", "eventType", "eventCategory", "tenantId",
                          "tenantType"}  # fmt: skip


def test_a_payment_is_an_update_of_its_invoice(desk: Desk, ear: Ear) -> None:
    key = desk.contact()
    invoice = desk.invoice(key)["InvoiceID"]
    listen(desk, ear)
    desk.pay(invoice, 10)
    event = ear.events(1)[0]
    assert (event["eventCategory"], event["eventType"], event["resourceId"]) == ("INVOICE", "UPDATE", invoice)
    desk.control.setting(name="payment_fires_invoice_event", value=False)
    desk.pay(invoice, 10)
    desk.credit(key)
    event = ear.events(1)[0]
    assert (event["eventCategory"], event["data"]) == ("CREDITNOTE", {"Type": "ACCRECCREDIT", "Status": "AUTHORISED"})


def test_overpayments_are_told_where_the_category_is_there(desk: Desk, ear: Ear) -> None:
    key = desk.contact()
    desk.control.setting(name="webhook_categories", value=["OVERPAYMENT"])
    listen(desk, ear)
    desk.overpayment(key)
    assert ear.events(1)[0]["eventCategory"] == "OVERPAYMENT"


def test_a_failed_delivery_comes_again(desk: Desk, ear: Ear) -> None:
    desk.control.setting(name="webhook_retry_scale", value=0.0)
    listen(desk, ear)
    ear.failures = 3
    desk.contact()
    assert len(ear.events(1)) == 1
    ear.failures = 99
    desk.contact("B")
    while desk.control.webhook_status() == "ok":
        time.sleep(0.02)
    assert desk.control.webhook_status() == "disabled"
