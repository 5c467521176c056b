"""What documents refer to, and what a platform says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import ClassVar

from apps.platforms.records.base import Record


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
