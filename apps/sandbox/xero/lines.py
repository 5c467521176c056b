"""Line items: defaults from item and account, amounts, tax per line, tracking, replacement on update."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from decimal import Decimal

from apps.sandbox.store import Document
from apps.sandbox.xero.change import Change, find_account
from apps.sandbox.xero.money import ZERO, cents, dec, num, places
from apps.sandbox.xero.refusals import Invalid

APPLIES = {"REVENUE": "CanApplyToRevenue", "EXPENSE": "CanApplyToExpenses", "ASSET": "CanApplyToAssets",
           "LIABILITY": "CanApplyToLiabilities", "EQUITY": "CanApplyToEquity"}  # fmt: skip
AMOUNTS = ("Quantity", "UnitAmount", "LineAmount")
CODED = ("ItemCode", "AccountCode", "AccountID", "TaxType")
LARGEST = Decimal("9999999999.99")


@dataclass(frozen=True)
class Kind:
    """What lines of a kind of document may hold."""

    sale: bool = True
    discount: bool = False
    approved: bool = True
    item: bool = True
    computed_tax: bool = False  # a TaxAmount must equal the computed one


def write_lines(change: Change, sent: list[Document], old: list[Document], kind: Kind, mode: str) -> list[Document]:
    """The lines as they will be kept: those with a LineItemID updated, others new, those not named gone."""
    known = {line["LineItemID"]: line for line in old}
    out, messages = [], []
    for each in sent:
        key = each.get("LineItemID")
        try:
            if key and key not in known:
                raise Invalid(f"The line item with LineItemID {key} could not be found on this document")
            out.append(write_line(change, {**known.get(str(key), {}), **each}, each, kind, mode))
        except Invalid as refusal:
            messages += refusal.messages
    if messages:
        raise Invalid(*dict.fromkeys(messages))
    return out


def write_line(change: Change, line: Document, sent: Document, kind: Kind, mode: str) -> Document:
    """One line with everything computed."""
    line = {"LineItemID": str(uuid.uuid4()), **with_item(change, line, kind)}
    if "Description" in sent and not sent["Description"] and "ItemCode" not in sent:
        raise Invalid("Description must be at least 1 character")
    if not any(name in line for name in (*AMOUNTS, *CODED)):
        return words_only(line)
    account = account_of(change, line, kind)
    if account:
        line |= {"AccountCode": account.get("Code"), "AccountID": account["AccountID"]}
    line |= amounts(change, line, sent, kind)
    line["TaxType"] = tax_type(change, line, account, mode)
    line["TaxAmount"] = num(tax(change, line, sent, kind, mode))
    line["Tracking"] = [track(change, each) for each in line.get("Tracking", [])]
    if len(line["Tracking"]) > 2:
        raise Invalid("A line item can have at most 2 tracking categories")
    return {name: value for name, value in line.items() if value is not None}


def words_only(line: Document) -> Document:
    """A line that says something and costs nothing."""
    if not line.get("Description"):
        raise Invalid("Description must be at least 1 character")
    kept = {"LineItemID": line["LineItemID"], "Description": line["Description"]}
    return {**kept, "LineAmount": 0.0, "TaxAmount": 0.0, "Tracking": []}


def with_item(change: Change, line: Document, kind: Kind) -> Document:
    """What the item says where the line says nothing."""
    code = line.get("ItemCode")
    if not code:
        return line
    if not kind.item:
        raise Invalid("ItemCode is only supported on SPEND and RECEIVE bank transactions")
    keys = change.org.index.found("Item", code)
    if not keys:
        raise Invalid(f"Item code '{code}' is not valid")
    item = change.org.sure("Item", keys[0])
    if not item["IsSold" if kind.sale else "IsPurchased"]:
        raise Invalid(f"Item code '{code}' is not valid for this document")
    side = item.get("SalesDetails" if kind.sale else "PurchaseDetails") or {}
    told = {"Description": item.get("Description" if kind.sale else "PurchaseDescription")}
    told |= {"UnitAmount": side.get("UnitPrice"), "AccountCode": side.get("AccountCode")}
    told["TaxType"] = side.get("TaxType")
    return {**{name: value for name, value in told.items() if value is not None}, **line}


def account_of(change: Change, line: Document, kind: Kind) -> Document | None:
    """The account a line posts to; a draft may leave it open."""
    code, key = line.get("AccountCode"), line.get("AccountID")
    if not code and not key:
        if kind.approved and "AccountCode" not in line:
            raise Invalid("Account code or ID must be specified")
        return None
    found = find_account(change, {"Code": code} if code else {"AccountID": key})
    if found is None or found["Type"] == "BANK" or found.get("SystemAccount") in ("DEBTORS", "CREDITORS"):
        raise Invalid(f"Account code '{code or key}' is not a valid code for this document")
    return found


def amounts(change: Change, line: Document, sent: Document, kind: Kind) -> Document:
    """Quantity, UnitAmount and LineAmount, which have to agree."""
    quantity = places(dec(line.get("Quantity", 1)), 4)
    told = "LineAmount" in sent
    if told and "UnitAmount" not in line and quantity:
        line = {**line, "UnitAmount": dec(line["LineAmount"]) / quantity}
    unit = places(dec(line.get("UnitAmount")), change.digits)
    total = cents(quantity * unit - discount(line, kind, quantity * unit))
    if told and cents(dec(sent["LineAmount"])) != total:
        raise Invalid(f"The line total {cents(dec(sent['LineAmount']))} does not match the expected line total {total}")
    if abs(total) > LARGEST:
        raise Invalid(f"LineAmount cannot be more than {LARGEST}")
    if kind.approved and not line.get("Description"):
        raise Invalid("Description must be at least 1 character")
    return {"Quantity": float(quantity), "UnitAmount": float(unit), "LineAmount": num(total)}


def discount(line: Document, kind: Kind, gross: Decimal) -> Decimal:
    """What a discount takes off."""
    if "DiscountRate" not in line and "DiscountAmount" not in line:
        return ZERO
    if not kind.discount:
        raise Invalid("Discounts are only supported on sales invoices")
    if "DiscountAmount" in line and gross < ZERO:
        raise Invalid(f"The discount rate '{cents(dec(line['DiscountAmount']))}' is invalid. It cannot be used here.")
    if "DiscountAmount" in line:
        return cents(dec(line["DiscountAmount"]))
    return gross * dec(line["DiscountRate"]) / 100


def tax_type(change: Change, line: Document, account: Document | None, mode: str) -> str | None:
    """The tax rate of a line: what was sent, else the account's."""
    if mode == "NoTax":
        return "NONE"
    wanted = line.get("TaxType") or (account or {}).get("TaxType")
    if wanted is None:
        return None
    rate = change.org.raw("TaxRate", wanted)
    if rate is None or rate["Status"] != "ACTIVE":
        raise Invalid(f"The TaxType code '{wanted}' does not exist or cannot be used for this type of transaction.")
    if account and not rate[APPLIES[account["Class"]]]:
        raise Invalid(f"The TaxType code '{wanted}' cannot be used with account code '{account.get('Code', '')}'")
    return str(wanted)


