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

    `amounts`: what each payment is worth, in the order they were taken. `used`: how much of each invoice is settled by all its payments together.
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


def _last_unknown(
    invoice: str, payments: set[str], amounts: dict[str, Decimal], used: dict[str, Decimal], parts: Parts
) -> bool:
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
    of_invoice: dict[str, set[str]],
    of_payment: dict[str, set[str]],
    amounts: dict[str, Decimal],
    used: dict[str, Decimal],
    parts: Parts,
) -> bool:
    """Payments on one invoice alone are applied whole while it has room, in the order they were taken: Syncro leaves
    credit only of the payment that goes over. Taken only when this comes out at exactly what is used of the invoice.
    """
    found = False
    for invoice, payments in of_invoice.items():
        unknown = [payment for payment in amounts if payment in payments and (payment, invoice) not in parts]
        if len(unknown) < 2 or invoice not in used or any(len(of_payment[payment]) > 1 for payment in unknown):
            continue
        rest = used[invoice] - sum(
            (parts[(payment, invoice)] for payment in payments if (payment, invoice) in parts), ZERO
        )
        filled = _fill(unknown, amounts, rest)
        if sum(filled.values(), ZERO) == rest:
            parts.update({(payment, invoice): part for payment, part in filled.items()})
            found = True
    return found


def _fill(payments: list[str], amounts: dict[str, Decimal], room: Decimal) -> dict[str, Decimal]:
    filled: dict[str, Decimal] = {}
    for payment in payments:
        filled[payment] = min(amounts[payment], room)
        room -= filled[payment]
    return filled if all(part > 0 for part in filled.values()) else {}


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
