"""What a reference points to, and one write as the rules see it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from apps.sandbox.quickbooks_desktop.company import NAMES, SOLD_ITEMS, TAX_ITEMS, Company, space_of
from apps.sandbox.quickbooks_desktop.refusals import Refusal
from apps.sandbox.store import Document

ANY_ACCOUNT: tuple[str, ...] = ("Account",)
# What each reference may point to; references that are not here point to lists this company does not keep.
KINDS: dict[str, tuple[str, ...]] = {
    "CustomerRef": ("Customer",),
    "ClassRef": ("Class",),
    "DiscountClassRef": ("Class",),
    "TermsRef": ("StandardTerms",),
    "SalesTaxCodeRef": ("SalesTaxCode",),
    "CustomerSalesTaxCodeRef": ("SalesTaxCode",),
    "PurchaseTaxCodeRef": ("SalesTaxCode",),
    "ItemSalesTaxRef": TAX_ITEMS,
    "ItemPurchaseTaxRef": TAX_ITEMS,
    "PaymentMethodRef": ("PaymentMethod",),
    "PreferredPaymentMethodRef": ("PaymentMethod",),
    "ItemRef": SOLD_ITEMS,
    "PrefVendorRef": ("Vendor",),
    "TaxVendorRef": ("Vendor",),
    "PayeeEntityRef": NAMES,
    "EntityRef": NAMES,
}
# What an account must be to stand in a field.
ACCOUNT_TYPES: dict[str, tuple[str, ...]] = {
    "ARAccountRef": ("AccountsReceivable",),
    "DepositToAccountRef": ("Bank", "OtherCurrentAsset"),
    "RefundFromAccountRef": ("Bank", "CreditCard", "OtherCurrentAsset"),
}
LIST_ID = re.compile(r"[0-9A-F]{1,16}-\d{1,16}")


@dataclass
class Change:
    """One write: what was sent, and whether a person does it in the screens, where fewer rules hold."""

    company: Company
    entity: str
    sent: Document
    old: Document | None = None
    ui: bool = False

    def setting(self, name: str) -> Any:
        """How a doubt is read."""
        return self.company.settings[name]


def kinds_of(field: str, entity: str) -> tuple[str, ...]:
    """What a reference may point to."""
    if field == "ParentRef":
        return (entity,)
    return ANY_ACCOUNT if field.endswith("AccountRef") else KINDS.get(field, ())


def resolve(change: Change, field: str, value: Any) -> str:
    """The ListID a reference means; ListID wins over FullName. 3140 when nothing of the kind is there."""
    ref = (
        {"FullName" if ":" in value or not LIST_ID.fullmatch(value) else "ListID": value}
        if isinstance(value, str)
        else value
    )
    kinds = kinds_of(field, change.entity)
    listed, named = ref.get("ListID", ""), ref.get("FullName", "")
    if listed and not LIST_ID.fullmatch(listed):
        raise Refusal(3000, listed, "list id")
    space = space_of(kinds[0]) if kinds else field
    doc = change.company.doc(space, listed) if listed else change.company.by_name(space, named)
    if doc is None or doc["entity"] not in kinds or not _right_account(field, doc):
        raise Refusal(3140, _what(field), named or listed, change.entity)
    if doc.get("IsActive") == "false" and not change.ui and change.setting("inactive_reference") == "refuse":
        raise Refusal(3140, _what(field), named or listed, change.entity)
    return str(doc["id"])


def _right_account(field: str, doc: Document) -> bool:
    return doc["entity"] != "Account" or doc["AccountType"] in ACCOUNT_TYPES.get(field, (doc["AccountType"],))


def _what(field: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", field.removesuffix("Ref"))


def references(change: Change, sent: Document) -> Document:
    """The body with every reference as a ListID; an emptied one becomes an empty string."""
    found: Document = {}
    for name, value in sent.items():
        if not name.endswith("Ref"):
            found[name] = _inside(change, value)
        elif isinstance(value, list):
            found[name] = [resolve(change, name, each) for each in value]
        else:
            empty = value == "" or value == {} or (isinstance(value, dict) and not any(value.values()))
            found[name] = "" if empty else resolve(change, name, value)
    return found


def _inside(change: Change, value: Any) -> Any:
    if isinstance(value, list):
        return [_inside(change, each) for each in value]
    return references(change, value) if isinstance(value, dict) else value


def standing(change: Change, id_field: str) -> Document:
    """The stored version a Mod is about: 3120 when it is gone, 3200 when the EditSequence is old."""
    key = change.sent[id_field]
    old = change.company.raw(change.entity, key)
    if old is None:
        if not LIST_ID.fullmatch(key):
            raise Refusal(3000, key, id_field)
        raise Refusal(3120, key, "It has been deleted, or never existed.")
    if not change.ui and change.sent["EditSequence"] != old["EditSequence"]:
        raise Refusal(3200, change.sent["EditSequence"])
    return old


def check_closed(change: Change, *dates: str) -> None:
    """Nothing dated on or before the closing date can be written by an application."""
    closed = change.company.profile.get("closing_date")
    if closed and not change.ui and any(day and day <= closed for day in dates):
        raise Refusal(3171, change.entity)