def tax(change: Change, line: Document, sent: Document, kind: Kind, mode: str) -> Decimal:
    """Tax of one line, half up; what was sent wins within limits."""
    rate = change.org.raw("TaxRate", line.get("TaxType") or "NONE") or {}
    percent, amount = dec(rate.get("EffectiveRate")), dec(line["LineAmount"])
    computed = amount * percent / 100
    if mode == "Inclusive":
        computed = amount - amount / (1 + percent / 100)
    computed = cents(computed)
    if "TaxAmount" not in sent:
        return computed
    told = cents(dec(sent["TaxAmount"]))
    if kind.computed_tax and told != computed:
        raise Invalid(f"The tax amount {told} does not match the expected tax amount {computed}")
    if told and not percent:
        raise Invalid(f"The tax amount {told} is not valid for TaxType '{line.get('TaxType') or 'NONE'}'")
    if change.setting("tax_override") != "free" and abs(told) > abs(dec(line["UnitAmount"])) and told != computed:
        raise Invalid(f"The tax amount {told} cannot be greater than the UnitAmount {line['UnitAmount']}")
    return told


def track(change: Change, sent: Document) -> Document:
    """A tracking option, by names or by ids."""
    for category in change.org.all("TrackingCategory"):
        named = category["Name"] == sent.get("Name") or category["TrackingCategoryID"] == sent.get("TrackingCategoryID")
        if not named or category["Status"] != "ACTIVE":
            continue
        for option in category["Options"]:
            same = option["Name"] == sent.get("Option") or option["TrackingOptionID"] == sent.get("TrackingOptionID")
            if same and option["Status"] == "ACTIVE":
                ids = {"TrackingCategoryID": category["TrackingCategoryID"]}
                ids["TrackingOptionID"] = option["TrackingOptionID"]
                return {"Name": category["Name"], "Option": option["Name"], **ids}
    raise Invalid(f"The tracking option '{sent.get('Option', '')}' of '{sent.get('Name', '')}' could not be found")


def totals(lines: list[Document], mode: str) -> Document:
    """SubTotal, TotalTax and Total."""
    net = sum((dec(line["LineAmount"]) for line in lines), ZERO)
    duty = sum((dec(line["TaxAmount"]) for line in lines), ZERO)
    total = net if mode == "Inclusive" else net + duty
    return {"SubTotal": num(total - duty), "TotalTax": num(duty), "Total": num(total)}
