"""Every switch a company has: its values, its default, and the sentence staff read. Nothing else is "by policy"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

import yaml

from apps.connections.models import Company, Policy
from apps.platforms.registry import PLATFORMS


class Kind(StrEnum):
    """What a policy accepts besides its words."""

    WORDS = "one of the words"
    DURATION = "a duration such as 30m, 1h or 90d"
    AMOUNT = "an amount such as 500 or 1234.50"
    DAY = "a date such as 2026-01-31, or nothing"
    OWNERS = "YAML such as {customer: {phone: syncro}}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """One policy; the registry has the defaults in which some books differ. What is off is said by the word "off"."""

    words: tuple[str, ...] = ()
    default: str
    sentence: str
    kind: Kind = Kind.WORDS


def _words(values: str, sentence: str) -> Switch:
    words = tuple(values.split("|"))
    return Switch(words=words, default=words[0], sentence=sentence)


POLICIES: Mapping[str, Switch] = {
    "payments_in": _words("auto|review|off", "Payments entered in the books are written to Syncro."),
    "multi_invoice_payments_in": _words(
        "review|auto", "Payments of the books over several invoices wait for a person, or go by themselves."
    ),
    "apply_payments_unit": _words(
        "cents|dollars",
        "What Syncro counts the parts of a payment in; the first payment written there shows whether it is right.",
    ),
    "payments_out": _words("on|off", "Syncro's payments are written to the books."),
    "invoices_out": _words("on|off", "Syncro's invoices are written to the books."),
    "invoice_edits_in_books": _words(
        "review|accept|overwrite",
        "An invoice edited in the books waits for a person, is accepted, or is written over with Syncro's.",
    ),
    "deleted_invoices": _words(
        "void|delete|review", "An invoice deleted in Syncro is voided or deleted in the books, or waits for a person."
    ),
    "customers": _words(
        "two_way|to_books|with_invoices",
        "Customers are kept in step both ways, only towards the books, or only when they have an invoice.",
    ),
    "products": _words("on|off", "Syncro's products are kept in step with the items of the books."),
    "locations_as": _words("class|department|off", "What a Syncro location becomes in the books."),
    "zero_invoices": _words("on|off", "Invoices of 0.00 are written to the books."),
    "purchase_orders": _words("on|off", "Purchase orders are written to the books."),
    "bills": _words("on|off", "Finished purchase orders become bills in the books."),
    "refunds": _words("auto|review", "Refunds are written to the books by themselves, or wait for a person."),
    "refund_wait": Switch(
        default="1h",
        kind=Kind.DURATION,
        sentence="How long a refund waits for its payment row before the credit is booked alone.",
    ),
    "customer_purchases": _words("on|off", "Purchases from customers are written to the books."),
    "store_credit": _words("on|off", "Store credit is written to the books."),
    "deleted_payments": _words(
        "review|void", "A payment deleted in Syncro waits for a person, or is voided in the books."
    ),
    "new_customers_in_books": _words(
        "propose|create|off", "Customers that only the books have are proposed for Syncro, made there, or left alone."
    ),
    "unapplied_in": _words(
        "review|credit|off",
        "The part of a books payment on no invoice waits for a person, becomes credit in Syncro, or is left.",
    ),
    "rounding": _words("line|accept", "Cents left over get a line of their own, or are accepted and shown."),
    "inventory_items": _words(
        "off|on", "Items that keep stock in the books are kept in step too; quantities never are."
    ),
    "desktop_purchases": _words("check|bill", "What a purchase becomes in QuickBooks Desktop."),
    "field_owners": Switch(
        default="",
        kind=Kind.OWNERS,
        sentence="Which side decides a field: syncro or books, by entity and field; otherwise the newer change.",
    ),
    "history_notes": _words("off|on", "Notes about what was synchronised are kept on the documents."),
    "payload_retention": Switch(default="90d", kind=Kind.DURATION, sentence="How long requests and answers are kept."),
    "closed_periods": _words(
        "review|next_open_day", "A document dated in a closed period waits for a person, or is dated the next open day."
    ),
    "approval_over": Switch(
        words=("off",),
        default="off",
        kind=Kind.AMOUNT,
        sentence="Writes of more than this amount wait for an approver.",
    ),
    "start_date": Switch(default="", kind=Kind.DAY, sentence="Documents before this day are mirrored, never written."),
}

DURATION = re.compile(r"(\d{1,6})([mhdw])")
UNITS: Mapping[str, timedelta] = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
OWNERS = frozenset({"syncro", "books", "newest"})


class BadPolicy(ValueError):
    """A policy of this name or value does not exist; the message is a sentence that names what does."""


class Policies:
    """What one company has chosen, read once; defaults where nothing was chosen."""

    def __init__(self, chosen: Mapping[str, str], books_platform: str) -> None:
        self._chosen = chosen
        self._platform = books_platform

    @classmethod
    def of(cls, company: Company) -> Policies:
        """The policies as they are now; one query."""
        chosen = dict(Policy.objects.filter(company=company).values_list("key", "value"))
        if company.start_date:
            chosen["start_date"] = company.start_date.isoformat()
        return cls(chosen, company.books_platform)

    def get(self, key: str) -> str:
        """The value; KeyError for a policy that does not exist."""
        return self._chosen.get(key, default_of(key, self._platform))

    def on(self, key: str) -> bool:
        """Whether the value is anything but off."""
        return self.get(key) != "off"

    def duration(self, key: str) -> timedelta:
        """The value as a length of time."""
        return read_duration(self.get(key))

    def amount(self, key: str) -> Decimal | None:
        """The value as an amount in the company's currency; None when it is off."""
        return Decimal(self.get(key)) if self.on(key) else None

    def day(self, key: str) -> date | None:
        """The value as a calendar date; None when there is none."""
        return date.fromisoformat(self.get(key)) if self.get(key) else None

    def owner(self, entity: str, field: str) -> str:
        """Which side decides a field by `field_owners`: "syncro", "books" or "newest"."""
        owners: Any = yaml.safe_load(self.get("field_owners")) or {}
        return str(owners.get(entity, {}).get(field, "newest"))

    def all(self) -> dict[str, str]:
        """Every policy with its value, in the order of the table."""
        return {key: self.get(key) for key in POLICIES}


