"""A Syncro product as an item of the books."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from apps.mappings.models import Topic
from apps.mirror.models import Link
from apps.platforms.base import Write
from apps.platforms.records import Item, ItemKind, Status
from apps.sync.compose.desk import Desk, Held, write_for


def compose_item(desk: Desk, link: Link) -> Write:
    """Create it as a service or non-inventory item, with accounts by its category; quantities stay with Syncro."""
    if link.syncro is None:
        raise Held("bad_input", "The product is no longer in Syncro.")
    ours = cast("Item", link.syncro.record())
    kind = ItemKind.SERVICE if ours.kind is ItemKind.SERVICE else ItemKind.NON_INVENTORY
    name = " ".join(ours.name.split()) or f"Item {ours.external_id}"
    wanted = replace(
        ours, external_id="", revision="", status=Status.ACTIVE, raw={}, tax_key="", marker="", kind=kind,
        name=f"{name} (Syncro {ours.external_id})" if link.hints.get("suffix") else name,
        income_account_id=desk.chosen.income_account(ours.category),
        expense_account_id=_expense_account(desk, ours) if kind is not ItemKind.SERVICE else "",
    )  # fmt: skip
    if link.books is not None:
        theirs = cast("Item", link.books.record())
        wanted = replace(
            wanted,
            kind=theirs.kind,
            income_account_id=theirs.income_account_id,
            expense_account_id=theirs.expense_account_id,
        )
    return write_for(link, wanted)


def _expense_account(desk: Desk, ours: Item) -> str:
    """Needed only where the item is bought through the books, so that a missing choice holds nothing up here."""
    chosen = desk.chosen.find(Topic.EXPENSE_ACCOUNT, ours.category) or desk.chosen.find(Topic.EXPENSE_ACCOUNT, "")
    return chosen.external_id if chosen else ""
