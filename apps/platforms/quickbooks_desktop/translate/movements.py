"""Other documents that move a customer's receivable: lines on A/R accounts, and statement charges.

A record is one customer's share of one document. Its id is "JournalEntry:1A2B-1700000000:1", ":2" and so on in the order
of the lines, dense, because lines may be added and taken away when a document is edited. Sales receipts do not touch A/R;
finance charges are invoices.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from decimal import Decimal

from apps.platforms.quickbooks_desktop.translate.values import (
    ZERO,
    Raw,
    currency,
    day,
    envelope,
    number,
    ref,
    rows,
    text,
)
from apps.platforms.records import ReceivableMovement

#: So many parts of a changed document are named as gone when it no longer has them; a sweep finds any others.
PARTS = 20

Share = tuple[str, Decimal]


def read_movements(kind: str, raw: Raw, receivable: Collection[str]) -> list[ReceivableMovement]:
    """What a document of a kind of SHARES adds to each customer's receivable; `receivable`: ids of the A/R accounts."""
    totals: dict[str, Decimal] = {}
    for customer, amount in SHARES[kind](raw, receivable):
        totals[customer] = totals.get(customer, ZERO) + amount
    return [_movement(kind, raw, place, *share) for place, share in enumerate(totals.items(), 1)]


def parts(kind: str, document_id: str, after: int = 0) -> list[str]:
    """The ids a document's parts may have had, from the one after `after`."""
    return [f"{kind}:{document_id}:{place}" for place in range(after + 1, PARTS + 1)]


def _movement(kind: str, raw: Raw, place: int, customer: str, amount: Decimal) -> ReceivableMovement:
    fields = envelope(raw, kind)
    return ReceivableMovement(
        **{**fields, "external_id": f"{fields['external_id']}:{place}"},
        customer_id=customer,
        date=day(raw),
        amount=amount,
        number=text(raw, "RefNumber"),
        memo=text(raw, "Memo") or text(raw, "Desc"),
        document_type=kind,
        currency=currency(raw),
    )


def _journal(raw: Raw, receivable: Collection[str]) -> Iterator[Share]:
    for line in rows(raw, "Lines"):
        if ref(line, "AccountRef") in receivable:
            sign = 1 if line.get("Kind") == "JournalDebitLine" else -1
            yield ref(line, "EntityRef"), sign * number(line, "Amount")


def _deposit(raw: Raw, receivable: Collection[str]) -> Iterator[Share]:
    for line in rows(raw, "Lines"):
        if ref(line, "AccountRef") in receivable:
            yield ref(line, "EntityRef"), -number(line, "Amount")


def _check(raw: Raw, receivable: Collection[str]) -> Iterator[Share]:
    for line in rows(raw, "Lines"):
        if ref(line, "AccountRef") in receivable:
            yield ref(line, "CustomerRef") or ref(raw, "PayeeEntityRef"), number(line, "Amount")


def _charge(raw: Raw, receivable: Collection[str]) -> Iterator[Share]:
    yield ref(raw, "CustomerRef"), number(raw, "Amount")


SHARES: Mapping[str, Callable[[Raw, Collection[str]], Iterator[Share]]] = {
    "JournalEntry": _journal,
    "Deposit": _deposit,
    "Check": _check,
    "Charge": _charge,
}
