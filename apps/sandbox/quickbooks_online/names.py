"""The name lists: customers, vendors, items, accounts, classes, departments, terms, payment methods."""

from __future__ import annotations

from apps.sandbox.quickbooks_online.index import name_key, ref
from apps.sandbox.quickbooks_online.money import ZERO
from apps.sandbox.quickbooks_online.references import Change, check_references, required
from apps.sandbox.quickbooks_online.refusals import Refusal
from apps.sandbox.store import Document

PARTS = ("Title", "GivenName", "MiddleName", "FamilyName", "Suffix")
DELETED = " (deleted)"
LEVELS = 5
INCOME = ("Income", "Other Income")
ITEM_TYPES = ("Service", "NonInventory", "Inventory", "Category")
INVENTORY = ("TrackQtyOnHand", "QtyOnHand", "InvStartDate", "IncomeAccountRef", "ExpenseAccountRef", "AssetAccountRef")
SUB = {"Item": "SubItem", "Class": "SubClass", "Department": "SubDepartment", "Account": "SubAccount"}
CLASSIFICATION = {
    "Bank": "Asset", "Accounts Receivable": "Asset", "Other Current Asset": "Asset", "Fixed Asset": "Asset",
    "Accounts Payable": "Liability", "Credit Card": "Liability", "Other Current Liability": "Liability",
    "Equity": "Equity", "Income": "Revenue", "Other Income": "Revenue", "Cost of Goods Sold": "Expense",
    "Expense": "Expense", "Other Expense": "Expense",
}  # fmt: skip


def finish_name(change: Change, new: Document) -> Document:
    """A name list entry as it will be kept."""
    name = "DisplayName" if change.entity in ("Customer", "Vendor") else "Name"
    if name == "DisplayName" and not new.get(name):
        new[name] = " ".join(str(new[part]) for part in PARTS if new.get(part))
    required(new, name)
    new[name] = new[name].strip()
    new.setdefault("Active", True)
    if new["Active"] is None:
        new["Active"] = True
    check_references(change, new, change.old)
    RULES.get(change.entity, no_rule)(change, new)
    rename_by_activity(change, new, name)
    check_unique(change, new, name)
    return new


def no_rule(change: Change, new: Document) -> None:
    """Nothing special about this list."""


def rename_by_activity(change: Change, new: Document, name: str) -> None:
    """An inactive entry carries "(deleted)" in its name, which frees the name."""
    if not new["Active"] and not new[name].endswith(DELETED):
        new[name] += DELETED
    elif new["Active"] and new[name].endswith(DELETED):
        new[name] = new[name].removesuffix(DELETED)


def check_unique(change: Change, new: Document, name: str) -> None:
    """6240 when the name is taken in its name space; inactive entries take numbered names."""
    index, own = change.company.index, f"{change.entity}:{new.get('Id', '')}"
    base, copy = new[name], 1
    while index.names.get(name_key(change.entity, new) or ("", ""), own) != own:
        if new["Active"]:
            raise duplicate_name(change, index.names[name_key(change.entity, new) or ("", "")])
        copy += 1
        new[name] = f"{base.removesuffix(DELETED)} (deleted {copy})"


def duplicate_name(change: Change, taken_by: str) -> Refusal:
    """The vendor's sentence; the other one's id only when the setting says so."""
    detail = "The name supplied already exists."
    if change.entity in ("Customer", "Vendor"):
        detail += " : Another customer, vendor or employee is already using this name. Please use a different name."
    if change.setting("duplicate_detail_id"):
        detail += f" : Id={taken_by.partition(':')[2]}"
    return Refusal("6240", detail)


