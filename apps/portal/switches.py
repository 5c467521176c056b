"""Policies as the page shows them: every switch with its words and what is chosen."""

from __future__ import annotations

from dataclasses import dataclass

from apps.connections.models import Company
from apps.connections.policies import POLICIES, Kind, Policies, default_of


@dataclass(frozen=True, slots=True)
class Shown:
    """One switch of one company; without words it is typed in."""

    key: str
    title: str
    sentence: str
    value: str
    default: str
    words: tuple[str, ...]

    @property
    def changed(self) -> bool:
        """Whether somebody chose something else than the default."""
        return self.value != self.default


def of(company: Company) -> list[Shown]:
    """Every switch, in the order of the table."""
    chosen = Policies.of(company).all()
    return [
        Shown(
            key=key,
            title=key.replace("_", " ").capitalize(),
            sentence=switch.sentence,
            value=chosen[key],
            default=default_of(key, company.books_platform),
            words=switch.words if switch.kind is Kind.WORDS else (),
        )
        for key, switch in POLICIES.items()
    ]
