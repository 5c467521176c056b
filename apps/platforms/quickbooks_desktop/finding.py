"""Looking before sending again: is what a write wanted already there?

A document is looked for twice in one letter: by its number, and among the customer's of the days around its date, since
people change either; markers are compared, never totals. Absent counts only where QuickBooks answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

from apps.core.money import cents
from apps.platforms.base import ABSENT, CANNOT_TELL, Answer, Found, Verb, Write
from apps.platforms.errors import PlatformError, Refused, TryLater, Unreadable
from apps.platforms.mailbox import Letter
from apps.platforms.quickbooks_desktop import asking
from apps.platforms.quickbooks_desktop.asking import Source
from apps.platforms.quickbooks_desktop.errors import NOTHING, UNKNOWN_ID, done, to_error
from apps.platforms.quickbooks_desktop.reading import Answer as Said
from apps.platforms.quickbooks_desktop.reading import Raw, Reply, read_answer
from apps.platforms.quickbooks_desktop.translate import Beside, names, read_rows
from apps.platforms.quickbooks_desktop.translate.customers import customer_name, mod_customer
from apps.platforms.quickbooks_desktop.translate.invoices import NUMBER
from apps.platforms.quickbooks_desktop.translate.items import changed_as, item_name, mod_item
from apps.platforms.quickbooks_desktop.translate.lines import TAX_ITEMS
from apps.platforms.quickbooks_desktop.translate.payments import REFERENCE
from apps.platforms.quickbooks_desktop.translate.values import Body, bare, kind_of, ref, text
from apps.platforms.quickbooks_desktop.writer import Dialect, Message, read_set
from apps.platforms.records import Customer, Facts, Item, Payment, Record, SalesDocument, Status

#: Staff may have moved the date of a document since; we look a month around it.
AROUND = timedelta(days=31)

#: So much of a memo is compared: its end may have made room for a mark.
KEPT = 2000

Seen = tuple[Raw, Record]


def look(entity: str, writes: Sequence[Write], facts: Facts, dialect: Dialect) -> Letter:
    """The letter that asks for all of them; a write that cannot be asked for is told by its absence in `context`."""
    source = asking.sources(entity, facts)[0]
    asked: dict[str, list[str]] = {}
    messages: list[Message] = []
    for place, write in enumerate(writes, 1):
        queries = _queries(source, write, str(place))
        asked[str(place)] = [query.attributes["requestID"] for query in queries]
        messages += queries
    text = read_set([*asking.queries_beside(source.beside), *messages], dialect)
    return Letter(text=text, entity=entity, context={"asked": asked})


def read_found(letter: Letter, writes: Sequence[Write], answer: str, facts: Facts) -> list[Found | Answer]:
    """A verdict for each write. Raises TryLater when QuickBooks could not be asked."""
    said = read_answer(answer)
    beside = asking.beside_of({"beside": asking.read_beside(said)})
    asked = letter.context["asked"]
    return [_verdict(letter.entity, write, said, asked[str(n)], facts, beside) for n, write in enumerate(writes, 1)]


def holds(write: Write, now: Record, facts: Facts) -> bool:
    """Whether what an update wanted is what is there."""
    wanted = write.record
    if isinstance(wanted, Customer) and isinstance(now, Customer):
        return not mod_customer(wanted, facts, now)
    if isinstance(wanted, Item) and isinstance(now, Item):
        return not mod_item(wanted, facts, changed_as(write.external_id), now)
    return _essence(wanted, wanted) == _essence(now, wanted)


def _queries(source: Source, write: Write, place: str) -> list[Message]:
    if write.verb is not Verb.CREATE:
        return [asking.id_query(source, write.external_id, place)]
    record = write.record
    if isinstance(record, Customer | Item):
        body = _named(record)
        return [asking.query(source, body, place)] if body else []
    found = [asking.query(source, _around(record), f"{place}d")]
    number = _number(record)
    # The number asked with its own case, as people write several alike.
    return [*found, asking.query(source, {"RefNumberCaseSensitive": [number]}, f"{place}n")] if number else found


def _named(record: Customer | Item) -> Body:
    try:
        name = customer_name(record) if isinstance(record, Customer) else item_name(record)
    except Refused:
        return {}
    if isinstance(record, Customer) and record.parent_id:
        # The full name of a job begins with its parent's, which is not known here.
        return {"ActiveStatus": "All", "NameFilter": {"MatchCriterion": "Contains", "Name": name}}
    return {"FullName": [name]}


def _around(record: Record) -> Body:
    dated = cast("SalesDocument", record)
    days = {"FromTxnDate": dated.date - AROUND, "ToTxnDate": dated.date + AROUND}
    return {"TxnDateRangeFilter": days, "EntityFilter": {"ListID": [dated.customer_id]}}


def _number(record: Record) -> str:
    if isinstance(record, SalesDocument):
        return names.one_line(record.number)[:NUMBER].rstrip()
    limit = REFERENCE if isinstance(record, Payment) else NUMBER
    return names.one_line(str(getattr(record, "reference", "")))[:limit].rstrip()


def _verdict(
    entity: str, write: Write, said: Said, asked: Sequence[str], facts: Facts, beside: Beside
) -> Found | Answer:
    replies = [said.to(request_id) for request_id in asked]
    if not replies or any(reply is None for reply in replies):
        return CANNOT_TELL
    answered = [reply for reply in replies if reply is not None]
    try:
        seen = [each for reply in answered for each in _seen(entity, write, reply, facts, beside)]
    except TryLater:
        raise
    except PlatformError:
        return CANNOT_TELL
    if write.verb is not Verb.CREATE:
        return _changed(entity, write, [record for _, record in seen], facts)
    return _named_one(write, seen) if isinstance(write.record, Customer | Item) else _marked(write, seen)


def _seen(entity: str, write: Write, reply: Reply, facts: Facts, beside: Beside) -> list[Seen]:
    """What a reply shows. Raises TryLater or another error when it was not answered."""
    unknown = NOTHING if write.verb is Verb.CREATE else UNKNOWN_ID
    if not (done(reply) or reply.code in unknown):
        raise to_error(reply, write=False)
    found: list[Seen] = []
    for element, raw in reply.rows:
        try:
            found += [(raw, record) for record in read_rows(entity, element, raw, facts, beside)]
        except Unreadable as error:
            raise Refused(error.message) from error  # it may be the very one: nobody can tell
    return found


def _marked(write: Write, seen: Sequence[Seen]) -> Found | Answer:
    if not write.marker:
        return CANNOT_TELL
    stamp = names.guid(write.marker)
    stamped = [each for each in seen if text(each[0], "ExternalGUID").upper() == stamp]
    ours = stamped or [each for each in seen if each[1].marker == write.marker]
    if not ours:
        return ABSENT
    # People copy documents, memo and all: the stamp is not copied, and else the first one made is ours.
    return Found(min(ours, key=lambda each: (text(each[0], "TimeCreated"), each[1].external_id))[1])


def _named_one(write: Write, seen: Sequence[Seen]) -> Found | Answer:
    """The entry of this name, unless it bears another's stamp: then ours was refused for the name."""
    record = cast("Any", write.record)
    name = customer_name(record) if isinstance(record, Customer) else item_name(record)
    parent = getattr(record, "parent_id", "")
    same = [
        each
        for each in seen
        if text(each[0], "Name").casefold() == name.casefold() and ref(each[0], "ParentRef") == parent
    ]
    stamps = {"", "0", names.guid(write.marker)} if write.marker else None
    ours = [each for each in same if stamps is None or text(each[0], "ExternalGUID").upper() in stamps]
    return Found(ours[0][1]) if ours else ABSENT


