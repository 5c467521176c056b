"""One customer on two sides: what each calls it in the other's words, and what either changed since both agreed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from apps.connections.models import Company
from apps.mirror.models import BooksRecord, Link
from apps.mirror.states import SyncState
from apps.platforms.base import Side
from apps.platforms.content import from_content
from apps.platforms.records import Customer
from apps.sync.links import face
from apps.sync.merge import Base

#: Fields that a change in Syncro may set in the books, and the other way round. What Syncro shows as the name is the
#: name of the business, so the books' own name of the company never goes back.
FROM_SYNCRO = ("name", "company_name", "first_name", "last_name", "email", "phone", "mobile", "address", "notes")
FROM_BOOKS = ("name", "first_name", "last_name", "email", "phone", "mobile", "address", "notes")
#: Between the name of a parent and that of its child.
JOINT = ": "
#: So many levels of sub-customers at most; the vendors allow fewer.
LEVELS = 8


@dataclass(frozen=True, slots=True)
class View:
    """A linked customer on its way to one side: what the other says, in this side's words, what this side says, and both
    as they were when they last agreed.
    """

    wanted: Customer
    theirs: Customer
    base: Base[Customer]
    fields: tuple[str, ...]

    @property
    def changed(self) -> frozenset[str]:
        """The fields that changed on the other side and are not the same here."""
        pairs = ((name, getattr(self.wanted, name)) for name in self.fields)
        return frozenset(
            name for name, value in pairs if value not in (getattr(self.base.ours, name), getattr(self.theirs, name))
        )


def view(link: Link, toward: Side) -> View:
    """The link on its way to a side; both rows must be there."""
    rows = {side: cast("Customer", cast("Any", link.row(side)).record()) for side in Side}
    stored: Mapping[Side, dict[str, Any]] = {Side.SYNCRO: link.base_syncro, Side.BOOKS: link.base_books}
    then = {side: _then(stored[side], rows[side]) for side in Side}
    words = _Words(then[toward.other], then[toward])
    fields: tuple[str, ...] = FROM_SYNCRO if toward is Side.BOOKS else FROM_BOOKS
    if then[Side.SYNCRO].company_name != then[Side.BOOKS].company_name:  # never agreed on: each side keeps its own
        fields = tuple(name for name in fields if name != "company_name")
    base = Base(words.of(then[toward.other]), then[toward])
    return View(words.of(rows[toward.other]), rows[toward], base, fields)


def _then(content: dict[str, Any], now: Customer) -> Customer:
    """What a side said at the last agreement; what it says now where nothing is kept."""
    return from_content(Customer, {"name": "", **content}) if content else now


@dataclass(frozen=True, slots=True)
class _Words:
    """How what one side says is said on the other, learned from what both said when they agreed."""

    own: Customer
    other: Customer

    def of(self, record: Customer) -> Customer:
        """The record in the other side's words: its name with or without its parents; the country each keeps for itself."""
        address = replace(record.address, country=self.other.address.country)
        return replace(record, name=self._name(record.name), address=address)

    def _name(self, name: str) -> str:
        own, other, spaced = self.own.name, self.other.name, " ".join(name.split())
        if own.endswith(JOINT + other):
            return spaced.removeprefix(own.removesuffix(other))
        if other.endswith(JOINT + own):
            parents = other.removesuffix(own)
            return spaced if spaced.startswith(parents) else parents + spaced
        return spaced


def not_agreed(link: Link) -> dict[str, Any]:
    """Of a customer that was just written to Syncro: what had changed there meanwhile, as it was when both agreed.

    A change that was not noticed before the other side's went there is still to go the other way.
    """
    row, base = link.syncro, link.base_syncro
    if link.entity != "customer" or link.target is not Side.SYNCRO or row is None or not base:
        return {}
    return {name: base[name] for name in FROM_SYNCRO if name in base and row.content.get(name) != base[name]}


def path_of(company: Company, record: Customer) -> str:
    """The name of a customer of the books behind those of its parents: "Jones: Kitchen"."""
    names, parent = [record.name], record.parent_id
    while parent and len(names) < LEVELS:
        row = BooksRecord.objects.filter(company=company, entity="customer", external_id=parent).first()
        if row is None:
            break
        names.insert(0, row.label)
        parent = row.content.get("parent_id", "")
    known = names[-1].startswith(JOINT.join(names[:-1]) + JOINT) if len(names) > 1 else True
    return names[-1] if known else JOINT.join(names)


def turn(link: Link, toward: Side) -> bool:
    """Let the next write of a link go to this side; False when it is being written at this moment.

    A change on either side goes to the other, so the origin of what both have is the side that changed.
    """
    if link.target is toward:
        return True
    at_rest = Link.objects.filter(pk=link.pk, state__in=[SyncState.IN_SYNC, SyncState.HELD])
    if link.syncro is None or link.books is None or not at_rest.update(origin=toward.other):
        return False
    face(link, toward)
    return True
