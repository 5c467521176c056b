"""Mappings as the page shows them: what is missing first, with the things of the books to choose from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping as Read
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from apps.connections.models import Company
from apps.mappings.lookup import AUTOMATIC, save_mapping
from apps.mappings.models import Mapping, MethodKind, TaxRate, Topic
from apps.mappings.shape import ON_LINES, Shape
from apps.mirror.models import BooksRecord, Link, SyncroRecord
from apps.mirror.states import SyncState
from apps.platforms.records import Status

#: Topics that always have a default; the others list only what was met.
WITH_DEFAULT = (Topic.PAYMENT_METHOD, Topic.TAX, Topic.ITEM, Topic.INCOME_ACCOUNT, Topic.SYNCRO_METHOD)
SEPARATOR = "|"
AUTOMATIC_TITLE = "The books choose it themselves"
MAIN = f"{SEPARATOR}external_id"
Option = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Choice:
    """One key of Syncro and what it is in the books so far."""

    topic: str
    key: str
    chosen: Mapping | None
    waiting: int
    called: str = ""

    @property
    def field(self) -> str:
        """The name of its inputs in the form."""
        return f"{self.topic}{SEPARATOR}{self.key}"

    @property
    def title(self) -> str:
        """What the person reads."""
        return self.called or self.key or "Everything else (the default)"


@dataclass(slots=True)
class TopicShown:
    """A topic with its keys and what can be chosen."""

    topic: str
    title: str
    choices: list[Choice]
    options: Sequence[Option]
    accounts: Sequence[Option] = ()
    kinds: Sequence[Option] = field(default=())

    @property
    def missing(self) -> int:
        """How many keys have nothing chosen."""
        return sum(choice.chosen is None for choice in self.choices if choice.key or choice.waiting)


def topics(company: Company) -> list[TopicShown]:
    """Everything that can be mapped; a fixed number of queries."""
    chosen = {(row.topic, row.key): row for row in Mapping.objects.filter(company=company)}
    waiting, met, options = _waiting(company), _met(company), _options(company)
    shape = Shape.of(company)
    found = [_topic(Topic(topic), shape, chosen, waiting, met, options) for topic in shape.topics]
    return sorted((each for each in found if each.choices), key=lambda each: not each.missing)


def _topic(
    topic: Topic,
    shape: Shape,
    chosen: Read[Option, Mapping],
    waiting: Read[Option, int],
    met: Read[Option, str],
    options: Read[str, list[Option]],
) -> TopicShown:
    keys = {key for place, key in [*chosen, *waiting, *met] if place == topic} | (
        {""} if topic in WITH_DEFAULT else set()
    )
    rows = [
        Choice(topic, key, chosen.get((topic, key)), waiting.get((topic, key), 0), met.get((topic, key), ""))
        for key in keys
    ]
    rows.sort(key=lambda row: (row.chosen is not None, -row.waiting, not row.key, row.key.casefold()))
    pays = topic == Topic.PAYMENT_METHOD
    from_books = list(options[shape.names(topic)])
    if topic == Topic.TAX:
        from_books.insert(0, (AUTOMATIC, AUTOMATIC_TITLE))
    return TopicShown(
        topic, topic.label, rows, options["syncro_method"] if topic == Topic.SYNCRO_METHOD else from_books,
        options["account"] if pays else (), MethodKind.choices if pays else (),
    )  # fmt: skip


def _waiting(company: Company) -> dict[Option, int]:
    """How many links wait for each choice."""
    held = Link.objects.filter(company=company, state=SyncState.HELD, code="mapping_missing").values_list(
        "hints__mapping", flat=True
    )
    counts: dict[Option, int] = defaultdict(int)
    for missing in held:
        if missing:
            counts[missing["topic"], missing["key"]] += 1
    return counts


def _met(company: Company) -> dict[Option, str]:
    """Payment methods and tax rates that Syncro's records named, and what staff call those that have ids alone."""
    methods = SyncroRecord.objects.filter(company=company, entity="payment_method").values_list("label", flat=True)
    rates = TaxRate.objects.filter(company=company).exclude(external_id="").values_list("external_id", "name")
    met: dict[Option, str] = {(Topic.PAYMENT_METHOD, label): "" for label in methods}
    met.update({(Topic.TAX, key): f"{name} ({key})" if name else "" for key, name in rates})
    return met


def _options(company: Company) -> dict[str, list[Option]]:
    """What can be chosen, by entity."""
    shape = Shape.of(company)
    named = {shape.names(topic, kind) for topic in shape.topics for kind in ("", *ON_LINES)}
    entities = Q(entity__in=named - {""}, gone_at=None, status=Status.ACTIVE)
    rows = BooksRecord.objects.filter(entities, company=company).order_by("label")
    found: dict[str, list[Option]] = defaultdict(list)
    for entity, key, label in rows.values_list("entity", "external_id", "label"):
        found[entity].append((key, label))
    methods = SyncroRecord.objects.filter(company=company, entity="payment_method").order_by("label")
    found["syncro_method"] = [(label, label) for label in methods.values_list("label", flat=True)]
    return found


def options_of(company: Company, topic: str) -> dict[str, Sequence[Option]]:
    """What one choice can be, by the name of its value; payment methods also ask what they are and where money goes."""
    found = _options(company)
    main = found["syncro_method"] if topic == Topic.SYNCRO_METHOD else found[Shape.of(company).names(topic)]
    beside = {"kind": list(MethodKind.choices), "account_id": found["account"]} if topic == Topic.PAYMENT_METHOD else {}
    return {"external_id": [(AUTOMATIC, AUTOMATIC_TITLE), *main] if topic == Topic.TAX else main, **beside}


def save(company: Company, posted: Read[str, str]) -> str:
    """Keep every choice of the form that changed; gives the sentence that says so."""
    before = {(row.topic, row.key): row for row in Mapping.objects.filter(company=company)}
    options, shape = _options(company), Shape.of(company)
    saved = 0
    for name in (name.removesuffix(MAIN) for name in posted if name.endswith(MAIN)):
        topic, _, key = name.partition(SEPARATOR)
        if topic in Topic and _changed(before.get((topic, key)), wanted := _wanted(name, posted)):
            names = options[shape.names(topic, wanted["kind"])]
            label = dict(names).get(wanted["external_id"]) or dict(options["account"]).get(wanted["account_id"], "")
            save_mapping(company, topic, key, **wanted, label=label or wanted["external_id"])
            saved += 1
    return (
        f"{saved} choices saved. What waited for them goes on with the next pass." if saved else "Nothing was changed."
    )


def _wanted(name: str, posted: Read[str, str]) -> dict[str, str]:
    beside = {column: posted.get(f"{name}{SEPARATOR}{column}", "") for column in ("kind", "account_id")}
    return {"external_id": posted[name + MAIN], **beside}


def _changed(row: Mapping | None, wanted: Read[str, str]) -> bool:
    if row is None:
        return any(wanted.values())
    return any(getattr(row, column) != value for column, value in wanted.items())
