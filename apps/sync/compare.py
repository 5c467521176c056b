"""Do the two sides of a link agree? Field by field, references compared through links; empty means they do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from django.db.models import Sum

from apps.connections.models import Company
from apps.core.money import cents
from apps.mirror.legs import further_rows
from apps.mirror.models import Application, Link, MirrorRow
from apps.platforms.base import Side
from apps.platforms.records import Customer, Invoice, Item, Line, LineKind, Record
from apps.platforms.registry import platform_class

#: Cents a document may differ by and still be the same document (recipes.md 3, cents left over).
TOLERANCE = Decimal("0.05")


@dataclass(frozen=True, slots=True)
class Difference:
    """One field on which the two sides do not say the same, as texts; `base` is what was last agreed."""

    field: str
    syncro: str
    books: str
    base: str = ""


Pair = tuple[str, Any, Any]


def differences(link: Link) -> list[Difference]:
    """What the two sides of one link say differently."""
    if link.syncro is None or link.books is None:
        return []
    if not (link.syncro.is_live and link.books.is_live):
        return _if_differ([("status", _shown(link.syncro), _shown(link.books))], link)
    pairs = list(COMPARERS.get(link.books.entity, _nothing)(link))
    return _if_differ(pairs, link)


def _shown(row: MirrorRow) -> str:
    return "gone" if row.gone_at else "live" if row.is_live else str(row.status)


def _if_differ(pairs: Iterable[Pair], link: Link) -> list[Difference]:
    base = link.base_syncro or {}
    return [
        Difference(name, _text(ours), _text(theirs), _text(base.get(name.split(" ")[0], "")))
        for name, ours, theirs in pairs
        if not _same(ours, theirs)
    ]


def _same(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, Decimal) and isinstance(theirs, Decimal):
        return abs(ours - theirs) < Decimal("0.005")
    return bool(ours == theirs)


def _text(value: Any) -> str:
    if isinstance(value, Decimal):
        return str(cents(value))
    return value if isinstance(value, str) else "" if value is None or isinstance(value, dict | list) else str(value)


def _nothing(link: Link) -> Iterable[Pair]:
    return ()


def _records(link: Link) -> tuple[Record, Record]:
    return cast("MirrorRow", link.syncro).record(), cast("MirrorRow", link.books).record()


def _customer(link: Link) -> Iterable[Pair]:
    ours, theirs = cast("tuple[Customer, Customer]", _records(link))
    for name in ("email", "phone", "mobile"):
        yield name, getattr(ours, name), getattr(theirs, name)


def _item(link: Link) -> Iterable[Pair]:
    ours, theirs = cast("tuple[Item, Item]", _records(link))
    yield "price", ours.price, theirs.price


def _invoice(link: Link) -> Iterable[Pair]:
    ours, theirs = cast("tuple[Invoice, Invoice]", _records(link))
    if ours.number and theirs.number:
        kept = platform_class(link.company.books_platform).number_length
        yield "number", ours.number[:kept], theirs.number
    yield "customer", _counterpart(link.company, "customer", Side.SYNCRO, ours.customer_id), theirs.customer_id
    yield "date", ours.date, theirs.date
    if link.base_books.get("due_date") and str(theirs.due_date) != link.base_books["due_date"]:  # each side has terms
        yield "due_date", ours.due_date, theirs.due_date
    yield "total", ours.total, theirs.total
    yield "tax", ours.tax, theirs.tax
    yield from _lines(ours.lines, theirs.lines)


def _lines(ours: tuple[Line, ...], theirs: tuple[Line, ...]) -> Iterable[Pair]:
    """Lines that carry money; the same ones in another order are the same."""
    left = [line for line in ours if line.amount or line.kind is not LineKind.TEXT]
    right = [line for line in theirs if line.kind is not LineKind.TEXT]
    if len(left) != len(right):
        yield "number of lines", str(len(left)), str(len(right))
        return
    for position, (mine, other) in enumerate(zip(left, _in_order_of(left, right), strict=True), 1):
        yield f"amount of line {position}", mine.amount, other.amount
        if mine.amount and mine.quantity * mine.price == mine.amount:
            yield f"quantity of line {position}", mine.quantity, other.quantity


def _in_order_of(left: list[Line], right: list[Line]) -> list[Line]:
    """The second lines in the order of the first, where they are the same for the same money; else as they are."""
    rest, ordered = list(right), list[Line]()
    for line in left:
        same = [each for each in rest if _same(line.amount, each.amount)]
        if not same:
            return right
        ordered.append(next((each for each in same if line.quantity == each.quantity), same[0]))
        rest.remove(ordered[-1])
    return ordered


def _refund(link: Link) -> Iterable[Pair]:
    ours, theirs = cast("tuple[Invoice, Invoice]", _records(link))
    yield "total", -ours.total, theirs.total
    yield "tax", -ours.tax, theirs.tax
    if link.legs.filter(position__gt=0).exists():  # the money was paid out by a document of its own
        repaid = link.partners.aggregate(sum=Sum("syncro__amount"))["sum"] or Decimal(0)
        there = further_rows([link]).get(link.pk, {}).values()
        yield "paid back", -repaid, sum((row.amount or Decimal(0) for row in there), Decimal(0))


def _payment(link: Link) -> Iterable[Pair]:
    further = further_rows([link]).get(link.pk, {}).values()
    there = [cast("MirrorRow", link.books), *further]
    yield "amount", cast("MirrorRow", link.syncro).amount, sum((row.amount or Decimal(0) for row in there), Decimal(0))
    if link.origin == Side.SYNCRO:  # Syncro dates an imported payment by its import: dated differently, not different
        yield "date", cast("MirrorRow", link.syncro).date, cast("MirrorRow", link.books).date
    ours, theirs = applications(link, further)
    for invoice in sorted(set(ours) | set(theirs)):
        yield f"applied to invoice {invoice}", ours.get(invoice, Decimal(0)), theirs.get(invoice, Decimal(0))


def applications(
    link: Link, further: Iterable[MirrorRow] | None = None
) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    """What the payment is applied to on each side, by the number of the invoice where it is linked; `further` are the
    rows of its later legs, where they were read already.
    """
    rest = further_rows([link]).get(link.pk, {}).values() if further is None else further
    there = {link.target: rest}
    return _applied(link, Side.SYNCRO, there.get(Side.SYNCRO, ())), _applied(
        link, Side.BOOKS, there.get(Side.BOOKS, ())
    )


def _applied(link: Link, side: Side, further: Iterable[MirrorRow]) -> dict[str, Decimal]:
    row = link.row(side)
    if row is None:
        return {}
    rows = Application.objects.filter(
        company=link.company, side=side, payment_id__in=[row.external_id, *(each.external_id for each in further)],
        document_entity="invoice",
    )  # fmt: skip
    parts: dict[str, Decimal] = defaultdict(Decimal)
    for part in rows:
        if part.amount:
            parts[part.document_id] += part.amount
    documents = Link.objects.filter(
        company=link.company,
        entity="invoice",
        **{f"{side.value}__external_id__in": list(parts), f"{side.value}__entity": "invoice"},
    ).select_related("syncro", "books")
    names = {cast("MirrorRow", each.row(side)).external_id: str(each.syncro or each.books) for each in documents}
    return {names.get(key, f"({key})"): amount for key, amount in parts.items()}


def _counterpart(company: Company, entity: str, side: Side, external_id: str) -> str:
    found = Link.objects.filter(
        company=company, entity=entity, **{f"{side.value}__external_id": external_id, f"{side.value}__entity": entity}
    ).values_list(f"{side.other.value}__external_id", flat=True)
    return next(iter(found), "") or ""


COMPARERS: dict[str, Callable[[Link], Iterable[Pair]]] = {
    "customer": _customer,
    "item": _item,
    "invoice": _invoice,
    "payment": _payment,
    "refund_receipt": _refund,
    "credit_memo": _refund,
}
