"""How Syncro's payments are split over invoices: worked out from totals, balances and the other payments, never guessed."""

from __future__ import annotations

from dataclasses import InitVar, dataclass, field
from decimal import Decimal

from django.db.models import QuerySet

from apps.connections.models import Company
from apps.mirror.models import Application, Leg, Link, SyncroRecord
from apps.platforms.base import Side

ZERO = Decimal(0)
Parts = dict[tuple[str, str], Decimal]
OfOne = dict[str, Decimal]


def solve(company: Company) -> int:
    """Fill in the amounts Syncro does not tell; gives how many parts became known."""
    rows = list(_parts(company).filter(amount__isnull=True))
    invoices = {row.document_id for row in rows}
    everything = list(_parts(company).filter(document_id__in=invoices)) if rows else []
    payments = {row.payment_id for row in everything}
    whole = (
        {(row.payment_id, row.document_id) for row in _parts(company).filter(payment_id__in=payments)}
        if rows
        else set()
    )
    amounts = _amounts(company, payments)
    told = {(row.payment_id, row.document_id): row.amount for row in everything if row.amount is not None}
    parts = solve_parts(
        {pair for pair in whole if pair[0] in amounts},
        amounts,
        _used(company, invoices),
        told | _told(company, payments),
    )
    solved = [row for row in rows if (row.payment_id, row.document_id) in parts]
    for row in solved:
        row.amount, row.solved = parts[(row.payment_id, row.document_id)], True
    Application.objects.bulk_update(solved, ["amount", "solved"], batch_size=500)
    return len(solved)


def solve_parts(
    pairs: set[tuple[str, str]], amounts: dict[str, Decimal], used: dict[str, Decimal], told: Parts
) -> Parts:
    """The parts of payments on invoices that follow from what is known; pairs without one answer are left out.

    `amounts`: what each payment is worth, in the order they were taken. `used`: how much of each invoice is settled by
    all its payments together. `told`: parts known from elsewhere. A payment may be worth more than its parts (credit),
    never less.
    """
    split = _Split(pairs, amounts, used, {pair: amount for pair, amount in told.items() if pair in pairs})
    while any(split.settle(invoice) for invoice in split.of_invoice if invoice in used):
        pass
    return split.parts


@dataclass(slots=True)
class _Split:
    """A puzzle of payments and invoices, and the parts found so far."""

    pairs: InitVar[set[tuple[str, str]]]
    amounts: dict[str, Decimal]
    used: dict[str, Decimal]
    parts: Parts
    of_invoice: dict[str, list[str]] = field(default_factory=dict)
    of_payment: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self, pairs: set[tuple[str, str]]) -> None:
        order = {payment: place for place, payment in enumerate(self.amounts)}
        for payment, invoice in sorted(pairs, key=lambda pair: (order[pair[0]], pair[1])):
            self.of_invoice.setdefault(invoice, []).append(payment)
            self.of_payment.setdefault(payment, []).append(invoice)

    def settle(self, invoice: str) -> bool:
        """Find what follows for one invoice; whether anything did."""
        known = [payment for payment in self.of_invoice[invoice] if (payment, invoice) in self.parts]
        unknown = [payment for payment in self.of_invoice[invoice] if (payment, invoice) not in self.parts]
        rest = self.used[invoice] - sum((self.parts[(payment, invoice)] for payment in known), ZERO)
        found = self._forced(unknown, rest) or self._in_order(unknown, rest)
        self.parts.update({(payment, invoice): part for payment, part in found.items()})
        return bool(found)

    def _left(self, payment: str) -> Decimal:
        """What a payment has left for its unknown parts."""
        known = (self.parts.get((payment, invoice), ZERO) for invoice in self.of_payment[payment])
        return self.amounts[payment] - sum(known, ZERO)

    def _forced(self, unknown: list[str], rest: Decimal) -> OfOne:
        """One unknown part is what the others leave; and where all that the payments have left is just enough, each
        is there whole.
        """
        left = {payment: self._left(payment) for payment in unknown}
        if len(unknown) == 1 and _possible(rest, left[unknown[0]]):
            return {unknown[0]: rest}
        return left if len(unknown) > 1 and sum(left.values(), ZERO) == rest else {}

    def _in_order(self, unknown: list[str], rest: Decimal) -> OfOne:
        """Payments on this invoice alone are applied whole while it has room, in the order they were taken: Syncro
        leaves credit only of the payment that goes over. Taken only when this comes out at exactly what is used.
        """
        if len(unknown) < 2 or any(len(self.of_payment[payment]) > 1 for payment in unknown):
            return {}
        filled: OfOne = {}
        room = rest
        for payment in unknown:
            filled[payment] = min(self.amounts[payment], room)
            room -= filled[payment]
        return filled if not room and all(part > 0 for part in filled.values()) else {}


def _possible(part: Decimal, amount: Decimal) -> bool:
    return ZERO <= part <= amount if amount >= 0 else amount <= part <= ZERO


def _parts(company: Company) -> QuerySet[Application]:
    return Application.objects.filter(company=company, side=Side.SYNCRO, document_entity="invoice")


def _amounts(company: Company, payments: set[str]) -> dict[str, Decimal]:
    rows = SyncroRecord.objects.filter(
        company=company, entity="payment", external_id__in=payments, gone_at__isnull=True
    )
    values = rows.values_list("date", "external_id", "amount", "content__success")
    ordered = sorted(values, key=lambda row: (row[0], len(row[1]), row[1]))
    return {key: amount for _, key, amount, success in ordered if success and amount}


def _used(company: Company, invoices: set[str]) -> dict[str, Decimal]:
    rows = SyncroRecord.objects.filter(
        company=company, entity="invoice", external_id__in=invoices, gone_at__isnull=True
    )
    return {
        key: total - balance
        for key, total, balance in rows.values_list("external_id", "amount", "balance")
        if total is not None and balance is not None
    }


def _told(company: Company, payments: set[str]) -> Parts:
    """Parts we told Syncro ourselves when we posted a payment of the books."""
    told: Parts = {}
    legs = Leg.objects.filter(
        side=Side.SYNCRO, entity="payment", external_id__in=payments,
        link__in=Link.objects.filter(company=company, origin=Side.BOOKS, entity="payment"),
    )  # fmt: skip
    for leg in legs:
        for part in leg.wanted.get("applications", []):
            told[(leg.external_id, part["document_id"])] = Decimal(part["amount"])
    return told
