"""A client as dumb as possible: it sends what the test says and hands back what came."""

import threading
from typing import Any

import httpx

from apps.sandbox.control import Control
from apps.sandbox.frame import PocketServer
from apps.sandbox.xero.app import PocketXero

Body = dict[str, Any]
API = "/api.xro/2.0"
ZERO = "00000000-0000-0000-0000-000000000000"


class Desk:
    """One connected organisation of a running pocket."""

    def __init__(self, app: PocketXero, url: str, tenant: str) -> None:
        self.app, self.url, self.tenant = app, url, tenant
        self.control = Control(url)
        self.keys = self.control.grant(tenant=tenant)
        headers = {"xero-tenant-id": tenant, "Accept": "application/json"}
        self.http = httpx.Client(base_url=f"{url}{API}", headers=headers, timeout=60, verify=False)
        self.answers: list[httpx.Response] = []
        self.http.event_hooks["response"].append(self.answers.append)
        self.sign_in()

    def token(self, **form: str) -> httpx.Response:
        keys = (self.keys["client_id"], self.keys["client_secret"])
        return self.http.post(f"{self.url}/connect/token", auth=keys, data=form)

    def refresh(self, value: str) -> httpx.Response:
        return self.token(grant_type="refresh_token", refresh_token=value)

    def sign_in(self) -> Body:
        answer: Body = self.refresh(self.keys["refresh_token"]).json()
        self.keys["refresh_token"] = answer["refresh_token"]
        self.http.headers["Authorization"] = f"Bearer {answer['access_token']}"
        return answer

    def send(self, method: str, path: str, body: Any = None, **params: Any) -> httpx.Response:
        headers = params.pop("headers", None)
        return self.http.request(method, path, json=body, params=params or None, headers=headers)

    def rows(self, path: str, **params: Any) -> list[Body]:
        """The documents of a list."""
        answer = self.send("GET", path, **params)
        assert answer.status_code == 200, answer.text
        found: list[Body] = answer.json()[path.strip("/").split("/")[0]]
        return found

    def read(self, plural: str, key: str, **params: Any) -> Body:
        return self.rows(f"{plural}/{key}", **params)[0]

    def make(self, plural: str, body: Body, method: str = "PUT", **params: Any) -> Body:
        """The written document."""
        name = plural.partition("/")[0]
        answer = self.send(method, plural, {name: [body]}, **params)
        assert answer.status_code == 200, answer.text
        document: Body = answer.json()[name][0]
        return document

    def edit(self, plural: str, key: str, **fields: Any) -> Body:
        return self.make(f"{plural}/{key}", fields, "POST")

    def refused(self, method: str, path: str, body: Body, **params: Any) -> str:
        """The messages of a refusal, or an empty string."""
        answer = self.send(method, path, body, **params)
        if answer.status_code == 200:
            return ""
        assert answer.status_code == 400, answer.text
        content = answer.json()
        found = [note["Message"] for each in content.get("Elements", []) for note in each["ValidationErrors"]]
        return " ".join(found) or str(content["Message"])

    def contact(self, name: str = "Acme", **more: Any) -> str:
        return str(self.make("Contacts", {"Name": name, **more})["ContactID"])

    def line(self, amount: float = 100.0, code: str = "200", tax: str = "NONE", **more: Any) -> Body:
        kept = {"Description": "Work", "Quantity": 1, "UnitAmount": amount, "AccountCode": code, "TaxType": tax}
        return {**kept, **more}

    def sale(self, contact: str, amount: float = 100.0, **more: Any) -> Body:
        head = {"Type": "ACCREC", "Contact": {"ContactID": contact}, "Date": "2026-03-01", "DueDate": "2026-03-31"}
        return {**head, "Status": "AUTHORISED", "LineItems": [self.line(amount)], **more}

    def invoice(self, contact: str, amount: float = 100.0, **more: Any) -> Body:
        return self.make("Invoices", self.sale(contact, amount, **more))

    def credit(self, contact: str, amount: float = 100.0, **more: Any) -> Body:
        body = self.sale(contact, amount, Type="ACCRECCREDIT", **more)
        return self.make("CreditNotes", body)

    def overpayment(self, contact: str, amount: float = 100.0, **more: Any) -> Body:
        """The bank transaction an overpayment is born from."""
        body = {"Type": "RECEIVE-OVERPAYMENT", "Contact": {"ContactID": contact}, "BankAccount": {"Code": "090"},
                "LineAmountTypes": "NoTax", "Date": "2026-03-02",
                "LineItems": [{"Description": "Too much", "Quantity": 1, "UnitAmount": amount}]}  # fmt: skip
        return self.make("BankTransactions", {**body, **more})

    def pay(self, invoice: str, amount: float, **more: Any) -> Body:
        return self.make("Payments", on(invoice, amount, **more))

    def close(self) -> None:
        self.http.close()


def on(invoice: str, amount: float, entity: str = "Invoice", **more: Any) -> Body:
    """A payment on one document."""
    target = {entity: {f"{entity}ID": invoice}}
    return {**target, "Account": {"Code": "090"}, "Date": "2026-03-05", "Amount": amount, **more}


def part(invoice: str, amount: float) -> Body:
    """One allocation."""
    return {"Invoice": {"InvoiceID": invoice}, "Amount": amount, "Date": "2026-03-06"}


def start(app: PocketXero) -> PocketServer:
    """A pocket on a free port, quick to stop."""
    server = PocketServer(app)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    return server
