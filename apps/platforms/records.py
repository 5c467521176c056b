"""Things of either side in neutral words: frozen, no database, money as Decimal, ids as text, dates as calendar dates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar

from apps.platforms.content import from_content, to_content


class Status(StrEnum):
    """What the side says of the record itself."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    VOIDED = "voided"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A postal address as far as both sides know it."""

    line1: str = ""
    line2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What every record has. `volatile` names the fields that change without anybody editing the record."""

    entity: ClassVar[str] = ""
    volatile: ClassVar[frozenset[str]] = frozenset()

    external_id: str = ""
    revision: str = ""
    status: Status = Status.ACTIVE
    updated_at: datetime | None = None
    marker: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def content(self) -> dict[str, Any]:
        """Its neutral fields as JSON values, without id, revision, times and payload."""
        content: dict[str, Any] = to_content(self, skip=_ENVELOPE)
        return content

    def agreed(self) -> dict[str, Any]:
        """The part of its content that only an edit can change: what digests and three-way merges compare."""
        content: dict[str, Any] = to_content(self, skip=_ENVELOPE | self.volatile)
        return content


_ENVELOPE = frozenset({"external_id", "revision", "status", "updated_at", "marker", "raw"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer(Record):
    """A customer; `balance` is the side's own figure for this customer alone, where it gives one.

    `only_supplier`: on a side that keeps customers and suppliers in one list, we only ever bought from it so far.
    """

    entity: ClassVar[str] = "customer"
    volatile: ClassVar[frozenset[str]] = frozenset({"balance", "only_supplier"})

    name: str
    company_name: str = ""
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""
    mobile: str = ""
    address: Address = Address()
    notes: str = ""
    tax_key: str = ""
    taxable: bool = True
    parent_id: str = ""
    currency: str = ""
    balance: Decimal | None = None
    only_supplier: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerGroup(Record):
    """A customer's place in a named group, where that stands for being below another; nobody's yet without a customer."""

    entity: ClassVar[str] = "customer_group"

    name: str
    customer_id: str = ""


class ItemKind(StrEnum):
    """What an item is to the books."""

    SERVICE = "service"
    NON_INVENTORY = "non_inventory"
    INVENTORY = "inventory"
    CATEGORY = "category"
    BUNDLE = "bundle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item(Record):
    """A product or service; `category` is a name or path, accounts are ids of the books."""

    entity: ClassVar[str] = "item"

    name: str
    sku: str = ""
    description: str = ""
    price: Decimal | None = None
    cost: Decimal | None = None
    taxable: bool = True
    tax_key: str = ""
    kind: ItemKind = ItemKind.SERVICE
    category: str = ""
    income_account_id: str = ""
    expense_account_id: str = ""


class LineKind(StrEnum):
    """What a line of a document is."""

    ITEM = "item"
    DISCOUNT = "discount"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a document; `amount` is net of the line's own discount and without tax.

    `item_code` and `account_id` say in the words of the books what the item is called and where the line posts.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Account(Record):
    """An account of the chart of accounts."""

    entity: ClassVar[str] = "account"

    name: str
    number: str = ""
    kind: str = ""
    subtype: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxCode(Record):
    """A tax code or group; `percent` is the sum of its sales rates where it is known."""

    entity: ClassVar[str] = "tax_code"

    name: str
    percent: Decimal | None = None
    rate_ids: tuple[str, ...] = ()
    taxable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentMethod(Record):
    """A way of paying; `charges_cards` is true where posting one might charge a card."""

    entity: ClassVar[str] = "payment_method"

    name: str
    charges_cards: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts(Record):
    """What a platform says of the whole account, as far as documents depend on it.

    `closed_through`: documents dated up to this day are refused. `keeps_numbers`: a document may carry our number.
    `automatic_tax`: the platform chooses the tax code itself and honours an amount sent. `defaults`: ids and values of
    its own choice that writing needs to know, by a name the platform gives them.
    """

    entity: ClassVar[str] = "facts"

    name: str = ""
    country: str = ""
    currency: str = ""
    closed_through: date | None = None
    keeps_numbers: bool = True
    automatic_tax: bool = False
    uses_tax: bool = True
    applies_credits_itself: bool = False
    time_zone: str = ""
    defaults: Mapping[str, str] = field(default_factory=dict)


RECORDS: Mapping[str, type[Record]] = {
    kind.entity: kind
    for kind in (Customer, CustomerGroup, Item, Invoice, CreditMemo, RefundReceipt, Payment, Refund, ReceivableMovement, Account, TaxCode, PaymentMethod, Facts)
}  # fmt: skip


def read_record(entity: str, content: Mapping[str, Any], **envelope: Any) -> Record:
    """The record whose `content()` this is; `envelope` gives id, revision, status, marker and so on."""
    return from_content(RECORDS[entity], {**content, **envelope})
