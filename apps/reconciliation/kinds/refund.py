"""Refunds: a negative invoice, the money paid back, and the one document both become in the books."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar

from apps.connections.models import Company
from apps.mappings.told import Origin, origins_of
from apps.reconciliation.kinds.base import Finding, HeldKind
from apps.reconciliation.kinds.cases import Case, cases, describe


class Refund(HeldKind):
    """One item for a refund invoice and its repayment."""

    name: ClassVar[str] = "refund"
    title: ClassVar[str] = "Refund"
    entity: ClassVar[str] = "invoice"
    codes: ClassVar[tuple[str, ...]] = ("refund_review", "negative_invoice", "refund_partner")
    resolutions: ClassVar[tuple[str, ...]] = ("book_refund", "ignore")

    def find(self, company: Company) -> Iterable[Finding]:
        """The repayment is told with its refund invoice while that one is held too."""
        found = {case.link.pk: case for case in cases(company, self.codes)}
        repaid: dict[int, list[Case]] = {}
        for case in found.values():
            if case.link.partner_id in found:
                repaid.setdefault(case.link.partner_id, []).append(case)
        told = {case.link.pk for partners in repaid.values() for case in partners}
        origins = origins_of(company, {_number(case) for case in found.values()} - {""})
        return [
            self._with(case, repaid.get(pk, []), origins.get(_number(case)))
            for pk, case in found.items()
            if pk not in told
        ]

    def _with(self, case: Case, repayments: list[Case], origin: Origin | None) -> Finding:
        finding = self.finding(case)
        if origin is not None:
            finding = replace(
                finding, facts={**finding.facts, "gives_back": origin.number},
                sentence=f"{finding.sentence} It gives back invoice {origin.number}{'' if origin.invoice else ', which is not read'}.",
            )  # fmt: skip
        if not repayments:
            return finding
        links = [case.link.pk, *(each.link.pk for each in repayments)]
        effects = tuple(effect for each in (case, *repayments) for effect in each.effects)
        paid = "; ".join(describe(each.row) for each in repayments)
        sentence = f"{finding.sentence} Paid back: {paid}."
        return replace(
            finding, facts={**finding.facts, "links": links, "repaid": paid}, effects=effects, sentence=sentence
        )

    def sentence(self, case: Case) -> str:
        """What it is, and why it waits."""
        return f"{case.what}: {case.why}."


def _number(case: Case) -> str:
    """The number of a refund invoice, "" for its repayment."""
    return str(case.row.content.get("number") or "") if case.link.entity == "invoice" else ""
