"""Webhook deliveries: signed, aggregated over companies, retried until acknowledged, in a thread of their own."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
import urllib.request
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

from apps.sandbox.frame import PocketApp
from apps.sandbox.store import Document

RETRIES = (10, 20, 30, 300, 1200, 7200, 14400, 21600)
TIMEOUT = 3.0
VERBS = {"Create": "created", "Update": "updated", "Delete": "deleted", "Void": "voided"}


def signature(body: bytes, verifier: str) -> str:
    """The value of the intuit-signature header."""
    return base64.b64encode(hmac.new(verifier.encode(), body, hashlib.sha256).digest()).decode()


def cloud_event(event: Document) -> Document:
    """One event of the CloudEvents form."""
    at = datetime.fromtimestamp(event["at"], UTC)
    return {
        "specversion": "1.0",
        "id": f"pocket-{event['number']}-{event['entity']}-{event['id']}",
        "source": "intuit.pocket",
        "type": f"qbo.{event['entity'].lower()}.{VERBS[event['operation']]}.v1",
        "datacontenttype": "application/json",
        "time": at.strftime("%Y-%m-%dT%H:%M:%S.%f") + "000Z",
        "intuitentityid": event["id"],
        "intuitaccountid": event["realm"],
        "data": {},
    }


def legacy(events: list[Document]) -> Document:
    """All events in the older form, grouped by company."""
    by_realm: dict[str, list[Document]] = defaultdict(list)
    for event in events:
        at = datetime.fromtimestamp(event["at"], UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        entry = {"name": event["entity"], "id": event["id"], "operation": event["operation"], "lastUpdated": at}
        by_realm[event["realm"]].append(entry)
    notes = [{"realmId": realm, "dataChangeEvent": {"entities": rows}} for realm, rows in by_realm.items()]
    return {"eventNotifications": notes}


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
        """Deliver what is there, once; False when nothing was."""
        with self.app.lock:
            events = sorted(self.app.store.all("outbox"), key=lambda event: int(event["number"]))[:100]
            target = self.app.store.get("webhook", "url")
            verifier = (self.app.store.get("registration", "app") or {}).get("webhook_verifier", "")
        if not events or target is None:
            return False
        old_form = self.settings["webhook_format"] == "legacy"
        body = json.dumps(legacy(events) if old_form else [cloud_event(event) for event in events]).encode()
        kind = "application/json" if old_form else "application/cloudevents+json"
        headers = {"Content-Type": kind, "intuit-signature": signature(body, verifier)}
        for _ in range(int(self.settings["webhook_repeat"])):
            self.deliver(urllib.request.Request(target["url"], body, headers))
        with self.app.lock:
            for event in events:
                self.app.store.remove("outbox", event["number"])
            self.app.store.commit()
        return True

    def deliver(self, request: urllib.request.Request) -> None:
        """Until a 200 within three seconds, or the schedule has run out."""
        for pause in RETRIES:
            try:
                with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                pass
            time.sleep(pause * float(self.settings["webhook_retry_scale"]))
