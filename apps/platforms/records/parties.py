"""Whom we deal with."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from apps.platforms.records.base import Record


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact(Record):
    """A person of a customer, or of a vendor."""

    entity: ClassVar[str] = "contact"

    name: str
    customer_id: str = ""
    vendor_id: str = ""
    title: str = ""
    email: str = ""
    phone: str = ""
    mobile: str = ""
    address: Address = Address()
    notes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor(Record):
    """Somebody we buy from; `account_number` is our number with them."""

    entity: ClassVar[str] = "vendor"

    name: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""
    account_number: str = ""
    website: str = ""
    address: Address = Address()
    notes: str = ""
