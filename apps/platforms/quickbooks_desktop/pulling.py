"""Pulls: letter after letter within one session, from the first query of an entity to what was deleted of it.

A cursor is {"since": time} by QuickBooks' own clock, "" for nothing yet. It moves only on the last page: iterators end with
the session, so what was interrupted starts over.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from apps.platforms.base import Page
from apps.platforms.errors import Unavailable, Unreadable
from apps.platforms.mailbox import Letter
from apps.platforms.paging import CIRCLES
from apps.platforms.quickbooks_desktop import asking
from apps.platforms.quickbooks_desktop.asking import MAIN, Source
from apps.platforms.quickbooks_desktop.errors import NOT_KEPT, NOTHING, UNKNOWN_ID, done, to_error
from apps.platforms.quickbooks_desktop.reading import Answer, Reply, read_answer
from apps.platforms.quickbooks_desktop.translate import Beside, movements, read_rows
from apps.platforms.quickbooks_desktop.translate.payments import REFUND
from apps.platforms.quickbooks_desktop.translate.values import Raw, bare, modified, text
from apps.platforms.quickbooks_desktop.writer import Dialect, Message, read_set
from apps.platforms.records import Facts, Record

#: What is asked for again before the last time seen: QuickBooks stamps a change before it is there to be read.
OVERLAP = timedelta(minutes=5)
#: QuickBooks forgets what was deleted after 90 days.
REMEMBERED = timedelta(days=89)
#: Lists that this file may not have at all, so that a refusal to list them means there are none.
MAY_LACK = frozenset({"tax_code", "receivable_movement", "refund"})

Context = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Puller:
    """Writes and reads the asking letters of one company file."""

    facts: Facts
    dialect: Dialect
    now: datetime

    def first(self, entity: str, cursor: str, *, full: bool) -> Letter:
        """The first letter of a pull."""
        since = "" if full else _since(cursor)
        context = {"cursor": cursor, "since": since, "newest": since, "started": self.now.isoformat(), "source": 0}
        return self._begin(entity, context)

    def again(self, entity: str, ids: Sequence[str]) -> Letter:
        """Asks for records by their ids: a message each, so that none spoils another's answer."""
        asked = [asking.source_of(entity, each, self.facts) for each in ids]
        beside = dict.fromkeys(name for source in asked for name in source.beside)
        messages = [
            asking.id_query(source, each, str(n)) for n, (source, each) in enumerate(zip(asked, ids, strict=True), 1)
        ]
        text = read_set([*asking.queries_beside(beside), *messages], self.dialect)
        return Letter(text=text, entity=entity, context={"ids": list(ids)})

    def read_page(self, letter: Letter, answer: str) -> tuple[Page, Letter | None]:
        """What a letter brought, and the letter that asks on; the last page names all that was unreadable in the pull.

        Raises TryLater, PermissionMissing.
        """
        said = read_answer(answer)
        if "ids" in letter.context:
            return self._read_again(letter, said), None
        reply = said.to(MAIN)
        if reply is None:
            raise Unavailable("QuickBooks Desktop did not answer the question of this letter; it is asked again.")
        if letter.context["source"] == len(self._sources(letter.entity)):
            return self._read_deleted(letter, reply), None
        return self._read_source(letter, said, reply)

    def _sources(self, entity: str) -> tuple[Source, ...]:
        return asking.sources(entity, self.facts)

    def _begin(self, entity: str, context: dict[str, Any]) -> Letter:
        """The letter that starts on a source, or asks for deletions when all have been read."""
        asked = self._sources(entity)
        if context["source"] == len(asked):
            # Nothing read yet is no sign that nothing was there: what we made ourselves may be gone before it was read.
            remembered = self.now - REMEMBERED
            since = max(_from(context) or remembered, remembered)
            return self._letter(entity, [asking.deleted_query(asked, since)], context)
        source = asked[context["source"]]
        messages = [*asking.queries_beside(source.beside), asking.page_query(source, _from(context), "")]
        return self._letter(entity, messages, {**context, "iterator": "", "left": None})

    def _letter(self, entity: str, messages: Sequence[Message], context: dict[str, Any]) -> Letter:
        return Letter(text=read_set(messages, self.dialect), entity=entity, context=context)

    def _read_source(self, letter: Letter, said: Answer, reply: Reply) -> tuple[Page, Letter]:
        _check(reply, letter.entity)
        context = {**letter.context}
        if not context["iterator"]:
            _check_beside(said, letter.entity)
            context["beside"] = asking.read_beside(said)
        rows = self._read_rows(letter.entity, reply, asking.beside_of(context), changes=bool(context["since"]))
        context["newest"] = _newest(context["newest"], reply)
        context["unreadable"] = [*context.get("unreadable", ()), *rows.unreadable]
        following = self._following(letter.entity, context, reply)
        page = Page(
            records=rows.records,
            gone=rows.gone,
            cursor=context["cursor"],
        )
        return page, following

    def _following(self, entity: str, context: dict[str, Any], reply: Reply) -> Letter:
        asked = self._sources(entity)
        if reply.remaining > 0:
            if not reply.iterator or (context["left"] is not None and reply.remaining >= context["left"]):
                raise Unavailable(CIRCLES)
            onward = {**context, "iterator": reply.iterator, "left": reply.remaining}
            message = asking.page_query(asked[context["source"]], _from(context), reply.iterator)
            return self._letter(entity, [message], onward)
        return self._begin(entity, {**context, "source": context["source"] + 1})

    def _read_deleted(self, letter: Letter, reply: Reply) -> Page:
        _check(reply, letter.entity)
        gone = [each for _, raw in reply.rows for each in _gone_ids(letter.entity, raw)]
        unreadable = letter.context["unreadable"]
        return Page(gone=gone, unreadable=unreadable, cursor=self._cursor(letter.context), last=True)

    def _read_again(self, letter: Letter, said: Answer) -> Page:
        _check_beside(said, letter.entity)
        beside = asking.beside_of({"beside": asking.read_beside(said)})
        there: dict[str, Record] = {}
        unreadable: list[str] = []
        untold: list[str] = []
        for place, external_id in enumerate(letter.context["ids"], 1):
            rows = self._read_one(letter.entity, said.to(str(place)), beside)
            there |= {record.external_id: record for record in rows.records}
            unreadable += rows.unreadable
            untold += [external_id] if rows.unreadable else []
        gone = [each for each in letter.context["ids"] if each not in there and each not in untold]
        return Page(records=list(there.values()), gone=gone, unreadable=unreadable, last=True)

    def _read_one(self, entity: str, reply: Reply | None, beside: Beside) -> _Rows:
        if reply is None:
            raise Unavailable("QuickBooks Desktop did not answer all questions of this letter; they are asked again.")
        if reply.code not in UNKNOWN_ID:
            _check(reply, entity)
        return self._read_rows(entity, reply, beside, changes=False)

    def _read_rows(self, entity: str, reply: Reply, beside: Beside, *, changes: bool) -> _Rows:
        records: list[Record] = []
        gone: list[str] = []
        unreadable: list[str] = []
        for element, raw in reply.rows:
            try:
                found = read_rows(entity, element, raw, self.facts, beside)
            except Unreadable as error:
                unreadable.append(error.message)
                continue
            records += found
            if changes and entity == "receivable_movement":
                gone += movements.parts(element.removesuffix("Ret"), text(raw, "TxnID"), len(found))
        return _Rows(records, gone, unreadable)

    def _cursor(self, context: Context) -> str:
        """Where the next pull starts: the newest change seen, less the time this pull took, in which others may have come."""
        if context["unreadable"]:
            return str(context["cursor"])
        if context["newest"] == context["since"]:
            return json.dumps({"since": context["since"]})
        took = self.now - _moment(context["started"])
        reached = (_moment(context["newest"]) - max(took, timedelta(0))).isoformat()
        return json.dumps({"since": max(reached, context["since"])})


