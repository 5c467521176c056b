"""Proposals by code and name for what is not mapped yet. A proposal is never used before somebody says yes.

Where two candidates fit equally well nothing is proposed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from django.utils.functional import cached_property

from apps.connections.models import Company
from apps.mappings import models
from apps.mappings.chart import Use, of_use
from apps.mappings.lookup import AUTOMATIC, Chosen, fold, save_mapping
from apps.mappings.models import MethodKind, Topic
from apps.mappings.needs import Need, for_a_line, needed
from apps.mappings.shape import Shape
from apps.mirror.models import BooksRecord, SyncroRecord
from apps.platforms.records import Account, Invoice, Item, ItemKind, PaymentMethod, Record, TaxCode

Mapped = models.Mapping
Each = TypeVar("Each")
Named = TypeVar("Named", bound=Account | Item | PaymentMethod)

#: Names of payment methods that are no money, and the customary spellings of those that are, each the same thing.
KINDS: tuple[tuple[re.Pattern[str], MethodKind], ...] = (
    (re.compile(r"\b(store|customer|account) ?credit\b|\bcredit balance\b"), MethodKind.STORE_CREDIT),
    (re.compile(r"\bbad ?debts?\b|\bwrite[ -]?offs?\b|\buncollectible\b"), MethodKind.BAD_DEBT),
)
ALIASES: Mapping[str, str] = {
    "cheque": "check", "checks": "check", "e-check": "echeck", "ach": "echeck",
    "card": "credit card", "cc": "credit card", "offline cc": "credit card", "offline credit card": "credit card", "credit": "credit card", "visa": "credit card",
    "mastercard": "credit card",
    "amex": "credit card", "american express": "credit card", "credit cards": "credit card", "cash payment": "cash",
}  # fmt: skip
#: Where payments go, in order of preference; the first use that exactly one account has is proposed.
DEPOSITED_TO = (Use.UNDEPOSITED, Use.BANK, Use.TAKES_PAYMENTS)
#: Names in order of preference; the first that exists once is proposed.
BANKS = (
    "checking",
    "checking account",
    "business checking",
    "business bank account",
    "current account",
    "cheque account",
)
DEFAULT_ITEMS = ("services", "service", "sales", "hours", "labor", "labour")
NO_MONEY_ITEMS: Mapping[str, tuple[str, ...]] = {
    MethodKind.STORE_CREDIT: ("store credit", "store credits"),
    MethodKind.BAD_DEBT: ("bad debt", "bad debts", "write-off"),
}
DEPOSITS = ("deposit", "deposits", "customer deposit", "customer deposits")
DEPOSIT_ACCOUNTS = (
    *DEPOSITS,
    "customer deposits liability",
    "customer deposit liability",
    "deposits liability",
    "unearned revenue",
)
INCOME_ACCOUNTS = ("sales of product income", "services", "sales", "service income", "service/fee income", "income")
SYNCRO_METHODS = ("other", "quickbooks", "external", "offline")
#: The tax of an invoice may differ so much from its rate: rounded once, or by line. The closer fit counts first.
TAX_ROUNDING = (Decimal("0.005"), Decimal("0.02"))
#: Invoices looked at to find the rate of a tax.
SAMPLE = 50


@dataclass(frozen=True)
class Seen:
    """The records of one company that proposals are made from; each kind is read once, when it is asked for."""

    company: Company

    @cached_property
    def shape(self) -> Shape:
        """Which choices these books know."""
        return Shape.of(self.company)

    @cached_property
    def percents(self) -> dict[str, Decimal]:
        """The percent of each tax code; of a group that does not tell it, the sum of its parts."""
        told = {code.external_id: code.percent for code in self.tax_codes if code.percent is not None}
        groups = {code.external_id: code.rate_ids for code in self.tax_codes if code.percent is None and code.rate_ids}
        sums = {
            key: sum((told[part] for part in parts), Decimal(0))
            for key, parts in groups.items()
            if all(part in told for part in parts)
        }
        return told | sums

    @cached_property
    def methods(self) -> list[PaymentMethod]:
        """Payment methods of the books."""
        return [record for record in self._books("payment_method") if isinstance(record, PaymentMethod)]

    @cached_property
    def accounts(self) -> list[Account]:
        """The chart of accounts."""
        return [record for record in self._books("account") if isinstance(record, Account)]

    @cached_property
    def items(self) -> list[Item]:
        """Items of the books."""
        return [record for record in self._books("item") if isinstance(record, Item)]

    @cached_property
    def tax_codes(self) -> list[TaxCode]:
        """Tax codes of the books."""
        return [record for record in self._books("tax_code") if isinstance(record, TaxCode)]

    @cached_property
    def syncro_methods(self) -> list[PaymentMethod]:
        """Payment methods of Syncro."""
        rows = SyncroRecord.objects.filter(company=self.company, entity="payment_method", gone_at=None, status="active")
        # Payments name their method, so two methods of one name are one choice.
        named = rows.order_by("label", "-id").distinct("label")
        return [record for row in named if isinstance(record := row.record(), PaymentMethod)]

    def taxed(self, tax_key: str) -> list[Invoice]:
        """Some invoices that carry a tax."""
        rows = SyncroRecord.objects.filter(
            company=self.company, entity="invoice", content__tax_key=tax_key, gone_at=None
        )
        rows = rows.exclude(tax=0).exclude(tax=None).order_by("-date", "-id")[:SAMPLE]
        return [record for row in rows if isinstance(record := row.record(), Invoice)]

    @property
    def automatic_tax(self) -> bool:
        """Whether the books choose the tax code themselves."""
        return bool(self.company.books and self.company.books.facts.get("automatic_tax"))

    def _books(self, entity: str) -> Iterator[Record]:
        rows = BooksRecord.objects.filter(company=self.company, entity=entity, gone_at=None, status="active")
        return (row.record() for row in rows.order_by("label", "id"))


def suggest(company: Company) -> list[Mapped]:
    """Proposals, not saved, for everything needed or listed that nobody has chosen yet."""
    seen, chosen = Seen(company), Chosen.load(company)
    needs = set(needed(company)) | {Need(Topic.PAYMENT_METHOD, method.name) for method in seen.syncro_methods}
    needs |= {Need(topic, "") for topic in (Topic.TAX, Topic.INCOME_ACCOUNT, Topic.DEPOSIT_ITEM, Topic.SYNCRO_METHOD)}
    needs.add(for_a_line(seen.shape))
    unmapped = (need for need in sorted(needs) if chosen.find(*need) is None)
    return [proposal for need in unmapped if (proposal := _proposed(seen, need))]


def apply(company: Company, proposals: Iterable[Mapped]) -> list[tuple[str, str]]:
    """Save proposals; gives the (topic, key) of each."""
    names = ("external_id", "kind", "account_id", "label")
    return [
        save_mapping(company, each.topic, each.key, **{name: getattr(each, name) for name in names})
        for each in proposals
    ]


def _proposed(seen: Seen, need: Need) -> Mapped | None:
    propose = PROPOSERS.get(need.topic)
    found = propose(seen, need.key) if propose else None
    if found is not None:
        found.company, found.topic, found.key = seen.company, need.topic, need.key
    return found


def _method(seen: Seen, name: str) -> Mapped | None:
    if not name:
        return None
    kind = next((kind for words, kind in KINDS if words.search(fold(name))), MethodKind.MONEY)
    if kind is not MethodKind.MONEY:
        item = preferred(_of_lines(seen), NO_MONEY_ITEMS.get(kind, ()))
        return Mapped(kind=kind, external_id=item.external_id if item else "", label=item.name if item else name)
    account = _deposited_to(seen)
    if account is None:
        return None
    if not seen.shape.has_methods:
        return Mapped(kind=kind, account_id=account.external_id, label=f"into {account.name}")
    wanted = (fold(name), _same_method(name))  # its very name, the name all its kind go by, then any of its kind
    named = (only(each for each in seen.methods if fold(each.name) == word) for word in wanted)
    alike = only(each for each in seen.methods if _same_method(each.name) == _same_method(name))
    method = next((each for each in named if each is not None), alike)
    if method is None:
        return None
    label = f"{method.name} into {account.name}"
    return Mapped(kind=kind, external_id=method.external_id, account_id=account.external_id, label=label)


def _deposited_to(seen: Seen) -> Account | None:
    """Where payments wait for their deposit; else the one bank account, else the one other account that takes payments.

    Where not all of them could wait: a bank account.
    """
    if seen.shape.paid_into_banks:
        listed = of_use(seen.accounts, Use.BANK)
        return only(listed) or preferred(listed, BANKS)
    banks = {account.external_id for account in of_use(seen.accounts, Use.BANK)}
    for use in DEPOSITED_TO:
        found = of_use(seen.accounts, use)
        one = only(each for each in found if use is not Use.TAKES_PAYMENTS or each.external_id not in banks)
        if one is not None:
            return one
    return None


def _of_lines(seen: Seen) -> Sequence[Item | Account]:
    """What a line without a product can name."""
    return seen.accounts if seen.shape.accounts_on_lines else seen.items


def _same_method(name: str) -> str:
    return ALIASES.get(fold(name), fold(name))


def _tax(seen: Seen, tax_key: str) -> Mapped | None:
    if seen.automatic_tax:
        # The default answers for every tax, also for those that come later.
        return None if tax_key else Mapped(external_id=AUTOMATIC, label="Chosen by the books")
    invoices = seen.taxed(tax_key)
    if not invoices:
        return None
    fits = ([code for code in seen.tax_codes if _fits(seen, code, invoices, most)] for most in TAX_ROUNDING)
    code = next((only(codes) for codes in fits if codes), None)
    return Mapped(external_id=code.external_id, label=f"{code.name} ({_percent(seen, code)}%)") if code else None


def _percent(seen: Seen, code: TaxCode) -> Decimal:
    return seen.percents.get(code.external_id) or Decimal(0)


def _fits(seen: Seen, code: TaxCode, invoices: list[Invoice], most: Decimal) -> bool:
    percent = _percent(seen, code)
    return bool(percent) and all(abs(_taxable(invoice) * percent / 100 - invoice.tax) <= most for invoice in invoices)


def _taxable(invoice: Invoice) -> Decimal:
    return sum((line.amount for line in invoice.lines if line.taxable), Decimal(0))


def _item(seen: Seen, key: str) -> Mapped | None:
    services = [item for item in seen.items if item.kind is ItemKind.SERVICE]
    item = preferred(services, DEFAULT_ITEMS) or only(services)
    return Mapped(external_id=item.external_id, label=item.name) if item else None


def _deposit_item(seen: Seen, key: str) -> Mapped | None:
    if seen.shape.accounts_on_lines:
        account = preferred(of_use(seen.accounts, Use.LIABILITY), DEPOSIT_ACCOUNTS)
        return Mapped(external_id=account.external_id, label=account.name) if account else None
    item = preferred(seen.items, DEPOSITS)
    return Mapped(external_id=item.external_id, label=item.name) if item else None


def _income_account(seen: Seen, category: str) -> Mapped | None:
    income = of_use(seen.accounts, Use.INCOME)
    every = of_use(seen.accounts, Use.INCOME, Use.OTHER_INCOME)
    same = only(account for account in every if category and fold(account.name) == fold(category))
    account = same or (None if category else preferred(income, INCOME_ACCOUNTS) or only(income))
    return Mapped(external_id=account.external_id, label=account.name) if account else None


def _syncro_method(seen: Seen, key: str) -> Mapped | None:
    method = preferred([method for method in seen.syncro_methods if not method.charges_cards], SYNCRO_METHODS)
    return Mapped(external_id=method.name, label=method.name) if method and not key else None


PROPOSERS: Mapping[str, Callable[[Seen, str], Mapped | None]] = {
    Topic.PAYMENT_METHOD: _method,
    Topic.TAX: _tax,
    Topic.ITEM: _item,
    Topic.DEPOSIT_ITEM: _deposit_item,
    Topic.INCOME_ACCOUNT: _income_account,
    Topic.SYNCRO_METHOD: _syncro_method,
}


def only(found: Iterable[Each]) -> Each | None:
    """The one there is; None where there are none or several."""
    listed = list(found)
    return listed[0] if len(listed) == 1 else None


def preferred(records: Iterable[Named], names: Iterable[str]) -> Named | None:
    """The record with the first of these names that exactly one record has."""
    listed = list(records)
    return next((one for name in names if (one := only(each for each in listed if fold(each.name) == name))), None)
