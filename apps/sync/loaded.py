"""What a first load leaves open of Syncro's invoices: their balances and payments, which its lists do not tell.

A balance is read off the payments where nothing else is possible. An open invoice with payments of its own alone, and one paid
with more than its total, follow the vendor's rule (the whole payment, up to what the invoice needs): as many of these as a load can afford are read in
detail at once, the others in turn by later passes. Every other invoice is read in detail. So are the open ones, again
and again: whether a payment moves an invoice's `updated_at` is not documented.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from django.db.models import Exists, F, OuterRef, Q, QuerySet

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
#: So many open invoices are read again in a pass, and so many whose balance follows the rule only.
OPEN_READ_AGAIN, RULED_READ = 5, 10
#: What a load may spend on proving what follows the rule: a share of the pages it read, but never less than so many.
PROOFS, FEWEST_PROOFS = Decimal("0.05"), 12
PAGE = 25
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
    while rows := list(_from_lists(company).filter(balance=None, pk__gt=last).order_by("pk")[:BATCH]):
        last = rows[-1].pk
        money = Money(company, rows)
        told = money.settled() if payments else []
        proved = _to_prove(company, money.ruled)
        saved = [record for record in told if record.external_id not in proved]
        save_records(company, Side.SYNCRO, saved)
        done = {record.external_id for record in saved}
        rest = [row.external_id for row in rows if row.external_id not in done]
        for start in range(0, len(rest), DETAILS):
            if stop():
                return False
            read_again(company, Side.SYNCRO, "invoice", rest[start : start + DETAILS], platform)
    return True


def read_open(company: Company, platform: DirectPlatform, before: datetime) -> Saved:
    """Read a few open invoices again, each in its turn; those seen since `before` are known. First come those whose
    balance follows the rule only.
    """
    cursor = _cursor(company)
    paid_on = _parts(company).filter(document_id=OuterRef("external_id"))
    ruled = _from_lists(company).filter(Exists(paid_on), ~Q(balance=0), balance__isnull=False)
    unproved = ruled.filter(seen_at__lt=before).order_by("pk").values_list("external_id", flat=True)[:RULED_READ]
    rows = SyncroRecord.objects.filter(~Q(balance=0), company=company, entity="invoice", gone_at=None)
    turn = list(
        rows.filter(balance__isnull=False, pk__gt=int(cursor.rounds.get("open", 0))).order_by("pk")[:OPEN_READ_AGAIN]
    )
    _note(cursor, open=turn[-1].pk if turn else 0)
    ids = dict.fromkeys([*unproved, *(row.external_id for row in turn if row.seen_at < before)])
    return read_again(company, Side.SYNCRO, "invoice", list(ids), platform)


def _to_prove(company: Company, ruled: Mapping[str, Decimal]) -> set[str]:
    """Those of the ruled ones that this load can still afford to read in detail, the most overpaid first: an invoice
    may have been made smaller after it was paid.
    """
    cursor = _cursor(company)
    spent = int(cursor.rounds.get("proved", 0))
    chosen = set(sorted(ruled, key=lambda key: -ruled[key])[: max(_affordable(company) - spent, 0)])
    _note(cursor, proved=spent + len(chosen))
    return chosen


def _affordable(company: Company) -> int:
    rows = SyncroRecord.objects.filter(company=company, entity__in=["customer", "invoice", "payment"]).count()
    return max(int(rows // PAGE * PROOFS), FEWEST_PROOFS)


def _cursor(company: Company) -> Cursor:
    return Cursor.objects.get(company=company, side=Side.SYNCRO, entity="invoice")


def _note(cursor: Cursor, **rounds: int) -> None:
    Cursor.objects.filter(pk=cursor.pk).update(rounds={**cursor.rounds, **rounds})


def _from_lists(company: Company) -> QuerySet[SyncroRecord]:
    """Invoices whose detail was never read."""
    rows = SyncroRecord.objects.filter(company=company, entity="invoice", gone_at=None)
    return rows.exclude(raw__has_any_keys=DETAILED)


@dataclass(slots=True)
class Figures:
    """What an invoice comes to, whether Syncro calls it paid, and how much of it is settled where that is known."""

    total: Decimal
    paid: bool
    used: Decimal | None = None


@dataclass(slots=True)
class Money:
    """The payments on some invoices, and on those they share payments with."""

    company: Company
    rows: Sequence[SyncroRecord]
    invoices: dict[str, Figures] = field(default_factory=dict)
    amounts: dict[str, Decimal] = field(default_factory=dict)
    on_invoice: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    on_payment: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    ruled: dict[str, Decimal] = field(default_factory=dict)

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

        Not paid and no money on it: all of it; with payments on it alone that do not reach its total: the rest, by the
        vendor's rule. Called paid: nothing, but only where the money bears it out: payments on this invoice alone that
        come to its total (or, by the rule, to more), or a knot of paid invoices and payments that come to the same sum.
        """
        one, on_it = self.invoices.get(key), self._on(key)
        if one is None:
            return None
        alone = all(len(self.on_payment[payment]) == 1 for payment in on_it)
        money = sum((self.amounts[payment] for payment in on_it), ZERO)
        if not one.paid:
            return self._rest(key, one.total, money) if on_it and alone else None if on_it else one.total
        if not alone:
            return ZERO if self._comes_out(key) else None
        if money > one.total > 0:
            self.ruled[key] = money - one.total
            return ZERO
        return ZERO if money == one.total else None

    def _rest(self, key: str, total: Decimal, money: Decimal) -> Decimal | None:
        if not ZERO < money < total or any(self.amounts[payment] < 0 for payment in self._on(key)):
            return None
        self.ruled[key] = ZERO
        return total - money

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


def _sums(company: Company, ids: Iterable[str]) -> Mapping[str, Figures]:
    rows = SyncroRecord.objects.filter(company=company, entity="invoice", external_id__in=list(ids), gone_at=None)
    told = rows.annotate(paid=F("raw__is_paid")).values_list("external_id", "amount", "paid", "balance")
    return {
        key: Figures(total, paid is True, total - balance if balance is not None else total if paid is True else None)
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