@dataclass(frozen=True, slots=True)
class _Rows:
    """What the rows of a reply say."""

    records: list[Record]
    gone: list[str]
    unreadable: list[str]


def _since(cursor: str) -> str:
    return str(json.loads(cursor).get("since", "")) if cursor else ""


def _from(context: Context) -> datetime | None:
    return _moment(context["since"]) - OVERLAP if context["since"] else None


def _moment(value: str) -> datetime:
    return datetime.fromisoformat(value).astimezone(UTC)


def _newest(known: str, reply: Reply) -> str:
    times = [_changed(raw) for _, raw in reply.rows]
    latest = max((moment for moment in times if moment), default=None)
    return max(known, latest.astimezone(UTC).isoformat()) if latest else known


def _changed(raw: Raw) -> datetime | None:
    try:
        return modified(raw)
    except Unreadable:
        return None  # its row is left out and the cursor stays


def _check(reply: Reply, entity: str) -> None:
    """Raise when a query was not answered: that is never an empty list."""
    lacking = entity in MAY_LACK and reply.code in NOT_KEPT
    if not (done(reply) or reply.code in NOTHING or lacking):
        raise to_error(reply, write=False)


def _check_beside(said: Answer, entity: str) -> None:
    for name in asking.BESIDE:
        reply = said.to(name)
        if reply is not None and reply.code not in NOT_KEPT:
            _check(reply, entity)


def _gone_ids(entity: str, raw: Raw) -> list[str]:
    """Our ids of something QuickBooks says was deleted."""
    kind = text(raw, "TxnDelType") or text(raw, "ListDelType")
    key = bare(text(raw, "TxnID") or text(raw, "ListID"))
    if entity == "receivable_movement":
        return movements.parts(kind, key)
    prefixed = entity in ("item", "tax_code") or kind == REFUND
    return [f"{kind}:{key}" if prefixed else key]
