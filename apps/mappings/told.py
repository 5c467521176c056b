"""What staff or a file tell of Syncro beyond its API, put where it belongs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models.functions import Now

from apps.connections.models import Company
from apps.mappings.lookup import fold
from apps.mappings.models import RefundOrigin, TaxRate
from apps.mirror.models import SyncroRecord


class CannotTie(ValueError):
    """A rate cannot be what somebody says it is; the sentence says why."""


def tie(rate: TaxRate, external_id: str) -> TaxRate:
    """Say which id of Syncro a rate told without one has: its row becomes the row of that id. Gives the row that stays.

    Raises CannotTie when the rate has an id, or the id is named already.
    """
    with transaction.atomic():
        Company.objects.select_for_update(no_key=True).get(pk=rate.company_id)
        rate.refresh_from_db()
        if rate.external_id:
            raise CannotTie(f"{rate} is {rate.external_id} in Syncro already.")
        nameless = TaxRate.objects.filter(company=rate.company, external_id=external_id).first()
        if nameless is not None and nameless.name:
            raise CannotTie(f"{external_id} is called {nameless.name} already.")
        if nameless is not None:
            rate.percent = nameless.percent if rate.percent is None else rate.percent
            rate.is_default = rate.is_default or nameless.is_default
            nameless.delete()
        rate.external_id = external_id
        rate.changed_at = Now()
        rate.save()
        resolve_parts(rate.company)
    return TaxRate.objects.get(pk=rate.pk)


def make_default(company: Company, keep: int) -> None:
    """Of all rates of a company only this one may be the default."""
    TaxRate.objects.filter(company=company, is_default=True).exclude(pk=keep).update(is_default=False, changed_at=Now())


def resolve_parts(company: Company) -> list[str]:
    """Turn the names of group parts into ids wherever each names one rate; gives a sentence for each group that waits."""
    rates = list(TaxRate.objects.filter(company=company))
    ids = {rate.external_id for rate in rates if rate.external_id}
    named: dict[str, list[TaxRate]] = defaultdict(list)
    for rate in rates:
        named[fold(rate.name)].append(rate)
    waiting = []
    for group in (rate for rate in rates if rate.part_names):
        found = [
            _part(name, ids, [each for each in named[fold(name)] if each.pk != group.pk]) for name in group.part_names
        ]
        whys = [why for _, why in found if why]
        parts = [] if whys else [part for part, _ in found]
        if parts != group.parts:
            TaxRate.objects.filter(pk=group.pk).update(parts=parts, changed_at=Now())
        waiting += [f"The group {group} waits: {why}." for why in whys]
    return waiting


def _part(name: str, ids: set[str], rates: list[TaxRate]) -> tuple[str, str]:
    """The id of a part of a group, or why it is not known yet. A live rate comes before archived ones of its name."""
    if name in ids:
        return name, ""
    live = [rate for rate in rates if not rate.archived] or rates
    if len(live) != 1:
        return "", f"{'several rates are' if live else 'no rate is'} called {name}"
    unknown = "" if live[0].external_id else f"nobody has said yet which id of Syncro {name} has"
    return live[0].external_id, unknown


@dataclass(frozen=True, slots=True)
class Origin:
    """The invoice a refund gives back: its number, and its row once it was read."""

    number: str
    invoice: SyncroRecord | None


def origins_of(company: Company, refund_numbers: Iterable[str]) -> Mapping[str, Origin]:
    """What was told of these refund invoices, by their numbers; two queries. A number that two invoices have names none."""
    told = RefundOrigin.objects.filter(company=company, refund_number__in=list(refund_numbers))
    numbers = dict(told.values_list("refund_number", "original_number"))
    rows: dict[str, list[SyncroRecord]] = defaultdict(list)
    invoices = SyncroRecord.objects.filter(
        company=company, entity="invoice", label__in=set(numbers.values()), gone_at=None
    )
    for row in invoices.defer("raw"):
        rows[row.label].append(row)
    return {
        refund: Origin(original, rows[original][0] if len(rows[original]) == 1 else None)
        for refund, original in numbers.items()
    }
