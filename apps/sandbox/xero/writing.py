"""Writes: one or many elements, each refused or kept for itself, answered the way the client asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from apps.sandbox.frame import Request, Response
from apps.sandbox.store import Document
from apps.sandbox.xero.banking import write_transaction
from apps.sandbox.xero.change import Change
from apps.sandbox.xero.contacts import write_contact, write_group
from apps.sandbox.xero.credits import allocate
from apps.sandbox.xero.documents import write_document
from apps.sandbox.xero.items import write_account, write_category, write_currency, write_item, write_tax_rate
from apps.sandbox.xero.organisation import CREDITS, IDS, Organisation
from apps.sandbox.xero.payments import write_batch, write_payment
from apps.sandbox.xero.reading import check_query, digits_of, flag
from apps.sandbox.xero.refusals import ZERO_ID, Invalid, Missing, nothing_to_do, unreadable, validation_body
from apps.sandbox.xero.render import allocation_view, render
from apps.sandbox.xero.shapes import SHAPES, Reader

WRITERS: dict[str, Callable[[Change], Document]] = {
    "Contact": write_contact, "ContactGroup": write_group, "Invoice": write_document, "CreditNote": write_document,
    "Payment": write_payment, "BatchPayment": write_batch, "BankTransaction": write_transaction, "Item": write_item,
    "TaxRate": write_tax_rate, "TrackingCategory": write_category, "Currency": write_currency,
    "Account": write_account,
}  # fmt: skip
PLURALS = {
    "Contact": "Contacts", "ContactGroup": "ContactGroups", "Invoice": "Invoices", "CreditNote": "CreditNotes",
    "Payment": "Payments", "BatchPayment": "BatchPayments", "BankTransaction": "BankTransactions", "Item": "Items",
    "TaxRate": "TaxRates", "TrackingCategory": "TrackingCategories", "Currency": "Currencies", "Account": "Accounts",
}  # fmt: skip
# (method, entity) pairs there are on the collection; POST of a currency, say, is none.
ON_COLLECTION = {("PUT", entity) for entity in WRITERS} | {
    ("POST", entity) for entity in ("Contact", "Invoice", "CreditNote", "Payment", "BatchPayment", "BankTransaction",
                                    "Item", "TaxRate")
}  # fmt: skip
FLAGGED = {"Invoice", "CreditNote", "BankTransaction"}  # say HasErrors rather than HasValidationErrors
LARGEST_BODY = 3_500_000


def body_of(request: Request) -> Any:
    """The JSON that was sent; BadRequest for anything else."""
    if "application/json" not in request.headers.get("content-type", ""):
        raise unreadable("The Content-Type must be application/json")
    if len(request.body) > LARGEST_BODY:
        raise unreadable("The request is too large")
    try:
        return request.json()
    except ValueError as error:
        raise unreadable("JSON for post data was invalid") from error


def elements_of(entity: str, plural: str, body: Any) -> list[Any]:
    """The elements in their envelope, or the one bare object; a bare array is no data."""
    if not isinstance(body, dict) or not body:
        raise nothing_to_do()
    if plural in body and set(body) == {plural} and not (plural == "Payments" and entity != "Payment"):
        held = body[plural]
        elements = held if isinstance(held, list) else [held]
    else:
        elements = [body]
    if not elements:
        raise nothing_to_do()
    return elements


def write_many(org: Organisation, entity: str, request: Request, key: str = "") -> Response:
    """PUT or POST of one endpoint; `key` is the id in the address."""
    plural = PLURALS[entity]
    check_query(request, {"summarizeErrors", "unitdp", "allowBackorders"})
    elements = elements_of(entity, plural, body_of(request))
    if len(elements) > 1 and (key or (entity == "Payment" and request.method == "POST")):
        raise unreadable("Only one element can be written here")
    digits = digits_of(request)
    changes = [read_element(org, entity, each) for each in elements]
    for change in changes:
        change.create, change.key, change.digits = request.method == "PUT", key, digits
    separate = "summarizeErrors" in request.query and not flag(request, "summarizeErrors")
    outcomes = [carry_out(change, WRITERS[entity]) for change in changes]
    return answer(org, entity, plural, outcomes, separate, digits)


Outcome = tuple[Change, Document | None, Invalid | None]


def read_element(org: Organisation, entity: str, element: Any) -> Change:
    """One element, read; texts that are too long are told when it is carried out."""
    reader = Reader(org.settings["unknown_fields"] == "refuse")
    shape = entity if entity in SHAPES else "Allocation"
    change = Change(org, entity, reader.read(shape, element))
    change.too_long = reader.messages
    return change


def carry_out(change: Change, writer: Callable[[Change], Document]) -> Outcome:
    """Write one element; whatever a refused one did on the way is undone."""
    org = change.org
    outer = org.journal
    org.journal = outer if outer is not None else []
    mark = len(org.journal)
    try:
        if change.too_long:
            raise Invalid(*change.too_long)
        return change, writer(change), None
    except (Invalid, Missing) as refusal:
        org.roll_back(mark)
        if isinstance(refusal, Missing):
            raise
        return change, None, refusal


def answer(
    org: Organisation, entity: str, plural: str, outcomes: list[Outcome], separate: bool, digits: int
) -> Response:
    """200 with a status per element, or all well, or 400 with what was refused."""
    refused = [(change, refusal) for change, _, refusal in outcomes if refusal]
    if refused and not separate:
        if org.settings["refused_batch"] == "saves_none":
            org.roll_back()
        return Response(400, validation_body([echo(*each) for each in refused], number_of(refused)))
    rows = []
    for change, doc, refusal in outcomes:
        row = echo(change, refusal) if refusal else shown(change, doc or {}, digits)
        if separate:
            row |= {"StatusAttributeString": status_of(change, refusal), errors_flag(entity): refusal is not None}
        rows.append(row)
    return Response(200, {plural: rows})


def status_of(change: Change, refusal: Invalid | None) -> str:
    """OK, WARNING or ERROR."""
    return "ERROR" if refusal else "WARNING" if change.warnings else "OK"


def errors_flag(entity: str) -> str:
    """What an entity calls its error flag."""
    return "HasErrors" if entity in FLAGGED else "HasValidationErrors"


def number_of(refused: list[tuple[Change, Invalid]]) -> int:
    """The ErrorNumber of a refusal."""
    return refused[0][1].number if len(refused) == 1 else 10


def echo(change: Change, refusal: Invalid) -> Document:
    """A refused element: what named it, a GUID of zeros unless it stood before, and why."""
    entity, sent = change.entity, change.sent
    name = IDS[entity] if change.entity in SHAPES and IDS[entity].endswith("ID") else ""
    named = ("Type", "Status", "InvoiceNumber", "CreditNoteNumber", "Name", "ContactNumber", "Code", "Reference")
    out: Document = {key: sent[key] for key in named if isinstance(sent.get(key), str)}
    if name:
        key = change.key or str(sent.get(name, ""))
        out[name] = key if change.org.raw(entity, key) else ZERO_ID
    return {**required_of(entity), **out, "ValidationErrors": refusal.shown()}


def required_of(entity: str) -> Document:
    """What the vendor's own description of an answer insists on."""
    if entity in CREDITS:
        return {"Allocations": []}
    return {"BankTransaction": {"Type": "RECEIVE", "LineItems": [], "BankAccount": {}}, "Item": {"Code": ""}}.get(
        entity, {}
    )


