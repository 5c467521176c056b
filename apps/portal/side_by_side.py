"""One thing on both sides, for people: fields, lines and applications next to each other, differences marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from django.db.models import Q

from apps.mirror.models import Application, BooksRecord, Link, MirrorRow, SyncroRecord
from apps.platforms.base import Side
from apps.sync.compare import differences

#: What is shown of each entity: title and the key in its content. A key with ":" is looked up among the side's rows.
_DOCUMENT = (
    ("Number", "number"), ("Customer", "customer_id:customer"), ("Date", "date"), ("Due", "due_date"), ("Subtotal", "subtotal"),
    ("Tax", "tax"), ("Total", "total"), ("Still open", "balance"), ("PO number", "po_number"), ("Memo", "memo"),
)  # fmt: skip
FIELDS: Mapping[str, Sequence[tuple[str, str]]] = {
    "customer": (
        ("Name", "name"), ("Company", "company_name"), ("First name", "first_name"), ("Last name", "last_name"), ("E-mail", "email"),
        ("Phone", "phone"), ("Mobile", "mobile"), ("Address", "address"), ("Notes", "notes"), ("Balance", "balance"),
    ),
    "item": (("Name", "name"), ("Part number", "sku"), ("Description", "description"), ("Price", "price"), ("Cost", "cost"),
             ("Category", "category")),
    "invoice": _DOCUMENT,
    "credit_memo": _DOCUMENT,
    "refund_receipt": _DOCUMENT,
    "customer_purchase": (
        ("Number", "number"), ("Bought from", "customer_id:customer"), ("Date", "date"), ("Total", "total"), ("Paid by", "method"),
        ("Status", "stage"),
    ),
    "payment": (
        ("Customer", "customer_id:customer"), ("Date", "date"), ("Amount", "amount"), ("Method", "method:payment_method"),
        ("Reference", "reference"), ("On no invoice", "unapplied"), ("Memo", "memo"),
    ),
}  # fmt: skip
MONEY = frozenset({"subtotal", "tax", "total", "balance", "price", "cost", "amount", "unapplied"})
TABLES: Mapping[Side, type[MirrorRow]] = {Side.SYNCRO: SyncroRecord, Side.BOOKS: BooksRecord}


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One field as both sides have it and as they last agreed."""

    title: str
    syncro: str
    books: str
    base: str
    differs: bool


@dataclass(frozen=True, slots=True)
class PairOfLines:
    """A line of a document and the line in the same place on the other side."""

    syncro: Mapping[str, Any] | None
    books: Mapping[str, Any] | None

    @property
    def differs(self) -> bool:
        """Whether their amounts are not the same."""
        return (self.syncro or {}).get("amount") != (self.books or {}).get("amount")


@dataclass(frozen=True, slots=True)
class Applied:
    """A part of a payment and the document it is on."""

    document: str
    amount: Decimal | None
    solved: bool


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Everything a page shows of one thing."""

    entity: str
    syncro: MirrorRow | None
    books: MirrorRow | None
    fields: list[FieldLine]
    lines: list[PairOfLines]
    applied: list[tuple[Applied | None, Applied | None]]


def of_link(link: Link) -> SideBySide:
    """Both rows of a link."""
    base = link.base_syncro or link.base_books or {}
    marked = {each.field: each for each in differences(link)}
    return side_by_side(link.syncro, link.books, base, marked)


def side_by_side(
    syncro: MirrorRow | None,
    books: MirrorRow | None,
    base: Mapping[str, Any] | None = None,
    marked: Mapping[str, Any] | None = None,
) -> SideBySide:
    """Two rows, either of which may be missing."""
    row = syncro or books
    if row is None:
        return SideBySide("", None, None, [], [], [])
    return SideBySide(
        entity=row.entity,
        syncro=syncro,
        books=books,
        fields=_fields(row.entity, (syncro, books), base or {}, marked or {}),
        lines=[PairOfLines(*pair) for pair in zip_longest(_lines(syncro), _lines(books))],
        applied=list(zip_longest(_applied(syncro), _applied(books))),
    )


def _fields(
    entity: str, rows: tuple[MirrorRow | None, MirrorRow | None], base: Mapping[str, Any], marked: Mapping[str, Any]
) -> list[FieldLine]:
    names = [_names(row) for row in rows]
    shown: list[FieldLine] = []
    for title, place in FIELDS.get(entity, ()):
        key, _, kind = place.partition(":")
        texts = [_text(row, key, kind, found) for row, found in zip(rows, names, strict=True)]
        agreed = "" if kind else _say(key, base.get(key))
        if any(texts):
            shown.append(FieldLine(title, texts[0], texts[1], agreed, key.removesuffix("_id") in marked))
    known = {place.partition(":")[0].removesuffix("_id") for _, place in FIELDS.get(entity, ())}
    rest = [each for name, each in marked.items() if name not in known]
    return shown + [
        FieldLine(each.field.capitalize(), each.syncro, each.books, each.base, differs=True) for each in rest
    ]


def _names(row: MirrorRow | None) -> dict[tuple[str, str], str]:
    """What the things a row refers to are called on its own side: one query."""
    if row is None:
        return {}
    wanted = Q(entity="customer", external_id=row.party)
    method = str(row.content.get("method") or "")
    if row.side is Side.BOOKS and method:
        wanted |= Q(entity="payment_method", external_id=method)
    rows = TABLES[row.side]._default_manager.filter(wanted, company_id=row.company_id)
    return {(entity, key): label for entity, key, label in rows.values_list("entity", "external_id", "label")}


def _text(row: MirrorRow | None, key: str, kind: str, names: Mapping[tuple[str, str], str]) -> str:
    if row is None:
        return ""
    value = row.content.get(key)
    if kind and value:
        return names.get((kind, str(value)), str(value))
    return _say(key, value)


def _say(key: str, value: Any) -> str:
    """A value of a content as people write it."""
    if value in (None, "", {}, []):
        return ""
    if key in MONEY:
        return f"{Decimal(str(value)):,.2f}"
    if isinstance(value, Mapping):
        return ", ".join(str(part) for part in value.values() if part)
    if key in {"date", "due_date"}:
        return f"{date.fromisoformat(str(value)):%b %d, %Y}"
    return str(value)


def _lines(row: MirrorRow | None) -> list[Mapping[str, Any]]:
    return list(row.content.get("lines", ())) if row else []


def _applied(row: MirrorRow | None) -> list[Applied]:
    """The parts of a payment with the numbers of their documents: two queries."""
    if row is None or row.entity != "payment":
        return []
    parts = list(
        Application._default_manager.filter(
            company_id=row.company_id, side=row.side, payment_id=row.external_id
        ).order_by("id")
    )
    documents = TABLES[row.side]._default_manager.filter(
        company_id=row.company_id, external_id__in=[part.document_id for part in parts]
    )
    labels = {(entity, key): label for entity, key, label in documents.values_list("entity", "external_id", "label")}
    return [
        Applied(
            labels.get((part.document_entity, part.document_id)) or f"{part.document_entity} {part.document_id}",
            part.amount,
            part.solved,
        )
        for part in parts
    ]


def of_row(row: MirrorRow) -> SideBySide:
    """A row that belongs to no link."""
    return side_by_side(row, None) if row.side is Side.SYNCRO else side_by_side(None, row)
