"""The few refusals the engine can cure by itself: a taken name, a stale revision, a record that is already there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from apps.connections.models import Company
from apps.mirror.models import BooksRecord, Link, MirrorRow, SyncroRecord
from apps.mirror.states import SyncState
from apps.platforms.base import DirectPlatform, Outcome, Side, Verb, Write
from apps.platforms.content import to_content
from apps.platforms.errors import AlreadyThere, Gone, Refused
from apps.platforms.records import Customer, Item, SalesDocument
from apps.sync.compose.desk import Desk, is_edit
from apps.sync.links import join
from apps.sync.pull import read_again
from apps.sync.settle import mine

NAMED = (Customer, Item)


def without_taken_name(desk: Desk, link: Link, write: Write) -> Write | None:
    """A new list entry whose name the books already have: the very same one is joined, another's name is avoided.

    Gives the write to send, or None when the link came to rest.
    """
    if write.verb is not Verb.CREATE or not isinstance(write.record, NAMED) or link.target is not Side.BOOKS:
        return write
    holder = _holder(desk, write)
    if holder is None:
        desk.names[write.record.name.casefold()] = ""
        return write
    row = (
        BooksRecord.objects.filter(company=link.company, entity=write.entity, external_id=holder).first()
        if holder
        else None
    )
    if row is not None and not Link.objects.filter(books=row).exists() and not link.hints.get("suffix"):
        _join_or_hold(link, write, row)
        return None
    renamed = replace(write.record, name=f"{write.record.name} (Syncro {_own_id(link)})")
    desk.names[renamed.name.casefold()] = ""
    return replace(write, record=renamed)


def _holder(desk: Desk, write: Write) -> str | None:
    """The id of the one that has the name, "" for somebody a new entry cannot be joined to; below a parent only whom
    that parent has counts: whether another's child of the name is in the way, the platform says.
    """
    parent = getattr(write.record, "parent_id", "")
    if not parent or not desk.books.nests_customers:
        return desk.names.get(getattr(write.record, "name", "").casefold())
    rows = BooksRecord.objects.filter(company=desk.company, entity="customer", content__parent_id=parent)
    found = rows.filter(label__iexact=getattr(write.record, "name", ""), gone_at__isnull=True).first()
    return found.external_id if found else None


def _join_or_hold(link: Link, write: Write, row: BooksRecord) -> None:
    """One that nobody is linked to: the same when nothing speaks against it, else a person says."""
    against = contradictions(to_content(write.record), row) if isinstance(write.record, Customer) else []
    if against:
        reason = f"The books already have a customer called {row.label}, but with another {' and '.join(against)}: the same or not?"
        mine(link).move(SyncState.HELD, code="name_taken", reason=reason)
        return
    twins = SyncroRecord.objects.filter(
        company=link.company, entity=write.entity, label__iexact=row.label, gone_at__isnull=True
    )
    if twins.filter(link__books__isnull=True).exclude(link=link).exists():
        reason = f"Syncro has several called {row.label}, the books have one: which of them is it?"
        mine(link).move(SyncState.HELD, code="name_taken", reason=reason)
        return
    join(link, link.legs.all()[0], row)


def contradictions(ours: Mapping[str, Any], row: MirrorRow) -> list[str]:
    """What two customers of one name have that is not the same."""
    found = []
    for name in ("email", "phone"):
        mine_, theirs = _plain(str(ours.get(name) or "")), _plain(str(row.content.get(name) or ""))
        if mine_ and theirs and mine_ != theirs:
            found.append(name)
    return found


def _plain(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum() or letter == "@")


def _own_id(link: Link) -> str:
    return link.syncro.external_id if link.syncro else str(link.pk)


def settle_refusal(link: Link, write: Write, outcome: Outcome) -> SyncState | None:
    """A name taken by somebody we do not mirror (a vendor, an employee): once more, with our number behind it. A number
    that is taken is for a person.
    """
    if isinstance(outcome.error, AlreadyThere | Refused | Gone) and is_edit(link):
        mine(link).move(SyncState.HELD, code="not_taken", reason=outcome.error.message)
        return SyncState.HELD
    if isinstance(outcome.error, AlreadyThere) and isinstance(write.record, SalesDocument):
        reason = f"{outcome.error.message} It is number {write.record.number}."
        mine(link).move(SyncState.HELD, code="number_taken", reason=reason)
        return SyncState.HELD
    if isinstance(outcome.error, AlreadyThere) and isinstance(write.record, Customer) and link.target is Side.SYNCRO:
        return _taken_in_syncro(link, write, outcome.error)
    if (
        not isinstance(outcome.error, AlreadyThere)
        or write.verb is not Verb.CREATE
        or not isinstance(write.record, NAMED)
    ):
        return None
    if link.hints.get("suffix"):
        return None
    Link.objects.filter(pk=link.pk).update(hints={**link.hints, "suffix": True})
    mine(link).move(SyncState.PENDING, code="try_later", reason=outcome.error.message)
    return SyncState.PENDING


def _taken_in_syncro(link: Link, write: Write, error: AlreadyThere) -> SyncState:
    """Syncro has somebody of this address already: the same or not, a person says."""
    code = "maybe_in_syncro" if write.verb is Verb.CREATE else "refused"
    mine(link).move(SyncState.HELD, code=code, reason=f"Syncro did not take {link.books}: {error.message}")
    return SyncState.HELD


def read_fresh(company: Company, platform: DirectPlatform, link: Link, write: Write) -> None:
    """Somebody changed the document: read it again, so that the next attempt starts from what it is now."""
    read_again(company, platform.side, write.entity, [write.external_id], platform)