def customer_rules(change: Change, new: Document) -> None:
    """Sub-customers, billing with the parent, deactivation."""
    company, old = change.company, change.old or {}
    parent = ref(new, "ParentRef")
    new.setdefault("Job", False)
    if bool(new["Job"]) != bool(parent):
        raise Refusal("6150", "Job must be true exactly when ParentRef is set")
    if level(change, parent) >= LEVELS:
        raise Refusal("6180", f"No more than {LEVELS} levels")
    new["BillWithParent"] = bool(new.get("BillWithParent") and parent)
    new.setdefault("Taxable", company.american)
    key = new.get("Id", "")
    if old and new["BillWithParent"] != old.get("BillWithParent", False) and company.index.billed[key]:
        raise Refusal("6130", "There are transactions for this customer")
    leaving = old.get("Active", True) and not new["Active"]
    if leaving and not change.ui and company.index.balance(key, with_jobs=True) != ZERO:
        raise Refusal("6220", "The customer has a balance")
    own_currency(change, new)
    if not new.get("PrintOnCheckName"):
        new["PrintOnCheckName"] = new["DisplayName"][:110]


def level(change: Change, parent: str) -> int:
    """How deep a parent is; 700 when it is the entry itself."""
    depth, key = 0, parent
    while key:
        if change.old and key == change.old["Id"]:
            raise Refusal("900", "An entry cannot be its own parent")
        depth += 1
        key = ref(change.company.raw(change.entity, key) or {}, "ParentRef")
    return depth


def own_currency(change: Change, new: Document) -> None:
    """The currency of a name never changes; without multicurrency it is the home currency."""
    home = change.company.profile["home_currency"]
    wanted = ref(new, "CurrencyRef") or (ref(change.old, "CurrencyRef") if change.old else home)
    if change.old and wanted != ref(change.old, "CurrencyRef"):
        raise Refusal("6000", "The currency of a name cannot be changed", "CurrencyRef")
    if wanted != home and not change.company.preference("CurrencyPrefs", "MultiCurrencyEnabled"):
        raise Refusal("6000", "Multicurrency is not enabled", "CurrencyRef")
    new["CurrencyRef"] = {"value": wanted}


def vendor_rules(change: Change, new: Document) -> None:
    """Vendors: only the currency."""
    new.setdefault("Vendor1099", False)
    own_currency(change, new)


def item_rules(change: Change, new: Document) -> None:
    """What each type of item needs."""
    required(new, "Type")
    kind = new["Type"]
    if kind not in ITEM_TYPES:
        raise Refusal("2170", f"Type: {kind}", "Type")
    if change.old and change.old["Type"] != kind:
        raise Refusal("6000", "The type of an item cannot be changed", "Type")
    if kind == "Service":
        required(new, "IncomeAccountRef")
    if kind == "Inventory":
        required(new, *INVENTORY)
    if kind == "NonInventory" and not (new.get("IncomeAccountRef") or new.get("ExpenseAccountRef")):
        required(new, "IncomeAccountRef")
    income = change.company.raw("Account", ref(new, "IncomeAccountRef"))
    # Intuit's help, "Record a retainer or deposit": a service item may post to the liability for deposits.
    allowed = (*INCOME, "Other Current Liability") if kind == "Service" else INCOME
    if income and income["AccountType"] not in allowed:
        raise Refusal("6430", "IncomeAccountRef must be an income account", "IncomeAccountRef")
    new.setdefault("Taxable", False)
    sub_rules(change, new)


def account_rules(change: Change, new: Document) -> None:
    """An account has a type, which decides its classification."""
    if not new.get("AccountType"):
        raise Refusal("2020", "Required parameter AccountType or AccountSubType is missing", "AccountType")
    if new["AccountType"] not in CLASSIFICATION:
        raise Refusal("2170", f"AccountType: {new['AccountType']}", "AccountType")
    new["Classification"] = CLASSIFICATION[new["AccountType"]]
    sub_rules(change, new)


def sub_rules(change: Change, new: Document) -> None:
    """A child says that it is one."""
    if bool(new.get(SUB[change.entity])) != bool(ref(new, "ParentRef")) and change.entity != "Account":
        new[SUB[change.entity]] = bool(ref(new, "ParentRef"))
    if level(change, ref(new, "ParentRef")) >= LEVELS:
        raise Refusal("6180", f"No more than {LEVELS} levels")


RULES = {
    "Customer": customer_rules,
    "Vendor": vendor_rules,
    "Item": item_rules,
    "Account": account_rules,
    "Class": sub_rules,
    "Department": sub_rules,
}
