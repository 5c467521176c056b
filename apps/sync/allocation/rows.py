"""The figures out of the mirror, a batch of what hangs together at a time, and the answers back into it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from apps.connections.models import Company
from apps.mirror.models import Application, Leg, Link, SyncroRecord
from apps.platforms.base import Side
from apps.sync.allocation.puzzle import Pair, ranges
from apps.sync.allocation.sheet import Billed, Share, Sheet, Taken

#: So many open parts begin a batch; whatever hangs together with them comes along.
AT_ONCE = 1000

SOLVED = """
UPDATE {part} part SET amount = given.amount, solved = TRUE
FROM unnest(%s::bigint[], %s::numeric[]) AS given(id, amount) WHERE part.id = given.id
"""

LISTS_PAYMENTS = ExpressionWrapper(Q(raw__has_key="payments"), BooleanField())


def solve(company: Company) -> int:
    """Fill in the amounts Syncro does not tell; gives how many parts became known. Only what hangs together with an
    open part is read, in batches: neither the queries nor the memory of a batch grow with the account.
    """
    found = 0
    for payments in _batches(company):
        rows = list(_parts(company).filter(payment_id__in=payments))
        sheet = _read(company, payments, rows)
        found += _write(rows, sheet.known | sheet.solved())
    return found


def shares(company: Company, payments: Iterable[str]) -> dict[str, list[Share]]:
    """The parts of these payments, the open ones with their arithmetic, by payment, in the order of the invoices' ids."""
    wanted = sorted(set(payments))
    found: dict[str, list[Share]] = defaultdict(list)
    for start in range(0, len(wanted), AT_ONCE):
        chosen = set(wanted[start : start + AT_ONCE])
        connected = _connected(company, chosen)
        sheet = _read(company, connected, list(_parts(company).filter(payment_id__in=connected)))
        spans = ranges(sheet.puzzle)
        for pair in sorted(pair for pair in sheet.parts if pair[0] in chosen):
            found[pair[0]].append(sheet.share(pair, spans.get(pair)))
    return dict(found)


def _batches(company: Company) -> Iterator[set[str]]:
    """Payments with open parts, all that hang together in one batch, each once."""
    last, tried = 0, set[str]()
    while seeds := list(_open(company).filter(pk__gt=last).order_by("pk").values_list("pk", "payment_id")[:AT_ONCE]):
        last = seeds[-1][0]
        fresh = {payment for _, payment in seeds} - tried
        if fresh:
            payments = _connected(company, fresh)
            yield payments
            tried |= payments


def _open(company: Company) -> QuerySet[Application]:
    """Parts nobody told. Those of declined and deleted payments are among them: asking for that in the same query makes
    it slow on tables that were filled just now.
    """
    return _parts(company).filter(amount__isnull=True)


def _connected(company: Company, payments: Collection[str]) -> set[str]:
    """These payments and all that share an invoice with them, and so on, as far as parts are open."""
    reached, new, invoices = set(payments), set(payments), set[str]()
    while new:
        touched = set(_open(company).filter(payment_id__in=new).values_list("document_id", flat=True)) - invoices
        sharing = _open(company).filter(document_id__in=touched).values_list("payment_id", flat=True)
        new = set(sharing) - reached if touched else set()
        invoices |= touched
        reached |= new
    return reached


def _read(company: Company, payments: Collection[str], rows: Iterable[Application]) -> Sheet:
    """All there is to know about the open parts of these payments."""
    listed = {(row.payment_id, row.document_id): row.amount for row in rows}
    invoices = {invoice for (_, invoice), part in listed.items() if part is None}
    others = _parts(company).filter(document_id__in=invoices).exclude(payment_id__in=payments)
    listed |= {
        (payment, invoice): part for payment, invoice, part in others.values_list("payment_id", "document_id", "amount")
    }
    known = _payments(company, {payment for payment, _ in listed})
    return Sheet(listed, known, _invoices(company, invoices), _ours(company, payments))


def _write(rows: Iterable[Application], answers: Mapping[Pair, Decimal]) -> int:
    """One statement for a batch; a part read anew in the meantime is no longer there to be written to."""
    pairs = {row.pk: (row.payment_id, row.document_id) for row in rows if row.amount is None}
    solved = {pk: answers[pair] for pk, pair in pairs.items() if pair in answers}
    if solved:
        with connection.cursor() as cursor:
            cursor.execute(SOLVED.format(part=Application._meta.db_table), [list(solved), list(solved.values())])
    return len(solved)


def _parts(company: Company) -> QuerySet[Application]:
    return Application.objects.filter(company=company, side=Side.SYNCRO, document_entity="invoice")


def _payments(company: Company, ids: Collection[str]) -> dict[str, Taken]:
    """Payments that count: neither declined nor gone."""
    rows = SyncroRecord.objects.filter(
        company=company, entity="payment", external_id__in=ids, gone_at__isnull=True, content__success=True
    )
    return {
        key: Taken(amount, _instant(taken), _instant(changed))
        for key, amount, taken, changed in rows.values_list(
            "external_id", "amount", "raw__created_at", "raw__updated_at"
        )
        if amount is not None
    }


def _invoices(company: Company, ids: Collection[str]) -> dict[str, Billed]:
    rows = SyncroRecord.objects.filter(company=company, entity="invoice", external_id__in=ids, gone_at__isnull=True)
    return {
        key: Billed(total, balance, frozenset(shows or ()) if lists else None, _instant(changed))
        for key, total, balance, shows, lists, changed in rows.values_list(
            "external_id", "amount", "balance", "content__payment_ids", LISTS_PAYMENTS, "raw__updated_at"
        )
    }


def _instant(told: Any) -> datetime | None:
    return datetime.fromisoformat(told) if told else None


def _ours(company: Company, payments: Collection[str]) -> dict[Pair, Decimal]:
    """Parts we told Syncro ourselves when we posted a payment of the books."""
    legs = Leg.objects.filter(
        side=Side.SYNCRO, entity="payment", external_id__in=payments,
        link__in=Link.objects.filter(company=company, origin=Side.BOOKS, entity="payment"),
    )  # fmt: skip
    return {
        (leg.external_id, part["document_id"]): Decimal(part["amount"])
        for leg in legs
        for part in leg.wanted.get("applications", [])
    }
