"""What a first load leaves open of Syncro's invoices: their balances and payments, which its lists do not tell.

A balance is read off the payments only where nothing else is possible; every other invoice is read in detail, as are
the open ones in turn, later on: whether a payment moves an invoice's `updated_at` is not documented.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from django.db.models import F, Q, QuerySet

from apps.connections.models import Company
from apps.mirror.models import Application, SyncroRecord
from apps.mirror.store import Saved, save_records
from apps.platforms.base import DirectPlatform, Side
from apps.platforms.records import Invoice
from apps.sync.models import Cursor
from apps.sync.pull import read_again

#: So many invoices are settled in one go, and so many details lie between two looks at the clock.
BATCH, DETAILS = 500, 25
#: Payments over several invoices tie them to others in turn; a knot of more documents is read, not worked out.
KNOT = 60
#: So many open invoices are read again in a pass.
OPEN_READ_AGAIN = 5
#: What only a detail of an invoice has.
DETAILED = ("balance_due", "payments")

ZERO = Decimal(0)


def settle_loaded(
    company: Company, platform: DirectPlatform, stop: Callable[[], bool] = lambda: False, *, payments: bool = True
) -> bool:
    """Give each invoice of a first load its balance; False when `stop` ended it, the rest is done by the next pass.

    `payments` is False where they cannot be read: then every such invoice is read in detail.
    """
    last = 0
    while rows := list(_left_open(company).filter(pk__gt=last).order_by("pk")[:BATCH]):
        last = rows[-1].pk
        told = Money(company, rows).settled() if payments else []
        save_records(company, Side.SYNCRO, told)
        done = {record.external_id for record in told}
        rest = [row.external_id for row in rows if row.external_id not in done]
        for start in range(0, len(rest), DETAILS):
            if stop():
                return False
            read_again(company, Side.SYNCRO, "invoice", rest[start : start + DETAILS], platform)
    return True


def read_open(company: Company, platform: DirectPlatform, before: datetime) -> Saved:
    """Read a few open invoices again, each in its turn; those seen since `before` are known."""
    cursor = Cursor.objects.get(company=company, side=Side.SYNCRO, entity="invoice")
    rows = SyncroRecord.objects.filter(
        ~Q(balance=0), company=company, entity="invoice", gone_at=None, balance__isnull=False
    )
    after = int(cursor.rounds.get("open", 0))
    turn = list(rows.filter(pk__gt=after).order_by("pk")[:OPEN_READ_AGAIN])
    Cursor.objects.filter(pk=cursor.pk).update(rounds={**cursor.rounds, "open": turn[-1].pk if turn else 0})
    ids = [row.external_id for row in turn if row.seen_at < before]
    return read_again(company, Side.SYNCRO, "invoice", ids, platform)


def _left_open(company: Company) -> QuerySet[SyncroRecord]:
    rows = SyncroRecord.objects.filter(company=company, entity="invoice", balance=None, gone_at=None)
    return rows.exclude(raw__has_any_keys=DETAILED)


@dataclass(slots=True)
class Sum:
    """What an invoice comes to, whether Syncro calls it paid, and how much of it is settled where that is known."""

    total: Decimal
    paid: bool
    used: Decimal | None = None


@dataclass(slots=True)
class Money:
    """The payments on some invoices, and on those they share payments with."""

    company: Company
    rows: Sequence[SyncroRecord]
    invoices: dict[str, Sum] = field(default_factory=dict)
    amounts: dict[str, Decimal] = field(default_factory=dict)
    on_invoice: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    on_payment: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def settled(self) -> list[Invoice]:
        """The invoices whose balance follows, with it and with their payments."""
        self._gather({row.external_id for row in self.rows})
        return [whole for row in self.rows if (whole := self._whole(row))]

    def _whole(self, row: SyncroRecord) -> Invoice | None:
        record, balance = row.record(), self._balance(row.external_id)
        if balance is None or not isinstance(record, Invoice):
            return None
        return replace(record, balance=balance, payment_ids=tuple(sorted(self._on(row.external_id), key=_by_age)))

    def _gather(self, invoices: set[str]) -> None:
        """These invoices and their payments, then what those payments are on, and so on; most end at once."""
        wanted, depth = invoices, 0
        while wanted and depth < KNOT:
            self.invoices.update(_sums(self.company, wanted))
            payments = self._note(_parts(self.company).filter(document_id__in=wanted))
            self.amounts.update(_amounts(self.company, payments))
            self._note(_parts(self.company).filter(payment_id__in=payments))
            wanted, depth = set(self.on_invoice) - set(self.invoices) - wanted, depth + 1

    def _note(self, parts: QuerySet[Application]) -> set[str]:
        pairs = list(parts.values_list("payment_id", "document_id"))
        for payment, invoice in pairs:
            self.on_invoice[invoice].add(payment)
            self.on_payment[payment].add(invoice)
        return {payment for payment, _ in pairs} - set(self.amounts)

    def _on(self, invoice: str) -> set[str]:
        """The payments on an invoice that count; one that was declined does not."""
        return {payment for payment in self.on_invoice[invoice] if self.amounts.get(payment)}

    def _balance(self, key: str) -> Decimal | None:
        """What is still open of an invoice, None where its detail must tell.

        Not paid and no money on it: all of it. Called paid: nothing, but only where the money bears it out: payments on
        this invoice alone that reach its total, or a knot of paid invoices and payments that come to the same sum.
        """
        one, on_it = self.invoices.get(key), self._on(key)
        if one is None:
            return None
        if not one.paid:
            return None if on_it else one.total
        if all(len(self.on_payment[payment]) == 1 for payment in on_it):
            return ZERO if _reaches(sum((self.amounts[payment] for payment in on_it), ZERO), one.total) else None
        return ZERO if self._comes_out(key) else None

    def _comes_out(self, key: str) -> bool:
        """Whether all that hangs together with this invoice is settled by exactly its payments."""
        knot, payments = {key}, set[str]()
        front = {key}
        while front and len(knot) + len(payments) < KNOT:
            new = {payment for invoice in front for payment in self._on(invoice)} - payments
            payments |= new
            front = {invoice for payment in new for invoice in self.on_payment[payment]} - knot
            knot |= front
        used = [one.used for invoice in knot if (one := self.invoices.get(invoice)) and one.used is not None]
        money = sum((self.amounts[payment] for payment in payments), ZERO)
        return not front and len(used) == len(knot) and sum(used, ZERO) == money


def _reaches(money: Decimal, total: Decimal) -> bool:
    """Whether payments settle a total: what is over stays as credit, which only money received can leave."""
    return money == total or (total > 0 and money > total)


def _sums(company: Company, ids: Iterable[str]) -> Mapping[str, Sum]:
    rows = SyncroRecord.objects.filter(company=company, entity="invoice", external_id__in=list(ids), gone_at=None)
    told = rows.annotate(paid=F("raw__is_paid")).values_list("external_id", "amount", "paid", "balance")
    return {
        key: Sum(total, paid is True, total - balance if balance is not None else total if paid is True else None)
        for key, total, paid, balance in told
        if total is not None
    }


def _amounts(company: Company, ids: Iterable[str]) -> Mapping[str, Decimal]:
    """What each payment is worth; one that was declined is worth nothing."""
    rows = SyncroRecord.objects.filter(company=company, entity="payment", external_id__in=list(ids), gone_at=None)
    told = rows.annotate(success=F("content__success")).values_list("external_id", "amount", "success")
    return {key: amount or ZERO if success else ZERO for key, amount, success in told}


def _parts(company: Company) -> QuerySet[Application]:
    return Application.objects.filter(company=company, side=Side.SYNCRO, document_entity="invoice")


def _by_age(key: str) -> tuple[int, str]:
    return len(key), key
