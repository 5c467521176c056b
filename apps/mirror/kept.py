"""What the mirror holds of one side of a company, for the platform that reads it; and the pieces kept for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from apps.connections.models import Company
from apps.mirror.models import Piece
from apps.mirror.store import plain, row_digest, rows_of
from apps.platforms.base import Aside, Side
from apps.platforms.records import Record

Raw = Mapping[str, Any]


class MirrorKept:
    """The Kept of one side: every answer is one query."""

    def __init__(self, company: Company, side: Side) -> None:
        self.company = company
        self.side = side

    def holds(self, records: Sequence[Record]) -> frozenset[str]:
        """The ids of those whose row is as they stand; a row that is gone holds nothing."""
        if not records:
            return frozenset()
        there = self._rows(records[0].entity, [record.external_id for record in records]).filter(gone_at__isnull=True)
        stored = {key: (revision, digest) for key, revision, digest in
                  there.values_list("external_id", "revision", "digest")}  # fmt: skip
        return frozenset(record.external_id for record in records if _stands(record, stored.get(record.external_id)))

    def payloads(self, entity: str, ids: Sequence[str]) -> Mapping[str, Raw]:
        """The payloads of those that are kept and not gone."""
        return dict(self._rows(entity, ids).filter(gone_at__isnull=True).values_list("external_id", "raw"))

    def aside(self, entity: str, parents: Sequence[str]) -> Mapping[str, Mapping[str, Raw]]:
        """The pieces put aside for these parents."""
        found: dict[str, dict[str, Raw]] = defaultdict(dict)
        rows = self._pieces(entity).filter(parent__in=parents)
        for parent, key, raw in rows.values_list("parent", "key", "raw"):
            found[parent][key] = raw
        return found

    def waiting(self, entity: str, most: int, after: str = "") -> Sequence[str]:
        """The first so many parents behind one, each once, in the order of their text."""
        return list(
            self._pieces(entity)
            .filter(parent__gt=after)
            .order_by("parent")
            .values_list("parent", flat=True)
            .distinct()[:most]
        )

    def put_aside(self, entity: str, pieces: Sequence[Aside]) -> None:
        """Keep pieces; a piece told twice is the newer one."""
        rows = {(each.parent, each.key): self._piece(entity, each) for each in pieces}
        Piece.objects.bulk_create(
            rows.values(), update_conflicts=True, update_fields=["raw"],
            unique_fields=["company", "side", "entity", "parent", "key"],
        )  # fmt: skip

    def forget(self, entity: str, parents: Sequence[str]) -> None:
        """The pieces of these parents are used up."""
        if parents:
            self._pieces(entity).filter(parent__in=parents).delete()

    def _piece(self, entity: str, each: Aside) -> Piece:
        return Piece(
            company=self.company, side=self.side, entity=entity, parent=each.parent, key=each.key, raw=plain(each.raw)
        )

    def _pieces(self, entity: str) -> Any:
        return Piece.objects.filter(company=self.company, side=self.side, entity=entity)

    def _rows(self, entity: str, ids: Sequence[str]) -> Any:
        rows = rows_of(self.side)._default_manager
        return rows.filter(company=self.company, entity=entity, external_id__in=list(ids))


def _stands(record: Record, stored: tuple[str, str] | None) -> bool:
    if stored is None:
        return False
    return stored[0] == record.revision if record.revision else stored[1] == row_digest(record)
