"""How Syncro's payments are split over invoices: worked out from totals, balances and the other payments, never guessed."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from django.db.models import QuerySet

from apps.connections.models import Company
from apps.mirror.models import Application, Leg, Link, SyncroRecord
from apps.platforms.base import Side

ZERO = Decimal(0)
Parts = dict[tuple[str, str], Decimal]


def solve(company: Company) -> int:
    """Fill in the amounts Syncro does not tell; gives how many parts became known."""
    rows = list(_open_parts(company))
    if not rows:
        return 0
    payments = {row.payment_id for row in rows}
    invoices = {row.document_id for row in rows}
    everything = list(
        Application.objects.filter(company=company, side=Side.SYNCRO, document_id__in=invoices, document_entity="invoice")
    )
    payments |= {row.payment_id for row in everything}
    amounts = _amounts(company, payments)
    used = _used(company, invoices)
    parts = solve_parts(
        {(row.payment_id, row.document_id) for row in everything if amounts.get(row.payment_id)}, amounts, used, _told(company, payments)
    )
    solved = [row for row in rows if (row.payment_id, row.document_id) in parts]
    for row in solved:
        row.amount, row.solved = parts[(row.payment_id, row.document_id)], True
    Application.objects.bulk_update(solved, ["amount", "solved"], batch_size=500)
    return len(solved)


def solve_parts(pairs: set[tuple[str, str]], amounts: dict[str, Decimal], used: dict[str, Decimal], told: Parts) -> Parts:
    """The parts of payments on invoices that follow from what is known; pairs without one answer are left out.

    `amounts`: what each payment is worth. `used`: how much of each invoice is settled by all its payments together.
    `told`: parts known from elsewhere. A payment may be worth more than its parts (credit), never less.
    """
    parts: Parts = {pair: amount for pair, amount in told.items() if pair in pairs}
    of_invoice: dict[str, set[str]] = defaultdict(set)
    of_payment: dict[str, set[str]] = defaultdict(set)
    for payment, invoice in pairs:
        of_invoice[invoice].add(payment)
        of_payment[payment].add(invoice)
    progress = True
    while progress:
        progress = False
        for invoice, payments in of_invoice.items():
            progress |= _last_unknown(invoice, payments, amounts, used, parts)
        progress |= _all_settled(of_invoice, of_payment, amounts, used, parts)
    return parts


def _last_unknown(invoice: str, payments: set[str], amounts: dict[str, Decimal], used: dict[str, Decimal], parts: Parts) -> bool:
    """An invoice with one unknown part: it is what the others leave."""
    unknown = [payment for payment in payments if (payment, invoice) not in parts]
    if len(unknown) != 1 or invoice not in used:
        return False
    part = used[invoice] - sum((parts[(payment, invoice)] for payment in payments if payment != unknown[0]), ZERO)
    if not _possible(part, amounts[unknown[0]]):
        return False
    parts[(unknown[0], invoice)] = part
    return True


def _all_settled(
    of_invoice: dict[str, set[str]], of_payment: dict[str, set[str]], amounts: dict[str, Decimal], used: dict[str, Decimal], parts: Parts
) -> bool:
    """An invoice whose single-invoice payments add up to exactly what is used of it: each is there whole."""
    found = False
    for invoice, payments in of_invoice.items():
        unknown = [payment for payment in payments if (payment, invoice) not in parts]
        if len(unknown) < 2 or invoice not in used or any(len(of_payment[payment]) > 1 for payment in unknown):
            continue
        rest = used[invoice] - sum((parts[(payment, invoice)] for payment in payments if (payment, invoice) in parts), ZERO)
        if sum((amounts[payment] for payment in unknown), ZERO) == rest:
            parts.update({(payment, invoice): amounts[payment] for payment in unknown})
            found = True
    return found


def _possible(part: Decimal, amount: Decimal) -> bool:
    return ZERO <= part <= amount if amount >= 0 else amount <= part <= ZERO


def _open_parts(company: Company) -> QuerySet[Application]:
    """Parts without an amount, and solved ones, whose answer may have changed with the invoices."""
    return Application.objects.filter(company=company, side=Side.SYNCRO, document_entity="invoice")


def _amounts(company: Company, payments: set[str]) -> dict[str, Decimal]:
    rows = SyncroRecord.objects.filter(company=company, entity="payment", external_id__in=payments, gone_at__isnull=True)
    return {
        key: amount
        for key, amount, success in rows.values_list("external_id", "amount", "content__success")
        if success and amount is not None
    }


def _used(company: Company, invoices: set[str]) -> dict[str, Decimal]:
    rows = SyncroRecord.objects.filter(company=company, entity="invoice", external_id__in=invoices, gone_at__isnull=True)
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
