"""A choice that staff have not made yet: one item for each choice, whatever number of records wait for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, ClassVar

from apps.connections.models import Company
from apps.mappings.lookup import MISSING
from apps.mappings.models import Topic
from apps.reconciliation.effects import ZERO
from apps.reconciliation.kinds.base import Finding, MismatchKind, short_subject
from apps.reconciliation.kinds.cases import Case, cases, money, total


class MappingIsMissing(MismatchKind):
    """Says what to choose, how many records wait, and what they are worth."""

    name: ClassVar[str] = "mapping_missing"
    title: ClassVar[str] = "Mapping missing"
    entity: ClassVar[str] = "mapping"
    codes: ClassVar[tuple[str, ...]] = ("mapping_missing",)
    resolutions: ClassVar[tuple[str, ...]] = ("map_it", "ignore")

    def find(self, company: Company) -> Iterable[Finding]:
        """The held links by the choice they wait for."""
        groups: dict[tuple[str, str], list[Case]] = defaultdict(list)
        for case in cases(company, self.codes):
            wanted = case.link.hints.get("mapping") or {}
            groups[(wanted.get("topic", ""), wanted.get("key", ""))].append(case)
        return [self._of_group(topic, key, group) for (topic, key), group in groups.items()]

    def _of_group(self, topic: str, key: str, group: list[Case]) -> Finding:
        effects = tuple(effect for case in group for effect in case.effects)
        facts: dict[str, Any] = {
            "topic": topic, "key": key, "count": len(group), "customers": _by_customer(group),
            "links": [case.link.pk for case in group],
        }  # fmt: skip
        wait = f"{len(group)} records wait for it" if len(group) > 1 else f"{group[0].what} waits for it"
        return Finding(
            kind=self.name, subject=short_subject("mapping", topic, key), entity=group[0].link.entity, facts=facts,
            effects=effects, sentence=f"{_missing(topic, key, group)} {wait} (difference {money(total(effects))}).",
        )  # fmt: skip


def _missing(topic: str, key: str, group: list[Case]) -> str:
    if topic in MISSING:
        return MISSING[topic].format(key=key or "(none)")
    label = Topic(topic).label if topic in Topic.values else ""
    return f"The mapping {label} is missing." if label else f"{group[0].why}."


def _by_customer(group: list[Case]) -> dict[str, str]:
    sums: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for case in group:
        sums[case.customer] += total(case.effects)
    return {customer: f"{amount:.2f}" for customer, amount in sorted(sums.items())}
