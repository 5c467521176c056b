"""A Syncro customer as the books should hold it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from apps.mirror.models import Link
from apps.platforms.base import Write
from apps.platforms.content import from_content
from apps.platforms.records import Customer, Status
from apps.sync.compose.desk import Desk, Held, NothingToDo, write_for
from apps.sync.merge import Base, merged

#: Fields that both sides may change; the name follows Syncro unless staff renamed the customer in the books.
SHARED = ("name", "company_name", "first_name", "last_name", "email", "phone", "mobile", "address", "notes")


def compose_customer(desk: Desk, link: Link) -> Write:
    """Create it, or change just the fields that changed in Syncro since both sides agreed."""
    if link.syncro is None:
        raise Held("bad_input", "The customer is no longer in Syncro.")
    ours = cast("Customer", link.syncro.record())
    wanted = replace(
        ours,
        external_id="",
        revision="",
        status=Status.ACTIVE,
        raw={},
        balance=None,
        tax_key="",
        currency="",
        marker="",
        name=_name(link, ours),
    )
    if link.books is None:
        return write_for(link, wanted)
    theirs = cast("Customer", link.books.record())
    base = Base(_then(link.base_syncro, ours), _then(link.base_books, theirs))
    result, both = merged(base, wanted, theirs, SHARED, force=bool(link.hints.get("force")))
    if both:
        raise Held("both_edited", f"{ours.name}: {', '.join(both)} changed in Syncro and in the books.")
    if result == theirs:
        raise NothingToDo
    return write_for(link, result)


def _name(link: Link, ours: Customer) -> str:
    """Two customers of one name cannot stand in the books: the second carries its Syncro number."""
    name = " ".join(ours.name.split()) or f"Customer {ours.external_id}"
    return f"{name} (Syncro {ours.external_id})" if link.hints.get("suffix") else name


def _then(content: dict[str, Any], now: Customer) -> Customer:
    """What a side said at the last agreement; what it says now where nothing is kept."""
    return from_content(Customer, {"name": "", **content}) if content else now
