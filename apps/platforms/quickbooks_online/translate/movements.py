"""Other documents that move a customer's receivable: lines of journal entries, deposits and expenses on A/R accounts.

A record is one customer's share of one document. Its id is "JournalEntry:12:1", ":2" and so on in the order of the
lines, dense, because QuickBooks renumbers lines when a document is edited.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from decimal import Decimal

from apps.platforms.quickbooks_online.translate.values import Raw, day, envelope, number, ref
from apps.platforms.records import ReceivableMovement

TYPES = ("JournalEntry", "Deposit", "Purchase")
#: So many parts of a changed document are named as gone when it no longer has them; a sweep finds any others.
PARTS = 20

Share = tuple[str, Decimal]


def read_movements(kind: str, raw: Raw, receivable: Collection[str]) -> list[ReceivableMovement]:
    """What a document of a kind of TYPES adds to each customer's receivable; `receivable`: ids of the A/R accounts."""
    totals: dict[str, Decimal] = {}
    for customer, amount in SHARES[kind](raw, receivable):
        totals[customer] = totals.get(customer, Decimal(0)) + amount
    return [_movement(kind, raw, place, *share) for place, share in enumerate(totals.items(), 1)]


def parts(kind: str, document_id: str, after: int = 0) -> list[str]:
    """The ids a document's parts may have had, from the one after `after`."""
    return [f"{kind}:{document_id}:{place}" for place in range(after + 1, PARTS + 1)]


def _movement(kind: str, raw: Raw, place: int, customer: str, amount: Decimal) -> ReceivableMovement:
    fields = envelope(raw)
    return ReceivableMovement(
        **{**fields, "external_id": f"{kind}:{fields['external_id']}:{place}"},
        customer_id=customer,
        date=day(raw),
        amount=amount,
        number=str(raw.get("DocNumber") or ""),
        memo=str(raw.get("PrivateNote") or ""),
        document_type=kind,
        currency=ref(raw, "CurrencyRef"),
    )


def _journal(raw: Raw, receivable: Collection[str]) -> Iterator[Share]:
    for line in raw.get("Line") or []:
        detail = line.get("JournalEntryLineDetail") or {}
        entity = detail.get("Entity") or {}
        if ref(detail, "AccountRef") in receivable and entity.get("Type", "Customer") == "Customer":
            sign = 1 if detail.get("PostingType") == "Debit" else -1
            yield ref(entity, "EntityRef"), sign * number(line, "Amount")


def _deposit(raw: Raw, receivable: Collection[str]) -> Iterator[Share]:
    for line in raw.get("Line") or []:
        detail = line.get("DepositLineDetail") or {}
        if ref(detail, "AccountRef") in receivable and not line.get("LinkedTxn"):
            yield ref(detail, "Entity"), -number(line, "Amount")


def _purchase(raw: Raw, receivable: Collection[str]) -> Iterator[Share]:
    payee = raw.get("EntityRef") or {}
    customer = ref(raw, "EntityRef") if payee.get("type") == "Customer" else ""
    for line in raw.get("Line") or []:
        detail = line.get("AccountBasedExpenseLineDetail") or {}
        if ref(detail, "AccountRef") in receivable:
            yield ref(detail, "CustomerRef") or customer, (-1 if raw.get("Credit") else 1) * number(line, "Amount")


SHARES = {"JournalEntry": _journal, "Deposit": _deposit, "Purchase": _purchase}
