"""Products and services. https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/item"""

from __future__ import annotations

from apps.platforms.errors import Refused
from apps.platforms.quickbooks_online.translate import names
from apps.platforms.quickbooks_online.translate.values import (
    Body,
    Raw,
    american,
    changed,
    envelope,
    listed_status,
    maybe,
    ref,
    to_ref,
)
from apps.platforms.records import Facts, Item, ItemKind, Status

KINDS = {
    "Service": ItemKind.SERVICE,
    "NonInventory": ItemKind.NON_INVENTORY,
    "Inventory": ItemKind.INVENTORY,
    "Category": ItemKind.CATEGORY,
    "Group": ItemKind.BUNDLE,
    "Bundle": ItemKind.BUNDLE,
}
#: The kinds we may create; the quantities of inventory belong to QuickBooks, and bundles are read-only there.
TYPES = {ItemKind.SERVICE: "Service", ItemKind.NON_INVENTORY: "NonInventory", ItemKind.CATEGORY: "Category"}
DELETED = " (deleted)"


def read_item(raw: Raw) -> Item:
    """An Item; its category is the path before its own name."""
    status = listed_status(raw)
    name = str(raw.get("Name") or "")
    path = str(raw.get("FullyQualifiedName") or "")
    return Item(
        **envelope(raw),
        status=status,
        name=name.removesuffix(DELETED) if status is Status.INACTIVE else name,
        sku=str(raw.get("Sku") or ""),
        description=str(raw.get("Description") or ""),
        price=maybe(raw, "UnitPrice"),
        cost=maybe(raw, "PurchaseCost"),
        taxable=bool(raw.get("Taxable", False)),
        tax_key=ref(raw, "SalesTaxCodeRef"),
        kind=KINDS.get(str(raw.get("Type")), ItemKind.SERVICE),
        category=path.rpartition(":")[0],
        income_account_id=ref(raw, "IncomeAccountRef"),
        expense_account_id=ref(raw, "ExpenseAccountRef"),
    )


def item_name(record: Item, facts: Facts) -> str:
    """The Name by the naming rule; Refused when nothing of the name can be kept."""
    us = american(facts)
    folded = tuple(names.item_name(text, us) for text in (record.name, record.sku))
    return names.first_name_left(folded, f"Item {record.external_id}" if record.external_id else "")


def write_item(record: Item, facts: Facts, base: Item | None = None) -> Body:
    """The body of a create, or with `base` only what differs from it. Raises Refused for inventory and bundles."""
    if base is None and record.kind not in TYPES:
        raise Refused("Inventory items and bundles are made in QuickBooks Online; link this product to one there.")
    body = changed(_whole(record, facts), _whole(base, facts) if base else None)
    if base is None:
        body = {key: value for key, value in body.items() if value != ""} | {"Type": TYPES[record.kind]}
    if record.status is Status.INACTIVE or (base and base.status is not record.status):
        body["Active"] = record.status is Status.ACTIVE
    return body


def _whole(record: Item, facts: Facts) -> Body:
    us = american(facts)
    body: Body = {"Name": item_name(record, facts)}
    if record.kind is ItemKind.CATEGORY:
        return body
    body["Sku"] = names.text("Sku", record.sku, us)
    body["Description"] = names.text("Description", record.description, us)
    body |= {"UnitPrice": record.price} if record.price is not None else {}
    body |= {"PurchaseCost": record.cost} if record.cost is not None and record.expense_account_id else {}
    body |= {"Taxable": record.taxable} if us else {}
    body |= {"IncomeAccountRef": to_ref(record.income_account_id)} if record.income_account_id else {}
    return body | ({"ExpenseAccountRef": to_ref(record.expense_account_id)} if record.expense_account_id else {})