def _changed(entity: str, write: Write, seen: Sequence[Record], facts: Facts) -> Found | Answer:
    now = next((record for record in seen if record.external_id == write.external_id), None)
    deletes = write.verb is Verb.DELETE or (write.verb is Verb.VOID and entity == "payment")
    if now is None:
        gone = replace(write.base or write.record, external_id=write.external_id, status=Status.DELETED)
        return Found(gone) if deletes else ABSENT
    if deletes:
        return ABSENT
    if write.verb is Verb.VOID:
        return Found(now) if now.status is Status.VOIDED else ABSENT
    return Found(now) if now.revision != write.revision and holds(write, now, facts) else ABSENT


def _essence(record: Record, wanted: Record) -> tuple[Any, ...]:
    """What of a document `wanted` sets, in a form that what QuickBooks works out itself does not change."""
    one, asked = cast("Any", record), cast("Any", wanted)
    head = [one.date, one.customer_id, names.lines(one.memo)[:KEPT], _number(record) if _number(wanted) else ""]
    if isinstance(record, SalesDocument):
        own = [getattr(one, name, None) for name in ("due_date", "location_id") if getattr(asked, name, None)]
        rows = [line for line in record.lines if line.item_id and kind_of(line.item_id) not in TAX_ITEMS]
        return (*head, *own, [(bare(line.item_id), cents(line.amount)) for line in rows])
    own = [getattr(one, name) for name in ("method", "deposit_account_id") if getattr(asked, name, "")]
    parts = sorted((bare(part.document_id), cents(part.amount or 0)) for part in one.applications)
    return (*head, *own, cents(one.amount), parts)
