"""Names, items and small lists: adding and changing entries."""

from __future__ import annotations

from apps.sandbox.quickbooks_desktop.company import SOLD_ITEMS, space_of
from apps.sandbox.quickbooks_desktop.money import amount, dec, plain, price
from apps.sandbox.quickbooks_desktop.references import Change, references, standing
from apps.sandbox.quickbooks_desktop.refusals import Refusal
from apps.sandbox.store import Document

NOT_KEPT = ("ListID", "EditSequence", "OpenBalance", "OpenBalanceDate", "BarCode", "AdditionalNotes",
            "AdditionalNotesMod", "ContactsMod", "Contacts", "ForceUOMChange", "QuantityOnHand", "TotalValue",
            "InventoryDate", "CreditCardInfo", "AdditionalContactRef")  # fmt: skip
NOT_IN_ANSWERS = ("ApplyAccountRefToExistingTxns", "ApplyIncomeAccountRefToExistingTxns",
                  "ApplyExpenseAccountRefToExistingTxns")  # fmt: skip
SIDES = {"SalesOrPurchaseMod": "SalesOrPurchase", "SalesAndPurchaseMod": "SalesAndPurchase"}
LEVELS = 5
TREES = ("Customer", "Account", "Class", *SOLD_ITEMS)


def add_entry(change: Change) -> Document:
    """A new list entry; 3100 when its name is taken."""
    new = {"IsActive": "true", **_cleaned(references(change, change.sent))}
    new = {name: value for name, value in new.items() if value != ""}
    RULES.get(change.entity, _no_rule)(change, new)
    _check_name(change, new)
    return change.company.put(change.entity, new)


def mod_entry(change: Change) -> Document:
    """A changed list entry: what is not sent stays, what is sent empty goes."""
    old = change.old = standing(change, "ListID")
    sent = _cleaned(references(change, change.sent))
    new = {**old, **{name: value for name, value in sent.items() if name not in SIDES.values()}}
    for side in SIDES.values():
        if side in sent:
            if side not in old:
                raise Refusal(3170, change.entity, "The item cannot be changed between one-sided and two-sided.")
            merged = {**old[side], **sent[side]}
            new[side] = {name: value for name, value in merged.items() if value != ""}
    new = {name: value for name, value in new.items() if value != ""}
    RULES.get(change.entity, _no_rule)(change, new)
    _check_name(change, new)
    return change.company.put(change.entity, new)


def _cleaned(sent: Document) -> Document:
    kept = {SIDES.get(name, name): value for name, value in sent.items() if name not in NOT_KEPT}
    for side in SIDES.values():
        if side in kept:
            kept[side] = {name: value for name, value in kept[side].items() if name not in NOT_IN_ANSWERS}
    return {name: _same(value) for name, value in kept.items()}


def _same(value: object) -> object:
    """An address without its empty lines."""
    return {name: each for name, each in value.items() if each != ""} if isinstance(value, dict) else value


def _check_name(change: Change, new: Document) -> None:
    if not new.get("Name"):
        raise Refusal(3150, "Name")
    if ":" in new["Name"]:
        raise Refusal(3180, change.entity, f'The name "{new["Name"]}" contains a colon.')
    parent = new.get("ParentRef", "")
    if parent and change.entity not in TREES:
        raise Refusal(3180, change.entity, "It cannot have a parent.")
    space = space_of(change.entity)
    _check_parents(change, space, parent)
    taken = change.company.index.names.get((space, parent, new["Name"].lower()))
    if taken and taken != (change.old or {}).get("id"):
        raise Refusal(3100, new["Name"])


def _check_parents(change: Change, space: str, parent: str) -> None:
    depth, key = 0, parent
    while key:
        depth += 1
        if change.old and key == change.old["id"]:
            raise Refusal(3180, change.entity, "An entry cannot be its own parent.")
        key = (change.company.doc(space, key) or {}).get("ParentRef", "")
    if depth >= LEVELS:
        raise Refusal(3180, change.entity, f"There are no more than {LEVELS} levels.")


def _no_rule(change: Change, new: Document) -> None:
    """Most lists have none of their own."""


def _customer(change: Change, new: Document) -> None:
    new.setdefault("JobStatus", "None")
    new.setdefault("PreferredDeliveryMethod", "None")
    parent = change.company.doc("name", new.get("ParentRef", "")) or {}
    if (
        change.entity == "Customer"
        and change.company.profile.get("sales_tax", True)
        and change.company.edition == "QBD"
    ):
        for name in ("SalesTaxCodeRef", "ItemSalesTaxRef"):
            if name not in new:
                new[name] = parent.get(name) or change.company.profile["defaults"][name]
    if "CreditLimit" in new:
        new["CreditLimit"] = amount(dec(new["CreditLimit"]))


def _item(change: Change, new: Document) -> None:
    if not change.company.profile.get("inventory") and change.entity == "ItemInventory" and not change.ui:
        raise Refusal(3250, "inventory")
    sides = [side for side in SIDES.values() if side in new]
    if change.entity in SOLD_ITEMS[:3]:
        if not sides:
            raise Refusal(3150, "SalesOrPurchase")
        _accounts(new[sides[0]])
    for held in (new, *(new[side] for side in sides)):
        held |= {name: price(dec(held[name])) for name in ("Price", "SalesPrice", "PurchaseCost") if name in held}
    default = change.company.profile["defaults"]["SalesTaxCodeRef"]
    if change.company.profile.get("sales_tax", True):
        new.setdefault("SalesTaxCodeRef", default)


def _accounts(side: Document) -> None:
    if "AccountRef" not in side and "IncomeAccountRef" not in side:
        raise Refusal(3150, "AccountRef")
    if "IncomeAccountRef" in side and "ExpenseAccountRef" not in side:
        raise Refusal(3150, "ExpenseAccountRef")


def _tax(change: Change, new: Document) -> None:
    new["TaxRate"] = plain(dec(new.get("TaxRate", "0")))


def _group(change: Change, new: Document) -> None:
    for key in new.get("ItemSalesTaxRef", ()):
        if change.company.entity_of("item", key) != "ItemSalesTax":
            raise Refusal(3140, "Item Sales Tax", key, change.entity)


def _class(change: Change, new: Document) -> None:
    if not change.company.profile.get("classes") and not change.ui:
        raise Refusal(3250, "class tracking")


RULES = {
    **dict.fromkeys(SOLD_ITEMS, _item),
    "Customer": _customer,
    "ItemSalesTax": _tax,
    "ItemSalesTaxGroup": _group,
    "Class": _class,
}
