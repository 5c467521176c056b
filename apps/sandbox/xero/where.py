"""The `where` of the vendor: only fields it is optimised for, compared with literals and joined with AND."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from apps.sandbox.store import Document
from apps.sandbox.xero.index import name_key
from apps.sandbox.xero.organisation import Organisation
from apps.sandbox.xero.refusals import bad_query

PIECE = re.compile(
    r"""\s*(?P<field>[A-Za-z][A-Za-z.]*)\s*(?P<op>==|>=|<=)\s*(?:"(?P<text>(?:[^"\\]|\\.)*)"|"""
    r"""(?i:guid)\("(?P<guid>[0-9a-fA-F-]{36})"\)|(?i:DateTime)\(\s*(?P<date>\d+\s*,\s*\d+\s*,\s*\d+)\s*\)|"""
    r"""(?P<number>-?\d+(?:\.\d+)?))\s*"""
)
JOIN = re.compile(r"AND\b|&&", re.IGNORECASE)
# Entity -> field in lower case -> (kind of literal, property of the stored document).
FIELDS: dict[str, dict[str, tuple[str, str]]] = {
    "Invoice": {
        "status": ("text", "Status"), "contact.contactid": ("guid", "ContactID"), "reference": ("text", "Reference"),
        "contact.name": ("text", "Contact.Name"), "contact.contactnumber": ("text", "Contact.ContactNumber"),
        "invoicenumber": ("text", "InvoiceNumber"), "invoiceid": ("guid", "InvoiceID"), "date": ("date", "Date"),
        "type": ("text", "Type"), "amountdue": ("number", "AmountDue"), "amountpaid": ("number", "AmountPaid"),
        "duedate": ("date", "DueDate"),
    },
    "CreditNote": {
        "status": ("text", "Status"), "contact.contactid": ("guid", "ContactID"), "reference": ("text", "Reference"),
        "creditnotenumber": ("text", "CreditNoteNumber"), "creditnoteid": ("guid", "CreditNoteID"),
        "date": ("date", "Date"), "type": ("text", "Type"),
    },
    "Payment": {
        "paymenttype": ("text", "PaymentType"), "status": ("text", "Status"), "date": ("date", "Date"),
        "invoice.invoiceid": ("guid", "TargetID"), "reference": ("text", "Reference"),
        "paymentid": ("guid", "PaymentID"),
    },
    "Contact": {
        "name": ("text", "Name"), "emailaddress": ("text", "EmailAddress"), "accountnumber": ("text", "AccountNumber"),
    },
    "BankTransaction": {
        "type": ("text", "Type"), "status": ("text", "Status"), "date": ("date", "Date"),
        "contact.contactid": ("guid", "ContactID"), "reference": ("text", "Reference"),
    },
    "Overpayment": {"contact.contactid": ("guid", "ContactID"), "status": ("text", "Status"), "date": ("date", "Date")},
    "Prepayment": {"contact.contactid": ("guid", "ContactID"), "status": ("text", "Status"), "date": ("date", "Date")},
    "BatchPayment": {"status": ("text", "Status"), "date": ("date", "Date")},
    "Account": {"type": ("text", "Type"), "status": ("text", "Status"), "class": ("text", "Class"),
                "code": ("text", "Code")},
    "Item": {"code": ("text", "Code"), "name": ("text", "Name")},
    "TaxRate": {"taxtype": ("text", "TaxType"), "name": ("text", "Name"), "status": ("text", "Status")},
    "ContactGroup": {"name": ("text", "Name"), "status": ("text", "Status")},
    "TrackingCategory": {"name": ("text", "Name"), "status": ("text", "Status")},
    "Currency": {"code": ("text", "Code")},
}  # fmt: skip
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda left, right: bool(left == right),
    ">=": lambda left, right: bool(left >= right),
    "<=": lambda left, right: bool(left <= right),
}
Test = Callable[[Document], bool]


def compiled(org: Organisation, entity: str, text: str) -> Test:
    """The test a `where` stands for; BadRequest for anything but the optimised form."""
    tests, at = [], 0
    while True:
        found = PIECE.match(text, at)
        if found is None:
            raise bad_query(f"The where clause cannot be parsed (at index {at})")
        tests.append(one(org, entity, found))
        at = found.end()
        if at == len(text):
            return lambda doc: all(test(doc) for test in tests)
        joined = JOIN.match(text, at)
        if joined is None:
            raise bad_query(f"Only AND is supported here (at index {at})")
        at = joined.end()


def one(org: Organisation, entity: str, found: re.Match[str]) -> Test:
    """One comparison."""
    field, sign = found["field"], found["op"]
    known = FIELDS.get(entity, {}).get(field.lower())
    if known is None:
        raise bad_query(f"No property or field '{field}' exists in type '{entity}' that is optimised for filtering")
    kind, name = known
    if found[kind] is None or (sign != "==" and kind not in ("date", "number")):
        raise bad_query(f"Operator '{sign}' incompatible with operand types of '{field}'")
    wanted = literal(kind, found[kind])
    compare = COMPARE[sign]
    return lambda doc: compare(held(org, kind, name, doc), wanted)


def literal(kind: str, text: str) -> Any:
    """The value of a literal."""
    if kind == "date":
        try:
            return date(*(int(part) for part in text.split(","))).isoformat()
        except ValueError as error:
            raise bad_query(f"DateTime({text}) is no date") from error
    if kind == "number":
        return Decimal(text)
    return text.lower() if kind == "guid" else name_key(re.sub(r"\\(.)", r"\1", text))


def held(org: Organisation, kind: str, name: str, doc: Document) -> Any:
    """What a document holds, ready to compare."""
    if name.startswith("Contact."):
        doc, name = org.sure("Contact", doc["ContactID"]), name.removeprefix("Contact.")
    value = doc.get(name, "")
    if kind == "number":
        return Decimal(str(value or 0))
    return name_key(str(value)) if kind == "text" else str(value)
