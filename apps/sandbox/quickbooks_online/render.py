"""A document as the API shows it: what is stored plus what follows from other documents."""

from __future__ import annotations

from apps.sandbox.quickbooks_online.company import Company
from apps.sandbox.quickbooks_online.index import ref
from apps.sandbox.quickbooks_online.money import dec, num
from apps.sandbox.store import Document

NAMED_REFERENCES = {
    "CustomerRef": ("Customer", "DisplayName"),
    "ItemRef": ("Item", "Name"),
    "ClassRef": ("Class", "Name"),
    "DepartmentRef": ("Department", "Name"),
    "AccountRef": ("Account", "Name"),
    "SalesTermRef": ("Term", "Name"),
}


def render(company: Company, entity: str, doc: Document) -> Document:
    """A copy with balances, links, full names and names of references."""
    view = with_names(company, doc)
    if entity == "Customer":
        view["FullyQualifiedName"] = full_name(company, entity, doc, "DisplayName")
        view["Level"] = view["FullyQualifiedName"].count(":")
        view["Balance"] = num(company.index.balance(doc["Id"]))
        view["BalanceWithJobs"] = num(company.index.balance(doc["Id"], with_jobs=True))
    elif entity == "Vendor":
        view["Balance"] = 0.0
    elif entity in ("Item", "Account", "Class", "Department"):
        view["FullyQualifiedName"] = full_name(company, entity, doc, "Name")
    elif entity in ("Invoice", "CreditMemo"):
        view["Balance"] = num(dec(doc["TotalAmt"]) - company.index.applied(entity, doc["Id"]))
        if entity == "CreditMemo":
            view["RemainingCredit"] = view["Balance"]
    links = linked(company, entity, doc["Id"])
    if links or entity == "Invoice":
        view["LinkedTxn"] = links
    if entity in ("SalesReceipt", "RefundReceipt"):
        view["Balance"] = 0.0
    return view


def linked(company: Company, entity: str, key: str) -> list[Document]:
    """Payments that were put on a document, and the deposit that holds it."""
    payments = [{"TxnId": payment, "TxnType": "Payment"} for payment in company.index.links.get((entity, key), {})]
    deposit = company.index.deposited.get((entity, key))
    return [*payments, *([{"TxnId": deposit, "TxnType": "Deposit"}] if deposit else [])]


def full_name(company: Company, entity: str, doc: Document, name: str) -> str:
    """Parent:Child."""
    parent = company.raw(entity, ref(doc, "ParentRef"))
    return f"{full_name(company, entity, parent, name)}:{doc[name]}" if parent else str(doc[name])


def with_names(company: Company, doc: Document) -> Document:
    """A shallow copy in which references of the head and the lines say the name too."""
    view = {key: named(company, key, value) for key, value in doc.items()}
    if "Line" in view:
        view["Line"] = [line_with_names(company, line) for line in doc["Line"]]
    return view


def line_with_names(company: Company, line: Document) -> Document:
    """A line whose detail names what it refers to."""
    detail = line.get(line.get("DetailType", ""))
    if not isinstance(detail, dict):
        return line
    return {**line, line["DetailType"]: {key: named(company, key, value) for key, value in detail.items()}}


def named(company: Company, key: str, value: object) -> object:
    """A reference with the name of what it points to."""
    if key not in NAMED_REFERENCES or not isinstance(value, dict) or not isinstance(value.get("value"), str):
        return value
    entity, name = NAMED_REFERENCES[key]
    target = company.raw(entity, value["value"])
    return {"value": value["value"], "name": target[name]} if target else value
