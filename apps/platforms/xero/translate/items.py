"""Items, untracked. https://developer.xero.com/documentation/api/accounting/items"""

from __future__ import annotations

from apps.platforms.errors import Refused
from apps.platforms.records import Facts, Item, ItemKind
from apps.platforms.xero.translate import names
from apps.platforms.xero.translate.reference import UNTAXED, account_code
from apps.platforms.xero.translate.values import Body, Raw, envelope, flag, maybe, part, text


def read_item(raw: Raw) -> Item:
    """An Item; its `sku` is the Code, which lines name it by. Xero has no kinds but tracked and untracked."""
    sold, bought = part(raw, "SalesDetails"), part(raw, "PurchaseDetails")
    code = text(raw, "Code")
    return Item(
        **envelope(raw, "ItemID"),
        name=text(raw, "Name") or code,
        sku=code,
        description=text(raw, "Description"),
        price=maybe(sold, "UnitPrice"),
        cost=maybe(bought, "UnitPrice"),
        taxable=text(sold, "TaxType") not in UNTAXED - {""},
        tax_key=text(sold, "TaxType"),
        kind=ItemKind.INVENTORY if flag(raw, "IsTrackedAsInventory") else ItemKind.SERVICE,
        income_account_id=text(sold, "AccountCode"),
        expense_account_id=text(bought, "COGSAccountCode") or text(bought, "AccountCode"),
    )


def item_code(record: Item) -> str:
    """The Code by the naming rule; Refused when there is nothing to make it of."""
    return names.item_code(record.sku, record.name)


def write_item(record: Item, facts: Facts, marker: str = "", base: Item | None = None) -> Body:
    """The body of a create, or with `base` only what differs from it. Raises Refused for tracked items and categories.

    An update names the code as it is in Xero: whether ItemID alone would do is not documented.
    """
    if base is None and record.kind not in (ItemKind.SERVICE, ItemKind.NON_INVENTORY):
        raise Refused("Tracked items and bundles are made in Xero; link this product to one there.")
    whole = _whole(record, facts)
    if base is None:
        return {"Code": item_code(record), **{name: value for name, value in whole.items() if value}}
    before = _whole(base, facts)
    differing = {name: value for name, value in whole.items() if before.get(name) != value and value != {}}
    return {"Code": base.sku, **differing} if differing else {}


def _whole(record: Item, facts: Facts) -> Body:
    sales: Body = {"UnitPrice": record.price} if record.price is not None else {}
    sales |= {"AccountCode": account_code(record.income_account_id, facts)} if record.income_account_id else {}
    bought: Body = {"UnitPrice": record.cost} if record.cost is not None and record.expense_account_id else {}
    if record.expense_account_id and record.kind is not ItemKind.INVENTORY:
        bought |= {"AccountCode": account_code(record.expense_account_id, facts)}
    return {
        "Name": names.item_name(record.name),
        "Description": names.text("ItemDescription", record.description),
        "SalesDetails": sales,
        "PurchaseDetails": bought,
    }
