"""Effects: by how much a link or a lone row moves the difference of the two receivables, from its own facts.

Amounts are Syncro minus books, in the company's currency. Every function here is one or two queries for a whole set.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from apps.connections.models import Company
from apps.mirror.models import BooksRecord, Link, SyncroRecord
from apps.platforms.base import Side
from apps.reconciliation.receivable import moves

ZERO = Decimal("0.00")

_OF_LINKS = """
SELECT link_id, line, MIN(day), SUM(difference) FROM moves
WHERE link_id IS NOT NULL GROUP BY link_id, line HAVING SUM(difference) <> 0 ORDER BY link_id, line
"""
_OF_LONE_ROWS = (
    "SELECT row_id, line, day, difference FROM moves WHERE side = %(side)s AND link_id IS NULL ORDER BY row_id, line"
)
_PAIRS = ("syncro__external_id", "books__external_id")


@dataclass(frozen=True, slots=True)
class Effect:
    """An amount (Syncro minus books) at one customer's line on one day; from a `link`, or from a `row` of the books."""

    customer: str
    date: date | None
    amount: Decimal
    link: int | None = None
    row: int | None = None


def effects_of_links(company: Company, links: Collection[int]) -> dict[int, tuple[Effect, ...]]:
    """The effects of these links by link, one per customer; links whose sides agree are left out."""
    found: dict[int, list[Effect]] = defaultdict(list)
    if links:
        for link, line, day, amount in moves(company, _OF_LINKS, links=list(links)):
            found[link].append(Effect(line, day, amount, link=link))
    return {link: tuple(effects) for link, effects in found.items()}


def effect(link: Link) -> tuple[Effect, ...]:
    """The effects of one link."""
    return effects_of_links(link.company, [link.pk]).get(link.pk, ())


def effects_of_lone_rows(company: Company, side: Side) -> dict[int, tuple[Effect, ...]]:
    """The effects of the rows of one side that no link knows, by row."""
    found: dict[int, list[Effect]] = defaultdict(list)
    for row, line, day, amount in moves(company, _OF_LONE_ROWS, side=side.value):
        found[row].append(Effect(line, day, amount, row=row if side is Side.BOOKS else None))
    return {row: tuple(effects) for row, effects in found.items()}


def aliases(company: Company) -> dict[str, str]:
    """For each customer of the books that is linked, the line it shares with its Syncro customer."""
    linked = Link.objects.filter(company=company, entity="customer", syncro__isnull=False, books__isnull=False)
    return {f"books:{books}": f"syncro:{syncro}" for syncro, books in linked.values_list(*_PAIRS)}


def names_of(company: Company, lines: Iterable[str]) -> dict[str, str]:
    """What the customers of these lines are called."""
    wanted: dict[str, set[str]] = {"syncro": set(), "books": set()}
    for line in lines:
        side, _, party = line.partition(":")
        wanted[side].add(party)
    names: dict[str, str] = {}
    for model, side in ((SyncroRecord, "syncro"), (BooksRecord, "books")):
        rows = model.objects.filter(company=company, entity="customer", external_id__in=wanted[side])
        names |= {
            f"{side}:{party}": label or f"customer {party}" for party, label in rows.values_list("external_id", "label")
        }
    blank = {f"{side}:": "(no customer)" for side in wanted}
    unknown = {f"{side}:{party}": f"customer {party}" for side, parties in wanted.items() for party in parties}
    return unknown | blank | names


def as_json(effects: Iterable[Effect], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Effects as a mismatch keeps them: the interface's customer, date and amount, and the keys the tie-out reads."""
    return [
        {
            "customer": names.get(each.customer, each.customer), "date": each.date.isoformat() if each.date else None,
            "amount": f"{each.amount:.2f}", "line": each.customer, "link": each.link, "row": each.row,
        }
        for each in effects
    ]  # fmt: skip


def from_json(effects: Iterable[Mapping[str, Any]]) -> tuple[Effect, ...]:
    """The effects a mismatch kept."""
    return tuple(
        Effect(
            customer=each["line"], date=date.fromisoformat(each["date"]) if each["date"] else None,
            amount=Decimal(each["amount"]), link=each.get("link"), row=each.get("row"),
        )
        for each in effects
    )  # fmt: skip