def default_of(key: str, books_platform: str) -> str:
    """The default of a policy for companies with these books."""
    return PLATFORMS[books_platform].policies.get(key, POLICIES[key].default)


def set_policy(company: Company, key: str, value: str) -> None:
    """Choose; raises BadPolicy with a sentence. A value that is the default is not stored."""
    value = checked(key, value)
    if key == "start_date":
        company.start_date = date.fromisoformat(value) if value else None
        company.save(update_fields=["start_date"])
    elif value == default_of(key, company.books_platform):
        Policy.objects.filter(company=company, key=key).delete()
    else:
        Policy.objects.update_or_create(company=company, key=key, defaults={"value": value})


def checked(key: str, value: str) -> str:
    """The value as it is stored; raises BadPolicy naming the policies or values there are."""
    switch = POLICIES.get(key)
    if switch is None:
        raise BadPolicy(f"There is no policy {key!r}. There are: {', '.join(POLICIES)}.")
    value = value.strip()
    if value in switch.words or READERS[switch.kind](value):
        return value
    raise BadPolicy(f"{key} cannot be {value!r}; it is {allowed(switch)}.")


def allowed(switch: Switch) -> str:
    """The values of a policy in words: "auto, review or off"."""
    choices = [*switch.words] if switch.kind is Kind.WORDS else [*switch.words, switch.kind.value]
    return " or ".join(filter(None, (", ".join(choices[:-1]), choices[-1])))


def read_duration(text: str) -> timedelta:
    """`30m`, `1h`, `90d`, `2w`; ValueError otherwise."""
    found = DURATION.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is not {Kind.DURATION.value}")
    return int(found[1]) * UNITS[found[2]]


def _is_amount(text: str) -> bool:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return False
    return amount.is_finite() and amount >= 0 and amount == round(amount, 2)


def _is_day(text: str) -> bool:
    try:
        return not text or bool(date.fromisoformat(text))
    except ValueError:
        return False


def _is_owners(text: str) -> bool:
    try:
        owners = yaml.safe_load(text) or {}
    except yaml.YAMLError:
        return False
    fields = list(owners.values()) if isinstance(owners, dict) else [None]
    return all(isinstance(each, dict) and OWNERS.issuperset(each.values()) for each in fields)


READERS: Mapping[Kind, Any] = {
    Kind.WORDS: lambda text: False,
    Kind.DURATION: DURATION.fullmatch,
    Kind.AMOUNT: _is_amount,
    Kind.DAY: _is_day,
    Kind.OWNERS: _is_owners,
}
