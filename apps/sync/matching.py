"""Which records of the two sides are the same although nothing ties them yet: pairs with a score and its reasons.

Each record is in one pair at most, and where several fit alike none is taken: the choice is a person's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from django.db.models import Q

from apps.connections.models import Company
from apps.mirror.models import BooksRecord, MirrorRow
from apps.mirror.states import SyncState
from apps.mirror.store import live, rows_of
from apps.platforms.base import Side
from apps.platforms.records import ItemKind

WORDS = "words of the name"
#: What two records can share, in the words of the reasons, and how much that says.
WEIGHTS: Mapping[str, Mapping[str, int]] = {
    "customer": {"name": 50, "e-mail": 40, WORDS: 35, "phone": 25, "company": 25, "address": 15},
    "item": {"code": 60, "name": 50},
}
#: What speaks against a pair when both have it and it is not the same.
AGAINST: Mapping[str, tuple[str, ...]] = {"customer": ("e-mail", "phone"), "item": ("code",)}
PENALTY = 20
#: From this score on a pair is proposed.
ENOUGH = 40
#: A value that more records of one side share tells nothing of any of them.
COMMON = 20
#: Items that no line can name are no products.
NO_PRODUCTS = (ItemKind.CATEGORY.value, ItemKind.BUNDLE.value)
LAST_DIGITS = 9

#: What is nobody else's is enough to know somebody by, unless something speaks against it.
SURE = ("name", "code")

Traits = Mapping[str, frozenset[str]]
Places = dict[str, list[int]]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records that may be one. Exact: the same name or code, nothing against it, and nobody else it could be."""

    syncro: MirrorRow
    books: MirrorRow
    score: int
    reasons: tuple[str, ...]
    against: tuple[str, ...] = ()
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Matches:
    """What was found: pairs, records for which several fit alike, and the rest of either side."""

    pairs: list[Pair] = field(default_factory=list)
    unclear: list[list[Pair]] = field(default_factory=list)
    only_books: list[MirrorRow] = field(default_factory=list)
    only_syncro: list[MirrorRow] = field(default_factory=list)


def find_matches(company: Company, entity: str) -> Matches:
    """Pair the unlinked records of both sides; three queries, whatever their number."""
    rows = {side: free_rows(company, side, entity) for side in Side}
    paths = _paths(company) if entity == "customer" else {}
    traits = {side: [TRAITS[entity](row, paths) for row in rows[side]] for side in Side}
    candidates = list(_candidates(entity, rows, traits))
    pairs, unclear = _one_to_one(candidates)
    taken = {pair.syncro.pk for pair in pairs}, {pair.books.pk for pair in pairs}
    asked = [pair for group in unclear for pair in group]
    taken[0].update(pair.syncro.pk for pair in asked)
    taken[1].update(pair.books.pk for pair in asked)
    return Matches(
        pairs, unclear, [row for row in rows[Side.BOOKS] if row.pk not in taken[1]],
        [row for row in rows[Side.SYNCRO] if row.pk not in taken[0]],
    )  # fmt: skip


def free_rows(company: Company, side: Side, entity: str) -> list[MirrorRow]:
    """Live records of a side that nothing of the other side is tied to and that nobody is sending."""
    alone = Q(link__isnull=True) | (
        Q(**{f"link__{side.other.value}__isnull": True})
        & ~Q(link__state__in=[SyncState.PUSHING, SyncState.IN_DOUBT])
        & ~Q(link__legs__external_id__gt="")
    )
    rows = rows_of(side)._default_manager.filter(live(), alone, company=company, entity=entity)
    if entity == "item":
        rows = rows.exclude(content__kind__in=NO_PRODUCTS)
    return list(rows.exclude(content__contains={"only_supplier": True}).defer("raw").order_by("pk"))


def _paths(company: Company) -> dict[str, str]:
    """The name of each sub-customer of the books behind those of its parents, by id."""
    rows = BooksRecord.objects.filter(company=company, entity="customer").values_list(
        "external_id", "label", "content__parent_id"
    )
    known = {key: (label, parent or "") for key, label, parent in rows}
    return {key: ": ".join(_names(known, key)) for key, (_, parent) in known.items() if parent}


def _names(known: Mapping[str, tuple[str, str]], key: str) -> list[str]:
    names: list[str] = []
    seen: set[str] = set()
    while key in known and key not in seen:
        seen.add(key)
        names.insert(0, known[key][0])
        key = known[key][1]
    return names


