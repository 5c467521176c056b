"""Tax rates of a file: tied to the id it gives, else to the one rate of its name, else kept until staff say which id it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from apps.connections.models import Company
from apps.mappings.imports.kept import UNCHANGED, Kept, judged
from apps.mappings.lookup import fold
from apps.mappings.models import TaxRate
from apps.mappings.told import make_default, resolve_parts, tie
from apps.platforms.reports import LeftOut, ToldTaxRate

#: What a file tells of a rate, by the name of the column; what it leaves out stays.
TOLD = ("name", "percent", "part_names", "archived", "is_default")


class TaxRates:
    """Keeps tax rates; groups are put together at the end, as a group may stand before its parts."""

    def __init__(self, company: Company) -> None:
        self.company = company

    def keep(self, batch: Sequence[ToldTaxRate]) -> Iterator[Kept | LeftOut]:
        """A few rows at a time: an account has dozens of rates, not thousands."""
        with transaction.atomic():
            Company.objects.select_for_update(no_key=True).get(pk=self.company.pk)
            known = _Known(self.company)
            results = [self._keep(told, known) for told in batch]
        yield from results

    def finish(self) -> list[str]:
        """Put the groups together; says what each of them still waits for, and which rates have no id."""
        waiting = resolve_parts(self.company)
        names = list(TaxRate.objects.filter(company=self.company, external_id="").values_list("name", flat=True))
        if names:
            waiting.append(f"Say under Tax rates which id of Syncro these have: {', '.join(sorted(names))}.")
        return waiting

    def _keep(self, told: ToldTaxRate, known: _Known) -> Kept | LeftOut:
        found = known.find(told)
        if isinstance(found, str):
            return told.problem("name", told.name, found)
        before = _values(found) if found else None
        rate = found or TaxRate(company=self.company, external_id=told.external_id)
        if told.external_id and not rate.external_id:
            rate = known.tied(rate, told.external_id)
        after = {**(before or {}), **_told(told)}
        kept = judged(told.line, f"{told.name} · {told.external_id or 'no id yet'}", before, after)
        if kept.verdict == UNCHANGED:
            return kept
        if after.get("is_default"):
            make_default(self.company, rate.pk or 0)
        for name, value in after.items():
            setattr(rate, name, value)
        if not after.get("part_names"):
            rate.parts = [] if told.parts is not None else rate.parts
        rate.changed_at = Now()
        rate.save()
        rate.refresh_from_db()
        known.rates[rate.pk] = rate
        return kept


class _Known:
    """The rates of a company as they are while a file is kept."""

    def __init__(self, company: Company) -> None:
        self.rates = {rate.pk: rate for rate in TaxRate.objects.filter(company=company)}

    def find(self, told: ToldTaxRate) -> TaxRate | str | None:
        """The rate that is meant, None for a new one, or why nobody can say."""
        same_id = [rate for rate in self.rates.values() if told.external_id and rate.external_id == told.external_id]
        if same_id and same_id[0].name:
            return same_id[0]
        same_name = [rate for rate in self.rates.values() if fold(rate.name) == fold(told.name)]
        without_id = next((rate for rate in same_name if not rate.external_id), None)
        if told.external_id:
            return without_id or (same_id[0] if same_id else None)
        return without_id or self._by_name(told, [rate for rate in same_name if rate.external_id])

    def _by_name(self, told: ToldTaxRate, rates: list[TaxRate]) -> TaxRate | str | None:
        chosen = [rate for rate in rates if rate.archived == bool(told.archived)] or rates
        if len(chosen) > 1:
            ids = ", ".join(rate.external_id for rate in chosen)
            return f"Several rates are called so (ids {ids}); fill in the id."
        return chosen[0] if chosen else None

    def tied(self, rate: TaxRate, external_id: str) -> TaxRate:
        """The rate with this id, which the file tells now."""
        nameless = [pk for pk, each in self.rates.items() if each.external_id == external_id and pk != rate.pk]
        for pk in nameless:
            del self.rates[pk]
        return tie(rate, external_id) if rate.pk else rate


def _values(rate: TaxRate) -> dict[str, Any]:
    return {"external_id": rate.external_id, **{name: getattr(rate, name) for name in TOLD}}


def _told(told: ToldTaxRate) -> dict[str, Any]:
    """The columns this row tells."""
    values = {
        "name": told.name,
        "percent": told.percent,
        "part_names": None if told.parts is None else list(told.parts),
        "archived": told.archived,
        "is_default": told.is_default,
        "external_id": told.external_id or None,
    }
    return {name: value for name, value in values.items() if value is not None}
