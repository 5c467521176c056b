"""Writes become letters of up to 20 messages, and answers become outcomes by position."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from apps.platforms.base import Outcome, Verb, Write
from apps.platforms.errors import PlatformError, Refused, Unreadable, Unsure
from apps.platforms.mailbox import Letter
from apps.platforms.quickbooks_desktop.errors import UNKNOWN_ID, UNTOLD_SETS, done, to_error
from apps.platforms.quickbooks_desktop.limits import WRITES
from apps.platforms.quickbooks_desktop.reading import Reply, read_answer
from apps.platforms.quickbooks_desktop.translate import (
    full_id,
    read_rows,
    recovered_id,
    request_of,
    tax_items_of,
)
from apps.platforms.quickbooks_desktop.writer import KEY_LENGTH, Dialect, Message, write_set
from apps.platforms.records import Facts

Placed = tuple[int, Message]


def draft_all(
    entity: str, writes: Sequence[Write], facts: Facts, dialect: Dialect, new_key: Callable[[], str]
) -> list[Letter]:
    """The letters of these writes. Raises ValueError when two change one document: a second needs the first's revision."""
    named = [write.external_id for write in writes if write.external_id]
    if len(named) != len(set(named)):
        raise ValueError("two writes of one document in one batch")
    placed = {verb: list(_placed(writes, verb, facts, dialect)) for verb in Verb}
    return [
        _letter(entity, verb, these[first : first + WRITES], dialect, new_key())
        for verb, these in placed.items()
        for first in range(0, len(these), WRITES)
    ]


def read_outcomes(letter: Letter, writes: Sequence[Write], answer: str, facts: Facts) -> list[Outcome]:
    """What became of each write. Raises Unsure when the answer tells nothing of any: they are looked up."""
    try:
        said = read_answer(answer)
    except Unreadable as error:
        raise Unsure(error.message) from error
    if said.status in UNTOLD_SETS:
        raise Unsure("QuickBooks Desktop cannot say whether this letter was done; it is looked up.", code=said.status)
    return [_outcome(letter.entity, write, said.to(str(n)), facts) for n, write in enumerate(writes, 1)]


def _placed(writes: Sequence[Write], verb: Verb, facts: Facts, dialect: Dialect) -> Iterator[Placed]:
    for position, write in enumerate(writes):
        if write.verb is not verb:
            continue
        try:
            request = request_of(write, facts)
            message = Message(request.name, request.body, {})
            write_set([message], "try", dialect)  # a write that cannot be spelled must not spoil the letter of others
        except PlatformError:
            if len(writes) == 1:
                raise
        else:
            yield position, message


def _letter(entity: str, verb: Verb, placed: Sequence[Placed], dialect: Dialect, key: str) -> Letter:
    short = key.replace("-", "")[:KEY_LENGTH]
    messages = [Message(each.name, each.body, {"requestID": str(n)}) for n, (_, each) in enumerate(placed, 1)]
    return Letter(
        text=write_set(messages, short, dialect),
        entity=entity,
        verb=verb.value,
        key=short,
        positions=tuple(position for position, _ in placed),
    )


def _outcome(entity: str, write: Write, reply: Reply | None, facts: Facts) -> Outcome:
    """What one reply says of its write; nothing understandable means that nobody can say."""
    if reply is None:
        return Outcome(error=Unsure())
    taking = write.verb in (Verb.VOID, Verb.DELETE)
    if not done(reply):
        return Outcome(error=to_error(reply, taking=taking))
    if taking:
        return Outcome(error=to_error(reply, taking=True)) if reply.code in UNKNOWN_ID else Outcome()
    try:
        records = [each for element, raw in reply.rows for each in _read(entity, write, element, raw, facts)]
    except Unreadable as error:
        return Outcome(error=Unsure(error.message, external_id=_recovered(entity, write, reply)))
    if records:
        return Outcome(record=records[0])
    return Outcome(error=Unsure(external_id=_recovered(entity, write, reply)))


def _read(entity: str, write: Write, element: str, raw: Any, facts: Facts) -> list[Any]:
    return read_rows(entity, element, raw, facts, tax_items_of(write))


def _recovered(entity: str, write: Write, reply: Reply) -> str:
    """Where only its identity was repeated: QuickBooks did it, and the whole of it is still to be read."""
    try:
        key = recovered_id(reply.recovery)
        return full_id(entity, write, key) if key else write.external_id
    except Refused:
        return write.external_id
