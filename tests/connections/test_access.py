"""Who may do what: the matrix of roles and verbs, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied

from apps.connections.access import VERBS, companies_for, may, operator, require, second_factor_needed
from apps.connections.models import Company, Membership, Role

MATRIX = {
    Role.VIEWER: {"see"},
    Role.BOOKKEEPER: {"see", "resolve", "map", "sync", "ignore"},
    Role.APPROVER: {"see", "resolve", "map", "sync", "ignore", "approve"},
    Role.ADMINISTRATOR: set(VERBS),
}


def person(name: str, company: Company | None = None, role: str = "") -> User:
    """A user, with a role if one is named."""
    user = User.objects.create_user(name)
    if role:
        Membership.objects.create(user=user, company=company, role=role)
    return user


@pytest.mark.parametrize("role", list(MATRIX))
@pytest.mark.parametrize("everywhere", [True, False])
def test_a_role_allows_exactly_its_verbs(company: Company, role: Role, everywhere: bool) -> None:
    user = person("ann", None if everywhere else company, role)
    assert {verb for verb in VERBS if may(user, verb, company)} == MATRIX[role]


def test_a_role_in_one_company_says_nothing_of_another(company: Company) -> None:
    other = Company.objects.create(slug="other", name="Other", books_platform="quickbooks_online")
    user = person("ann", company, Role.ADMINISTRATOR)
    assert not any(may(user, verb, other) for verb in VERBS)
    assert not may(user, "connect", None)
    assert list(companies_for(user)) == [company]


def test_a_role_in_all_companies_reaches_all(company: Company) -> None:
    user = person("ann", None, Role.VIEWER)
    assert list(companies_for(user)) == [company]
    assert not companies_for(user, "policy").exists()


def test_the_operator_and_the_superuser_may_do_everything(company: Company) -> None:
    root = User.objects.create_superuser("root")
    assert all(may(who, verb, company) and may(who, verb, None) for who in (root, operator()) for verb in VERBS)


@pytest.mark.parametrize("make", [AnonymousUser, lambda: person("nobody")])
def test_who_has_no_role_may_nothing(company: Company, make: Callable[[], User]) -> None:
    user = make()
    assert not any(may(user, verb, company) for verb in VERBS)
    assert not companies_for(user).exists()


def test_who_was_deactivated_may_nothing_any_more(company: Company) -> None:
    user = person("ann", company, Role.ADMINISTRATOR)
    root = User.objects.create_superuser("root")
    for each in (user, root):
        each.is_active = False
        assert not any(may(each, verb, company) for verb in VERBS)


def test_a_refusal_says_what_and_where(company: Company) -> None:
    with pytest.raises(PermissionDenied, match="You may not approve writes in Acme"):
        require(person("ann", company, Role.BOOKKEEPER), "approve", company)


def test_a_verb_that_does_not_exist_is_a_mistake_of_ours(company: Company) -> None:
    with pytest.raises(KeyError):
        may(operator(), "aprove", company)


def test_everyone_who_may_act_needs_a_second_factor(company: Company) -> None:
    assert not second_factor_needed(person("viewer", company, Role.VIEWER))
    assert second_factor_needed(person("ann", company, Role.BOOKKEEPER))
    assert second_factor_needed(User.objects.create_superuser("root"))


def test_every_verb_asked_for_in_the_code_exists() -> None:
    import re

    asked = set()
    for path in Path("apps").rglob("*.py"):
        asked |= set(re.findall(r"""\b(?:may|require)\([\w.]+, "(\w+)",""", path.read_text()))
    assert asked <= set(VERBS)
