"""What somebody had already entered in the books before us is recognised, before anything is sent: never made twice.

Customers by their name, invoices by number, customer, date and total (recipes: the same thing entered on both sides).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import cast

from django.db.models import QuerySet
from django.db.models.functions import Left, Lower

from apps.connections.models import Company
from apps.connections.policies import Policies
from apps.mirror.models import BooksRecord, Link, MirrorRow
from apps.mirror.states import SyncState
from apps.mirror.store import live, unlinked
from apps.platforms.base import Side
from apps.platforms.records import Customer
from apps.sync import marks
from apps.sync.compose.desk import facts_of
from apps.sync.customers import JOINT, path_of
from apps.sync.links import counterparts, join
from apps.sync.newborn_customers import ensure_customers_in
from apps.sync.tidy import contradictions

#: So much of a long number stands in the books.
NUMBER_LENGTH = 21


def adopt(company: Company) -> int:
    """Tie what is waiting to be sent to what the books already have, or hold it; then, by policy, let what only the books
    have go to Syncro. Gives how many links moved.
    """
    return (
        _customers(company)
        + _sub_customers(company)
        + _invoices(company)
        + ensure_customers_in(company, Policies.of(company))
    )


def _customers(company: Company) -> int:
    """A name that stands once on either side, with nothing that speaks against it, is the same customer. All other
    cases are left to the moment of sending.
    """
    waiting = _waiting(company, "customer").annotate(name=Lower("syncro__label"))
    rows = unlinked(company, Side.BOOKS, "customer").filter(live()).annotate(name=Lower("label"))
    # A suffix means that a person, or the books themselves, said it is another one.
    # Whom somebody put below a parent is not the one of that name who stands alone.
    links = list(waiting.exclude(hints__has_any_keys=["suffix", "parent"]).filter(name__in=rows.values("name")))
    if not links:
        return 0
    here = Counter(waiting.values_list("name", flat=True))
    there = _grouped(rows.filter(name__in=[link.name for link in links]), "name")
    return sum(_same_customer(link, there[link.name]) for link in links if here[link.name] == 1)


def _sub_customers(company: Company) -> int:
    """Syncro says "Parent: Child" of whom the books keep as a child below its parent."""
    waiting = _waiting(company, "customer").filter(syncro__label__contains=JOINT).exclude(hints__has_key="parent")
    links = list(waiting)
    if not links:
        return 0
    below = unlinked(company, Side.BOOKS, "customer").filter(live(), content__parent_id__gt="")
    paths: dict[str, list[MirrorRow]] = defaultdict(list)
    for row in below.filter(label__in=[str(link.syncro).rpartition(JOINT)[2] for link in links]):
        paths[path_of(company, cast("Customer", row.record())).casefold()].append(row)
    return sum(_same_customer(link, paths.pop(str(link.syncro).casefold(), [])) for link in links)


def _same_customer(link: Link, rows: list[MirrorRow]) -> bool:
    if link.syncro is None or len(rows) != 1 or contradictions(link.syncro.content, rows[0]):
        return False
    join(link, link.legs.all()[0], rows[0])
    return True


def _invoices(company: Company) -> int:
    """The same number: the same invoice when all else agrees, else a person must see the two."""
    if not facts_of(company).keeps_numbers:
        return 0
    rows = unlinked(company, Side.BOOKS, "invoice").filter(live()).exclude(label="")
    waiting = _waiting(company, "invoice", "number_taken").annotate(number=Left("syncro__label", NUMBER_LENGTH))
    links = list(waiting.filter(syncro__amount__gte=0, number__in=rows.values("label")))
    if not links:
        return 0
    named = rows.filter(label__in=[link.number for link in links])
    there = _grouped((row for row in named if not marks.is_ours(row.marker, company)), "label")
    customers = counterparts(company, "customer", Side.SYNCRO, [link.syncro.party for link in links if link.syncro])
    return sum(_same_number(link, there[link.number], customers) for link in links if there[link.number])


def _same_number(link: Link, rows: list[MirrorRow], customers: dict[str, Link]) -> bool:
    ours = link.syncro
    if ours is None:
        return False
    payer = customers.get(ours.party)
    party = payer.books.external_id if payer and payer.books else ""
    same = [row for row in rows if (row.party, row.date, row.amount) == (party, ours.date, ours.amount)]
    if len(same) == 1:
        join(link, link.legs.all()[0], same[0])
        rows.remove(same[0])
        return True
    reason = (
        f"The books already have {_named(rows[0])}; this one is of {ours.amount} on {ours.date}: "
        "the same number, not the same invoice."
    )
    if (link.code, link.reason) == ("number_taken", reason):
        return False
    return bool(Link.objects.filter(pk=link.pk).move(SyncState.HELD, code="number_taken", reason=reason))


def _named(row: MirrorRow) -> str:
    payer = BooksRecord.objects.filter(company=row.company, entity="customer", external_id=row.party).first()
    return f"an invoice {row.label} of {row.amount} on {row.date} for {payer or 'another customer'}"


def _waiting(company: Company, entity: str, *codes: str) -> QuerySet[Link]:
    """Links of Syncro's records that never left us: nothing was sent for them, or they are held for one of `codes`."""
    links = Link.objects.filter(
        company=company, entity=entity, origin=Side.SYNCRO, books__isnull=True, syncro__isnull=False
    )
    links = links.filter(state=SyncState.PENDING) | links.filter(state=SyncState.HELD, code__in=codes)
    return links.select_related("company", "syncro").prefetch_related("legs").order_by("pk")


def _grouped(rows: Iterable[MirrorRow], name: str) -> dict[str, list[MirrorRow]]:
    found: dict[str, list[MirrorRow]] = defaultdict(list)
    for row in rows:
        found[getattr(row, name)].append(row)
    return found
