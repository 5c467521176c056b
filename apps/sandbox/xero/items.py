"""Items, and the short lists: tax rates, tracking, currencies, accounts."""

from __future__ import annotations

from decimal import Decimal

from apps.sandbox.store import Document
from apps.sandbox.xero.change import Change
from apps.sandbox.xero.money import ZERO, dec, places
from apps.sandbox.xero.refusals import Invalid, Missing

# Type of an account -> its class.
CLASSES = {
    "BANK": "ASSET", "CURRENT": "ASSET", "FIXED": "ASSET", "INVENTORY": "ASSET", "NONCURRENT": "ASSET",
    "PREPAYMENT": "ASSET", "CURRLIAB": "LIABILITY", "LIABILITY": "LIABILITY", "TERMLIAB": "LIABILITY",
    "EQUITY": "EQUITY", "DEPRECIATN": "EXPENSE", "DIRECTCOSTS": "EXPENSE", "EXPENSE": "EXPENSE",
    "OVERHEADS": "EXPENSE", "REVENUE": "REVENUE", "SALES": "REVENUE", "OTHERINCOME": "REVENUE",
}  # fmt: skip
SIDES = (("IsSold", "SalesDetails", "Description"), ("IsPurchased", "PurchaseDetails", "PurchaseDescription"))
APPLIES = ("Assets", "Equity", "Expenses", "Liabilities", "Revenue")
FIRST_TAX = 1


def write_item(change: Change) -> Document:
    """Create or update one item."""
    org, sent, old = change.org, change.sent, matched_item(change)
    if old and "Code" not in sent and change.setting("item_update_needs_code") and not change.ui:
        raise Invalid("Price List Item Code must be supplied")
    new: Document = {**(old or {"IsSold": True, "IsPurchased": True}), **sent}
    code = str(new.get("Code", "")).strip()
    if not code:
        raise Invalid("Price List Item Code must be supplied")
    if [key for key in org.index.found("Item", code) if key != new.get("ItemID")]:
        raise Invalid(f"Price List Item with Code '{code}' already exists")
    for flag, side, words in SIDES:
        if not new[flag]:
            new |= {side: None, words: None}
        elif side in new:
            new[side] = details(change, {**((old or {}).get(side) or {}), **new[side]})
    new["Name"] = new.get("Name") or code
    return org.put("Item", new)


def matched_item(change: Change) -> Document | None:
    """The stored item a request is about: by id, else (POST only) by code."""
    key = change.key or change.sent.get("ItemID")
    if key and change.create:
        raise Invalid("ItemID cannot be specified when creating an item")
    if not key and not change.create:
        key = next(iter(change.org.index.found("Item", str(change.sent.get("Code", "")))), None)
    found = change.org.raw("Item", key)
    if key and found is None:
        raise Missing if change.key else Invalid(f"The item {key} could not be found")
    return found


def details(change: Change, side: Document) -> Document:
    """Price, account and tax type of one side of an item."""
    code, kind = side.get("AccountCode"), side.get("TaxType")
    if code and not change.org.index.found("Account", str(code)):
        raise Invalid(f"Account code '{code}' is not a valid code")
    if kind and change.org.raw("TaxRate", str(kind)) is None:
        raise Invalid(f"The TaxType code '{kind}' does not exist or cannot be used for this type of transaction.")
    if "UnitPrice" in side:
        side["UnitPrice"] = float(places(dec(side["UnitPrice"]), change.digits))
    return side


def effective(components: list[Document]) -> Decimal:
    """The rate that components come to; a compound one is charged on top of the others."""
    plain = sum((dec(each["Rate"]) for each in components if not each.get("IsCompound")), ZERO)
    compound = sum((dec(each["Rate"]) for each in components if each.get("IsCompound")), ZERO)
    return places(plain + compound * (1 + plain / 100), 4)


