"""Queries: filters, pages, and what is left out of an answer."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from apps.sandbox.quickbooks_desktop.company import ENTITIES, ITEMS, LISTS, NAMES, TRANSACTIONS, Company, space_of
from apps.sandbox.quickbooks_desktop.money import dec
from apps.sandbox.quickbooks_desktop.refusals import MESSAGES, Refusal
from apps.sandbox.quickbooks_desktop.render import ret
from apps.sandbox.store import Document

Body = dict[str, Any]
Test = Callable[[Document], bool]

# Which documents a query is about; a query of the schema that is not here finds nothing in this company.
QUERIES: dict[str, tuple[str, ...]] = {
    **{f"{entity}QueryRq": (entity,) for entity in ENTITIES},
    "ItemQueryRq": ITEMS,
    "EntityQueryRq": NAMES,
    "TermsQueryRq": ("StandardTerms",),
}
OPERATORS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "LessThan": lambda a, b: a < b, "LessThanEqual": lambda a, b: a <= b, "Equal": lambda a, b: a == b,
    "GreaterThan": lambda a, b: a > b, "GreaterThanEqual": lambda a, b: a >= b,
}  # fmt: skip
MATCHES: dict[str, Callable[[str, str], bool]] = {
    "StartsWith": lambda text, part: text.startswith(part),
    "Contains": lambda text, part: part in text,
    "EndsWith": lambda text, part: text.endswith(part),
}


@dataclass
class Session:
    """One connection to QuickBooks: iterators live as long as it does."""

    iterators: dict[str, Document] = field(default_factory=dict)


@dataclass
class Found:
    """The rows of one answer, and what its attributes say."""

    rows: list[tuple[str, Body]] = field(default_factory=list)
    code: int = 0
    message: str = ""
    attributes: dict[str, str] = field(default_factory=dict)


def query(company: Company, session: Session, name: str, attributes: dict[str, str], body: Body) -> Found:
    """Carry out one query; Refusal when it cannot be."""
    entities = QUERIES.get(name, ())
    if attributes.get("iterator") in ("Continue", "Stop"):
        return _next_page(company, session, name, attributes, body)
    found = Found()
    docs = _named(company, entities, body, found)
    if docs is None:
        docs = [doc for doc in _candidates(company, entities, body) if _passes(company, entities, body, doc)]
    most = int(body.get("MaxReturned") or len(docs) or 1)
    if attributes.get("metaData", "NoMetaData") != "NoMetaData":
        found.attributes["retCount"] = str(len(docs))
        if attributes["metaData"] == "MetaDataOnly":
            return found
    if attributes.get("iterator") == "Start":
        keys = [[space_of(doc["entity"]), doc["id"]] for doc in docs[most:]]
        _remember(session, f"{{{uuid.uuid4()}}}", name, body, keys, found)
    return _filled(company, found, docs[:most], body)


def _filled(company: Company, found: Found, docs: list[Document], body: Body) -> Found:
    lines = body.get("IncludeLineItems") in ("true", "1")
    links = body.get("IncludeLinkedTxns") in ("true", "1")
    for doc in docs:
        content = cut(ret(company, doc, lines=lines, links=links), body.get("IncludeRetElement", ()))
        found.rows.append((f"{doc['entity']}Ret", content))
    if not found.rows and not found.code:
        found.code, found.message = 1, MESSAGES[1]
    return found


def cut(content: Body, names: list[str]) -> Body:
    """Only the named fields, when any is named."""
    return {name: value for name, value in content.items() if name in names} if names else content


def _remember(session: Session, key: str, name: str, body: Body, keys: list[Any], found: Found) -> None:
    found.attributes |= {"iteratorRemainingCount": str(len(keys)), "iteratorID": key}
    if keys:
        session.iterators[key] = {"name": name, "body": json.dumps(body, sort_keys=True), "keys": keys}
    else:
        session.iterators.pop(key, None)


def _next_page(company: Company, session: Session, name: str, attributes: dict[str, str], body: Body) -> Found:
    key = attributes.get("iteratorID", "")
    held = session.iterators.get(key)
    if held is None or held["name"] != name:
        raise Refusal(3391, key)
    if attributes["iterator"] == "Stop":
        del session.iterators[key]
        return Found()
    if held["body"] != json.dumps(body, sort_keys=True):
        raise Refusal(3391, key)
    most = int(body.get("MaxReturned") or len(held["keys"]))
    docs = [doc for space, each in held["keys"][:most] if (doc := company.doc(space, each))]
    found = Found()
    _remember(session, key, name, body, held["keys"][most:], found)
    return _filled(company, found, docs, body)


def _named(company: Company, entities: tuple[str, ...], body: Body, found: Found) -> list[Document] | None:
    """The documents a query names one by one; None when it filters instead."""
    for name, find in NAMED.items():
        if name in body:
            docs: dict[str, Document] = {}
            for wanted in body[name]:
                several = [doc for doc in find(company, entities, wanted) if doc["entity"] in entities]
                docs |= {doc["id"]: doc for doc in several}
                if not several and not found.code:
                    found.code, found.message = 500, MESSAGES[500].format(wanted)
            if not docs:
                found.code = company.settings["missing_objects"]
                found.message = found.message if found.code == 500 else MESSAGES[1]
            return list(docs.values())
    return None


def _by_id(company: Company, entities: tuple[str, ...], key: str) -> Iterator[Document]:
    doc = company.doc(space_of(entities[0]), key) if entities else None
    if doc is not None:
        yield doc


def _by_full_name(company: Company, entities: tuple[str, ...], name: str) -> Iterator[Document]:
    doc = company.by_name(space_of(entities[0]), name) if entities else None
    if doc is not None:
        yield doc


def _by_number(company: Company, entities: tuple[str, ...], number: str) -> Iterator[Document]:
    for entity in entities:
        for key in company.index.numbers.get((entity, number.lower()), {}):
            yield company.index.docs[("txn", key)]


def _by_exact_number(company: Company, entities: tuple[str, ...], number: str) -> Iterator[Document]:
    return (doc for doc in _by_number(company, entities, number) if doc["RefNumber"] == number)


NAMED: dict[str, Callable[[Company, tuple[str, ...], str], Iterator[Document]]] = {
    "ListID": _by_id,
    "TxnID": _by_id,
    "FullName": _by_full_name,
    "RefNumber": _by_number,
    "RefNumberCaseSensitive": _by_exact_number,
}


def _candidates(company: Company, entities: tuple[str, ...], body: Body) -> Iterator[Document]:
    """All documents, or those of the customers asked for."""
    if entities and entities[0] in TRANSACTIONS and "EntityFilter" in body and "Check" not in entities:
        for customer in sorted(_wanted(company, "name", body["EntityFilter"])):
            keys = company.index.by_customer.get(customer, {})
            yield from (doc for key in keys if (doc := company.index.docs[("txn", key)])["entity"] in entities)
        return
    for entity in entities:
        yield from company.all(entity)


def _passes(company: Company, entities: tuple[str, ...], body: Body, doc: Document) -> bool:
    rules = LIST_RULES if entities[0] in LISTS else TXN_RULES
    active = body.get("ActiveStatus", "ActiveOnly")
    if entities[0] in LISTS and active != "All" and (doc.get("IsActive", "true") == "true") != (active == "ActiveOnly"):
        return False
    return all(rule(company, body[name], doc) for name, rule in rules.items() if name in body)


def _wanted(company: Company, space: str, chosen: Body) -> set[str]:
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
    return bool(keys & _wanted(company, "name", value))


def _account_filter(company: Company, value: Body, doc: Document) -> bool:
    fields = ("ARAccountRef", "AccountRef", "DepositToAccountRef", "RefundFromAccountRef")
    keys = {doc.get(name, "") for name in fields} | {line.get("AccountRef", "") for line in doc.get("lines", ())}
    return bool(keys & _wanted(company, "Account", value))


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


def deleted(company: Company, name: str, body: Body) -> Found:
    """What was deleted lately."""
    kind, key, label = ("TxnDel", "TxnID", "RefNumber") if name.startswith("Txn") else ("ListDel", "ListID", "FullName")
    chosen, since = body.get("DeletedDateRangeFilter", {}), company.clock() - company.settings["deleted_days"] * 86_400
    low = max(since, company.moment(chosen["FromDeletedDate"]) if chosen.get("FromDeletedDate") else since)
    high = company.moment(chosen["ToDeletedDate"], end=True) if chosen.get("ToDeletedDate") else float("inf")
    found = Found()
    for doc in company.store.all("deleted"):
        if doc["entity"] in body[f"{kind}Type"] and low <= doc["deleted"] <= high:
            row = {f"{kind}Type": doc["entity"], key: doc["id"], "TimeCreated": company.stamp(doc["created"])}
            row |= {"TimeDeleted": company.stamp(doc["deleted"]), **({label: doc["name"]} if doc["name"] else {})}
            found.rows.append((f"{kind.removesuffix('Del')}DeletedRet", cut(row, body.get("IncludeRetElement", ()))))
    if not found.rows:
        found.code, found.message = 1, MESSAGES[1]
    return found
