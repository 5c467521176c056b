"""What a query lets through: one rule per filter element."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from apps.sandbox.quickbooks_desktop.company import Company, space_of
from apps.sandbox.quickbooks_desktop.money import dec
from apps.sandbox.quickbooks_desktop.refusals import Refusal
from apps.sandbox.quickbooks_desktop.render import ret
from apps.sandbox.store import Document

Body = dict[str, Any]

OPERATORS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "LessThan": lambda a, b: a < b, "LessThanEqual": lambda a, b: a <= b, "Equal": lambda a, b: a == b,
    "GreaterThan": lambda a, b: a > b, "GreaterThanEqual": lambda a, b: a >= b,
}  # fmt: skip
MATCHES: dict[str, Callable[[str, str], bool]] = {
    "StartsWith": lambda text, part: text.startswith(part),
    "Contains": lambda text, part: part in text,
    "EndsWith": lambda text, part: text.endswith(part),
}


def wanted(company: Company, space: str, chosen: Body) -> set[str]:
    """The ids a filter on names or accounts means."""
    keys = set(chosen.get("ListID", ()))
    docs = [company.by_name(space, name) for name in chosen.get("FullName", ())]
    whole = [company.by_name(space, chosen["FullNameWithChildren"])] if "FullNameWithChildren" in chosen else []
    whole += [company.doc(space, chosen["ListIDWithChildren"])] if "ListIDWithChildren" in chosen else []
    keys |= {doc["id"] for doc in docs if doc}
    for doc in whole:
        keys |= company.family(doc["id"]) if doc and space == "name" else {doc["id"]} if doc else set()
    return keys


def _from_modified(company: Company, value: str, doc: Document) -> bool:
    return bool(doc["modified"] >= company.moment(value))


def _to_modified(company: Company, value: str, doc: Document) -> bool:
    return bool(doc["modified"] <= company.moment(value, end=True))


def _modified_range(company: Company, value: Body, doc: Document) -> bool:
    low, high = value.get("FromModifiedDate"), value.get("ToModifiedDate")
    return (not low or _from_modified(company, low, doc)) and (not high or _to_modified(company, high, doc))


def _date_range(company: Company, value: Body, doc: Document) -> bool:
    if value.get("DateMacro", "All") != "All":
        raise Refusal(1030)
    low, high = value.get("FromTxnDate", ""), value.get("ToTxnDate", "")
    return bool(doc["TxnDate"] >= low and (not high or doc["TxnDate"] <= high))


def _name_filter(company: Company, value: Body, doc: Document) -> bool:
    name = company.full_name(space_of(doc["entity"]), doc["id"])
    return MATCHES[value["MatchCriterion"]](name.lower(), value["Name"].lower())


def _name_range(company: Company, value: Body, doc: Document) -> bool:
    name = company.full_name(space_of(doc["entity"]), doc["id"]).lower()
    high = value.get("ToName", "").lower()
    return name >= value.get("FromName", "").lower() and (not high or name <= high)


def _number_filter(company: Company, value: Body, doc: Document) -> bool:
    return MATCHES[value["MatchCriterion"]](doc.get("RefNumber", "").lower(), value["RefNumber"].lower())


def _number_range(company: Company, value: Body, doc: Document) -> bool:
    number, high = doc.get("RefNumber", ""), value.get("ToRefNumber", "")
    return bool(number >= value.get("FromRefNumber", "") and (not high or number <= high))


def _entity_filter(company: Company, value: Body, doc: Document) -> bool:
    keys = {
        doc.get("customer", ""),
        doc.get("PayeeEntityRef", ""),
        *(line.get("EntityRef", "") for line in doc.get("lines", ())),
    }
    return bool(keys & wanted(company, "name", value))


def _account_filter(company: Company, value: Body, doc: Document) -> bool:
    fields = ("ARAccountRef", "AccountRef", "DepositToAccountRef", "RefundFromAccountRef")
    keys = {doc.get(name, "") for name in fields} | {line.get("AccountRef", "") for line in doc.get("lines", ())}
    return bool(keys & wanted(company, "Account", value))


def _paid(company: Company, value: str, doc: Document) -> bool:
    return value == "All" or (company.index.open(doc) <= 0) == (value == "PaidOnly")


def _total_balance(company: Company, value: Body, doc: Document) -> bool:
    return OPERATORS[value["Operator"]](dec(ret(company, doc)["TotalBalance"]), dec(value["Amount"]))


def _account_type(company: Company, value: list[str], doc: Document) -> bool:
    return doc["AccountType"] in value


def _method_type(company: Company, value: list[str], doc: Document) -> bool:
    return doc.get("PaymentMethodType") in value


def _never(company: Company, value: Any, doc: Document) -> bool:
    return False


LIST_RULES: dict[str, Callable[[Company, Any, Document], bool]] = {
    "FromModifiedDate": _from_modified,
    "ToModifiedDate": _to_modified,
    "NameFilter": _name_filter,
    "NameRangeFilter": _name_range,
    "TotalBalanceFilter": _total_balance,
    "AccountType": _account_type,
    "PaymentMethodType": _method_type,
    "CurrencyFilter": _never,
    "ClassFilter": _never,
}
TXN_RULES: dict[str, Callable[[Company, Any, Document], bool]] = {
    "ModifiedDateRangeFilter": _modified_range,
    "TxnDateRangeFilter": _date_range,
    "EntityFilter": _entity_filter,
    "AccountFilter": _account_filter,
    "RefNumberFilter": _number_filter,
    "RefNumberRangeFilter": _number_range,
    "PaidStatus": _paid,
    "CurrencyFilter": _never,
}
