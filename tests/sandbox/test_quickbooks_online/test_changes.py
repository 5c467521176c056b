"""Queries, change data capture, batches, requestid, webhooks, and a killed process."""

import base64
import hashlib
import hmac
import json
import queue
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from apps.sandbox.quickbooks_online.app import PocketQuickBooks
from apps.sandbox.store import Store

from .desk import Desk, on, payment

Inbox = tuple[str, "queue.Queue[tuple[dict[str, str], bytes]]"]


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("", ["Ann's", "Bob"]),
        ("where DisplayName = 'ann\\'s'", ["Ann's"]),
        ("where DisplayName like '%O%'", ["Bob"]),
        ("where Id in ('1', '2') and Balance > '0' ", ["Bob"]),
        ("where Active = true order by DisplayName desc startposition 2 maxresults 1", ["Ann's"]),
        ("where MetaData.LastUpdatedTime >= '2030-01-01T00:00:00Z'", []),
    ],
)
def test_a_query_finds(desk: Desk, where: str, names: list[str]) -> None:
    desk.customer("Ann's")
    desk.invoice(desk.customer("Bob"))
    assert [row["DisplayName"] for row in desk.rows(f"select * from customer {where}")] == names


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("select * from Payment where UnappliedAmt > '0'", "4001"),
        ("select * from Invoice where PrivateNote = 'x'", "4001"),
        ("select * from Invoice where Id > '1'", "4001"),
        ("select * from Nothing", "4001"),
        ("select * from Invoice maxresults 1001", "4001"),
        ("select Id from Invoice", "4000"),
        ("select * from Invoice where Id = '1' or Id = '2'", "4000"),
        ("select * from Invoice where DocNumber = 'x", "4000"),
    ],
)
def test_a_query_is_refused(desk: Desk, text: str, code: str) -> None:
    assert desk.query(text)["Fault"]["Error"][0]["code"] == code


def test_pages_counts_and_empty_results(desk: Desk) -> None:
    assert desk.query("select * from Invoice")["QueryResponse"] == {}
    key = desk.customer()
    for _ in range(4):
        desk.batch([{"bId": str(n), "operation": "create", "Invoice": desk.sale(key, n)} for n in range(1, 31)])
    assert len(desk.rows("select * from Invoice")) == 100
    page = desk.http.get("/query", params={"query": "select * from Invoice startposition 101 maxresults 1000"}).json()
    assert (page["QueryResponse"]["startPosition"], page["QueryResponse"]["maxResults"]) == (101, 20)
    assert desk.query("select count(*) from Invoice")["QueryResponse"] == {"totalCount": 120}


def test_cdc_tells_changes_and_deletions(desk: Desk) -> None:
    key = desk.customer()
    made = desk.invoice(key)
    desk.make("Invoice", {"Id": made["Id"], "SyncToken": "0"}, operation="delete")
    since = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
    query = {"entities": "Customer,Invoice,Payment", "changedSince": since}
    names, invoices, payments = desk.http.get("/cdc", params=query).json()["CDCResponse"][0]["QueryResponse"]
    assert names["Customer"][0]["Id"] == key
    assert (invoices["Invoice"][0]["status"], payments) == ("Deleted", {})


def test_cdc_looks_back_thirty_days_and_knows_no_tax_codes(desk: Desk) -> None:
    long_ago = (datetime.now(UTC) - timedelta(days=31)).isoformat()
    old = desk.http.get("/cdc", params={"entities": "Invoice", "changedSince": long_ago}).json()
    assert "older than fixed days" in old["Fault"]["Error"][0]["Detail"]
    now = datetime.now(UTC).isoformat()
    assert "Fault" in desk.http.get("/cdc", params={"entities": "TaxCode", "changedSince": now}).json()


def test_batch_items_stand_alone_and_do_not_see_each_other(desk: Desk) -> None:
    key = desk.customer()
    items: list[dict[str, Any]] = [
        {"bId": "a", "operation": "create", "Invoice": desk.sale(key)},
        {"bId": "b", "operation": "create", "Payment": payment(key, 100, on("1", 100))},
        {"bId": "c", "Query": "select * from Invoice"},
        {"bId": "d", "operation": "create", "Customer": {"DisplayName": "Acme"}},
    ]
    answers = desk.batch(items)
    assert answers["a"]["Invoice"]["Id"] == "1"
    assert answers["b"]["Fault"]["Error"][0]["code"] == "610"
    assert answers["c"]["QueryResponse"] == {}
    assert answers["d"]["Fault"]["Error"][0]["code"] == "6240"
    assert len(desk.rows("select * from Invoice")) == 1


