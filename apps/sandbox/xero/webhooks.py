"""Webhook deliveries: intent to receive first, then signed events, retried and at last given up."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from typing import Any

from apps.sandbox.frame import PocketApp
from apps.sandbox.store import Document

TIMEOUT = 5.0
# Pauses after failed deliveries, in seconds: at once, then a quarter of an hour, ever longer, a day in all.
RETRIES = (0, 900, 900, 1800, 3600, 7200, 14_400, 28_800, 28_800)
# Which of the validation posts are signed well.
VALIDATION = (True, False, True, False)
PATHS = {"Contact": "Contacts", "Invoice": "Invoices", "CreditNote": "CreditNotes", "Overpayment": "Overpayments",
         "Prepayment": "Prepayments"}  # fmt: skip
ONE_DELIVERY = 100


def signature(body: bytes, key: str) -> str:
    """The value of the x-xero-signature header."""
    return base64.b64encode(hmac.new(key.encode(), body, hashlib.sha256).digest()).decode()


def envelope(events: list[Document], first: int, last: int) -> bytes:
    """The body of one delivery."""
    whole = {"events": events, "firstEventSequence": first, "lastEventSequence": last}
    return json.dumps({**whole, "entropy": secrets.token_hex(10).upper()}).encode()


def shown(event: Document) -> Document:
    """One event: where to look, and nothing of what is there."""
    at = datetime.fromtimestamp(event["at"], UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
    place = f"https://api.xero.com/api.xro/2.0/{PATHS[event['entity']]}/{event['id']}"
    view = {"resourceUrl": place, "resourceId": event["id"], "tenantId": event["tenant"], "tenantType": "ORGANISATION",
            "eventCategory": event["category"], "eventType": event["type"], "eventDateUtc": at}  # fmt: skip
    return {**view, "data": event["data"]} if "data" in event else view


class Postman(threading.Thread):
    """Takes what lies in the outbox and posts it; later events wait for the first to be acknowledged."""

    def __init__(self, app: PocketApp, settings: dict[str, Any]) -> None:
        super().__init__(daemon=True)
        self.app, self.settings, self.wake = app, settings, threading.Event()

    def run(self) -> None:
        """Forever: wait for events, collect for a moment, deliver."""
        while True:
            self.wake.wait()
            self.wake.clear()
            time.sleep(0.05)
            while self.round():
                pass

    def round(self) -> bool:
        """Validate the address or deliver what is there, once; False when there is nothing to do."""
        with self.app.lock:
            target = self.app.store.get("webhook", "url")
            events = sorted(self.app.store.all("outbox"), key=lambda event: int(event["number"]))[:ONE_DELIVERY]
            key = (self.app.store.get("registration", "app") or {}).get("webhook_key", "")
        if target is None or target["status"] == "disabled":
            return False
        if target["status"] == "pending":
            self.settle(target, [], "ok" if self.receives(target["url"], key) else "disabled")
            return True
        if not events:
            return False
        body = envelope([shown(event) for event in events], int(events[0]["number"]), int(events[-1]["number"]))
        done = [self.deliver(target["url"], body, key) for _ in range(int(self.settings["webhook_repeat"]))]
        self.settle(target, events, "ok" if all(done) else "disabled")
        return True

    def settle(self, target: Document, events: list[Document], status: str) -> None:
        """Keep how the address did, unless another one was set meanwhile; what was delivered leaves the outbox."""
        with self.app.lock:
            for event in events if status == "ok" else ():
                self.app.store.remove("outbox", event["number"])
            if self.app.store.get("webhook", "url") is target:
                self.app.store.put("webhook", "url", {**target, "status": status})
            self.app.store.commit()

    def receives(self, url: str, key: str) -> bool:
        """Intent to receive: posts signed well are taken, posts signed badly refused with 401."""
        for good in VALIDATION:
            body = envelope([], 0, 0)
            seal = signature(body, key if good else secrets.token_hex(8))
            if self.post(url, body, seal) != (200 if good else 401):
                return False
        return True

    def deliver(self, url: str, body: bytes, key: str) -> bool:
        """Until it is taken, or the schedule has run out."""
        for pause in (*RETRIES, None):
            if self.post(url, body, signature(body, key)) == 200:
                return True
            if pause is None:
                break
            time.sleep(pause * float(self.settings["webhook_retry_scale"]))
        return False

    def post(self, url: str, body: bytes, seal: str) -> int:
        """The status of one post; 0 for no answer in time, a body, or a cookie."""
        headers = {"Content-Type": "application/json", "x-xero-signature": seal, "User-Agent": "Xero"}
        try:
            with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=TIMEOUT) as answer:
                plain = not answer.read() and "set-cookie" not in answer.headers
                return 200 if plain and 200 <= answer.status < 300 else 0
        except urllib.error.HTTPError as error:
            with error:
                return 0 if error.read() else error.code
        except OSError:
            return 0
