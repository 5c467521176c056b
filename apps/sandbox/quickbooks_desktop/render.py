"""Documents as QuickBooks shows them: references with their FullName, and everything that follows from links."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from apps.sandbox.quickbooks_desktop.company import Company, space_of
from apps.sandbox.quickbooks_desktop.money import ZERO, amount, dec
from apps.sandbox.quickbooks_desktop.references import kinds_of
from apps.sandbox.store import Document

Body = dict[str, Any]


def ret(company: Company, doc: Document, *, lines: bool = True, links: bool = True) -> Body:
    """The content of the Ret of a document."""
    body: Body = shown(company, doc["entity"], doc)
    stamps = {"TimeCreated": company.stamp(doc["created"]), "TimeModified": company.stamp(doc["modified"])}
    space = space_of(doc["entity"])
    if space != "txn":
        body |= {"ListID": doc["id"], **stamps, "FullName": company.full_name(space, doc["id"])}
        body["Sublevel"] = str(company.level(space, doc["id"]))
    else:
        body |= {"TxnID": doc["id"], **stamps}
    more = MORE.get(doc["entity"])
    return {**body, **more(company, doc, lines, links)} if more else body


def shown(company: Company, entity: str, doc: Document) -> Body:
    """The vendor's fields of a document or a line; ours are in lower case."""
    return {name: _value(company, entity, name, value) for name, value in doc.items() if name[0].isupper()}


def _value(company: Company, entity: str, name: str, value: Any) -> Any:
    if name.endswith("Ref"):
        return (
            [_ref(company, entity, name, each) for each in value]
            if isinstance(value, list)
            else _ref(company, entity, name, value)
        )
    return shown(company, entity, value) if isinstance(value, dict) else value


def _ref(company: Company, entity: str, name: str, key: str) -> Body:
    space = space_of(kinds_of(name, entity)[0])
    return {"ListID": key, "FullName": company.full_name(space, key)}


def _lines(company: Company, doc: Document) -> list[Body]:
    return [shown(company, doc["entity"], line) for line in doc.get("lines", ())]


def _linked(company: Company, doc: Document) -> list[Body]:
    """What lies on a document and what it lies on."""
    sign = company.settings["applied_sign"]
    found = {**company.index.on.get(doc["id"], {})}
    for link in doc.get("applied", ()):
        found[link["to"]] = found.get(link["to"], ZERO) + dec(link["amount"])
    rows = []
    for key, worth in found.items():
        other = company.doc("txn", key) or {}
        row = {"TxnID": key, "TxnType": other["entity"], "TxnDate": other["TxnDate"], "LinkType": "AMTTYPE"}
        number = {"RefNumber": other["RefNumber"]} if other.get("RefNumber") else {}
        rows.append({**row, **number, "Amount": amount(worth * sign)})
    return rows


def _customer(company: Company, doc: Document, lines: bool, links: bool) -> Body:
    total = sum((company.index.balance(key) for key in company.family(doc["id"])), ZERO)
    return {"Balance": amount(company.index.balance(doc["id"])), "TotalBalance": amount(total)}


def _invoice(company: Company, doc: Document, lines: bool, links: bool) -> Body:
    left = company.index.open(doc)
    taken = company.index.taken(doc["id"]) * company.settings["applied_sign"]
    body: Body = {"AppliedAmount": amount(taken), "BalanceRemaining": amount(left)}
    body["IsPaid"] = "true" if left <= 0 else "false"
    return body | _parts(company, doc, "InvoiceLineRet", lines, links)


def _parts(company: Company, doc: Document, name: str, lines: bool, links: bool) -> Body:
    body: Body = {name: _lines(company, doc)} if lines else {}
    return body | ({"LinkedTxn": _linked(company, doc)} if links else {})


def _credit_memo(company: Company, doc: Document, lines: bool, links: bool) -> Body:
    body = {"TotalAmount": doc["total"], "CreditRemaining": amount(company.index.open(doc))}
    return body | _parts(company, doc, "CreditMemoLineRet", lines, links)


def _payment(company: Company, doc: Document, lines: bool, links: bool) -> Body:
    body: Body = {
        "TotalAmount": doc["total"],
        "UnusedPayment": amount(company.index.open(doc)),
        "UnusedCredits": "0.00",
    }
    if lines:
        body["AppliedToTxnRet"] = [_applied(company, link) for link in doc["applied"]]
    return body


def _applied(company: Company, link: Document) -> Body:
    other = company.doc("txn", link["to"]) or {}
    row = {"TxnID": link["to"], "TxnType": other["entity"], "TxnDate": other["TxnDate"], "Amount": link["amount"]}
    if other.get("RefNumber"):
        row["RefNumber"] = other["RefNumber"]
    if link.get("discount"):
        row["DiscountAmount"] = link["discount"]
    return {**row, "BalanceRemaining": amount(company.index.open(other))}


def _refund(company: Company, doc: Document, lines: bool, links: bool) -> Body:
    rows = []
    for link in doc["applied"] if lines else ():
        other = company.doc("txn", link["to"]) or {}
        row = {"TxnID": link["to"], "TxnType": other["entity"], "TxnDate": other["TxnDate"]}
        number = {"RefNumber": other["RefNumber"]} if other.get("RefNumber") else {}
        left = amount(company.index.open(other))
        rows.append({**row, **number, "CreditRemaining": left, "RefundAmount": link["amount"]})
    return {"TotalAmount": doc["total"], "RefundAppliedToTxnRet": rows}


def _check(company: Company, doc: Document, lines: bool, links: bool) -> Body:
    return {"IsToBePrinted": "false", **_parts(company, doc, "ExpenseLineRet", lines, links)}


def _journal(company: Company, doc: Document, lines: bool, links: bool) -> Body:
    if not lines:
        return {}
    sides = {"debit": "JournalDebitLine", "credit": "JournalCreditLine"}
    held = [(line["side"], shown(company, doc["entity"], line)) for line in doc["lines"]]
    return {name: [line for own, line in held if own == side] for side, name in sides.items()}


def _deposit(company: Company, doc: Document, lines: bool, links: bool) -> Body:
    return {"DepositLineRet": _lines(company, doc)} if lines else {}


def _charge(company: Company, doc: Document, lines: bool, links: bool) -> Body:
    left = company.index.open(doc)
    body: Body = {"BalanceRemaining": amount(left), "IsPaid": "true" if left <= 0 else "false"}
    return body | ({"LinkedTxn": _linked(company, doc)} if links else {})


MORE: dict[str, Callable[[Company, Document, bool, bool], Body]] = {
    "Customer": _customer,
    "Invoice": _invoice,
    "CreditMemo": _credit_memo,
    "ReceivePayment": _payment,
    "ARRefundCreditCard": _refund,
    "Check": _check,
    "JournalEntry": _journal,
    "Deposit": _deposit,
    "Charge": _charge,
}
