"""Which choices the mirrored records call for, and which of them nobody has made yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from django.db.models import QuerySet
from django.db.models.fields.json import KeyTextTransform

from apps.connections.health import Reading
from apps.connections.models import Company
from apps.mappings.lookup import Chosen, MappingMissing
from apps.mappings.models import Topic
from apps.mappings.shape import Shape
from apps.mirror.models import SyncroRecord


class Need(NamedTuple):
    """A choice that some record calls for; `key` is Syncro's name or id, "" where there is none."""

    topic: str
    key: str


def needed(company: Company) -> list[Need]:
    """Every choice the mirrored Syncro records call for, made or not, in order of topic and key."""
    invoices = _live(company, "invoice")
    wanted = {Need(Topic.PAYMENT_METHOD, name) for name in _values(_live(company, "payment"), "method")}
    wanted |= {Need(Topic.TAX, key) for key in _values(invoices.exclude(tax=0).exclude(tax=None), "tax_key")}
    wanted |= {Need(Topic.INCOME_ACCOUNT, name) for name in _values(_live(company, "item"), "category")}
    if invoices.filter(content__lines__contains=[{"item_id": "", "kind": "item"}]).exists():
        wanted.add(for_a_line(Shape.of(company)))
    if invoices.filter(content__deposit_only=True).exists():
        wanted.add(Need(Topic.DEPOSIT_ITEM, ""))
    if company.books_id:
        wanted.add(Need(Topic.SYNCRO_METHOD, ""))
    return sorted(wanted)


def for_a_line(shape: Shape) -> Need:
    """What a line without a product needs."""
    return Need(Topic.INCOME_ACCOUNT if shape.accounts_on_lines else Topic.ITEM, "")


def missing(company: Company, chosen: Chosen | None = None) -> list[MappingMissing]:
    """The needed choices that nobody has made, each with its sentence."""
    chosen = chosen or Chosen.load(company)
    return [problem for need in needed(company) if (problem := _problem(chosen, need))]


def mappings_complete(companies: Sequence[Company]) -> Iterator[Reading]:
    """For `doctor`: whether every choice is made."""
    for company in companies:
        problems = missing(company)
        sentence = " ".join(problem.sentence for problem in problems) or "Every choice the records call for is made."
        cure = f"Run `mapping {company.slug} suggest`, then choose the rest under Mappings."
        yield Reading(name=f"{company.slug}: mappings", ok=not problems, sentence=sentence, cure=cure)


def _problem(chosen: Chosen, need: Need) -> MappingMissing | None:
    try:
        chosen.tax(need.key) if need.topic == Topic.TAX else chosen.need(*need)
    except MappingMissing as problem:
        return problem
    return None


def _live(company: Company, entity: str) -> QuerySet[SyncroRecord]:
    return SyncroRecord.objects.filter(company=company, entity=entity, gone_at=None, status="active")


def _values(rows: QuerySet[SyncroRecord], field: str) -> set[str]:
    """The different texts of one field of the contents; a field that is not there counts as ""."""
    return {value or "" for value in rows.values_list(KeyTextTransform(field, "content"), flat=True).distinct()}
