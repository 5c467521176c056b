"""A client as dumb as possible: it posts what the test says and hands back what came."""

import threading
from typing import Any

import httpx

from apps.sandbox.control import Control
from apps.sandbox.frame import PocketServer
from apps.sandbox.quickbooks_online.app import PocketQuickBooks

Body = dict[str, Any]


class Desk:
    """One connected company of a running pocket."""

    def __init__(self, app: PocketQuickBooks, url: str, realm: str) -> None:
        self.app, self.url, self.realm = app, url, realm
        self.control = Control(url)
        self.keys = self.control.grant(realm=realm)
        self.http = httpx.Client(base_url=f"{url}/v3/company/{realm}", params={"minorversion": "75"}, timeout=60)
        self.sign_in()
        self.service = self.control.find(entity="Item", name="Services", realm=realm)

    def token(self, **form: str) -> httpx.Response:
        keys = (self.keys["client_id"], self.keys["client_secret"])
        return httpx.post(f"{self.url}/oauth2/v1/tokens/bearer", auth=keys, data=form)

    def refresh(self, value: str) -> httpx.Response:
        return self.token(grant_type="refresh_token", refresh_token=value)

    def sign_in(self) -> None:
        answer = self.refresh(self.keys["refresh_token"]).json()
        self.keys["refresh_token"] = answer["refresh_token"]
        self.http.headers["Authorization"] = f"Bearer {answer['access_token']}"

    def ask(self, entity: str, body: Body, **params: str) -> Body:
        """The body of the answer, good or bad."""
        answer: Body = self.http.post(f"/{entity.lower()}", json=body, params=params).json()
        return answer

    def make(self, entity: str, body: Body, **params: str) -> Body:
        """The written document."""
        answer = self.ask(entity, body, **params)
        assert entity in answer, answer
        document: Body = answer[entity]
        return document

    def code(self, entity: str, body: Body, **params: str) -> str:
        """The code of the refusal, or an empty string."""
        answer = self.ask(entity, body, **params)
        return str(answer["Fault"]["Error"][0]["code"]) if "Fault" in answer else ""

    def read(self, entity: str, key: str) -> Body:
        document: Body = self.http.get(f"/{entity.lower()}/{key}").json()[entity]
        return document

    def query(self, text: str) -> Body:
        kind = {"Content-Type": "application/text"}
        answer: Body = self.http.post("/query", content=text.encode(), headers=kind).json()
        return answer

    def rows(self, text: str) -> list[Body]:
        answer = self.query(text)["QueryResponse"]
        return next((value for value in answer.values() if isinstance(value, list)), [])

    def batch(self, items: list[Body], **params: str) -> dict[str, Body]:
        answer = self.http.post("/batch", json={"BatchItemRequest": items}, params=params).json()
        return {item["bId"]: item for item in answer["BatchItemResponse"]}

    def customer(self, name: str = "Acme", **more: Any) -> str:
        return str(self.make("Customer", {"DisplayName": name, **more})["Id"])

    def close(self) -> None:
        self.http.close()

    def line(self, amount: float, code: str = "NON", **detail: Any) -> Body:
        detail = {"ItemRef": {"value": self.service}, "TaxCodeRef": {"value": code}, **detail}
        return {"DetailType": "SalesItemLineDetail", "Amount": amount, "SalesItemLineDetail": detail}

    def sale(self, customer: str, amount: float = 100.0, **more: Any) -> Body:
        return {"CustomerRef": {"value": customer}, "Line": [self.line(amount)], **more}

    def invoice(self, customer: str, amount: float = 100.0, **more: Any) -> Body:
        return self.make("Invoice", self.sale(customer, amount, **more))

    def account(self, name: str) -> Body:
        return {"value": self.control.find(entity="Account", name=name, realm=self.realm)}


def on(key: str, amount: float, kind: str = "Invoice") -> Body:
    """One line of a payment."""
    return {"Amount": amount, "LinkedTxn": [{"TxnId": key, "TxnType": kind}]}


def payment(customer: str, total: float, *lines: Body, **more: Any) -> Body:
    """A payment with its lines."""
    return {"CustomerRef": {"value": customer}, "TotalAmt": total, "Line": list(lines), **more}


def start(app: PocketQuickBooks) -> PocketServer:
    """A pocket on a free port, quick to stop."""
    server = PocketServer(app)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    return server
