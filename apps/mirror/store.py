"""Records in, rows out, and what changed: set-based, the only writer of mirror rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from apps.connections.models import Company
from apps.mirror.legs import named_by_a_leg
from apps.mirror.models import Application, BooksRecord, MirrorRow, SyncroRecord
from apps.platforms.base import Side
from apps.platforms.content import digest
from apps.platforms.records import Payment, Record

CHUNK = 500

MODELS: dict[Side, type[MirrorRow]] = {Side.SYNCRO: SyncroRecord, Side.BOOKS: BooksRecord}

#: Which field of a record fills which column, by entity; what is not named stays empty.
COLUMNS: dict[str, dict[str, str]] = {
    "customer": {"label": "name", "balance": "balance", "currency": "currency"},
    "customer_group": {"label": "name", "party": "customer_id"},
    "contact": {"label": "name", "party": "customer_id"},
    "vendor": {"label": "name"},
    "item_category": {"label": "path"},
    "purchase_order": {"label": "number", "party": "vendor_id", "date": "date", "amount": "total", "currency": "currency"},
    "customer_purchase": {"label": "number", "party": "customer_id", "date": "date", "amount": "total", "currency": "currency"},
    "item": {"label": "name", "amount": "price"},
    "account": {"label": "name"},
    "tax_code": {"label": "name"},
    "payment_method": {"label": "name"},
    "refund": {"label": "reference", "party": "customer_id", "date": "date", "amount": "amount", "currency": "currency"},
    "payment": {"label": "reference", "party": "customer_id", "date": "date", "amount": "amount", "balance": "unapplied", "currency": "currency"},
    "receivable_movement": {"label": "number", "party": "customer_id", "date": "date", "amount": "amount", "currency": "currency"},
}  # fmt: skip
DOCUMENT_COLUMNS = {
    "label": "number", "party": "customer_id", "date": "date", "amount": "total", "tax": "tax", "balance": "balance", "currency": "currency",
}  # fmt: skip
_WRITTEN = [
    "revision", "label", "party", "date", "amount", "tax", "balance", "status", "currency", "marker", "content", "digest", "raw",
    "changed_at", "seen_at", "gone_at",
]  # fmt: skip
_EMPTY: dict[str, Any] = {
    "label": "", "party": "", "date": None, "amount": None, "tax": None, "balance": None, "currency": "",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Saved:
    """What a save did: rows that are new, rows whose content an edit changed, and every id given."""

    new: int = 0
    changed: int = 0
    changed_ids: tuple[str, ...] = ()

    def __add__(self, other: Saved) -> Saved:
        return Saved(self.new + other.new, self.changed + other.changed, self.changed_ids + other.changed_ids)


def rows_of(side: Side) -> type[MirrorRow]:
    """The table of one side."""
    return MODELS[side]


def save_records(company: Company, side: Side, records: Sequence[Record]) -> Saved:
    """Keep what one side told us. A record older than the row it would replace is left out: an answer to our own write
    may have been stored while a page was on its way.
    """
    saved = Saved()
    for entity in dict.fromkeys(record.entity for record in records):
        unique = {record.external_id: record for record in records if record.entity == entity}
        batch = list(unique.values())
        for start in range(0, len(batch), CHUNK):
            saved += _save_chunk(company, side, entity, batch[start : start + CHUNK])
    return saved


def mark_gone(company: Company, side: Side, entity: str, ids: Iterable[str]) -> int:
    """The side itself said these are no longer there."""
    rows = rows_of(side)._default_manager.filter(
        company=company, entity=entity, external_id__in=list(ids), gone_at__isnull=True
    )
    gone: int = rows.update(gone_at=Now(), changed_at=Now(), status="deleted", digest=digest("gone"))
    return gone


def _save_chunk(company: Company, side: Side, entity: str, records: Sequence[Record]) -> Saved:
    model = rows_of(side)
    known: dict[str, dict[str, Any]] = {
        row["external_id"]: dict(row)
        for row in model._default_manager.filter(
            company=company, entity=entity, external_id__in=[record.external_id for record in records]
        ).values("external_id", "revision", "digest", "status", "balance", "gone_at", "content")
    }
    fresh = [
        record
        for record in records
        if not _older(record.revision, known.get(record.external_id, {}).get("revision", ""))
    ]
    built = {record.external_id: _row(model, company, record) for record in fresh}
    changed = [key for key, row in built.items() if key in known and known[key]["digest"] != row.digest]
    stale = [row for key, row in built.items() if key not in known or _differs(known[key], row)]
    with transaction.atomic():
        model._default_manager.bulk_create(
            stale, update_conflicts=True, unique_fields=["company", "entity", "external_id"], update_fields=_WRITTEN
        )
        unchanged = [key for key in built if key in known and not _differs(known[key], built[key])]
        model._default_manager.filter(company=company, entity=entity, external_id__in=unchanged).update(seen_at=Now())
        if entity == "payment":
            written = {row.external_id for row in stale}
            _save_applications(
                company,
                side,
                [record for record in fresh if isinstance(record, Payment) and record.external_id in written],
            )
    new = [key for key in built if key not in known]
    return Saved(len(new), len(changed), tuple(new + changed))


def _older(revision: str, than: str) -> bool:
    if revision.isdigit() and than.isdigit():
        return int(revision) < int(than)
    return bool(revision and than) and not than.isdigit() and revision < than


def _differs(known: dict[str, Any], row: MirrorRow) -> bool:
    return known["gone_at"] is not None or any(
        known[name] != getattr(row, name) for name in ("digest", "revision", "status", "balance", "content")
    )


def _row(model: type[MirrorRow], company: Company, record: Record) -> MirrorRow:
    columns = COLUMNS.get(record.entity, DOCUMENT_COLUMNS)
    values = {column: getattr(record, name) for column, name in columns.items()}
    return model(
        company=company, entity=record.entity, external_id=record.external_id, revision=record.revision, status=record.status,
        marker=record.marker, content=record.content(), digest=row_digest(record), raw=plain(record.raw), gone_at=None,
        changed_at=Now(), seen_at=Now(), **{**_EMPTY, **values, "label": str(values.get("label") or "")[:500]},
    )  # fmt: skip


def row_digest(record: Record) -> str:
    """The hash of what of a record only an edit changes."""
    return digest({**record.agreed(), "status": record.status.value})


def plain(raw: Any) -> Any:
    """A payload as the JSON column takes it: decimals as their text keeps every digit."""
    if isinstance(raw, dict):
        return {key: plain(value) for key, value in raw.items()}
    if isinstance(raw, list | tuple):
        return [plain(value) for value in raw]
    return str(raw) if isinstance(raw, Decimal) else raw


def _save_applications(company: Company, side: Side, payments: Sequence[Payment]) -> None:
    """Make the applications of these payments say what the side says; amounts solved earlier are solved again later."""
    ids = [payment.external_id for payment in payments]
    Application.objects.filter(company=company, side=side, payment_id__in=ids).delete()
    merged: dict[tuple[str, str, str], Application] = {}
    for payment in payments:
        for part in payment.applications:
            key = (payment.external_id, part.document_entity, part.document_id)
            if key in merged:
                merged[key].amount = _sum(merged[key].amount, part.amount)
                continue
            merged[key] = Application(
                company=company, side=side, payment_id=payment.external_id, document_entity=part.document_entity,
                document_id=part.document_id, amount=part.amount,
            )  # fmt: skip
    Application.objects.bulk_create(merged.values())


def _sum(first: Decimal | None, second: Decimal | None) -> Decimal | None:
    return None if first is None or second is None else first + second


def unlinked(company: Company, side: Side, entity: str) -> Any:
    """Rows of one entity that no link ties yet, not even as a further document: the newborns."""
    rows: Any = rows_of(side)._default_manager.filter(company=company, entity=entity)
    return rows.filter(~named_by_a_leg(side), link__isnull=True)


def live() -> Q:
    """Rows that still count: neither gone nor voided."""
    return Q(gone_at__isnull=True) & ~Q(status__in=["voided", "deleted"])