def write_tax_rate(change: Change) -> Document:
    """Create a rate (PUT), or change one by its TaxType or name (POST)."""
    org, sent = change.org, change.sent
    name = str(sent.get("Name", ""))
    named = [doc for doc in org.all("TaxRate") if doc["Name"].casefold() == name.casefold()]
    old = None if change.create else org.raw("TaxRate", sent.get("TaxType")) or (named[0] if named else None)
    if not name or (old is None and not change.create):
        raise Invalid("Tax rate could not be found" if name else "Name is required")
    if change.create and (named or sent.get("TaxType")):
        raise Invalid("Tax rate name must be unique" if named else "TaxType cannot be specified")
    if old and old["Status"] in ("DELETED", "ARCHIVED"):
        raise Invalid("Tax rate not of valid status for modification")
    new: Document = {**(old or {"Status": "ACTIVE", **{f"CanApplyTo{each}": True for each in APPLIES}}), **sent}
    parts = new["TaxComponents"] = [component(each) for each in new.get("TaxComponents", [])]
    if not parts or sum(each["IsCompound"] for each in parts) > 1:
        raise Invalid("A tax rate needs components, at most one of them compound")
    new |= {"EffectiveRate": float(effective(parts)), "DisplayTaxRate": float(effective(parts))}
    new.setdefault("TaxType", f"TAX{org.store.next_id(f'{org.tenant}/tax', FIRST_TAX):03}")
    return org.put("TaxRate", new)


def component(sent: Document) -> Document:
    """One component of a rate."""
    rate = dec(sent.get("Rate"))
    if not sent.get("Name") or rate < ZERO or rate != places(rate, 4):
        raise Invalid("A tax component needs a name and a rate of at most 4 decimal places")
    return {"IsCompound": False, "IsNonRecoverable": False, **sent}


def write_category(change: Change) -> Document:
    """Create or change a tracking category: 2 active, 4 in all."""
    org, sent = change.org, change.sent
    key = change.key or sent.get("TrackingCategoryID")
    old = org.raw("TrackingCategory", key)
    if key and old is None:
        raise Missing
    new: Document = {
        **(old or {"Status": "ACTIVE", "Options": []}),
        **{k: v for k, v in sent.items() if k != "Options"},
    }
    others = [doc for doc in org.all("TrackingCategory") if doc["TrackingCategoryID"] != key]
    if not new.get("Name") or any(doc["Name"].casefold() == new["Name"].casefold() for doc in others):
        raise Invalid("The tracking category name must be given and unique")
    active = [doc for doc in others if doc["Status"] == "ACTIVE"]
    if len(others) > 3 or (len(active) > 1 and new["Status"] == "ACTIVE"):
        raise Invalid("An organisation can have 2 active tracking categories, and 4 in total")
    new.setdefault("TrackingCategoryID", org.new_id())
    if old is None:
        for each in sent.get("Options", []):
            add_option(change, new, each)
    return org.put("TrackingCategory", new)


def add_option(change: Change, category: Document, sent: Document) -> Document:
    """A new option of a category, which is changed in place."""
    name = str(sent.get("Name", ""))
    if not name or any(option["Name"].casefold() == name.casefold() for option in category["Options"]):
        raise Invalid("The tracking option name must be given and unique")
    if len(category["Options"]) >= int(change.setting("max_tracking_options")):
        raise Invalid("The tracking category has too many options")
    option = {"TrackingOptionID": change.org.new_id(), "Name": name, "Status": "ACTIVE"}
    category["Options"] = [*category["Options"], option]
    return option


def write_option(change: Change, option: str = "") -> Document:
    """Create an option of the category in `change.key`, or rename or archive one."""
    category = dict(change.org.raw("TrackingCategory", change.key) or {})
    known = {each["TrackingOptionID"]: each for each in category.get("Options", [])}
    if not category or (option and option not in known):
        raise Missing
    if option:
        new = {**known[option], **{name: change.sent[name] for name in ("Name", "Status") if name in change.sent}}
        category["Options"] = [new if key == option else each for key, each in known.items()]
    else:
        new = add_option(change, category, change.sent)
    change.org.put("TrackingCategory", category)
    return new


def write_currency(change: Change) -> Document:
    """Subscribe to a currency."""
    code = str(change.sent.get("Code", ""))
    if len(code) != 3 or not code.isupper():
        raise Invalid("Currency code is not valid")
    return change.org.put("Currency", {"Code": code, "Description": code})


def write_account(change: Change) -> Document:
    """Create or change an account of the chart."""
    org, sent = change.org, change.sent
    old = org.raw("Account", change.key or sent.get("AccountID"))
    if change.key and old is None:
        raise Missing
    new: Document = {**(old or {"Status": "ACTIVE", "EnablePaymentsToAccount": False, "TaxType": "NONE"}), **sent}
    if not new.get("Name") or new.get("Type") not in CLASSES or (new["Type"] != "BANK" and not new.get("Code")):
        raise Invalid("Name, Type and Code are required")
    if [key for key in org.index.found("Account", str(new.get("Code", ""))) if key != new.get("AccountID")]:
        raise Invalid("Please enter a unique Code.")
    return org.put("Account", {**new, "Class": CLASSES[new["Type"]]})
