"""Which choices there are at all: not every platform has payment methods, and not everywhere a line needs an item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from apps.connections.models import Company
from apps.mappings.models import MethodKind, Topic
from apps.platforms.registry import platform_class

#: What an id of each topic names in the books; payment methods and lines differ by platform.
NAMED: Mapping[str, str] = {
    Topic.TAX: "tax_code", Topic.ITEM: "item", Topic.INCOME_ACCOUNT: "account", Topic.EXPENSE_ACCOUNT: "account",
}  # fmt: skip
#: Kinds of payment method whose documents stand on lines: what is chosen for them is what a line can name.
ON_LINES = frozenset({MethodKind.STORE_CREDIT, MethodKind.BAD_DEBT})


@dataclass(frozen=True, slots=True)
class Shape:
    """What the books of a company know, as far as choices depend on it.

    Without `has_methods` a method of kind money names the deposit account alone. With `accounts_on_lines` a line without
    a product names its income account, and a deposit the liability itself, where others need an item. With
    `paid_into_banks` not every payment could go to an account that is no bank.
    """

    has_methods: bool = True
    accounts_on_lines: bool = False
    paid_into_banks: bool = False

    @classmethod
    def of(cls, company: Company) -> Shape:
        """The shape of a company's books; KeyError for a platform that is not in the registry."""
        platform = platform_class(company.books_platform)
        methods = "payment_method" in platform.entities
        return cls(methods, platform.lines_name_accounts, platform.unapplied_needs_bank)

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics that can be chosen in these books, in the order of Topic."""
        return tuple(topic for topic in Topic.values if topic != Topic.ITEM or not self.accounts_on_lines)

    @property
    def of_a_line(self) -> str:
        """What a line without a product names: an item, or an account."""
        return "account" if self.accounts_on_lines else "item"

    def names(self, topic: str, kind: str = "") -> str:
        """The entity of the books that an id of this topic (a method of this kind) names, "" for none."""
        if topic == Topic.DEPOSIT_ITEM or (topic == Topic.PAYMENT_METHOD and kind in ON_LINES):
            return self.of_a_line
        if topic == Topic.PAYMENT_METHOD:
            return "payment_method" if self.has_methods else ""
        return NAMED.get(topic, "")
