"""Held links with everything a sentence about them needs, loaded in a few queries for all of them together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from apps.connections.models import Company
from apps.mirror.models import BooksRecord, Link, MirrorRow, SyncroRecord
from apps.mirror.states import SyncState
from apps.platforms.base import Side
from apps.reconciliation.effects import ZERO, Effect, effects_of_links, names_of

TITLES: Mapping[str, str] = {
    "customer": "Customer", "item": "Item", "invoice": "Invoice", "payment": "Payment", "credit_memo": "Credit memo",
    "refund_receipt": "Refund receipt", "receivable_movement": "Receivable movement",
}  # fmt: skip
NAMED = frozenset({"customer", "item", "account", "vendor"})


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a payment on one document; `amount` is None where the side does not tell it."""

    entity: str
    document: str
    number: str
    amount: Decimal | None

    @property
    def text(self) -> str:
        """The part as it stands in a sentence."""
        what = self.number or f"{TITLES.get(self.entity, self.entity).lower()} {self.document}"
        return f"{what} ({money(self.amount)})" if self.amount is not None else what


@dataclass(frozen=True, slots=True)
class Case:
    """One held link, its money, and the numbers of the documents its payments sit on."""

    link: Link
    customer: str
    effects: tuple[Effect, ...] = ()
    numbers: Mapping[tuple[str, str, str], str] = field(default_factory=dict)

    @property
    def row(self) -> MirrorRow:
        """The row on the side of origin, or the other one when that is all there is."""
        row = self.link.row(Side(self.link.origin)) or self.link.row(self.link.target)
        if row is None:
            raise ValueError(f"link {self.link.pk} has no row")
        return row

    @property
    def subject(self) -> str:
        """side:entity:id of the row it is about."""
        return f"{self.row.side}:{self.row.entity}:{self.row.external_id}"

    @property
    def facts(self) -> dict[str, Any]:
        """What every finding about a link tells."""
        row = self.row
        return {
            "amount": f"{row.amount:.2f}" if row.amount is not None else None,
            "date": row.date.isoformat() if row.date else None,
            "number": row.content.get("number", ""), "reference": row.content.get("reference", ""),
            "code": self.link.code, "reason": self.link.reason,
        }  # fmt: skip

    @property
    def what(self) -> str:
        """The record with its values, as a sentence begins."""
        return describe(self.row, self.customer)

    @property
    def why(self) -> str:
        """The engine's reason as the end of a sentence."""
        return self.link.reason.strip().rstrip(".")

    def parts(self, side: Side, content: Mapping[str, Any]) -> tuple[Part, ...]:
        """The applications a payment's content tells."""
        return tuple(self._part(side, each) for each in content.get("applications") or ())

    def _part(self, side: Side, each: Mapping[str, Any]) -> Part:
        entity, document = each.get("document_entity", "invoice"), each["document_id"]
        amount = Decimal(each["amount"]) if each.get("amount") is not None else None
        return Part(entity, document, self.numbers.get((side, entity, document), ""), amount)


def cases(company: Company, codes: Sequence[str]) -> list[Case]:
    """The held links of these codes, in the order they were made."""
    held = Link.objects.filter(company=company, state=SyncState.HELD, code__in=codes)
    rows = held.select_related("syncro", "books", "partner").order_by("id")
    return cases_of(company, list(rows))


def cases_of(company: Company, links: Sequence[Link]) -> list[Case]:
    """Cases of links already loaded."""
    if not links:
        return []
    effects = _effects(company, [link.pk for link in links])
    lines = {link.pk: _line(link) for link in links}
    names, numbers = names_of(company, lines.values()), _numbers(company, links)
    return [Case(link, names[lines[link.pk]], effects.get(link.pk, ()), numbers) for link in links]


def _effects(company: Company, links: Sequence[int]) -> dict[int, tuple[Effect, ...]]:
    """The effects of links by link; what came to rest together with one (the repayment of a refund) is a part of it."""
    resting = Link.objects.filter(partner__in=links, state=SyncState.IN_SYNC).values_list("pk", "partner")
    belongs = {link: partner for link, partner in resting if partner is not None}
    bundled: dict[int, tuple[Effect, ...]] = {}
    for link, found in effects_of_links(company, [*links, *belongs]).items():
        whole = belongs.get(link, link)
        bundled[whole] = (*bundled.get(whole, ()), *(replace(each, link=whole) for each in found))
    return bundled


def money(amount: Decimal | None) -> str:
    """An amount in a sentence."""
    return "an unknown amount" if amount is None else f"{amount:,.2f}"


def describe(row: MirrorRow, customer: str = "") -> str:
    """A record with its values: "Invoice 1042 of 300.00 on 2026-11-03 for Acme"."""
    title = TITLES.get(row.entity, row.entity.replace("_", " ").capitalize())
    if row.entity in NAMED:
        return f"{title} {row.label or row.external_id}"
    words = [title, row.content.get("number") or row.content.get("reference") or row.external_id]
    words += [f"of {money(row.amount)}"] if row.amount is not None else []
    words += [f"on {row.date}"] if row.date else []
    words += [f"for {customer}"] if customer else []
    return " ".join(words)


def texts(parts: Iterable[Part]) -> str:
    """Parts in a sentence."""
    return ", ".join(part.text for part in parts) or "no document"


def split(parts: Iterable[Part]) -> list[dict[str, Any]]:
    """Parts as facts."""
    return [
        {
            "entity": part.entity,
            "document": part.document,
            "number": part.number,
            "amount": None if part.amount is None else f"{part.amount:.2f}",
        }
        for part in parts
    ]


def total(effects: Iterable[Effect]) -> Decimal:
    """The sum of effects."""
    return sum((each.amount for each in effects), ZERO)


def _line(link: Link) -> str:
    row = link.row(Side(link.origin)) or link.row(link.target)
    if row is None:
        return "syncro:"
    return f"{row.side}:{row.external_id if row.entity == 'customer' else row.party}"


def _numbers(company: Company, links: Sequence[Link]) -> dict[tuple[str, str, str], str]:
    """The numbers of the documents that the payments of these links are or were applied to."""
    wanted: dict[Side, set[str]] = {Side.SYNCRO: set(), Side.BOOKS: set()}
    for link in links:
        for side in Side:
            row = link.row(side)
            contents = (row.content if row else {}, link.base_syncro if side is Side.SYNCRO else link.base_books)
            wanted[side] |= {each["document_id"] for content in contents for each in content.get("applications") or ()}
    found: dict[tuple[str, str, str], str] = {}
    for model, side in ((SyncroRecord, Side.SYNCRO), (BooksRecord, Side.BOOKS)):
        rows = (
            model.objects.filter(company=company, external_id__in=wanted[side], date__isnull=False)
            if wanted[side]
            else model.objects.none()
        )
        for entity, external_id, number in rows.values_list("entity", "external_id", "content__number"):
            found[(side, entity, external_id)] = number or ""
    return found
