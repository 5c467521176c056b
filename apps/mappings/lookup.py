"""What staff chose, looked up: exact, then without regard to case, then the default; never a guess."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from apps.connections.models import Company
from apps.core.clock import DbNow
from apps.mappings.models import Mapping, Topic

#: What is missing, by topic, in the words of the person who has to choose. `{key}` is Syncro's name.
MISSING: dict[str, str] = {
    Topic.PAYMENT_METHOD: "Nobody has said yet what Syncro's payment method “{key}” is in the books.",
    Topic.TAX: "Nobody has said yet which tax code of the books stands for Syncro's tax “{key}”.",
    Topic.ITEM: "Nobody has said yet which item of the books stands for lines without a product.",
    Topic.INCOME_ACCOUNT: "Nobody has said yet which income account of the books stands for the category “{key}”.",
    Topic.EXPENSE_ACCOUNT: "Nobody has said yet which cost account of the books stands for the category “{key}”.",
    Topic.DEPOSIT_ITEM: "Nobody has said yet which item of the books posts to the liability for deposits, or which account that is.",
    Topic.SYNCRO_METHOD: "Nobody has said yet which Syncro method payments of the books' method “{key}” get.",
}

#: Instead of a tax code: the books choose it themselves.
AUTOMATIC = "automatic"


class MappingMissing(Exception):
    """A choice that only staff can make has not been made; `sentence` says which, and where to make it."""

    def __init__(self, topic: str, key: str, company: Company) -> None:
        self.topic = str(topic)
        self.key = key
        what = MISSING[topic].format(key=key or "(none)")
        self.sentence = (
            f"{what} Choose it under Mappings of {company.name} ({Topic(topic).label}); this goes on by itself then."
        )
        super().__init__(self.sentence)


class Chosen:
    """All choices of one company, read once."""

    def __init__(self, company: Company, mappings: Iterable[Mapping]) -> None:
        self.company = company
        self._exact = {(mapping.topic, mapping.key): mapping for mapping in mappings}
        # Of two keys that differ only in case the first by name counts; exact matches come before.
        folded = sorted(self._exact, reverse=True)
        self._folded = {(topic, fold(key)): self._exact[topic, key] for topic, key in folded}

    @classmethod
    def load(cls, company: Company) -> Chosen:
        """The choices as they are now; one query."""
        return cls(company, Mapping.objects.filter(company=company))

    def find(self, topic: str, key: str) -> Mapping | None:
        """The choice for this very key, or None; defaults do not count."""
        return self._exact.get((topic, key)) or self._folded.get((topic, fold(key)))

    def need(self, topic: str, key: str, *, fallback: bool = True) -> Mapping:
        """The choice for this key, else (with `fallback`) the default staff set; raises MappingMissing."""
        found = self.find(topic, key) or (self._exact.get((topic, "")) if fallback else None)
        if found is None:
            raise MappingMissing(topic, key, self.company)
        return found

    def method(self, name: str) -> Mapping:
        """What a payment method of Syncro is: its kind, the books' method and the deposit account."""
        return self.need(Topic.PAYMENT_METHOD, name)

    def tax(self, tax_key: str) -> Mapping:
        """The tax code for a tax of Syncro; "" is the account's own default tax.

        Another tax's code never stands in: only where the default is "automatic" do the books choose for all.
        """
        default = self._exact.get((Topic.TAX, ""))
        if default and default.external_id == AUTOMATIC:
            return self.find(Topic.TAX, tax_key) or default
        return self.need(Topic.TAX, tax_key, fallback=False)

    def item(self) -> Mapping:
        """The item for lines without a product."""
        return self.need(Topic.ITEM, "")

    def deposit_item(self) -> Mapping:
        """The item that posts to the liability for deposits; where lines name accounts, that liability itself."""
        return self.need(Topic.DEPOSIT_ITEM, "")

    def income_account(self, category: str) -> str:
        """The id of the income account for products of a category."""
        return self.need(Topic.INCOME_ACCOUNT, category).external_id

    def line_account(self, category: str) -> str:
        """The id of the income account of a line that names its account itself; the default for lines without category."""
        return self.need(Topic.INCOME_ACCOUNT, category).external_id

    def expense_account(self, category: str) -> str:
        """The id of the cost account for products of a category."""
        return self.need(Topic.EXPENSE_ACCOUNT, category).external_id

    def syncro_method(self, books_method_id: str) -> str:
        """The name of the Syncro method for payments of this method of the books."""
        return self.need(Topic.SYNCRO_METHOD, books_method_id).external_id


def fold(key: str) -> str:
    """A key without regard to case and outer or doubled spaces."""
    return " ".join(key.split()).casefold()


def save_mapping(company: Company, topic: str, key: str, *, external_id: str = "", **columns: str) -> tuple[str, str]:
    """Set one choice (`kind`, `account_id`, `label` by name); gives the (topic, key) that links may have waited for."""
    values: dict[str, Any] = {"kind": "", "account_id": "", "label": "", **columns, "external_id": external_id}
    values["changed_at"] = DbNow()
    Mapping.objects.update_or_create(company=company, topic=topic, key=key, defaults=values)
    return str(topic), key
