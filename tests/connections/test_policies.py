"""Policies: a closed table, with sentences for what is not in it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from pytest_django import DjangoAssertNumQueries

from apps.connections.models import Company, Policy
from apps.connections.policies import POLICIES, BadPolicy, Policies, checked, default_of, set_policy


def test_every_default_is_a_value_that_could_be_set() -> None:
    for key in POLICIES:
        for platform in ("quickbooks_online", "xero"):
            assert checked(key, default_of(key, platform)) == default_of(key, platform)


def test_every_policy_has_a_sentence_for_staff() -> None:
    assert all(switch.sentence.endswith(".") for switch in POLICIES.values())


def test_rounding_is_accepted_in_quickbooks_online_and_a_line_elsewhere() -> None:
    assert Policies({}, "quickbooks_online").get("rounding") == "accept"
    assert Policies({}, "xero").get("rounding") == "line"


def test_what_a_company_chose_is_read_in_one_query(
    company: Company, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    set_policy(company, "refunds", "review")
    set_policy(company, "approval_over", "500.00")
    set_policy(company, "refund_wait", "90m")
    with django_assert_num_queries(1):
        policies = Policies.of(company)
        assert policies.get("refunds") == "review"
        assert policies.amount("approval_over") == Decimal(500)
        assert policies.duration("refund_wait") == timedelta(minutes=90)
        assert policies.on("payments_in")


def test_off_is_off_also_where_an_amount_could_stand(company: Company) -> None:
    set_policy(company, "payments_in", "off")
    assert not Policies.of(company).on("payments_in")
    assert Policies.of(company).amount("approval_over") is None


def test_setting_the_default_again_keeps_no_row(company: Company) -> None:
    set_policy(company, "refunds", "review")
    set_policy(company, "refunds", "auto")
    assert not Policy.objects.filter(company=company).exists()


def test_the_start_date_is_that_of_the_company(company: Company) -> None:
    set_policy(company, "start_date", "2026-01-31")
    company.refresh_from_db()
    assert company.start_date == Policies.of(company).day("start_date") == date(2026, 1, 31)
    set_policy(company, "start_date", "")
    assert Policies.of(company).day("start_date") is None


def test_owners_are_asked_by_entity_and_field(company: Company) -> None:
    set_policy(company, "field_owners", "{customer: {phone: syncro}}")
    assert Policies.of(company).owner("customer", "phone") == "syncro"
    assert Policies.of(company).owner("customer", "email") == "newest"


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("refunds", "maybe", "refunds cannot be 'maybe'; it is auto or review."),
        ("payments_in", "", "it is auto, review or off."),
        ("refund_wait", "soon", "30m, 1h or 90d"),
        ("approval_over", "-1", "it is off or an amount"),
        ("approval_over", "NaN", "it is off or an amount"),
        ("start_date", "31.1.2026", "a date such as 2026-01-31"),
        ("field_owners", "{customer: syncro}", "YAML such as"),
        ("colour", "red", "There is no policy 'colour'. There are: payments_in,"),
    ],
)
def test_a_wrong_policy_is_told_with_what_there_is(key: str, value: str, words: str) -> None:
    with pytest.raises(BadPolicy) as told:
        checked(key, value)
    assert words in str(told.value)
