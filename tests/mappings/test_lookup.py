"""Looking a choice up: exact, then by case, then the default; never a guess."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from apps.connections.models import Company
from apps.mappings.lookup import AUTOMATIC, Chosen, MappingMissing, save_mapping
from apps.mappings.models import Mapping, MethodKind, Topic


def test_all_choices_are_read_in_one_query(company: Company, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    save_mapping(company, Topic.ITEM, "", external_id="1")
    save_mapping(company, Topic.INCOME_ACCOUNT, "", external_id="79")
    with django_assert_num_queries(1):
        chosen = Chosen.load(company)
        assert (chosen.item().external_id, chosen.income_account("Labor")) == ("1", "79")


def test_an_exact_key_comes_before_one_of_other_case(company: Company) -> None:
    save_mapping(company, Topic.PAYMENT_METHOD, "CHECK", kind=MethodKind.IGNORE)
    save_mapping(company, Topic.PAYMENT_METHOD, "Check", kind=MethodKind.MONEY, external_id="2", account_id="4")
    chosen = Chosen.load(company)
    assert chosen.method("Check").external_id == "2"
    assert chosen.method("CHECK").kind == MethodKind.IGNORE
    assert chosen.method(" check ").kind == MethodKind.IGNORE


def test_an_unmapped_method_is_a_sentence_with_the_place(company: Company) -> None:
    with pytest.raises(MappingMissing) as told:
        Chosen.load(company).method("Cash")
    assert (told.value.topic, told.value.key) == ("payment_method", "Cash")
    assert told.value.sentence == (
        "Nobody has said yet what Syncro's payment method “Cash” is in the books. "
        "Choose it under Mappings of Acme (Payment method); this goes on by itself then."
    )


def test_a_default_stands_in_only_where_staff_set_one(company: Company) -> None:
    save_mapping(company, Topic.PAYMENT_METHOD, "", kind=MethodKind.OUTSIDE)
    save_mapping(company, Topic.SYNCRO_METHOD, "", external_id="Other")
    chosen = Chosen.load(company)
    assert chosen.method("Cash").kind == MethodKind.OUTSIDE
    assert chosen.syncro_method("17") == "Other"
    with pytest.raises(MappingMissing, match="item of the books posts to the liability"):
        chosen.deposit_item()


def test_one_tax_never_stands_in_for_another(company: Company) -> None:
    save_mapping(company, Topic.TAX, "", external_id="3")
    chosen = Chosen.load(company)
    assert chosen.tax("").external_id == "3"
    with pytest.raises(MappingMissing, match="Syncro's tax “8”"):
        chosen.tax("8")


def test_automatic_tax_stands_for_every_tax_without_its_own_code(company: Company) -> None:
    save_mapping(company, Topic.TAX, "", external_id=AUTOMATIC)
    save_mapping(company, Topic.TAX, "9", external_id="5")
    chosen = Chosen.load(company)
    assert (chosen.tax("8").external_id, chosen.tax("9").external_id) == (AUTOMATIC, "5")


def test_the_choices_of_another_company_are_not_seen(company: Company) -> None:
    other = Company.objects.create(slug="other", name="Other", books_platform="quickbooks_online")
    save_mapping(other, Topic.ITEM, "", external_id="1")
    with pytest.raises(MappingMissing):
        Chosen.load(company).item()


def test_saving_again_replaces_the_choice_whole(company: Company) -> None:
    save_mapping(company, Topic.PAYMENT_METHOD, "Check", kind=MethodKind.MONEY, external_id="2", account_id="4")
    assert save_mapping(company, Topic.PAYMENT_METHOD, "Check", kind=MethodKind.IGNORE) == ("payment_method", "Check")
    mapping = Mapping.objects.get()
    assert (mapping.kind, mapping.external_id, mapping.account_id) == (MethodKind.IGNORE, "", "")
