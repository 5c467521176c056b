"""A Syncro payment over several invoices whose split Syncro does not tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar

from apps.connections.models import Company
from apps.platforms.base import Side
from apps.reconciliation.kinds.base import Finding, HeldKind
from apps.reconciliation.kinds.cases import Case, Part, cases, money, split, texts
from apps.sync.allocation import Share, shares


class AllocationCannotBeTold(HeldKind):
    """Shows the arithmetic by invoice; the split follows by itself once the figures allow only one."""

    name: ClassVar[str] = "allocation_cannot_be_told"
    title: ClassVar[str] = "Split of a payment cannot be told"
    entity: ClassVar[str] = "payment"
    codes: ClassVar[tuple[str, ...]] = ("allocation_unknown",)
    resolutions: ClassVar[tuple[str, ...]] = ("retry", "ignore")

    def find(self, company: Company) -> Iterable[Finding]:
        """One finding a link; the figures of all of them are read together."""
        held = cases(company, self.codes)
        payments = {case.link.pk: case.row.external_id for case in held if case.row.entity == "payment"}
        known = shares(company, payments.values()) if payments else {}
        return [self._worked_out(case, known.get(payments.get(case.link.pk, ""), [])) for case in held]

    def _worked_out(self, case: Case, parts: Sequence[Share]) -> Finding:
        plain = self.finding(case)
        shown = [(_part(case, share), share) for share in parts]
        if not shown:
            return plain
        told = [
            {**fact, **_figures(share)} for fact, share in zip(split(part for part, _ in shown), parts, strict=True)
        ]
        words = [plain.sentence, *(_arithmetic(part, share) for part, share in shown)]
        return replace(plain, facts={**plain.facts, "split": told}, sentence=" ".join(words))

    def facts(self, case: Case) -> Mapping[str, Any]:
        """The invoices it is on."""
        return {"split": split(case.parts(Side.SYNCRO, case.row.content))}

    def sentence(self, case: Case) -> str:
        """Which payment on which invoices."""
        applied = texts(case.parts(Side.SYNCRO, case.row.content))
        return f"{case.what} is on {applied}; Syncro does not tell how much on each, and it cannot be worked out."


def _part(case: Case, share: Share) -> Part:
    return Part("invoice", share.invoice, case.numbers.get((Side.SYNCRO, "invoice", share.invoice), ""), share.amount)


def _figures(share: Share) -> dict[str, Any]:
    """What the arithmetic of an open part is made of, as JSON."""
    if share.amount is not None:
        return {}
    amounts = {
        "total": share.total, "balance": share.balance, "settled": share.settled, "known": share.known,
        "least": share.least, "most": share.most,
    }  # fmt: skip
    told = {name: None if amount is None else f"{amount:.2f}" for name, amount in amounts.items()}
    return {**told, "sharing": share.sharing}


def _arithmetic(part: Part, share: Share) -> str:
    """How far the figures go for one invoice."""
    if share.amount is not None:
        return f"{part.text} is known."
    if share.total is None or share.balance is None:
        return f"{part.text}: its balance is not known."
    figures = f"total {money(share.total)}, balance {money(share.balance)}"
    if share.settled is None:
        return f"{part.text}: {figures}, but read with other payments on it than it has now."
    others = f", {money(share.known)} of it by payments whose part is known" if share.known else ""
    return f"{part.text}: {money(share.settled)} is settled ({figures}){others}; {_span(share, share.settled - share.known)}."


def _span(share: Share, rest: Decimal) -> str:
    who = (
        f"{share.sharing} payments settle {money(rest)}" if share.sharing > 1 else f"this payment settles {money(rest)}"
    )
    if share.least is None:
        return f"{who}, yet with the other figures no split comes out"
    if share.sharing == 1:
        return who
    return f"{who}, of which this one between {money(share.least)} and {money(share.most)}"
