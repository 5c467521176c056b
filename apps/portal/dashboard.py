"""The first page: how every company stands, in a fixed number of queries however many rows there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, Prefetch, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from apps.connections.access import Person, companies_for
from apps.connections.models import Company, Connection
from apps.mirror.models import Link
from apps.mirror.states import SyncState
from apps.platforms.registry import PLATFORMS
from apps.portal.tie_out import Summary, summaries
from apps.reconciliation.admin import kind_title
from apps.reconciliation.models import Mismatch, MismatchState
from apps.sync.admin import run_sentence
from apps.sync.models import Run

ENTITIES = {"customer": "Customers", "item": "Items", "invoice": "Invoices", "payment": "Payments"}
#: The columns of the documents table: title, the states counted in it, its tone when not 0.
COLUMNS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("In sync", (SyncState.IN_SYNC,), "good"),
    ("Waiting to be sent", (SyncState.PENDING, SyncState.PUSHING), "busy"),
    ("Checking", (SyncState.IN_DOUBT,), "warn"),
    ("Needs a look", (SyncState.HELD,), "bad"),
    ("Left alone", (SyncState.IGNORED,), "quiet"),
)
RUNS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Cell:
    """A count with the way to the list it counts."""

    count: int
    tone: str
    address: str


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One kind of open mismatches."""

    title: str
    count: int
    amount: Decimal
    address: str


@dataclass(slots=True)
class Card:
    """Everything the first page shows of one company."""

    company: Company
    books_title: str
    documents: list[tuple[str, list[Cell]]]
    queue: list[QueueLine]
    tie_out: Summary | None
    connections: list[tuple[str, Connection | None]]
    runs: list[tuple[Run, str]]
    may_sync: bool
    columns: list[str] = field(default_factory=lambda: [title for title, _, _ in COLUMNS])

    @property
    def waiting(self) -> int:
        """How many items the queue holds."""
        return sum(line.count for line in self.queue)


def overview(user: Person) -> list[Card]:
    """A card for each company this person may see."""
    newest = Prefetch("runs", Run.objects.order_by("-id")[:RUNS_SHOWN], to_attr="newest_runs")
    companies = list(companies_for(user).select_related("syncro", "books").prefetch_related(newest))
    counts, queues, tied = _states(companies), _queues(companies), summaries(companies)
    able = set(companies_for(user, "sync").values_list("pk", flat=True))
    return [
        _card(company, counts[company.pk], queues[company.pk], tied.get(company.pk), company.pk in able)
        for company in companies
    ]


def _card(
    company: Company, counts: dict[str, dict[str, int]], queue: list[QueueLine], tied: Summary | None, may_sync: bool
) -> Card:
    books = PLATFORMS[company.books_platform].title
    return Card(
        company=company,
        books_title=books,
        documents=[(title, _cells(company, entity, counts[entity])) for entity, title in ENTITIES.items()],
        queue=queue,
        tie_out=tied,
        connections=[("Syncro", company.syncro), (books, company.books)],
        runs=[(run, run_sentence(run.counts)) for run in getattr(company, "newest_runs", ())],
        may_sync=may_sync,
    )


def _states(companies: Iterable[Company]) -> dict[int, dict[str, dict[str, int]]]:
    """Counts of links by company, entity and state: one query over an index."""
    counts: dict[int, dict[str, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    rows = Link.objects.filter(company__in=companies).values_list("company", "entity", "state").annotate(Count("id"))
    for company, entity, state, count in rows.order_by():
        counts[company][entity][state] = count
    return counts


def _cells(company: Company, entity: str, counts: dict[str, int]) -> list[Cell]:
    return [
        Cell(sum(counts.get(state, 0) for state in states), tone, links_address(company, entity, states[0]))
        for _, states, tone in COLUMNS
    ]


def links_address(company: Company, entity: str, state: str) -> str:
    """The list of links in one state."""
    query = urlencode({"company": company.slug, "entity": entity, "state__exact": state})
    return f"{reverse('admin:mirror_link_changelist')}?{query}"


def _queues(companies: Iterable[Company]) -> dict[int, list[QueueLine]]:
    """Open mismatches by company and kind, the largest amount first."""
    queues: dict[int, list[QueueLine]] = defaultdict(list)
    slugs = {company.pk: company.slug for company in companies}
    rows = Mismatch.objects.filter(company__in=companies, state=MismatchState.OPEN).values_list("company", "kind")
    for company, kind, count, amount in rows.annotate(Count("id"), Sum("amount")).order_by():
        query = urlencode({"company": slugs[company], "kind": kind})
        address = f"{reverse('admin:reconciliation_mismatch_changelist')}?{query}"
        queues[company].append(QueueLine(kind_title(kind), count, amount, address))
    for lines in queues.values():
        lines.sort(key=lambda line: (-abs(line.amount), line.title))
    return queues


def queue_badge(request: HttpRequest) -> str | None:
    """How many open items wait, beside "Queue" in the navigation."""
    count = Mismatch.objects.filter(company__in=companies_for(request.user), state=MismatchState.OPEN).count()
    return str(count) if count else None
