"""Items. Their types are separate objects with fields in different orders: the schema orders them, we never do.

qbXML 13.0: ItemServiceAdd, ItemNonInventoryAdd, ItemServiceMod and others. A ListID is unique within its type alone, so
the id of an item is "ItemService:80000001-1700000000".
"""

from __future__ import annotations

from apps.platforms.errors import Refused
from apps.platforms.quickbooks_desktop.translate import names
from apps.platforms.quickbooks_desktop.translate.values import (
    Body,
    Raw,
    changed,
    envelope,
    kind_of,
    listed_status,
    maybe,
    part,
    ref,
    text,
    to_ref,
)
from apps.platforms.records import Facts, Item, ItemKind, Status

#: Types of items by what they are to us; what no line of ours can name counts as a bundle.
KINDS = {
    "ItemService": ItemKind.SERVICE,
    "ItemNonInventory": ItemKind.NON_INVENTORY,
    "ItemOtherCharge": ItemKind.NON_INVENTORY,
    "ItemDiscount": ItemKind.NON_INVENTORY,
    "ItemInventory": ItemKind.INVENTORY,
    "ItemInventoryAssembly": ItemKind.INVENTORY,
    "ItemGroup": ItemKind.BUNDLE,
    "ItemSubtotal": ItemKind.BUNDLE,
    "ItemPayment": ItemKind.BUNDLE,
    "ItemFixedAsset": ItemKind.BUNDLE,
}
#: The kinds we may create; the quantities of inventory belong to QuickBooks.
ADDED = {ItemKind.SERVICE: "ItemService", ItemKind.NON_INVENTORY: "ItemNonInventory"}
#: The types we may change, those whose prices stand beside the name, and those that have a part number.
CHANGED = frozenset({"ItemService", "ItemNonInventory", "ItemOtherCharge", "ItemInventory"})
FLAT = frozenset({"ItemInventory"})
NUMBERED = frozenset({"ItemNonInventory", "ItemInventory"})


def read_item(kind: str, raw: Raw, facts: Facts) -> Item:
    """An item of one of the types of KINDS; its category is the path before its own name."""
    sold = part(raw, "SalesAndPurchase") or part(raw, "SalesOrPurchase") or raw
    price = maybe(sold, "SalesPrice")
    code = ref(raw, "SalesTaxCodeRef")
    return Item(
        **envelope(raw, kind),
        status=listed_status(raw),
        name=text(raw, "Name"),
        sku=text(raw, "ManufacturerPartNumber"),
        description=text(sold, "SalesDesc") or text(sold, "Desc") or text(raw, "ItemDesc"),
        price=maybe(sold, "Price") if price is None else price,
        cost=maybe(sold, "PurchaseCost"),
        taxable=bool(code) and code != facts.defaults.get("non_taxable_code", ""),
        tax_key=code,
        kind=KINDS[kind],
        category=text(raw, "FullName").rpartition(":")[0],
        income_account_id=ref(sold, "IncomeAccountRef") or ref(sold, "AccountRef"),
        expense_account_id=ref(sold, "ExpenseAccountRef") or ref(sold, "COGSAccountRef"),
    )


def item_name(record: Item) -> str:
    """The Name by the naming rule, at most 31 characters; Refused when nothing of the name can be kept."""
    return names.first_left(tuple(names.name(each, names.ITEM) for each in (record.name, record.sku)))


def added_as(record: Item) -> str:
    """The type an item is created as. Raises Refused for inventory, bundles and categories."""
    if record.kind not in ADDED:
        raise Refused("Inventory items and groups are made in QuickBooks Desktop; link this product to one there.")
    return ADDED[record.kind]


def changed_as(external_id: str) -> str:
    """The type of an item to be changed. Raises Refused for a type that only people change."""
    kind = kind_of(external_id)
    if kind not in CHANGED:
        raise Refused("An item of this type is changed in QuickBooks Desktop itself.")
    return kind


def add_item(record: Item, facts: Facts, marker: str = "") -> Body:
    """The ItemServiceAdd or ItemNonInventoryAdd. Raises Refused without an income account."""
    kind = added_as(record)
    if not record.income_account_id:
        raise Refused("A product needs an income account in QuickBooks Desktop; choose one for its category.")
    both = bool(record.expense_account_id)
    body: Body = {
        "Name": item_name(record),
        **_numbered(record, kind, clear=False),
        **_tax_code(record, facts),
        "SalesAndPurchase" if both else "SalesOrPurchase": _sold(record, both=both, accounts=True),
    }
    body |= {"ExternalGUID": names.guid(marker)} if marker else {}
    return body | ({"IsActive": False} if record.status is Status.INACTIVE else {})


def mod_item(record: Item, facts: Facts, kind: str, base: Item | None = None) -> Body:
    """What an item's Mod has to say: only what differs from `base`; its accounts stay as they are. Raises Refused."""
    both = bool(part(base.raw if base else {}, "SalesAndPurchase")) or (not base and bool(record.expense_account_id))
    body = changed(_whole(record, facts, kind, both), _whole(base, facts, kind, both) if base else None)
    if base is None or base.status is not record.status:
        body["IsActive"] = record.status is not Status.INACTIVE
    return body


def _whole(record: Item, facts: Facts, kind: str, both: bool) -> Body:
    body: Body = {
        "Name": item_name(record),
        **_numbered(record, kind, clear=True),
        **_tax_code(record, facts),
    }
    if kind in FLAT:
        return body | _sold(record, both=True, accounts=False)
    return body | {"SalesAndPurchaseMod" if both else "SalesOrPurchaseMod": _sold(record, both=both, accounts=False)}


def _numbered(record: Item, kind: str, *, clear: bool) -> Body:
    number = names.one_line(record.sku)
    return {"ManufacturerPartNumber": number} if kind in NUMBERED and (number or clear) else {}


def _tax_code(record: Item, facts: Facts) -> Body:
    if not facts.uses_tax:
        return {}
    code = facts.defaults.get("taxable_code" if record.taxable else "non_taxable_code", "")
    return {"SalesTaxCodeRef": to_ref(code)} if code else {}


def _sold(record: Item, *, both: bool, accounts: bool) -> Body:
    """What it is sold for, and with `both` what it is bought for."""
    described = names.lines(record.description)
    body: Body = {"SalesDesc" if both else "Desc": described}
    body |= {"SalesPrice" if both else "Price": record.price} if record.price is not None else {}
    body |= {"PurchaseCost": record.cost} if both and record.cost is not None else {}
    if accounts:
        body["IncomeAccountRef" if both else "AccountRef"] = to_ref(record.income_account_id)
        body |= {"ExpenseAccountRef": to_ref(record.expense_account_id)} if both else {}
    return body
