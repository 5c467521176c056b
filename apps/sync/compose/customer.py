"""A Syncro customer as the books should hold it."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from apps.mirror.models import BooksRecord, Link
from apps.platforms.base import Side, Write
from apps.platforms.records import Customer, Status
from apps.sync.compose.desk import Desk, Held, NothingToDo, write_for
from apps.sync.customers import JOINT, path_of, view
from apps.sync.merge import merged


def compose_customer(desk: Desk, link: Link) -> Write:
    """Create it, or change just the fields that changed in Syncro since both sides agreed."""
    if link.syncro is None:
        raise Held("bad_input", "The customer is no longer in Syncro.")
    ours = cast("Customer", link.syncro.record())
    if link.books is None:
        return write_for(link, _new(desk, link, ours))
    seen = view(link, Side.BOOKS)
    force = bool(link.hints.get("force"))
    result, both = merged(seen.base, seen.wanted, seen.theirs, seen.fields, force=force)
    both += [] if force else sorted(seen.changed & set(link.hints.get("back", ())))
    if both:
        raise Held("both_edited", f"{ours.name}: {', '.join(both)} changed in Syncro and in the books.")
    # Where nobody stands below anybody, the platform may keep the parent somebody chose in a way of its own.
    parent = "" if desk.books.nests_customers else str(link.hints.get("parent", ""))
    if result == seen.theirs and not parent:
        raise NothingToDo
    return write_for(link, replace(result, parent_id=parent) if parent else result)


def _new(desk: Desk, link: Link, ours: Customer) -> Customer:
    """As it is made: below the parent somebody chose for it, by its own name or, where there is no below, by both."""
    name = " ".join(ours.name.split()) or f"Customer {ours.external_id}"
    parent = _parent(link)
    if parent is not None and not desk.books.nests_customers:
        name = f"{path_of(desk.company, cast('Customer', parent.record()))}{JOINT}{name}"
    return replace(
        ours, external_id="", revision="", status=Status.ACTIVE, raw={}, balance=None, tax_key="", currency="", marker="",
        # Two customers of one name cannot stand in the books: the second carries its Syncro number.
        name=f"{name} (Syncro {ours.external_id})" if link.hints.get("suffix") else name,
        parent_id=parent.external_id if parent else "",
    )  # fmt: skip


def _parent(link: Link) -> BooksRecord | None:
    chosen = link.hints.get("parent", "")
    if not chosen:
        return None
    rows = BooksRecord.objects.filter(company=link.company, entity="customer", external_id=chosen)
    found = rows.filter(gone_at__isnull=True).first()
    if found is None:
        raise Held("bad_reference", f"The customer {chosen} chosen as its parent is no longer in the books.")
    return found
