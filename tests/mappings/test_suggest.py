"""Proposals: by code and name, only where one candidate fits, and only for what nobody chose."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from apps.connections.models import Company
from apps.mappings.lookup import AUTOMATIC, Chosen, save_mapping
from apps.mappings.models import Mapping, MethodKind, Topic
from apps.mappings.needs import missing
from apps.mappings.suggest import apply, suggest
from apps.platforms.records import Account, Invoice, Item, ItemKind, Line, Payment, PaymentMethod, TaxCode
from tests.mappings.rows import in_books, in_syncro

UNDEPOSITED = Account(external_id="4", name="Undeposited Funds", kind="Other Current Asset", subtype="UndepositedFunds")


def proposed(company: Company, topic: str) -> dict[str, Mapping]:
    """Proposals of one topic by key."""
    return {each.key: each for each in suggest(company) if each.topic == topic}


def taxed(number: str, amount: str, tax: str, key: str = "8") -> Invoice:
    lines = (Line(amount=Decimal(amount)), Line(amount=Decimal(5), taxable=False))
    return Invoice(external_id=number, date=date(2026, 1, 1), lines=lines, tax=Decimal(tax), tax_key=key)


def test_methods_are_proposed_by_name_into_undeposited_funds(company: Company) -> None:
    in_books(
        company, UNDEPOSITED, PaymentMethod(external_id="2", name="Check"), PaymentMethod(external_id="3", name="Visa")
    )
    in_syncro(
        company,
        *(PaymentMethod(external_id=str(n), name=name) for n, name in enumerate(["cheque", "Credit Card", "Barter"])),
    )
    found = proposed(company, Topic.PAYMENT_METHOD)
    assert {key: (each.kind, each.external_id, each.account_id) for key, each in found.items()} == {
        "cheque": ("money", "2", "4"),
        "Credit Card": ("money", "3", "4"),
    }


@pytest.mark.parametrize(
    ("name", "kind"),
    [("Store Credit", MethodKind.STORE_CREDIT), ("Bad debt", MethodKind.BAD_DEBT), ("Write-off", MethodKind.BAD_DEBT)],
)
def test_methods_that_are_no_money_are_proposed_as_what_they_are(company: Company, name: str, kind: MethodKind) -> None:
    in_syncro(company, Payment(external_id="1", date=date(2026, 1, 1), method=name))
    assert proposed(company, Topic.PAYMENT_METHOD)[name].kind == kind


def test_two_methods_that_fit_alike_are_no_proposal(company: Company) -> None:
    in_books(
        company,
        UNDEPOSITED,
        PaymentMethod(external_id="2", name="Visa"),
        PaymentMethod(external_id="3", name="MasterCard"),
    )
    in_syncro(company, PaymentMethod(external_id="1", name="Credit Card"))
    assert not proposed(company, Topic.PAYMENT_METHOD)


def test_where_the_books_choose_taxes_that_is_proposed_for_all(company: Company) -> None:
    assert company.books is not None
    company.books.facts = {"automatic_tax": True}
    in_syncro(company, taxed("1", "100", "8.25"))
    assert {key: each.external_id for key, each in proposed(company, Topic.TAX).items()} == {"": AUTOMATIC}


def test_a_tax_code_is_proposed_when_its_rate_alone_explains_every_invoice(company: Company) -> None:
    in_books(company, *(TaxCode(external_id=str(n), name=f"T{n}", percent=Decimal(n)) for n in (7, 8)))
    in_syncro(company, taxed("1", "100", "8"), taxed("2", "33.33", "2.67"))
    assert proposed(company, Topic.TAX)["8"].external_id == "8"
    in_syncro(company, taxed("3", "100", "7"))
    assert not proposed(company, Topic.TAX)


def test_two_codes_of_one_rate_are_no_proposal(company: Company) -> None:
    in_books(company, *(TaxCode(external_id=str(n), name=f"T{n}", percent=Decimal(8)) for n in (1, 2)))
    in_syncro(company, taxed("1", "100", "8"))
    assert not proposed(company, Topic.TAX)


def test_items_and_accounts_are_proposed_by_name(company: Company) -> None:
    in_books(
        company,
        Item(external_id="1", name="Hours"),
        Item(external_id="2", name="Services"),
        Item(external_id="3", name="Deposit", kind=ItemKind.NON_INVENTORY),
        Account(external_id="79", name="Sales of Product Income", kind="Income"),
        Account(external_id="80", name="Labor", kind="Income"),
    )
    in_syncro(company, Item(external_id="9", name="Bench work", category="labor"))
    found = {(each.topic, each.key): each.external_id for each in suggest(company)}
    assert found == {
        ("item", ""): "2", ("deposit_item", ""): "3", ("income_account", ""): "79", ("income_account", "labor"): "80",
    }  # fmt: skip


def test_payments_of_the_books_are_never_proposed_onto_a_method_that_charges_cards(company: Company) -> None:
    in_syncro(company, PaymentMethod(external_id="1", name="Other", charges_cards=True))
    assert not proposed(company, Topic.SYNCRO_METHOD)
    in_syncro(company, PaymentMethod(external_id="2", name="QuickBooks"))
    assert proposed(company, Topic.SYNCRO_METHOD)[""].external_id == "QuickBooks"


def test_what_staff_chose_is_not_proposed_again(company: Company) -> None:
    in_books(company, Item(external_id="2", name="Services"))
    save_mapping(company, Topic.ITEM, "", external_id="1")
    assert not suggest(company)


def test_nothing_is_used_before_it_is_applied(company: Company) -> None:
    in_books(company, Item(external_id="2", name="Services"))
    proposals = suggest(company)
    assert not Mapping.objects.exists()
    assert apply(company, proposals) == [("item", "")]
    assert Chosen.load(company).item().external_id == "2"
    assert not suggest(company)


def test_what_records_call_for_and_nobody_chose_is_missing(company: Company) -> None:
    in_syncro(
        company,
        Payment(external_id="1", date=date(2026, 1, 1), method="Cash"),
        Payment(external_id="2", date=date(2026, 1, 1), method="Check"),
        taxed("3", "100", "8"),
    )
    save_mapping(company, Topic.PAYMENT_METHOD, "check", kind=MethodKind.IGNORE)
    problems = {(problem.topic, problem.key) for problem in missing(company)}
    assert problems == {("payment_method", "Cash"), ("tax", "8"), ("item", ""), ("syncro_method", "")}
