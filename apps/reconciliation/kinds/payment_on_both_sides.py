"""What looks like one payment entered in Syncro and in the books: neither is written until somebody says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar

from apps.connections.models import Company
from apps.platforms.base import Side
from apps.reconciliation.kinds.base import Finding, HeldKind
from apps.reconciliation.kinds.cases import Case, cases, describe


class PaymentOnBothSides(HeldKind):
    """One item for the pair: the same payment, or two."""

    name: ClassVar[str] = "payment_on_both_sides"
    title: ClassVar[str] = "Payment on both sides"
    entity: ClassVar[str] = "payment"
    codes: ClassVar[tuple[str, ...]] = ("same_on_both_sides",)
    resolutions: ClassVar[tuple[str, ...]] = ("same", "different", "ignore")

    def find(self, company: Company) -> Iterable[Finding]:
        """The two links of a pair make one finding, with the money of both."""
        found = cases(company, self.codes)
        by_row = {(case.row.side, case.row.pk): case for case in found}
        taken: set[int] = set()
        for case in sorted(found, key=lambda each: each.link.origin != Side.SYNCRO):
            if case.link.pk in taken:
                continue
            other = by_row.get((case.link.target, case.link.hints.get("other", 0)))
            pair = [case] if other is None or other.link.pk in taken else [case, other]
            taken |= {each.link.pk for each in pair}
            yield self._of_pair(pair)

    def _of_pair(self, pair: list[Case]) -> Finding:
        finding = self.finding(pair[0])
        if len(pair) == 1:
            return finding
        rows = {f"{each.row.side.value}_id": each.row.external_id for each in pair}
        facts = {**finding.facts, **rows, "links": [each.link.pk for each in pair]}
        both = f"{pair[0].what} in Syncro and {describe(pair[1].row)} in the books"
        sentence = f"{both} look like one payment entered twice: the same, or two?"
        effects = tuple(effect for each in pair for effect in each.effects)
        return replace(finding, facts=facts, effects=effects, sentence=sentence, books=pair[1].link.books_id)

    def sentence(self, case: Case) -> str:
        """For a half whose other half is decided already."""
        return f"{case.what}: {case.why}."
