"""A client as dumb as possible: it writes the elements a test says, in the order it says them."""

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from apps.sandbox.quickbooks_desktop.app import PocketDesktop

ROOT = Path(__file__).parents[3]
SPECS = Path(os.environ.get("TIEOUT_SPECS", ROOT.parent / "shared" / "specs")) / "qbd"
HEAD = '<?xml version="1.0" encoding="utf-8"?><?qbxml version="13.0"?>'
Body = dict[str, Any]
Element = etree._Element


@cache
def form() -> etree.XMLSchema | None:
    """The vendor's schema, where the specs lie beside the project."""
    path = SPECS / "xsd" / "qbxmlops130.xsd"
    return etree.XMLSchema(etree.parse(str(path))) if path.is_file() else None


def fill(parent: Element, values: Body) -> None:
    for name, value in values.items():
        for each in value if isinstance(value, list) else [value]:
            child = etree.SubElement(parent, name)
            if isinstance(each, dict):
                fill(child, each)
            else:
                child.text = str(each)


def rq(name: str, values: Body | None = None, after: Body | None = None, **attributes: str) -> str:
    """One message; the content of an Add or Mod is wrapped, `after` follows it."""
    root = etree.Element(f"{name}Rq", {"requestID": "1", **attributes})
    fill(root, {name: values or {}} if name.endswith(("Add", "Mod")) else values or {})
    fill(root, after or {})
    return etree.tostring(root, encoding="us-ascii").decode().partition("?>\n")[2] or etree.tostring(root).decode()


def document(*messages: str, on_error: str = "continueOnError", **attributes: str) -> str:
    said = " ".join(f'{name}="{value}"' for name, value in {"onError": on_error, **attributes}.items())
    return f"{HEAD}<QBXML><QBXMLMsgsRq {said}>{''.join(messages)}</QBXMLMsgsRq></QBXML>"


def read(element: Element) -> Body:
    """An element as values; what comes more than once is a list."""
    found: Body = {}
    for child in element.iterchildren("*"):
        value = read(child) if len(child) else child.text or ""
        if child.tag in found:
            held = found[child.tag]
            found[child.tag] = [*held, value] if isinstance(held, list) else [held, value]
        else:
            found[str(child.tag)] = value
    return found


class Refused(Exception):
    """An HRESULT."""


class Desk:
    """One company file of a pocket in this process."""

    def __init__(self, app: PocketDesktop, **profile: Any) -> None:
        self.app = app
        self.facts = app.control_new_company(**profile)
        self.service = app.control_find("ItemService", "Services")

    def text(self, text: str, session: str = "") -> Element:
        """The QBXMLMsgsRs of a document, which the vendor's own schema would let pass."""
        said = self.app.control_execute(text, session)
        if said["hresult"]:
            raise Refused(said["hresult"], said["message"])
        root = etree.fromstring(said["answer"].encode())
        schema = form()
        if schema is not None:
            schema.assertValid(root)
        return root[0]

    def send(self, *messages: str, session: str = "", **attributes: str) -> list[Element]:
        return list(self.text(document(*messages, **attributes), session))

    def one(self, message: str, session: str = "") -> Element:
        return self.send(message, session=session)[0]

    def code(self, name: str, values: Body | None = None, **more: Any) -> int:
        return int(self.one(rq(name, values, **more)).get("statusCode", ""))

    def make(self, name: str, values: Body, **more: Any) -> Body:
        """The Ret of an Add or Mod that must succeed."""
        answer = self.one(rq(name, values, **more))
        assert answer.get("statusCode") == "0", answer.get("statusMessage")
        return read(answer[0]) if len(answer) else {}

    def ask(self, name: str, values: Body | None = None, session: str = "", **attributes: str) -> list[Body]:
        """The Rets of a query."""
        return [read(each) for each in self.one(rq(name, values, None, **attributes), session)]

    def customer(self, name: str = "Acme", **more: Any) -> str:
        return str(self.make("CustomerAdd", {"Name": name, **more})["ListID"])

    def line(self, amount: str = "100.00", code: str = "Non", **more: Any) -> Body:
        return {"ItemRef": {"ListID": self.service}, "Amount": amount, "SalesTaxCodeRef": {"FullName": code}, **more}

    def invoice(self, customer: str, amount: str = "100.00", code: str = "Non", **more: Any) -> Body:
        body = {"CustomerRef": {"ListID": customer}, **more, "InvoiceLineAdd": [self.line(amount, code)]}
        return self.make("InvoiceAdd", body)

    def memo(self, customer: str, amount: str = "100.00") -> Body:
        body = {"CustomerRef": {"ListID": customer}, "CreditMemoLineAdd": [self.line(amount)]}
        return self.make("CreditMemoAdd", body)

    def read(self, entity: str, key: str) -> Body:
        """One transaction with lines and links."""
        values: Body = {"TxnID": key, "IncludeLineItems": "true"}
        values |= {"IncludeLinkedTxns": "true"} if entity in ("Invoice", "CreditMemo", "Check") else {}
        return self.ask(f"{entity}Query", values)[0]

    def owed(self, customer: str) -> tuple[str, str]:
        row = self.ask("CustomerQuery", {"ListID": customer})[0]
        return row["Balance"], row["TotalBalance"]


def payment(customer: str, total: str, *applied: Body, **more: Any) -> Body:
    """The content of a ReceivePaymentAdd; without targets it stays credit."""
    rest = {"AppliedToTxnAdd": list(applied)} if applied else {"IsAutoApply": "false"}
    first: Body = {name: more.pop(name) for name in ("TxnDate", "RefNumber") if name in more}
    return {"CustomerRef": {"ListID": customer}, **first, "TotalAmount": total, **more, **rest}


def on(key: str, amount: str) -> Body:
    """One target of a payment."""
    return {"TxnID": key, "PaymentAmount": amount}


def files(folder: str, pattern: str) -> Iterator[Path]:
    """Files of the specs, oldest name first."""
    yield from sorted((SPECS / folder).glob(pattern))
