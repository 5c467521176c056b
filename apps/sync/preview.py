"""What a run would write, field by field, without sending anything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from apps.connections.models import Company
from apps.mappings.lookup import MappingMissing
from apps.mirror.models import Link
from apps.mirror.states import SyncState
from apps.platforms.base import Side, Write
from apps.sync.compose import Desk, Held, NothingToDo, NotLinkedYet, StandsAside, compose
from apps.sync.entities import ENTITIES

CHUNK = 200


def preview(company: Company) -> Iterator[dict[str, Any]]:
    """Every intended write and every link that would be held, in the order of sending."""
    for entity in ENTITIES:
        for origin in entity.origins:
            due = Link.objects.filter(
                company=company, entity=entity.name, origin=origin, state=SyncState.PENDING
            ).exclude(code="refund_partner")
            yield from _of(company, due.values_list("pk", flat=True).order_by("effective_date", "pk"))


def _of(company: Company, ids: Any) -> Iterator[dict[str, Any]]:
    every = list(ids)
    for start in range(0, len(every), CHUNK):
        links = list(
            Link.objects.filter(pk__in=every[start : start + CHUNK])
            .select_related("company", "syncro", "books").prefetch_related("legs").order_by("effective_date", "pk")
        )  # fmt: skip
        desk = Desk(company, links, dry=True)
        yield from (_one(desk, link) for link in links)


def _one(desk: Desk, link: Link) -> dict[str, Any]:
    row = link.row(Side(link.origin))
    known = {"entity": link.entity, "label": str(row), "side": link.target.value}
    try:
        write = compose(desk, link)
    except (Held, MappingMissing, NotLinkedYet, NothingToDo, StandsAside) as verdict:
        return {**known, "verb": "none", "reason": getattr(verdict, "sentence", str(verdict)) or type(verdict).__name__}
    return {**known, "verb": write.verb.value, "document": write.entity, "fields": changed_fields(write)}


def changed_fields(write: Write) -> dict[str, dict[str, Any]]:
    """Each field the write would set: what is there now and what would be."""
    wanted = write.record.agreed()
    now = write.base.agreed() if write.base else {}
    return {
        name: {"now": now.get(name), "then": value}
        for name, value in wanted.items()
        if now.get(name) != value and (write.base is not None or value not in ("", None, [], {}))
    }
