"""Money received, paid back, or moved otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from apps.platforms.records.base import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """A part of a payment on one document; `amount` is None where the side does not tell it."""

    document_id: str
    amount: Decimal | None = None
    document_entity: str = "invoice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment(Record):
    """Money received (negative: paid back). `method` is a name in Syncro and an id in the books."""

    entity: ClassVar[str] = "payment"
    volatile: ClassVar[frozenset[str]] = frozenset({"unapplied", "deposited", "locked"})

    customer_id: str = ""
    date: date
    amount: Decimal = Decimal(0)
    method: str = ""
    reference: str = ""
    applications: tuple[Application, ...] = ()
    unapplied: Decimal | None = None
    success: bool = True
    deposited: bool = False
    locked: bool = False
    deposit_account_id: str = ""
    memo: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund(Record):
    """Money paid back to a customer out of credit: raises the receivable by `amount`, which is positive.

    Its applications say which credits it uses up (`document_entity` credit_memo or payment).
    """

    entity: ClassVar[str] = "refund"

    customer_id: str = ""
    date: date
    amount: Decimal = Decimal(0)
    method: str = ""
    account_id: str = ""
    reference: str = ""
    applications: tuple[Application, ...] = ()
    memo: str = ""
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivableMovement(Record):
    """Any other document of the books that moves a customer's receivable: `amount` is added to what is owed."""

    entity: ClassVar[str] = "receivable_movement"

    customer_id: str = ""
    date: date
    amount: Decimal = Decimal(0)
    number: str = ""
    memo: str = ""
    document_type: str = ""
    currency: str = ""
