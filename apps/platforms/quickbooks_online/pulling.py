"""From QuickBooks' lists and captures to pages of records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from apps.platforms.base import Page
from apps.platforms.quickbooks_online.client import Client, literal, select
from apps.platforms.quickbooks_online.reading import UPDATED, Cursor, Feed, scan
from apps.platforms.quickbooks_online.translate import KINDS, read
from apps.platforms.quickbooks_online.translate.movements import TYPES, parts, read_movements
from apps.platforms.quickbooks_online.translate.reference import RECEIVABLE, read_rates, read_tax_code
from apps.platforms.quickbooks_online.translate.values import Raw, instant, is_deleted
from apps.platforms.records import Record, TaxCode

MOVEMENT = "receivable_movement"
#: Ids asked for in one query.
AT_ONCE = 50
ALL = "Active IN (true, false)"


class Puller:
    """Reads one company; keeps the capture of a run and the ids of its A/R accounts."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.feed = Feed(client)
        self._receivable: frozenset[str] = frozenset()

    def pull(self, entity: str, cursor: str, *, full: bool = False) -> Iterator[Page]:
        """Changes where a capture reaches back so far, else everything."""
        place = Cursor.read(cursor)
        if entity == "tax_code":
            yield self._tax_codes()
        elif full or place.loading or not place.reaches(self.client.account.clock()):
            yield from self.load(entity, "" if full or not place.loading else cursor)
        else:
            yield from self._changes(entity, place)

    def load(self, entity: str, cursor: str) -> Iterator[Page]:
        """Every record of an entity, one list after the other; goes on at a cursor of its own."""
        if entity == "tax_code":
            yield self._tax_codes()
            return
        kinds = kinds_of(entity)
        place = Cursor.read(cursor)
        self._know_receivable(entity)
        for kind in kinds[kinds.index(place.kind) if place.kind in kinds else 0 :]:
            start = place if place.kind in ("", kind) else Cursor(since=place.since)
            for piece in scan(self.client, kind, _active(entity), start):
                yield self._page(entity, kind, piece.rows, piece.next, piece.time)
            place = Cursor(since=piece.time)

    def get(self, entity: str, ids: Sequence[str]) -> dict[str, Record | None]:
        """The records of these ids; None where a query that was answered does not show one."""
        found: dict[str, Record | None] = dict.fromkeys(ids)
        if entity == "tax_code":
            records: Sequence[Record] = self._tax_codes().records
        else:
            self._know_receivable(entity)
            records = [record for kind in kinds_of(entity) for record in self._asked(entity, kind, ids)]
        return found | {record.external_id: record for record in records if record.external_id in found}

    def records(self, entity: str, kind: str, rows: Sequence[Raw]) -> list[Record]:
        """The records of raw rows, stubs of deleted ones left out."""
        alive = [row for row in rows if not is_deleted(row)]
        if entity == MOVEMENT:
            return [record for row in alive for record in read_movements(kind, row, self._receivable)]
        return [read(entity, row) for row in alive]

    def _asked(self, entity: str, kind: str, ids: Sequence[str]) -> Iterator[Record]:
        wanted = list(ids)
        if entity == MOVEMENT:
            wanted = sorted({key.split(":")[1] for key in ids if key.startswith(f"{kind}:")})
        for first in range(0, len(wanted), AT_ONCE):
            listed = ", ".join(literal(key) for key in wanted[first : first + AT_ONCE])
            rows, _ = self.client.query(kind, select(kind, f"Id IN ({listed})", _active(entity)))
            yield from self.records(entity, kind, rows)

    def _page(self, entity: str, kind: str, rows: Sequence[Raw], following: Cursor | None, since: str) -> Page:
        kinds = kinds_of(entity)
        last = following is None and kind == kinds[-1]
        if following is None:
            following = Cursor(since=since) if last else Cursor(since=since, kind=kinds[kinds.index(kind) + 1])
        return Page(records=self.records(entity, kind, rows), cursor=str(following), last=last)

    def _changes(self, entity: str, place: Cursor) -> Iterator[Page]:
        moment = instant(place.since)
        assert moment is not None  # reaches() said so
        self._know_receivable(entity)
        kinds = kinds_of(entity)
        rows, complete = self.feed.since(entity, kinds, moment)
        records, gone = self._sorted(entity, {kind: rows.by_kind.get(kind, []) for kind in kinds})
        reached = Cursor(since=rows.time) if complete else place
        yield Page(records=records, gone=gone, cursor=str(reached), last=complete)
        if not complete:
            yield from self._by_query(entity, moment.isoformat(), rows.time, place)

    def _by_query(self, entity: str, since: str, until: str, place: Cursor) -> Iterator[Page]:
        """Too many for a capture: the rest by query. Deletions beyond its first 1000 are for the sweep to find."""
        for kind in kinds_of(entity):
            for piece in scan(self.client, kind, _active(entity), Cursor(kind=kind, at=since), by=UPDATED):
                records, gone = self._sorted(entity, {kind: piece.rows})
                yield Page(records=records, gone=gone, cursor=str(place))
        yield Page(cursor=str(Cursor(since=until)), last=True)

    def _sorted(self, entity: str, rows: dict[str, list[Raw]]) -> tuple[list[Record], list[str]]:
        records = [record for kind, found in rows.items() for record in self.records(entity, kind, found)]
        gone = [key for kind, found in rows.items() for row in found for key in self._gone(entity, kind, row)]
        return records, gone

    def _gone(self, entity: str, kind: str, row: Raw) -> list[str]:
        key = str(row.get("Id"))
        if entity == MOVEMENT:
            return parts(kind, key, after=0 if is_deleted(row) else len(read_movements(kind, row, self._receivable)))
        return [key] if is_deleted(row) else []

    def _know_receivable(self, entity: str) -> None:
        if entity != MOVEMENT:
            return
        rows, _ = self.client.query("Account", select("Account", f"AccountType = {literal(RECEIVABLE)}", ALL))
        self._receivable = frozenset(str(row.get("Id")) for row in rows)

    def _tax_codes(self) -> Page:
        """All of them each time: they are few, and no capture holds them."""
        rates = self._rates()
        rows, time = self.client.query("TaxCode", select("TaxCode", ALL))
        records: list[TaxCode] = [read_tax_code(row, rates) for row in rows]
        return Page(records=records, cursor=str(Cursor(since=time)), last=True)

    def _rates(self) -> dict[str, Decimal]:
        rows, _ = self.client.query("TaxRate", select("TaxRate", ALL))
        return read_rates(rows)


def kinds_of(entity: str) -> tuple[str, ...]:
    """QuickBooks' names for an entity: one, or the three documents that can move a receivable."""
    return TYPES if entity == MOVEMENT else (KINDS[entity].name,)


def _active(entity: str) -> str:
    return ALL if entity in KINDS and KINDS[entity].listed else ""
