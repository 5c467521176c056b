"""Documents of sale and their lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from apps.platforms.content import BESIDE, RARE
from apps.platforms.records.base import Record


class LineKind(StrEnum):
    """What a line of a document is."""

    ITEM = "item"
    DISCOUNT = "discount"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a document; `amount` is net of the line's own discount and without tax.

    `item_code` and `account_id` say in the words of the books what the item is called and where the line posts.
    `net` is the amount before it was rounded, where it has a part of a cent. `tax_key` is Syncro's tax rate of the line
    and `tax_note` its note on it: told by few accounts; on a line for the books the rate that was worked out.
    """

    line_id: str = ""
    kind: LineKind = LineKind.ITEM
    item_id: str = ""
    name: str = ""
    description: str = ""
    quantity: Decimal = Decimal(1)
    price: Decimal = Decimal(0)
    amount: Decimal = Decimal(0)
    taxable: bool = True
    tax_code_id: str = ""
    category: str = ""
    class_id: str = ""
    item_code: str = ""
    account_id: str = ""
    net: Decimal | None = field(default=None, metadata=BESIDE)
    tax_key: str = field(default="", metadata=RARE)
    tax_note: str = field(default="", metadata=RARE)


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesDocument(Record):
    """What an invoice, a credit memo and a refund receipt have in common; amounts in `currency`."""

    volatile: ClassVar[frozenset[str]] = frozenset({"balance", "payment_ids"})

    number: str = ""
    customer_id: str = ""
    date: date
    lines: tuple[Line, ...] = ()
    subtotal: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    total: Decimal = Decimal(0)
    balance: Decimal | None = None
    tax_key: str = ""
    tax_code_id: str = ""
    memo: str = ""
    currency: str = ""
    location_id: str = ""
    payment_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice(SalesDocument):
    """A sale on account; in Syncro a negative total is a refund invoice."""

    entity: ClassVar[str] = "invoice"

    due_date: date | None = None
    po_number: str = ""
    deposit_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditMemo(SalesDocument):
    """Credit given to a customer; amounts positive, `balance` is what is still open of it."""

    entity: ClassVar[str] = "credit_memo"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundReceipt(SalesDocument):
    """Money returned for a sale in one document; amounts positive; does not touch accounts receivable."""

    entity: ClassVar[str] = "refund_receipt"

    method_id: str = ""
    account_id: str = ""
    reference: str = ""