def _of_customer(row: MirrorRow, paths: Mapping[str, str]) -> Traits:
    said = row.content
    names = [said.get("name"), paths.get(row.external_id) if isinstance(row, BooksRecord) else ""]
    address = said.get("address") or {}
    street = plain(address.get("line1")) and plain(address.get("line1")) + plain(address.get("postal_code"))
    company = plain(said.get("company_name"))
    return {
        "name": _set(map(plain, names)),
        WORDS: _set(_sorted_words(name) for name in names),
        "e-mail": _set([str(said.get("email") or "").strip().casefold()]),
        "phone": _set(_digits(said.get(name)) for name in ("phone", "mobile")),
        "company": _set([company]),
        "address": _set([street]),
    }


def _of_item(row: MirrorRow, paths: Mapping[str, str]) -> Traits:
    return {"name": _set([plain(row.content.get("name"))]), "code": _set([plain(row.content.get("sku"))])}


TRAITS: Mapping[str, Callable[[MirrorRow, Mapping[str, str]], Traits]] = {"customer": _of_customer, "item": _of_item}


def plain(text: Any) -> str:
    """A text without case and without what stands between its letters and digits."""
    return "".join(letter for letter in str(text or "").casefold() if letter.isalnum())


def _sorted_words(name: Any) -> str:
    """Two words or more, in whatever order they stand: "Roe, Jane" is "Jane Roe"."""
    words = sorted(filter(None, map(plain, str(name or "").replace(",", " ").split())))
    return " ".join(words) if len(words) > 1 else ""


def _digits(phone: Any) -> str:
    digits = "".join(letter for letter in str(phone or "") if letter.isdigit())
    return digits[-LAST_DIGITS:] if len(digits) >= 7 else ""


def _set(values: Iterable[str]) -> frozenset[str]:
    return frozenset(filter(None, values))


def _candidates(
    entity: str, rows: Mapping[Side, Sequence[MirrorRow]], traits: Mapping[Side, Sequence[Traits]]
) -> Iterator[Pair]:
    """Every pair that shares enough."""
    places = {
        trait: (_places(traits[Side.SYNCRO], trait), _places(traits[Side.BOOKS], trait)) for trait in WEIGHTS[entity]
    }
    for (one, other), shared in _shared(places).items():
        ours, theirs = traits[Side.SYNCRO][one], traits[Side.BOOKS][other]
        against = tuple(
            name for name in AGAINST[entity] if ours[name] and theirs[name] and not ours[name] & theirs[name]
        )
        reasons = tuple(name for name in WEIGHTS[entity] if name in shared and not (name == WORDS and "name" in shared))
        score = sum(WEIGHTS[entity][name] for name in reasons) - PENALTY * len(against)
        if score >= ENOUGH:
            exact = not against and any(
                all(len(side[value]) == 1 for side in places[name])
                for name in SURE
                if name in reasons
                for value in ours[name] & theirs[name]
            )
            yield Pair(rows[Side.SYNCRO][one], rows[Side.BOOKS][other], min(score, 100), reasons, against, exact)


def _shared(places: Mapping[str, tuple[Places, Places]]) -> dict[tuple[int, int], set[str]]:
    """By places in the two lists: what two records have in common."""
    shared: dict[tuple[int, int], set[str]] = defaultdict(set)
    for trait, (here, there) in places.items():
        for value in here.keys() & there.keys():
            if max(len(here[value]), len(there[value])) <= COMMON:
                for pair in product(here[value], there[value]):
                    shared[pair].add(trait)
    return shared


def _places(traits: Sequence[Traits], trait: str) -> Places:
    found: dict[str, list[int]] = defaultdict(list)
    for place, each in enumerate(traits):
        for value in each[trait]:
            found[value].append(place)
    return found


def _one_to_one(candidates: Sequence[Pair]) -> tuple[list[Pair], list[list[Pair]]]:
    """Take pairs that are the one best of both their records, again and again; what is left in ties is for a person."""
    left, pairs = list(candidates), []
    while True:
        best = _best(left, lambda pair: pair.syncro.pk), _best(left, lambda pair: pair.books.pk)
        sure = [pair for pair in left if best[0][pair.syncro.pk] == [pair] and best[1][pair.books.pk] == [pair]]
        if not sure:
            break
        pairs += sure
        here, there = {pair.syncro.pk for pair in sure}, {pair.books.pk for pair in sure}
        left = [pair for pair in left if pair.syncro.pk not in here and pair.books.pk not in there]
    groups: dict[int, list[Pair]] = defaultdict(list)
    for pair in left:
        groups[pair.syncro.pk].append(pair)
    return sorted(pairs, key=lambda pair: (not pair.exact, -pair.score, pair.syncro.label)), list(groups.values())


def _best(pairs: Iterable[Pair], key: Callable[[Pair], int]) -> dict[int, list[Pair]]:
    """The pairs of the highest score by record."""
    found: dict[int, list[Pair]] = defaultdict(list)
    for pair in sorted(pairs, key=lambda each: -each.score):
        group = found[key(pair)]
        if not group or group[0].score == pair.score:
            group.append(pair)
    return found
