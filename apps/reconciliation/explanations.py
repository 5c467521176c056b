"""Who explains a difference: standing mismatches, work that waits, documents left out on purpose, accepted cents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from apps.connections.models import Company
from apps.connections.policies import Policies
from apps.mirror.models import Link
from apps.mirror.states import SyncState
from apps.reconciliation.effects import ZERO, from_json
from apps.reconciliation.models import Decision
from apps.reconciliation.receivable import moves
from apps.reconciliation.reconcile import standing

#: Cents a document may differ by when the policy is to accept them (recipes.md 3, cents left over).
ROUNDING = Decimal("0.05")
#: Resolutions by which somebody accepted a difference as it was shown; exactly that much is explained by them.
ACCEPTING = ("accept", "accept_difference", "keep_books")
UNDER_WAY = frozenset({SyncState.PENDING, SyncState.PUSHING, SyncState.IN_DOUBT})
BEFORE_START = "before_start"

_LINKS = """
SELECT link_id, bundle, state, code, line, MIN(day), SUM(difference) FROM moves WHERE link_id IS NOT NULL
GROUP BY link_id, bundle, state, code, line HAVING SUM(difference) <> 0 ORDER BY link_id, line
"""
_LONE = """
SELECT side, row_id, entity, external_id, line, day, difference FROM moves
WHERE link_id IS NULL ORDER BY side DESC, row_id, line
"""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A part of a line's difference, and who says so: "mismatch:12", "link:7", "ignored:9", ..."""

    line: str
    by: str
    kind: str
    effect: Decimal
    date: date | None = None

    @property
    def month(self) -> str:
        """The month it falls into, "" without a date."""
        return f"{self.date:%Y-%m}" if self.date else ""

    def as_json(self) -> dict[str, str]:
        """The part as `tieout --json` prints it."""
        return {"by": self.by, "kind": self.kind, "effect": f"{self.effect:.2f}"}

    def at(self, line: str) -> Explanation:
        """The same at another line."""
        return replace(self, line=line)


class _Tied(NamedTuple):
    """A link whose two sides differ at one line."""

    link: int
    bundle: int
    state: str
    code: str
    line: str
    day: date | None
    amount: Decimal


class _Lone(NamedTuple):
    """A row without a link."""

    side: str
    row: int
    entity: str
    external_id: str
    line: str
    day: date | None
    amount: Decimal


def explanations(company: Company) -> list[Explanation]:
    """Everything that explains something, each from its own facts; a few queries, however many there are."""
    tied = [_Tied(*row) for row in moves(company, _LINKS)]
    lone = [_Lone(*row) for row in moves(company, _LONE)]
    held = {each.link for each in tied if each.state == SyncState.HELD}
    with_one = {each.bundle for each in tied if each.state == SyncState.IN_SYNC and each.bundle != each.link}
    held |= set(Link.objects.filter(pk__in=with_one, state=SyncState.HELD).values_list("pk", flat=True))
    told, rows = _of_mismatches(company, held, {each.row for each in lone if each.side == "books"})
    agreed = [each for each in tied if each.state == SyncState.IN_SYNC]
    found = [*told, *_of_links(tied), *_of_rows(company, lone, rows), *_of_agreed(company, agreed)]
    return [
        *_together(each for each in found if each.by == BEFORE_START),
        *(each for each in found if each.by != BEFORE_START),
    ]


def _of_mismatches(company: Company, held: set[int], lone: set[int]) -> tuple[list[Explanation], set[int]]:
    """What standing mismatches say, as far as their links are still held and their rows still lone; and which rows."""
    found: dict[tuple[int, str, date | None], Explanation] = {}
    rows: set[int] = set()
    for pk, kind, effects in standing(company).order_by("pk").values_list("pk", "kind", "effects"):
        for each in from_json(effects):
            if (each.link is not None and each.link not in held) or (each.row is not None and each.row not in lone):
                continue
            rows |= {each.row} if each.row is not None else set()
            key = (pk, each.customer, each.date)
            before = found[key].effect if key in found else ZERO
            found[key] = Explanation(each.customer, f"mismatch:{pk}", kind, before + each.amount, each.date)
    return list(found.values()), rows


def _of_links(tied: Iterable[_Tied]) -> Iterator[Explanation]:
    """Work that waits, and documents left out on purpose."""
    for each in tied:
        if each.state in UNDER_WAY:
            yield Explanation(each.line, f"link:{each.link}", "pending", each.amount, each.day)
        elif each.state == SyncState.IGNORED:
            early = each.code == BEFORE_START
            by = BEFORE_START if early else f"ignored:{each.link}"
            yield Explanation(each.line, by, each.code or "ignored", each.amount, each.day)


def _of_rows(company: Company, lone: Iterable[_Lone], told: set[int]) -> Iterator[Explanation]:
    """Rows that nobody has looked at yet, and those of the time before the start date."""
    for each in lone:
        if each.side == "books" and each.row in told:
            continue
        early = bool(company.start_date and each.day and each.day < company.start_date)
        by = BEFORE_START if early else f"newborn:{each.side}:{each.entity}:{each.external_id}"
        yield Explanation(each.line, by, BEFORE_START if early else "newborn", each.amount, each.day)


def _of_agreed(company: Company, agreed: list[_Tied]) -> Iterator[Explanation]:
    """Links in sync differ only by accepted cents, or by what somebody accepted; the two links of a refund are one."""
    sums: dict[tuple[int, str], Decimal] = defaultdict(lambda: ZERO)
    for each in agreed:
        sums[(each.bundle, each.line)] += each.amount
    accepted = _accepted(company) if any(sums.values()) else {}
    rounds = any(sums.values()) and Policies.of(company).get("rounding") == "accept"
    days = {(each.bundle, each.line): each.day for each in agreed}
    for (link, line), amount in sums.items():
        if amount and accepted.get((link, line)) == amount:
            yield Explanation(line, f"accepted:{link}", "accepted", amount, days[(link, line)])
        elif amount and rounds and abs(amount) <= ROUNDING:
            yield Explanation(line, f"rounding:{link}", "rounding", amount, days[(link, line)])


def _accepted(company: Company) -> Mapping[tuple[int, str], Decimal]:
    """What people accepted, by link and line, as it was shown to them; the latest decision counts."""
    found: dict[tuple[int, str], Decimal] = {}
    decisions = Decision.objects.filter(mismatch__company=company, resolution__in=ACCEPTING).order_by("pk")
    for shown in decisions.values_list("shown", flat=True):
        sums: dict[tuple[int, str], Decimal] = defaultdict(lambda: ZERO)
        for each in from_json(shown.get("effects", [])):
            if each.link is not None:
                sums[(each.link, each.customer)] += each.amount
        found |= sums
    return found


def _together(early: Iterable[Explanation]) -> Iterator[Explanation]:
    """What is dated before the start date, one entry a customer and day."""
    sums: dict[tuple[str, date | None], Decimal] = defaultdict(lambda: ZERO)
    for each in early:
        sums[(each.line, each.date)] += each.effect
    for (line, day), amount in sums.items():
        if amount:
            yield Explanation(line, BEFORE_START, BEFORE_START, amount, day)