def shown(change: Change, doc: Document, digits: int) -> Document:
    """A written element."""
    row = render(change.org, change.entity, change.org.raw(change.entity, doc[IDS[change.entity]]) or doc, True, digits)
    return {**row, "Warnings": [{"Message": text} for text in change.warnings]} if change.warnings else row


def write_allocations(org: Organisation, entity: str, key: str, request: Request) -> Response:
    """PUT of allocations of one credit."""
    check_query(request, {"summarizeErrors"})
    if org.raw(entity, key) is None:
        raise Missing
    separate = "summarizeErrors" in request.query and not flag(request, "summarizeErrors")
    outcomes: list[Outcome] = []
    for element in elements_of("Allocation", "Allocations", body_of(request)):
        reader = Reader(org.settings["unknown_fields"] == "refuse")
        change = Change(org, entity, reader.read("Allocation", element), create=True, key=key)
        outcomes.append(carry_out(change, allocate))
    refused = [(change, refusal) for change, _, refusal in outcomes if refusal]
    if refused and not separate:
        if org.settings["refused_batch"] == "saves_none":
            org.roll_back()
        elements = [{IDS[entity]: key, "ValidationErrors": refusal.shown()} for _, refusal in refused]
        return Response(400, validation_body(elements, 10))
    rows = [allocated(change, doc, refusal, separate) for change, doc, refusal in outcomes]
    return Response(200, {"Allocations": rows})


def allocated(change: Change, doc: Document | None, refusal: Invalid | None, separate: bool) -> Document:
    """One allocation of the answer."""
    if refusal:
        sent = {"Amount": change.sent.get("Amount", 0), "Invoice": change.sent.get("Invoice", {}), "Date": ""}
        row: Document = {**sent, "AllocationID": ZERO_ID, "ValidationErrors": refusal.shown()}
    else:
        row = allocation_view(change.org, doc or {})
    return {**row, "StatusAttributeString": status_of(change, refusal)} if separate else row
