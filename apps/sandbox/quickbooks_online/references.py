"""Looking up what a document refers to, with the vendor's refusals for what is missing or inactive."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from apps.sandbox.quickbooks_online.company import Company
from apps.sandbox.quickbooks_online.index import ref
from apps.sandbox.quickbooks_online.refusals import Refusal
from apps.sandbox.store import Document

# Reference -> (entity, the vendor's word for it in `element id N not found`).
REFERENCES = {
    "CustomerRef": ("Customer", "Names"),
    "ParentRef": ("", "Names"),
    "ItemRef": ("Item", "Items"),
    "ClassRef": ("Class", "Klasses"),
    "DepartmentRef": ("Department", "Depts"),
    "AccountRef": ("Account", "Accounts"),
    "DepositToAccountRef": ("Account", "Accounts"),
    "IncomeAccountRef": ("Account", "Accounts"),
    "ExpenseAccountRef": ("Account", "Accounts"),
    "AssetAccountRef": ("Account", "Accounts"),
    "DiscountAccountRef": ("Account", "Accounts"),
    "SalesTermRef": ("Term", "Terms"),
    "TermRef": ("Term", "Terms"),
    "PaymentMethodRef": ("PaymentMethod", "PaymentMethods"),
}
INACTIVE = (
    "Something you're trying to use has been made inactive. "
    "Check the fields with accounts, customers, items, vendors or employees."
)


@dataclass
class Change:
    """One write on its way: what was sent, what stood there, and who does it."""

    company: Company
    entity: str
    sent: Document
    old: Document | None = None
    sparse: bool = False
    ui: bool = False  # a person in the vendor's own screens
    include: frozenset[str] = field(default_factory=frozenset)

    def setting(self, name: str) -> Any:
        """A doubt, as this pocket reads it."""
        return self.company.settings[name]


def look_up(change: Change, entity: str, key: str, word: str = "") -> Document:
    """The document a reference points to: 2500 when it is not there, 610 when it is inactive."""
    doc = change.company.seen(entity, key)
    if doc is None:
        raise Refusal("2500", f"{word or entity} element id {key} not found")
    if doc.get("Active") is False:
        raise Refusal("610", INACTIVE)
    return doc


def kept(value: Document, before: Document | None, name: str) -> bool:
    """Whether a reference was there before the change: old references keep working."""
    return before is not None and ref(before, name) == ref(value, name)


def check_references(change: Change, value: Document, before: Document | None = None) -> None:
    """Every known reference of one level of a document exists and is active."""
    for name, (entity, word) in REFERENCES.items():
        key = ref(value, name)
        if key and not kept(value, before, name):
            look_up(change, entity or change.entity, key, word)


def required(value: Document, *names: str) -> None:
    """2020 for the first of the names that is missing or empty."""
    for name in names:
        if value.get(name) in (None, "", []):
            raise Refusal("2020", f"Required parameter {name} is missing in the request", name)
