"""What somebody had already entered in the books before us is recognised, before anything is sent: never made twice.

Customers by their name, invoices by number, customer, date and total (recipes: the same thing entered on both sides).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from django.db.models import QuerySet
from django.db.models.functions import Lower

from apps.connections.models import Company
from apps.mirror.models import BooksRecord, Link, MirrorRow
from apps.mirror.states import SyncState
from apps.mirror.store import live, unlinked
from apps.platforms.base import Side
from apps.sync import marks
from apps.sync.compose.desk import facts_of
from apps.sync.links import counterparts, join
from apps.sync.tidy import contradictions

#: So much of a long number stands in the books.
NUMBER_LENGTH = 21


def adopt(company: Company) -> int:
    """Tie what is waiting to be sent to what the books already have, or hold it; gives how many links moved."""
    return _customers(company) + _invoices(company)


def _customers(company: Company) -> int:
    """A name that stands once on either side, with nothing that speaks against it, is the same customer. All other
    cases are left to the moment of sending.
    """
    # A suffix means that a person, or the books themselves, said it is another one.
    waiting = _waiting(company, "customer").exclude(hints__has_key="suffix").annotate(name=Lower("syncro__label"))
    rows = unlinked(company, Side.BOOKS, "customer").filter(live()).annotate(name=Lower("label"))
    links = list(waiting.filter(name__in=rows.values("name")))
    if not links:
        return 0
    names = {link.name for link in links}
    here = Counter(link.syncro.label.casefold() for link in waiting if link.syncro)
    there = _by_label(rows.filter(name__in=names))
    return sum(_same_customer(link, there) for link in links if link.syncro and here[link.syncro.label.casefold()] == 1)


def _same_customer(link: Link, there: dict[str, list[MirrorRow]]) -> bool:
    rows = there[link.syncro.label.casefold()] if link.syncro else []
    if len(rows) != 1 or contradictions(link.syncro.content, rows[0]):  # type: ignore[union-attr]
        return False
    join(link, link.legs.all()[0], rows[0])
    return True


def _invoices(company: Company) -> int:
    """The same number: the same invoice when all else agrees, else a person must see the two."""
    if not facts_of(company).keeps_numbers:
        return 0
    rows = unlinked(company, Side.BOOKS, "invoice").filter(live()).exclude(label="")
    rows = [row for row in rows.only("pk", "label", "marker") if not marks.is_ours(row.marker, company)]
    if not rows:
        return 0
    there = _by_label(BooksRecord.objects.filter(pk__in=[row.pk for row in rows]))
    numbers = {row.label for row in rows}
    waiting = _waiting(company, "invoice", "number_taken").filter(syncro__amount__gte=0)
    links = [link for link in waiting.iterator(1000) if link.syncro and link.syncro.label[:NUMBER_LENGTH] in numbers]
    customers = counterparts(company, "customer", Side.SYNCRO, [link.syncro.party for link in links if link.syncro])
    return sum(_same_number(link, there, customers) for link in links)


def _same_number(link: Link, there: dict[str, list[MirrorRow]], customers: dict[str, Link]) -> bool:
    ours = link.syncro
    if ours is None:
        return False
    rows = there[ours.label[:NUMBER_LENGTH].casefold()]
    payer = customers.get(ours.party)
    party = payer.books.external_id if payer and payer.books else ""
    same = [row for row in rows if (row.party, row.date, row.amount) == (party, ours.date, ours.amount)]
    if len(same) == 1:
        join(link, link.legs.all()[0], same[0])
        return True
    reason = f"The books already have {_named(rows[0])}; this one is of {ours.amount} on {ours.date}: the same number, not the same invoice."
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


def _by_label(rows: Iterable[MirrorRow]) -> dict[str, list[MirrorRow]]:
    found: dict[str, list[MirrorRow]] = defaultdict(list)
    for row in rows:
        found[row.label.casefold()].append(row)
    return found
