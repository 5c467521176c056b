"""A customer of the books as Syncro should hold it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from apps.mirror.models import Link
from apps.platforms.base import Side, Verb, Write
from apps.platforms.records import Customer, Status
from apps.sync.compose.desk import Desk, Held, NothingToDo, write_for
from apps.sync.customers import path_of, view


def compose_customer_in(desk: Desk, link: Link) -> Write:
    """Create it, or change just the fields that changed in the books since both sides agreed."""
    if link.books is None or not link.books.is_live:
        raise Held("gone_in_books", "The customer is no longer in the books.")
    theirs = cast("Customer", link.books.record())
    desk.check_currency(theirs.currency, "It is kept")
    if link.syncro is None:
        return write_for(link, _new(desk, theirs))
    seen = view(link, Side.SYNCRO)
    both = sorted(seen.changed & view(link, Side.BOOKS).changed)
    if both:
        raise Held("both_edited", f"{theirs.name}: {', '.join(both)} changed in Syncro and in the books.")
    names = seen.changed | {name for name in link.hints.get("back", ()) if name in seen.fields}
    changes: dict[str, Any] = {name: getattr(seen.wanted, name) for name in names}
    result = replace(seen.theirs, **changes)
    if result == seen.theirs:
        raise NothingToDo
    write = write_for(link, result)
    return replace(write, marker="") if write.verb is Verb.UPDATE else write  # it is known by its id


def _new(desk: Desk, theirs: Customer) -> Customer:
    """Shown in Syncro by the very name the books use, behind the names of its parents."""
    name = " ".join(path_of(desk.company, theirs).split())
    person = f"{theirs.first_name} {theirs.last_name}".strip()
    return replace(
        theirs, external_id="", revision="", status=Status.ACTIVE, raw={}, balance=None, tax_key="", currency="", marker="",
        parent_id="", only_supplier=False, name=name, company_name="" if name == person else name,
    )  # fmt: skip