def test_batch_limits(desk: Desk) -> None:
    many = {"BatchItemRequest": [{"bId": str(n), "Query": "select * from Invoice"} for n in range(31)]}
    assert desk.http.post("/batch", json=many).json()["Fault"]["Error"][0]["code"] == "1040"
    twice = {"BatchItemRequest": [{"bId": "1", "Query": "select * from Invoice"}] * 2}
    assert desk.http.post("/batch", json=twice).json()["Fault"]["Error"][0]["code"] == "2010"
    item = {"bId": "x" * 30, "operation": "create", "Customer": {"DisplayName": "A"}}
    answer = desk.batch([item], requestid="r" * 30)
    assert "60 characters" in answer["x" * 30]["Fault"]["Error"][0]["Detail"]


def test_a_requestid_replays_its_answer_and_belongs_to_one_body(desk: Desk) -> None:
    key = desk.customer()
    first = desk.ask("Invoice", desk.sale(key), requestid="r1")
    assert desk.ask("Invoice", desk.sale(key), requestid="r1") == first
    assert desk.code("Invoice", desk.sale(key, 5), requestid="r1") == "600"
    assert desk.code("Invoice", desk.sale(key), requestid="r" * 51) == "2130"
    now = desk.app.clock()
    desk.app.clock = lambda: now + 3 * 3600
    desk.sign_in()
    assert desk.ask("Invoice", desk.sale(key), requestid="r1") == first
    assert len(desk.control.state(kind="Invoice")) == 1


def test_a_replayed_batch_is_refused_unless_told_otherwise(desk: Desk) -> None:
    items = [{"bId": "1", "operation": "create", "Customer": {"DisplayName": "A"}}]
    first = desk.batch(items, requestid="b1")
    assert desk.batch(items, requestid="b1")["1"]["Fault"]["Error"][0]["code"] == "6000"
    desk.control.setting(name="batch_replay", value="answer")
    assert desk.batch(items, requestid="b1") == first


def test_nothing_answered_is_forgotten(desk: Desk, tmp_path: Path) -> None:
    key = desk.customer()
    made = desk.ask("Invoice", desk.sale(key), requestid="r1")
    desk.control.setting(name="expense_link", value="kept")
    again = PocketQuickBooks(Store(tmp_path / "pocket.db"))
    assert again.control_state("Invoice")[0]["Id"] == made["Invoice"]["Id"]
    assert again.control_balance(key) == 100
    assert again.settings["expense_link"] == "kept"
    assert again.store.get("replay", f"{desk.realm}:r1")


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    came: queue.Queue[tuple[dict[str, str], bytes]] = queue.Queue()

    class Ear(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            came.put(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *words: Any) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Ear)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/hook", came
    server.shutdown()
    server.server_close()


def test_webhooks_are_signed_and_say_only_where_to_look(desk: Desk, inbox: Inbox) -> None:
    verifier = desk.control.webhook(url=inbox[0])
    key = desk.customer()
    headers, body = inbox[1].get(timeout=10)
    wanted = base64.b64encode(hmac.new(verifier.encode(), body, hashlib.sha256).digest()).decode()
    assert headers["intuit-signature"] == wanted
    event = json.loads(body)[0]
    assert (event["type"], event["intuitentityid"]) == ("qbo.customer.created.v1", key)
    assert event["intuitaccountid"] == desk.realm


def test_webhooks_of_the_older_form(desk: Desk, inbox: Inbox) -> None:
    desk.control.setting(name="webhook_format", value="legacy")
    desk.control.webhook(url=inbox[0])
    key = desk.customer()
    note = json.loads(inbox[1].get(timeout=10)[1])["eventNotifications"][0]
    entity = note["dataChangeEvent"]["entities"][0]
    assert note["realmId"] == desk.realm
    assert (entity["name"], entity["id"], entity["operation"]) == ("Customer", key, "Create")
