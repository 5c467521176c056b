"""Change data capture and batches."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from apps.sandbox.quickbooks_online.company import BY_URL, PACIFIC, TAX_LISTS, Company
from apps.sandbox.quickbooks_online.query import moment
from apps.sandbox.quickbooks_online.refusals import Refusal
from apps.sandbox.quickbooks_online.render import render
from apps.sandbox.store import Document

LOOK_BACK = timedelta(days=30)
MOST_CHANGES = 1000
MOST_ITEMS = 30
REQUEST_ID = 50
BATCH_REQUEST_ID = 36
NOT_IN_CDC = (*TAX_LISTS, "CompanyInfo")
SHUFFLE = random.Random(7)
Item = Callable[[Document], Document]


def capture(company: Company, entities: str, since: str) -> list[Document]:
    """The QueryResponses of a CDC answer, one per asked entity; together at most 1000 objects."""
    if not entities or not since:
        raise Refusal("2020", "entities and changedSince are required")
    start = moment(since.replace(" ", "+")).astimezone(PACIFIC)
    if company.clock() - start.timestamp() > LOOK_BACK.total_seconds():
        raise Refusal("4001", "changedSince parameter older than fixed days is not supported")
    after, room, out = start.isoformat(timespec="seconds"), MOST_CHANGES, []
    for name in entities.split(","):
        entity = BY_URL.get(name.strip().lower())
        if entity is None or entity in NOT_IN_CDC:
            raise Refusal("500", f"CDC is not supported for {name}")
        found = changed(company, entity, after)[:room]
        room -= len(found)
        answer = {entity: found, "startPosition": 1, "maxResults": len(found), "totalCount": len(found)}
        out.append(answer if found else {})
    return out


def changed(company: Company, entity: str, after: str) -> list[Document]:
    """Documents changed since, oldest change first, and stubs of the deleted."""
    rows = [doc for doc in company.all(entity) if doc["MetaData"]["LastUpdatedTime"] >= after]
    views = [render(company, entity, doc) for doc in rows]
    for stub in company.store.all(company.kind("deleted")):
        if stub["entity"] == entity and stub["at"] >= after:
            gone = {"domain": "QBO", "status": "Deleted", "Id": stub["Id"], "MetaData": {"LastUpdatedTime": stub["at"]}}
            views.append(gone)
    return sorted(views, key=lambda view: str(view["MetaData"]["LastUpdatedTime"]))


def check_request_id(request_id: str) -> None:
    """2130 when the id is too long."""
    if len(request_id) > REQUEST_ID:
        raise Refusal("2130", f"You cannot enter more than {REQUEST_ID} characters in the request_id field")


def read_items(body: Any, request_id: str) -> list[Document]:
    """The items of a batch, checked as a whole."""
    items = body.get("BatchItemRequest") if isinstance(body, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items) or not items:
        raise Refusal("2020", "BatchItemRequest is missing", "BatchItemRequest")
    if len(items) > MOST_ITEMS:
        raise Refusal("1040", f"{len(items)} items; at most {MOST_ITEMS}")
    keys = [item.get("bId") for item in items]
    if not all(isinstance(key, str) and key for key in keys):
        raise Refusal("2020", "bId is missing", "bId")
    if len(set(keys)) != len(keys):
        raise Refusal("2010", "bId must be unique within the batch", "bId")
    if len(request_id) > BATCH_REQUEST_ID:
        raise Refusal("2130", f"requestid of a batch: at most {BATCH_REQUEST_ID} characters")
    return items


def run_batch(company: Company, items: list[Document], request_id: str, perform: Item) -> list[Document]:
    """Every item on its own: an answer or a fault, none sees what the others created."""
    company.in_batch = True
    try:
        answers = [one(item, request_id, perform) for item in items]
    finally:
        company.in_batch = False
        company.born.clear()
    if company.settings["batch_order"] == "shuffled":
        SHUFFLE.shuffle(answers)
    return answers


def one(item: Document, request_id: str, perform: Item) -> Document:
    """One item's answer."""
    try:
        length = len(request_id) + len(item["bId"])
        if request_id and length > REQUEST_ID:
            detail = f"You cannot enter more than {REQUEST_ID} characters in the request_id field: {length} characters"
            raise Refusal("6000", detail)
        return {"bId": item["bId"], **perform(item)}
    except Refusal as refusal:
        return {"bId": item["bId"], "Fault": refusal.body()}


def replayed(company: Company, answers: list[Document]) -> list[Document]:
    """What a batch with a known requestid gets: the old answers, or 6000 for every item."""
    if company.settings["batch_replay"] == "answer":
        return answers
    fault = Refusal("6000", "The request_id of this item was used before").body()
    return [{"bId": answer["bId"], "Fault": fault} for answer in answers]
