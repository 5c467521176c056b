"""Choices in books of another shape: accounts where others have methods and items, and the vendors' own words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from apps.connections.models import Company
from apps.mappings.chart import Use, uses
from apps.mappings.files import BadFile, load
from apps.mappings.lookup import Chosen, save_mapping
from apps.mappings.models import Mapping, MethodKind, Topic
from apps.mappings.needs import missing
from apps.mappings.shape import Shape
from apps.mappings.suggest import suggest
from apps.platforms.records import Account, Invoice, Item, ItemKind, Line, Payment, TaxCode
from apps.platforms.registry import PLATFORMS
from tests.mappings.rows import in_books, in_syncro
from tests.mappings.shapes import ENTRY, LinesNameAccounts

BANK = Account(external_id="b1", name="Checking", kind="BANK")
SALES = Account(external_id="s1", name="Sales", kind="REVENUE")
WORK = Line(name="Work", amount=Decimal(100), taxable=False)


@pytest.fixture
def other(company: Company, monkeypatch: pytest.MonkeyPatch) -> Company:
    """A company whose books have no payment methods and name accounts on lines."""
    monkeypatch.setitem(PLATFORMS, "lines_name_accounts", ENTRY)
    company.books_platform = "lines_name_accounts"
    company.save()
    return company


def proposed(company: Company) -> dict[tuple[str, str], Mapping]:
    """Every proposal by topic and key."""
    return {(each.topic, each.key): each for each in suggest(company)}


def sold(number: str, *, percent: str, amount: str = "100", key: str = "8") -> Invoice:
    taxed = Decimal(amount)
    tax = (taxed * Decimal(percent) / 100).quantize(Decimal("0.01"))
    return Invoice(external_id=number, date=date(2026, 1, 1), lines=(Line(amount=taxed),), tax=tax, tax_key=key)


def test_a_method_of_kind_money_is_the_account_alone(other: Company) -> None:
    in_books(other, BANK, SALES)
    in_syncro(other, Payment(external_id="1", date=date(2026, 1, 1), method="Check"))
    found = proposed(other)[Topic.PAYMENT_METHOD, "Check"]
    assert (found.kind, found.external_id, found.account_id) == (MethodKind.MONEY, "", "b1")


def test_of_two_banks_none_is_proposed_but_the_one_other_account_that_takes_payments(other: Company) -> None:
    in_syncro(other, Payment(external_id="1", date=date(2026, 1, 1), method="Check"))
    in_books(other, BANK, Account(external_id="b2", name="Savings", kind="BANK", subtype="Payments allowed"))
    assert (Topic.PAYMENT_METHOD, "Check") not in proposed(other)
    in_books(other, Account(external_id="p1", name="Clearing", kind="CURRENT", subtype="Payments allowed"))
    assert proposed(other)[Topic.PAYMENT_METHOD, "Check"].account_id == "p1"


def test_where_a_rest_can_only_go_to_a_bank_a_bank_is_proposed(other: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LinesNameAccounts, "unapplied_needs_bank", True)
    in_syncro(other, Payment(external_id="1", date=date(2026, 1, 1), method="Check"))
    in_books(other, Account(external_id="u1", name="Undeposited Funds", kind="CURRENT", subtype="Payments allowed"))
    assert (Topic.PAYMENT_METHOD, "Check") not in proposed(other)
    in_books(other, BANK, Account(external_id="b2", name="Savings", kind="BANK"))
    assert proposed(other)[Topic.PAYMENT_METHOD, "Check"].account_id == "b1"


def test_a_line_without_a_product_needs_the_income_account(other: Company) -> None:
    in_syncro(other, Invoice(external_id="1", date=date(2026, 1, 1), lines=(WORK,)))
    in_books(other, SALES, Item(external_id="2", name="Services"))
    assert (Topic.INCOME_ACCOUNT, "") in {(problem.topic, problem.key) for problem in missing(other)}
    assert Topic.ITEM not in {topic for topic, _ in proposed(other)}
    save_mapping(other, Topic.INCOME_ACCOUNT, "", external_id="s1")
    assert Chosen.load(other).line_account("Labor") == "s1"
    assert Topic.ITEM not in {problem.topic for problem in missing(other)}


def test_deposits_are_the_liability_itself(other: Company) -> None:
    owed = Account(external_id="l1", name="Customer deposits liability", kind="CURRLIAB")
    in_books(other, owed, Item(external_id="2", name="Deposit", kind=ItemKind.NON_INVENTORY))
    assert proposed(other)[Topic.DEPOSIT_ITEM, ""].external_id == "l1"
    assert Shape.of(other).names(Topic.DEPOSIT_ITEM) == "account"


def test_other_income_is_found_by_name_and_never_the_default(other: Company) -> None:
    in_books(other, SALES, Account(external_id="o1", name="Hosting", kind="OTHERINCOME"))
    in_syncro(other, Item(external_id="9", name="Web space", category="hosting"))
    found = proposed(other)
    assert found[Topic.INCOME_ACCOUNT, ""].external_id == "s1"
    assert found[Topic.INCOME_ACCOUNT, "hosting"].external_id == "o1"


@pytest.mark.parametrize(
    ("kind", "subtype", "use"),
    [
        ("Income", "SalesOfProductIncome", Use.INCOME), ("REVENUE", "", Use.INCOME), ("SALES", "", Use.INCOME),
        ("Other Income", "", Use.OTHER_INCOME), ("OtherIncome", "", Use.OTHER_INCOME), ("Bank", "Checking", Use.BANK),
        ("OtherCurrentLiability", "", Use.LIABILITY), ("Other Current Liability", "", Use.LIABILITY),
        ("CostOfGoodsSold", "", Use.COST), ("DIRECTCOSTS", "", Use.COST),
        ("OtherCurrentAsset", "UndepositedFunds", Use.UNDEPOSITED),
    ],
)  # fmt: skip
def test_every_vendors_word_for_an_account_is_known(kind: str, subtype: str, use: Use) -> None:
    assert uses(Account(name="Any", kind=kind, subtype=subtype)) == {use}


def test_a_file_needs_no_method_where_there_are_none(other: Company) -> None:
    load(other, "payment_method:\n- key: Check\n  kind: money\n  account_id: b1\n")
    assert Chosen.load(other).method("Check").account_id == "b1"
    with pytest.raises(BadFile, match="needs account_id"):
        load(other, "payment_method:\n- key: Cash\n  kind: money\n")


@pytest.mark.parametrize("percent", ["8.25", "6.5", "14.75"])
def test_a_tax_is_known_by_its_percent_also_in_a_group(company: Company, percent: str) -> None:
    parts = (
        TaxCode(external_id="r1", name="State", percent=Decimal("8.25")),
        TaxCode(external_id="r2", name="City", percent=Decimal("6.5")),
    )
    in_books(company, *parts, TaxCode(external_id="g", name="Both", rate_ids=("r1", "r2")))
    in_syncro(company, sold("1", percent=percent), sold("2", percent=percent, amount="33.33"))
    expected = {"8.25": "r1", "6.5": "r2", "14.75": "g"}[percent]
    assert proposed(company)[Topic.TAX, "8"].external_id == expected


def test_the_closer_rate_is_proposed_where_small_amounts_would_fit_two(company: Company) -> None:
    in_books(company, *(TaxCode(external_id=name, name=name, percent=Decimal(name)) for name in ("8", "8.25")))
    in_syncro(company, sold("1", percent="8.25", amount="4.00"))
    assert proposed(company)[Topic.TAX, "8"].external_id == "8.25"
