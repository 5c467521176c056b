"""A payment entered anew in Syncro because the books hold it otherwise: the books' document stays, its Syncro row changes.

Syncro's interface can neither edit nor re-apply a payment, so staff delete it and enter it again (recipes.md 4). Without
this the new row would be sent as a second payment.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.db import transaction

from apps.connections.models import Company
from apps.mirror.models import Application, Link, MirrorRow, SyncroRecord
from apps.mirror.models.link import show_state
from apps.mirror.states import SyncState
from apps.mirror.store import live
from apps.platforms.base import Side
from apps.sync.links import Newborn, agree, counterparts, make_links

#: Held payments whose books document stands, with a Syncro row that no longer says the same.
WAITING = ("payment_moved", "payment_edited", "gone_in_syncro")
Parts = dict[str, Decimal]


def retie(company: Company) -> int:
    """Tie newly entered Syncro payments to the books payments they were entered for; gives how many links moved."""
    waiting = Link.objects.filter(
        company=company,
        entity="payment",
        origin=Side.SYNCRO,
        state=SyncState.HELD,
        code__in=WAITING,
        books__gone_at=None,
    )
    moved = 0
    for link in waiting.select_related("company", "syncro", "books").order_by("pk"):
        row = _entered_anew(link)
        if row is not None:
            moved += _swap(link, row) if link.syncro is None or link.syncro.gone_at else _hold(link, row)
    return moved


def _entered_anew(link: Link) -> MirrorRow | None:
    """The one newborn Syncro payment that says just what the books' payment says."""
    if link.books is None:
        return None
    customers = counterparts(link.company, "customer", Side.BOOKS, [link.books.party])
    customer = customers.get(link.books.party)
    if customer is None or customer.syncro is None:
        return None
    rows = SyncroRecord.objects.filter(
        live(), company=link.company, entity="payment", party=customer.syncro.external_id, amount=link.books.amount
    ).exclude(pk=link.syncro_id or 0)
    free = rows.filter(link__isnull=True, marker="") | rows.filter(link__hints__entered_for=link.pk)
    wanted = _in_syncro_words(link)
    same = [row for row in free.order_by("pk") if _parts(link.company, Side.SYNCRO, row.external_id) == wanted]
    return same[0] if len(same) == 1 else None


def _in_syncro_words(link: Link) -> Parts | None:
    """What the books' payment is applied to, by Syncro's invoice ids; None where one of them is unknown."""
    books = link.books.external_id if link.books else ""
    parts = _parts(link.company, Side.BOOKS, books)
    invoices = counterparts(link.company, "invoice", Side.BOOKS, parts)
    rows = {key: invoice.syncro for key, invoice in invoices.items()}
    if any(rows.get(key) is None for key in parts):
        return None
    return {row.external_id: parts[key] for key, row in rows.items() if row is not None}


def _parts(company: Company, side: Side, payment: str) -> Parts:
    rows = Application.objects.filter(company=company, side=side, payment_id=payment, document_entity="invoice")
    return {row.document_id: row.amount for row in rows if row.amount}


def _swap(link: Link, row: MirrorRow) -> int:
    with transaction.atomic():
        Link.objects.filter(syncro_id=row.pk).exclude(pk=link.pk).delete()
        Link.objects.filter(pk=link.pk).update(syncro_id=row.pk)
        link.refresh_from_db()
        agree(link)
    show_state([link.pk])
    return 1


def _hold(link: Link, row: MirrorRow) -> int:
    """The old one still stands: nothing is sent until it is deleted, or a person says that these are two payments."""
    if Link.objects.filter(syncro_id=row.pk).exists():
        return 0
    reason = (
        f"It says what the books' payment {link.books} says, whose Syncro payment {link.syncro} still stands: "
        "delete that one, or say that these are two payments."
    )
    hints: dict[str, object] = {"other": link.books_id, "entered_for": link.pk}
    return make_links(link.company, "payment", _one(row, reason, hints), Side.SYNCRO)


def _one(row: MirrorRow, reason: str, hints: dict[str, object]) -> Iterable[Newborn]:
    yield Newborn(row, SyncState.HELD, "same_on_both_sides", reason, hints)
